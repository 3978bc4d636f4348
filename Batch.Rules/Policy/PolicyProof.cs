using System.Globalization;
using NodaTime;

namespace Batch.Rules;

/// <summary>What no single line shows: versions and figures that leave a month out or cover it twice, ages without a tier, examples that fail.</summary>
internal static partial class PolicyProof
{
    public static void ProveVersions(AreaPolicy policy, FaultList faults)
    {
        for (int i = 0; i < policy.Versions.Count; i++)
        {
            VersionText version = policy.Versions[i];
            if (i > 0)
            {
                ProveNeighbours(policy.Versions[i - 1], version, faults);
            }

            if (version.From is { } from && version.To is { } to && to.CompareTo(from) < 0)
            {
                faults.Add(version.Line, "VERSION_EMPTY", $"该版本止于 {Text(to)}，早于起始 {Text(from)}",
                    $"this version ends in {Text(to)}, before it begins in {Text(from)}");
            }

            ProveRules(version, faults);
            ProveCohorts(version, faults);
            ProveReductions(version, faults);
            ProveAdvance(version, i + 1 < policy.Versions.Count ? policy.Versions[i + 1].From : version.To?.PlusMonths(1), faults);
        }
    }

    public static void ProveCategories(AreaPolicy policy, FaultList faults)
    {
        foreach ((string name, CategoryText category) in policy.Versions.SelectMany(v => v.Categories))
        {
            ProveCategory(name, category, faults);
        }
    }

    private static void ProveNeighbours(VersionText before, VersionText version, FaultList faults)
    {
        if (version.From is not { } from)
        {
            faults.Add(version.Line, "VERSION_ORDER", "只有第一个版本可以写 from: unknown", "only the first version can have from: unknown; write its month");
            return;
        }

        if (before.From is { } earlier && earlier.CompareTo(from) >= 0)
        {
            faults.Add(version.Line, "VERSION_ORDER", $"版本应按起始月份先后排列，{Text(from)} 不晚于上一版本的 {Text(earlier)}",
                $"versions stand in the order of their months; {Text(from)} is not after {Text(earlier)} of the version above");
            return;
        }

        if (before.To is not { } to || to.CompareTo(from.PlusMonths(-1)) == 0)
        {
            return;
        }

        string last = Text(from.PlusMonths(-1));
        if (to.CompareTo(from) >= 0)
        {
            faults.Add(before.Line, "VERSION_OVERLAP", $"该版本止于 {Text(to)}，与下一版本 {Text(from)} 重叠，请写 to: {last} 或删去 to",
                $"this version ends in {Text(to)} and overlaps the next from {Text(from)}; write to: {last} or leave to out");
        }
        else
        {
            faults.Add(before.Line, "VERSION_GAP", $"该版本止于 {Text(to)}，到下一版本 {Text(from)} 之间无政策，请写 to: {last} 或删去 to",
                $"no policy between the end of this version, {Text(to)}, and the next from {Text(from)}; write to: {last} or leave to out");
        }
    }

    private static void ProveRules(VersionText version, FaultList faults)
    {
        RulesText rules = version.Rules;
        foreach (BreakRule rule in new[] { rules.ShortBreak, rules.LongBreak })
        {
            if (rule.Accumulated != BreakEffect.Keep && rule.Continuous == BreakEffect.Keep)
            {
                faults.Add(rules.Clause?.Line ?? version.Line, "BREAK_EFFECT", "累计清零而连续保留不成立，请写 continuous: restart",
                    "a break cannot zero the accumulated years and keep the continuous ones; write continuous: restart");
            }
        }
    }

    // A year is paid by one rule: it begins and ends with the version, and its amount is known beforehand.
    private static void ProveAdvance(VersionText version, YearMonth? next, FaultList faults)
    {
        if (version.Rules.Advance is not { } advance)
        {
            return;
        }

        if (version.From?.Month != advance.Month || (next is { } after && after.Month != advance.Month))
        {
            faults.Add(version.Line, "ADVANCE_YEAR", $"该版本按年预划，应从 {advance.Month} 月开始，并在其前一月结束",
                $"this version pays a year in advance: it begins in month {advance.Month} and ends in the month before it");
        }

        foreach (RetiredText retired in Retirees(version).Where(r => r.Credit is RetireeCredit.PensionRate or RetireeCredit.Frozen))
        {
            faults.Add(retired.Line, "ADVANCE_CREDIT", "按年预划的金额须事先已知，不能用 pension-rate 或 frozen",
                "an amount paid a year in advance is known beforehand; pension-rate and frozen do not go with advance");
        }

        foreach (RetiredText retired in Retirees(version).Where(r => r.ProRata is not null))
        {
            faults.Add(retired.Line, "ADVANCE_PRO_RATA", "按缴费月数比例（pro-rata）的金额会随月数变化，不能按年预划；请去掉 advance 或 pro-rata",
                "a proportion of the months of contribution changes with the months; pro-rata does not go with advance. Leave one of them out");
        }

        foreach (RetiredText retired in Retirees(version).Where(IsReduced))
        {
            faults.Add(retired.Line, "ADVANCE_REDUCTION", "按不足年限减少（less-per-missing-year）的金额会随补缴的年限变化，不能按年预划；请去掉 advance 或 less-per-missing-year",
                "an amount lessened by missing years changes with the years made up; less-per-missing-year does not go with advance. Leave one of them out");
        }
    }

