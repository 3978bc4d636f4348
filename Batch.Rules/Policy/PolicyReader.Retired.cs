using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

internal sealed partial class PolicyReader
{
    // Fifty years.
    private const int MostMonths = 600;

    private RetiredText ReadRetired(PolicyMap map)
    {
        int line = map.Line;
        string? written = map.Text("credit", "flat");
        RetireeCredit credit = map.Word("credit", RetireeCredit.None);
        Clause clause = ReadClause(map);
        if (written is null || Words.Read<RetireeCredit>(written) is null)
        {
            // Which other keys there may be depends on it: naming them as unknown would mislead.
            return new RetiredText(RetireeCredit.None, null, line) { Clause = clause };
        }

        RetiredText retired = credit == RetireeCredit.PensionRate ? ReadPensionRate(map, clause) : new RetiredText(credit, null, line) { Clause = clause };
        retired = retired with
        {
            Otherwise = credit == RetireeCredit.Frozen && map.Map("otherwise", "{credit: pension-rate, ...}", required: false) is { } other
                ? ReadRetired(other)
                : null,
            Deductions = credit == RetireeCredit.None ? [] : ReadDeductions(map),
        };
        if (credit is not (RetireeCredit.None or RetireeCredit.Frozen))
        {
            retired = ReadReduction(map, retired) with { ProRata = ReadProRata(map) };
        }

        if (credit is RetireeCredit.PensionRate or RetireeCredit.WageRate or RetireeCredit.AveragePensionRate or RetireeCredit.Flat or RetireeCredit.AgeAmount)
        {
            RateBase of = credit switch
            {
                RetireeCredit.WageRate => RateBase.AverageWage,
                RetireeCredit.AveragePensionRate => RateBase.AveragePension,
                _ => RateBase.Base,
            };
            bool rates = credit is not (RetireeCredit.Flat or RetireeCredit.AgeAmount);
            return retired with { Tiers = ReadTiers(map, of, rates, clause) };
        }

        map.RefuseOthers();
        return retired;
    }

    private RetiredText ReadPensionRate(PolicyMap map, Clause clause)
    {
        var chain = new List<PensionSource>();
        foreach (YamlNode item in map.List("pension", "[prior-year-average, this-year-average, month]"))
        {
            string word = (item as YamlScalarNode)?.Value ?? "";
            if (Words.Read<PensionSource>(word) is { } source)
            {
                chain.Add(source);
            }
            else
            {
                string all = string.Join(", ", Words.All<PensionSource>());
                _faults.Add(item, "WORD_UNKNOWN", $"{map.What} 的 pension 不能是“{word}”，可写：{all}",
                    $"pension of {map.What} cannot be '{word}'; write one of: {all}");
            }
        }

        var retired = new RetiredText(RetireeCredit.PensionRate, null, map.Line) { Clause = clause, Pension = chain };
        if (map.Map("floor", "{rate: 80 %, of: average-wage, ref: INS, grade: B}", required: false) is not { } floor)
        {
            return retired;
        }

        RateBase of = floor.Word("of", RateBase.AverageWage);
        if (of == RateBase.Base)
        {
            _faults.Add(floor.Line, "WORD_UNKNOWN", $"{floor.What} 的 of 应为 average-wage 或 average-pension",
                $"of of {floor.What} is to be average-wage or average-pension");
        }

        retired = retired with
        {
            Floor = floor.Percent("rate", required: true),
            FloorOf = of,
            FloorIfMissing = floor.Flag("if-missing", false),
            FloorClause = ReadClause(floor),
        };
        floor.RefuseOthers();
        return retired;
    }

    private ProRataText? ReadProRata(PolicyMap map)
    {
        PolicyMap? proRata = map.Map("pro-rata", "{of-months: 180, ref: HG, grade: C}", required: false);
        if (proRata is null)
        {
            return null;
        }

        int months = proRata.Integer("of-months", 1, MostMonths, required: true) ?? 1;
        var text = new ProRataText(months, proRata.Word("months", CountedMonths.Counted), ReadClause(proRata));
        proRata.RefuseOthers();
        return text;
    }

    private static RetiredText ReadReduction(PolicyMap map, RetiredText retired)
    {
        PolicyMap? less = map.Map("less-per-missing-year", "{rate: 3 %}", required: false);
        if (less is null)
        {
            return retired;
        }

        retired = retired with { ReductionRate = less.Percent("rate"), ReductionAmount = less.YuanAMonth("amount") };
        if (retired.ReductionRate is null == retired.ReductionAmount is null)
        {
            less.Faults.Add(less.Line, "REDUCTION_VALUE", $"{less.What} 应写 rate 或 amount 之一",
                $"{less.What} takes either rate (of the credit) or amount");
        }

        less.RefuseOthers();
        return retired;
    }
}
