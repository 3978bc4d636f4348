using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>Which figure is in force: an override, then what was adopted with a document, then the file's own.</summary>
public sealed class FigureTests
{
    private static readonly YearMonth June = new(2021, 6);

    private static readonly PersonMonth LowPension = new()
    {
        Standing = Standing.Retired,
        Category = "unit",
        Birth = new LocalDate(1955, 1, 1),
        PensionPriorYear = Money.FromYuan(1000m),
    };

    [Test]
    public void The_files_figure_is_used_when_nothing_else_is_given() => Assert.That(Credit(June), Is.EqualTo("281.36"));

    [Test]
    public void An_adopted_figure_overrides_the_files() =>
        // 8000 x 80 % x 4.8 % = 307.20
        Assert.That(Credit(June, new DatedFigure("average-wage", new YearMonth(2021, 1), 8000m, "文号")), Is.EqualTo("307.20"));

    [Test]
    public void An_adopted_figure_of_a_later_month_changes_nothing_before_it() =>
        Assert.That(Credit(June, new DatedFigure("average-wage", new YearMonth(2021, 7), 8000m, "文号")), Is.EqualTo("281.36"));

    [Test]
    public void Of_two_adopted_figures_the_later_one_in_force_counts_in_whatever_order_they_come() => Assert.That(
        Credit(June, new DatedFigure("average-wage", new YearMonth(2021, 6), 9000m, "二"), new DatedFigure("average-wage", new YearMonth(2021, 1), 8000m, "一")),
        // 9000 x 80 % x 4.8 % = 345.60
        Is.EqualTo("345.60"));

    [Test]
    public void An_override_stands_over_all() => Assert.That(
        Assessment.Assess(
            TestPolicies.Wuhan.For(June, [new DatedFigure("average-wage", June, 8000m, "文号")], new Dictionary<string, decimal> { ["average-wage"] = 10_000m }), LowPension)
            .Account.ToString(),
        // 10000 x 80 % x 4.8 % = 384.00
        Is.EqualTo("384.00"));

    [Test]
    public void The_figure_of_2022_is_marked_as_a_sample() => Assert.That(
        TestPolicies.Wuhan.For(new YearMonth(2022, 1), []).Statements.Single(s => s.Statement.StartsWith("average-wage", StringComparison.Ordinal)).Reference,
        Is.EqualTo("SAMPLE (sample)"));

    [TestCase("average-wages", 7000)]
    [TestCase("average-wage", 0)]
    [TestCase("base-min", -1)]
    public void An_override_of_another_name_or_not_above_zero_is_refused(string name, int value) =>
        Assert.That(() => TestPolicies.Wuhan.For(June, [], new Dictionary<string, decimal> { [name] = value }), Throws.ArgumentException);

    [Test]
    public void Limits_that_cross_are_refused() => Assert.That(
        () => TestPolicies.Wuhan.For(June, [], new Dictionary<string, decimal> { ["base-min"] = 5000m, ["base-max"] = 4000m }), Throws.ArgumentException);

    [Test]
    public void A_month_before_the_first_version_is_refused() => Assert.That(
        () => ShippedPolicies.Load("370100").For(new YearMonth(2022, 12), []), Throws.TypeOf<PolicyGapException>().With.Message.EqualTo("370100: no policy covers 2022-12."));

    [Test]
    public void A_month_after_the_last_version_is_refused() =>
        Assert.That(() => ShippedPolicies.Load("330200").For(new YearMonth(2026, 1), []), Throws.TypeOf<PolicyGapException>());

    [Test]
    public void No_earlier_version_comes_back_after_the_end_of_the_last()
    {
        AreaPolicy ends = TestPolicies.WuhanWith("- from: 2023-02 => - from: 2023-02\n    to: 2025-12");
        Assert.That(ends.For(new YearMonth(2025, 12), []).Version, Is.EqualTo("420100 from 2023-02"));
        Assert.That(() => ends.For(new YearMonth(2026, 1), []), Throws.TypeOf<PolicyGapException>().With.Message.EqualTo("420100: no policy covers 2026-01."));
    }

    [TestCase("420100", 2023, 1, "420100 before 2023-02")]
    [TestCase("420100", 2023, 2, "420100 from 2023-02")]
    [TestCase("530100", 2021, 6, "530100 before 2024-01")]
    [TestCase("460100", 2021, 6, "460100")]
    public void A_version_is_named_by_its_start(string area, int year, int month, string name) =>
        Assert.That(ShippedPolicies.Load(area).For(new YearMonth(year, month), []).Version, Is.EqualTo(name));

    private static string Credit(YearMonth month, params DatedFigure[] figures) =>
        Assessment.Assess(TestPolicies.Wuhan.For(month, figures), LowPension).Account.ToString();
}
