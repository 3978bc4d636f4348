using NUnit.Framework;
using NodaTime;

namespace Batch.Rules.Tests;

/// <summary>Rates that change within a year, and one rate on the year-end balance: Tables/interest.csv.</summary>
public sealed class InterestRateTests
{
    private const string Fall = "rates: [{from: 2020-01, current-year: 0.36 %/year, carried-over: 1.2 %/year}, {from: 2021-07, current-year: 0.24 %/year, carried-over: 0.6 %/year}]";

    private static IEnumerable<TestCaseData> Rows => Table.Read("interest.csv").Select(r => new TestCaseData(r).SetName($"Interest: {r["name"]}"));

    [TestCaseSource(nameof(Rows))]
    public void Bears(Row row)
    {
        MonthPolicy policy = With(row["interest"] == "FALL" ? Fall : row["interest"]);
        YearInterest interest = Interest.OfYear(policy, row.Money("carried")!.Value, Months(row["flows"]), Months(row["taken"]));
        Assert.That((interest.CurrentYear, interest.CarriedOver, interest.YearEnd), Is.EqualTo((row.Money("current-year"), row.Money("carried-over"), row.Money("year-end"))));
    }

    // What lay in the account month by month, and what each flow weighs: two ways to the same sums.
    [Test]
    public void Sums_by_month_are_sums_by_flow([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        MonthPolicy policy = With(Fall);
        for (int i = 0; i < 500; i++)
        {
            Money carried = new(random.Next(-50_000, 500_000));
            Money[] flows = [.. Enumerable.Range(0, 12).Select(_ => new Money(random.Next(-40_000, 50_000)))];
            Money[] taken = [.. Enumerable.Range(0, 12).Select(_ => new Money(random.Next(20) == 0 ? random.Next(100_000) : 0))];
            long counted = flows.Select((f, m) => f.Fen * (11 - m)).Sum();
            decimal atCurrent = flows.Select((f, m) => f.Fen * After(m, 0.0003m, 0.0002m)).Sum(), atCarried = flows.Select((f, m) => f.Fen * After(m, 0.001m, 0.0005m)).Sum();
            decimal earlier = (carried.Fen * After(-1, 0.001m, 0.0005m)) + taken.Select((f, m) => f.Fen * After(m - 1, 0.001m, 0.0005m)).Sum();
            decimal[] due = counted > 0 ? [atCurrent, earlier] : [0m, earlier + atCarried];
            YearInterest interest = Interest.OfYear(policy, carried, flows, taken);
            Assert.That(new[] { interest.CurrentYear.Fen, interest.CarriedOver.Fen }, Is.EqualTo(due.Select(d => (long)decimal.Round(Math.Max(d, 0m), MidpointRounding.AwayFromZero))), $"case {i}");
        }
    }

    private static decimal After(int month, decimal until, decimal since) => Enumerable.Range(month + 1, 11 - month).Sum(m => m < 6 ? until : since);

    [Test]
    public void A_change_is_told_part_by_part_in_both_languages()
    {
        Explanation chinese = new(), english = new(Language.English);
        Interest.OfYear(With(Fall), Money.FromYuan(1000m), new Money[12], explanation: chinese);
        Interest.OfYear(With(Fall), Money.FromYuan(1000m), new Money[12], explanation: english);
        Assert.Multiple(() =>
        {
            Assert.That(chinese.Lines[1].Steps, Is.EqualTo(new[]
            {
                "2021-01 至 2021-06：月积数 6000.00 元 x 年利率 1.2 % / 12", "2021-07 至 2021-12：月积数 6000.00 元 x 年利率 0.6 % / 12", "各段相加，不低于零，共 9.00 元",
            }));
            Assert.That(english.Lines[1].Steps, Is.EqualTo(new[]
            {
                "2021-01 to 2021-06: monthly products of 6000.00 x 1.2 % a year / 12", "2021-07 to 2021-12: monthly products of 6000.00 x 0.6 % a year / 12",
                "the parts together, not below nought: 9.00",
            }));
            Assert.That((english.Lines[1].Clause, english.Net), Is.EqualTo(("INT1 (B)", Money.FromYuan(9m))));
        });
    }

    [Test]
    public void The_year_end_balance_is_told_with_its_rate_and_clause()
    {
        Explanation english = new(Language.English);
        Interest.OfYear(With("on: year-end-balance, rate: 0.35 %/year"), Money.FromYuan(1200m), new Money[12], explanation: english);
        ExplanationLine line = english.Lines.Single();
        Assert.That((line.Component, line.Steps.Single(), line.Clause, line.Amount),
            Is.EqualTo(("interest-year-end-balance", "the balance at the end of the year 1200.00 x 0.35 % a year = 4.20", "INT1 (B)", Money.FromYuan(4.2m))));
    }

    [Test]
    public void The_slice_has_the_rates_of_the_year_up_to_its_month_and_no_later_ones() => Assert.Multiple(() =>
    {
        Assert.That(With(Fall).CanonicalJson, Does.Contain(
            "\"interest\":{\"rates\":[{\"carriedOver\":\"0.012\",\"currentYear\":\"0.0036\",\"from\":\"2021-01\"},{\"carriedOver\":\"0.006\",\"currentYear\":\"0.0024\",\"from\":\"2021-07\"}]}"));
        Assert.That(With(Fall, 6).CanonicalJson, Does.Contain("\"interest\":{\"carriedOver\":\"0.012\",\"currentYear\":\"0.0036\"}"));
        Assert.That(With("on: year-end-balance, rate: 0.35 %/year").CanonicalJson, Does.Contain("\"interest\":{\"on\":\"year-end-balance\",\"rate\":\"0.0035\"}"));
        Assert.That(With("rates: [{from: 2021-01, current-year: 0.35 %/year, carried-over: 1.1 %/year}]").Hash, Is.EqualTo(TestPolicies.Wuhan.For(new YearMonth(2021, 12), []).Hash));
    });

    // Worked by hand. FALL of Tables/interest.csv, closed in the month given: what was posted before it bears up to it. 1,000 carried over; 100 in in January; 200 taken over in February.
    [TestCase(1, 0, 1.00)]                                // nothing but January x 1000 x 0.001
    [TestCase(2, 0.03, 2.00)]                             // February 100 x 0.0003; what is taken over in it bears no more
    [TestCase(3, 0.06, 3.40)]                             // 3 x 1000 x 0.001 and February, March 2 x 200 x 0.001
    [TestCase(8, 0.19, 8.20)]                             // 5 x 100 x 0.0003 + 2 x 100 x 0.0002; 6.00 + 2 x 0.50 and February to June 5 x 0.20 + 2 x 0.10
    public void Interest_up_to_a_closing(int month, decimal current, decimal carried)
    {
        Money[] flows = new Money[month - 1], taken = new Money[month - 1];
        for (int i = 0; i < month - 1; i++)
        {
            flows[i] = i == 0 ? Money.FromYuan(100m) : Money.Zero;
            taken[i] = i == 1 ? Money.FromYuan(200m) : Money.Zero;
        }

        YearInterest interest = Interest.UpToClosing(With($"{Fall}, closed-account: with-pay-out", month), Money.FromYuan(1000m), flows, taken);
        Assert.That((interest.CurrentYear, interest.CarriedOver), Is.EqualTo((Money.FromYuan(current), Money.FromYuan(carried))));
    }

    [Test]
    public void The_slice_says_that_a_closing_pays_the_interest_out() => Assert.Multiple(() =>
    {
        Assert.That(With("current-year: 0.35 %/year, carried-over: 1.1 %/year, closed-account: with-pay-out").CanonicalJson, Does.Contain(
            "\"interest\":{\"carriedOver\":\"0.011\",\"closed\":\"with-pay-out\",\"currentYear\":\"0.0035\"}"));
        Assert.That(With($"{Fall}, closed-account: with-pay-out").CanonicalJson, Does.Contain("\"interest\":{\"closed\":\"with-pay-out\",\"rates\":["));
        Assert.That(With("current-year: 0.35 %/year, carried-over: 1.1 %/year, closed-account: year-end").Hash, Is.EqualTo(TestPolicies.Wuhan.For(new YearMonth(2021, 12), []).Hash));
    });

    [Test]
    public void A_year_with_a_month_without_a_rate_has_no_interest_to_guess()
    {
        MonthPolicy policy = With("rates: [{from: 2021-02, current-year: 0.35 %/year, carried-over: 1.1 %/year}]");
        Assert.That((policy.Interest, policy.CanonicalJson.Contains("interest", StringComparison.Ordinal)), Is.EqualTo(((InterestTerms?)null, false)));
    }

    internal static MonthPolicy With(string interest, int month = 12) => TestPolicies.WuhanWith(
        $"interest: {{current-year: 0.35 %/year, carried-over: 1.1 %/year, ref: [INT1, INT2, GK], grade: GK}} => interest: {{{interest}, ref: INT1, grade: B}}").For(new YearMonth(2021, month), []);

    private static Money[] Months(string text)
    {
        Money[] months = new Money[12];
        foreach (string[] sides in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')))
        {
            months[int.Parse(sides[0]) - 1] = Money.FromYuan(decimal.Parse(sides[1], System.Globalization.CultureInfo.InvariantCulture));
        }

        return months;
    }
}