    // Under all terms: those of a category, and those for whoever does not meet them.
    private static IEnumerable<RetiredText> Retirees(VersionText version) =>
        version.Categories.Values.SelectMany(c => new[] { c.Retired, c.Retired?.Otherwise }).OfType<RetiredText>();

    private static bool IsReduced(RetiredText retired) => retired.ReductionRate is not null || retired.ReductionAmount is not null;

    // Nobody can miss years of a minimum that is not given.
    private static void ProveReductions(VersionText version, FaultList faults)
    {
        if (version.Rules.MinimumYearsMale is not null)
        {
            return;
        }

        foreach (RetiredText retired in Retirees(version).Where(IsReduced))
        {
            faults.Add(retired.Line, "REDUCTION_WITHOUT_YEARS", "写了 less-per-missing-year 却没有规定年限，请在 rules 中写 minimum-years: {male: 30, female: 25}",
                "less-per-missing-year needs the years that may be missing; write minimum-years: {male: 30, female: 25} under rules");
        }
    }

    private static void ProveCategory(string name, CategoryText category, FaultList faults)
    {
        if (name == "unit" && ((category.Active is null && category.OpenActive is null) || (category.Retired is null && category.OpenRetired is null)))
        {
            faults.Add(category.Line, "STANDING_MISSING", "unit 应同时写 active 和 retired，来源未载明的写 open: 一句话",
                "unit needs both active and retired; where the source is silent write open: with a sentence");
        }

        ProveAges(category.Active?.Share, faults);
        ProveAges(category.Active?.Flat, faults);
        ProveNames(category.Active?.Deductions ?? [], faults);
        for (RetiredText? retired = category.Retired; retired is not null; retired = retired.Otherwise)
        {
            ProveOneReduction(retired, faults);
            ProveAges(retired.Tiers, faults);
            ProveNames(retired.Deductions, faults);
            foreach (DeductionText deduction in retired.Deductions.Where(d => d.Rate is not null && retired.Credit != RetireeCredit.PensionRate))
            {
                faults.Add(deduction.Clause.Line, "DEDUCTION_BASE", "该退休划入方式没有基数，扣减请写 amount",
                    "this retiree credit has no base to take a rate of; write the deduction as an amount");
            }
        }
    }

    private static void ProveNames(IReadOnlyList<DeductionText> deductions, FaultList faults)
    {
        foreach (DeductionText twice in deductions.GroupBy(d => d.Name).Where(g => g.Count() > 1).Select(g => g.Last()))
        {
            faults.Add(twice.Clause.Line, "DEDUCTION_TWICE", $"扣减 {twice.Name} 写了两次",
                $"deduction {twice.Name} is written twice; give each its own name");
        }
    }

    /// <summary>Every completed year from 0 to 150 is in exactly one tier.</summary>
    private static void ProveAges(TiersText? text, FaultList faults)
    {
        if (text is null || text.Tiers.Count == 0 || text.Tiers.Any(t => t.From > t.To))
        {
            return;
        }

        int next = 0;
        foreach (TierText tier in text.Tiers.OrderBy(t => t.From).ThenBy(t => t.To))
        {
            if (tier.From > next)
            {
                faults.Add(tier.Line, "AGE_GAP", $"{next} 至 {tier.From - 1} 周岁没有档次，请检查 from(含)/over(不含)/up-to(含)/under(不含)",
                    $"ages {next} to {tier.From - 1} have no tier; check from (included), over (excluded), up-to (included), under (excluded)");
            }
            else if (tier.From < next)
            {
                faults.Add(tier.Line, "AGE_OVERLAP", $"{tier.From} 至 {Math.Min(tier.To, next - 1)} 周岁有两个档次，请检查 from(含)/over(不含)/up-to(含)/under(不含)",
                    $"ages {tier.From} to {Math.Min(tier.To, next - 1)} have two tiers; check from (included), over (excluded), up-to (included), under (excluded)");
            }

            next = Math.Max(next, tier.To + 1);
        }

        if (next <= Ages.Oldest)
        {
            faults.Add(text.Tiers[^1].Line, "AGE_GAP", $"{next} 周岁及以上没有档次，最后一档请不写上限",
                $"ages from {next} on have no tier; leave the upper bound of the last tier out");
        }
    }

