using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>A month that no figure covers says so, and so does a figure from a year ago.</summary>
public sealed class FigureGapTests
{
    private static readonly YearMonth June = new(2021, 6);

    [Test]
    public void A_month_without_limits_says_so_and_the_average_it_has_is_none_of_it()
    {
        IReadOnlyList<FigureGap> gaps = TestPolicies.June2021.FigureGaps;
        Assert.That(gaps.Select(g => (g.Name, g.Fault, g.First, g.Last, g.Known, g.Refuses)), Is.EqualTo(new[]
        {
            ("base-min", FigureFault.Missing, June, June, (YearMonth?)null, false), ("base-max", FigureFault.Missing, June, June, null, false),
        }));
        Assert.That(gaps[1].English, Is.EqualTo("2021-06: no base-max; bases are taken as declared, without this limit."));
        Assert.That(gaps[1].Chinese, Is.EqualTo("2021-06 没有缴费基数上限（base-max），按申报基数计算，未按其限定。"));
    }

    [Test]
    public void An_average_that_is_missing_refuses() => Assert.That(
        TestPolicies.Wuhan.For(new YearMonth(2020, 12), []).FigureGaps.Where(g => g.Refuses).Select(g => g.Name), Is.EqualTo(new[] { "average-wage" }));

    [TestCase(2022, 6, "base-min, base-max", TestName = "Before the first pair")]
    [TestCase(2022, 7, "", TestName = "In its first month")]
    [TestCase(2026, 6, "", TestName = "In the last month of the last pair")]
    [TestCase(2026, 7, "base-min 2026-06, base-max 2026-06", TestName = "After its end the pair is no figure for the present")]
    public void A_dated_pair_ends(int year, int month, string gaps) => Assert.That(
        string.Join(", ", TestPolicies.Wuhan.For(new YearMonth(year, month), []).FigureGaps.Select(g => $"{g.Name} {(g.Known is { } k ? $"{k.Year}-{k.Month:00}" : "")}".TrimEnd())),
        Is.EqualTo(gaps));

    [TestCase(11, false)]
    [TestCase(12, true)]
    [TestCase(20, true)]
    public void A_figure_set_without_an_end_is_old_after_twelve_months_and_still_used(int later, bool old)
    {
        YearMonth from = new(2021, 1);
        MonthPolicy policy = TestPolicies.Wuhan.For(from.PlusMonths(later), [new DatedFigure("base-max", from, 20_000m, "文号"), new DatedFigure("base-min", from.PlusMonths(later), 4_000m, "文号")]);
        Assert.That(policy.BaseMaximum, Is.EqualTo(Money.FromYuan(20_000m)));
        Assert.That(policy.FigureGaps.Select(g => (g.Name, g.Fault, g.Known, g.Refuses)),
            Is.EqualTo(old ? new[] { ("base-max", FigureFault.Old, (YearMonth?)from, false) } : []));
    }

    [TestCase(12, false)]
    [TestCase(1, true)]
    public void A_figure_of_the_file_without_an_end_is_old_after_twelve_months(int month, bool old)
    {
        AreaPolicy policy = TestPolicies.WuhanWith("{from: 2022-01, to: 2023-01, value => {from: 2022-01, value");
        MonthPolicy at = policy.For(new YearMonth(old ? 2023 : 2022, month), []);
        Assert.That(at.FigureGaps.Any(g => g is { Name: "average-wage", Fault: FigureFault.Old }), Is.EqualTo(old));
    }

    [Test]
    public void A_figure_that_is_given_is_no_gap() => Assert.That(
        TestPolicies.Wuhan.For(June, [], new Dictionary<string, decimal> { ["base-min"] = 3000m, ["base-max"] = 20_000m }).FigureGaps, Is.Empty);

