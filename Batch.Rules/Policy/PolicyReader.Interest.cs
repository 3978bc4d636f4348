using NodaTime;
using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

internal sealed partial class PolicyReader
{
    private InterestText? ReadInterest(PolicyMap rules)
    {
        PolicyMap? map = rules.Map("interest", "{current-year: 0.35 %/year, carried-over: 1.1 %/year, ref: INT1, grade: B}", required: false);
        if (map is null)
        {
            return null;
        }

        InterestOn on = map.Word("on", InterestOn.MonthlyProducts);
        decimal? rate = map.PercentAYear("rate"), current = map.PercentAYear("current-year"), carried = map.PercentAYear("carried-over");
        bool listed = map.Has("rates"), paired = map.Has("current-year") || map.Has("carried-over");
        IReadOnlyList<InterestRatesText> rates = listed ? ReadInterestRates(map) : [new InterestRatesText(null, current, carried)];
        bool agrees = on == InterestOn.YearEndBalance ? map.Has("rate") && !paired && !listed : !map.Has("rate") && !(paired && listed);
        if (!agrees)
        {
            _faults.Add(map.Line, "INTEREST_RATES",
                $"{map.What} 的利率与 on 不符：on: year-end-balance 只写 rate；否则写 current-year 与 carried-over，或写带起始月份的 rates",
                $"the rates of {map.What} do not fit on: with year-end-balance write rate alone, else current-year and carried-over, or rates with their months");
        }

        ClosedAccount closed = map.Word("closed-account", ClosedAccount.YearEnd);
        if (closed == ClosedAccount.WithPayOut && on == InterestOn.YearEndBalance)
        {
            _faults.Add(map.Line, "INTEREST_CLOSED", $"{map.What} 按年末余额计息，没有月份，不能随支付结清；请去掉 closed-account",
                $"{map.What} is on the balance at the end of the year, which has no months to pay out before; leave closed-account out");
        }

        InterestText interest = new(on, closed, rate, rates, ReadClause(map));
        map.RefuseOthers();
        return interest;
    }

    private List<InterestRatesText> ReadInterestRates(PolicyMap map)
    {
        List<InterestRatesText> rates = [];
        foreach (YamlNode item in map.List("rates", "[{from: 2023-01, current-year: 0.35 %/year, carried-over: 1.1 %/year}]"))
        {
            if (map.AsMap(item, $"{map.What} rates[{rates.Count + 1}]", "{from: 2023-01, current-year: 0.35 %/year, carried-over: 1.1 %/year}") is not { } one)
            {
                continue;
            }

            YearMonth? from = one.Month("from", required: true);
            if (from is { } begins && rates.Count > 0 && rates[^1].From >= begins)
            {
                _faults.Add(one.Line, "INTEREST_ORDER", $"{map.What} 的 rates 应按起始月份先后排列", $"the rates of {map.What} stand in the order of their months");
            }

            rates.Add(new InterestRatesText(from, one.PercentAYear("current-year", required: true), one.PercentAYear("carried-over", required: true)));
            one.RefuseOthers();
        }

        return rates;
    }
}