    public static void ProveFigures(AreaPolicy policy, FaultList faults)
    {
        foreach (IGrouping<string, FileFigure> name in policy.FileFigures.GroupBy(f => f.Name))
        {
            FileFigure? before = null;
            foreach (FileFigure figure in name.OrderBy(f => f.From))
            {
                if (figure.To is { } to && to.CompareTo(figure.From) < 0)
                {
                    faults.Add(figure.Clause.Line, "FIGURE_EMPTY", $"{name.Key} 止于 {Text(to)}，早于起始 {Text(figure.From)}",
                        $"{name.Key} ends in {Text(to)}, before it begins in {Text(figure.From)}");
                }

                if (before is not null && (before.To is null || before.To.Value.CompareTo(figure.From) >= 0))
                {
                    string last = Text(figure.From.PlusMonths(-1));
                    faults.Add(figure.Clause.Line, "FIGURE_OVERLAP", $"{name.Key} 自 {Text(figure.From)} 起与上一数值重叠，请给上一数值写 to: {last}",
                        $"{name.Key} from {Text(figure.From)} overlaps the one before; write to: {last} there");
                }

                before = figure;
            }
        }

        foreach (FileFigure least in policy.FileFigures.Where(f => f.Name == "base-min"))
        {
            if (policy.FileFigures.FirstOrDefault(f => f.Name == "base-max" && f.Value < least.Value && Meet(f, least)) is { } most)
            {
                faults.Add(most.Clause.Line, "LIMITS_CROSS", "缴费基数上限低于下限", "base-max is below base-min of the same month");
            }
        }
    }

    private static bool Meet(FileFigure a, FileFigure b) =>
        (a.To is null || a.To.Value.CompareTo(b.From) >= 0) && (b.To is null || b.To.Value.CompareTo(a.From) >= 0);

    public static void ProveExamples(AreaPolicy policy, FaultList faults)
    {
        foreach (PolicyExample example in policy.Examples)
        {
            try
            {
                ProveExample(policy, example, faults);
            }
            catch (Exception e) when (e is PolicyGapException or MissingFigureException or UnusableFigureException or CategoryOpenException or ArgumentException)
            {
                faults.Add(example.Line, "EXAMPLE_REFUSED", $"例“{example.Name}”无法计算：{e.Message}",
                    $"example '{example.Name}' cannot be computed: {e.Message}");
            }
        }

        foreach (VersionText version in faults.Any ? [] : policy.Versions)
        {
            if (!policy.Examples.Any(e => policy.VersionIn(e.Month) == version))
            {
                faults.Add(version.Line, "EXAMPLE_NONE", "该版本没有例子，请在 examples 中至少写一个手工算好的",
                    "this version has no example; write at least one worked by hand under examples");
            }
        }
    }

    private static void ProveExample(AreaPolicy policy, PolicyExample example, FaultList faults)
    {
        MonthPolicy month = policy.For(example.Month, [], example.Set);
        var explanation = new Explanation();
        Shares shares = Assessment.Assess(month, Assessment.Due(month, example.Person), explanation);
        decimal gross = explanation.Gross.Yuan, deductions = explanation.Deductions.Yuan, net = shares.Account.Yuan;
        if (net != example.Net || gross != (example.Gross ?? gross) || deductions != (example.Deductions ?? deductions))
        {
            string found = string.Create(CultureInfo.InvariantCulture, $"gross {gross:0.00}, deductions {deductions:0.00}, net {net:0.00}");
            string told = string.Create(CultureInfo.InvariantCulture, $"{example.Net:0.00}");
            faults.Add(example.Line, "EXAMPLE_FAILS", $"例“{example.Name}”应为 {told}，按本文件算得 {found}；请改规则或改例子",
                $"example '{example.Name}' says net {told}, the file computes {found}; correct the rule or the example");
        }
    }

    private static string Text(YearMonth month) => $"{month.Year:0000}-{month.Month:00}";
}