    [TestCase("unit", Standing.Active, 2021, 6, "base-min, base-max")]
    [TestCase("unit", Standing.Retired, 2021, 6, "", TestName = "The floor of retirees has its average")]
    [TestCase("unit", Standing.Retired, 2023, 2, "", TestName = "A flat amount needs no figure")]
    [TestCase("flexible", Standing.Active, 2023, 2, "", TestName = "Who has no account needs no limit")]
    [TestCase("nobody", Standing.Active, 2023, 2, "")]
    public void Only_what_decides_the_amount_of_a_person_is_told(string category, Standing standing, int year, int month, string gaps) =>
        Assert.That(string.Join(", ", TestPolicies.Wuhan.For(new YearMonth(year, month), []).FigureGapsOf(category, standing).Select(g => g.Name)), Is.EqualTo(gaps));

    [Test]
    public void Neighbouring_months_are_told_together()
    {
        IReadOnlyList<FigureGap> gaps = ShippedPolicies.Load("410100").FigureGaps(new YearMonth(2024, 5), new YearMonth(2025, 9), []);
        Assert.That(gaps.Where(g => g.Name == "base-max").Select(g => (g.First, g.Last, g.Known)), Is.EqualTo(new[]
        {
            (new YearMonth(2024, 5), new YearMonth(2024, 6), (YearMonth?)new YearMonth(2023, 6)), (new YearMonth(2025, 7), new YearMonth(2025, 9), new YearMonth(2025, 6)),
        }));
        Assert.That(gaps[^1].English, Is.EqualTo("2025-07 to 2025-09: no base-min (the last one known ends in 2025-06); bases are taken as declared, without this limit."));
    }

    [Test]
    public void Months_that_no_version_covers_are_found()
    {
        YearMonth from = new(2024, 1), to = new(2026, 12);
        Assert.That(ShippedPolicies.Load("330200").Uncovered(from, to), Is.EqualTo(new[] { (new YearMonth(2026, 1), to) }));
        Assert.That(ShippedPolicies.Load("350200").Uncovered(from, to), Is.EqualTo(new[] { (from, new YearMonth(2024, 12)) }));
        Assert.That(TestPolicies.Wuhan.Uncovered(from, to), Is.Empty);
    }

    [TestCaseSource(typeof(ShippedPolicies), nameof(ShippedPolicies.Areas))]
    public void Every_figure_of_a_shipped_file_ends(string area) => Assert.That(ShippedPolicies.Load(area).FileFigures.Where(f => f.To is null), Is.Empty);

    // What is not covered to the end of 2026 is said to be open in words, not only by its absence.
    [TestCaseSource(typeof(ShippedPolicies), nameof(ShippedPolicies.Areas))]
    public void A_shipped_file_says_which_limits_were_not_found(string area)
    {
        AreaPolicy policy = ShippedPolicies.Load(area);
        bool missing = policy.FigureGaps(new YearMonth(2023, 1), new YearMonth(2026, 12), []).Any(g => g.Name.StartsWith("base-", StringComparison.Ordinal));
        Assert.That(!missing || policy.Open.Any(o => o.Text.Contains("缴费基数", StringComparison.Ordinal)));
    }

    [Test]
    public void A_source_has_title_date_issuer_and_the_sentence_quoted()
    {
        PolicySource source = ShippedPolicies.Load("310000").SourceDetails["SHA"];
        Assert.That((source.Title, source.Number, source.Date, source.Address), Is.EqualTo(("健全上海市职工基本医疗保险门诊共济保障机制实施办法", "第二条第（一）项", "2023-07-01", "cooxue.com/sifa/46601")));
        Assert.That(source.Quote, Does.StartWith("自2023年7月1日起，").And.EndWith("75岁以上1890元/年。"));
        Assert.That(ShippedPolicies.Load("310000").Sources["SHA"], Does.StartWith("《健全上海市职工基本医疗保险门诊共济保障机制实施办法》，第二条第（一）项，2023-07-01；cooxue.com/sifa/46601：“自2023年7月1日起"));
        Assert.That(ShippedPolicies.Load("310000").Sources["SH3"], Is.EqualTo("163.com/dy/article/KDS6800T0525TFAM.html"), "a source of one line is its address");
    }
}
