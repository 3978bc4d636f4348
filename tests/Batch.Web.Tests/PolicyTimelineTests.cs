using Batch.Host.Web;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>An area's policy over time: what each version changed, which figures hold when, and which have to be published.</summary>
public sealed class PolicyTimelineTests
{
    // Before 2023-02 shares by age and 4.8 or 5.1 % of the pension; from 2023-02 the own 2 % alone and a flat 83.
    [Test]
    public void Versions_say_what_they_changed()
    {
        IReadOnlyList<TimelineVersion> versions = PolicyTimeline.Versions(InForce("420100"));
        Assert.That(versions.Select(v => (v.From, v.To)), Is.EqualTo(new (YearMonth?, YearMonth?)[] { (null, new(2023, 1)), (new(2023, 2), null) }));
        Assert.That(versions[0].Changes, Is.Empty);
        RuleChange credit = versions[1].Changes.Single(c => c.Subject.Chinese == "单位职工（退休）" && c.Rule.Chinese == "划入方式");
        Assert.That((credit.Before?.Chinese, credit.After?.Chinese), Is.EqualTo(("养老金的比例", "定额")));
        RuleChange share = versions[1].Changes.Single(c => c.Rule.Chinese == "单位缴费划入（按基数），35 岁及以下");
        Assert.That((share.Before?.Chinese, share.After), Is.EqualTo(("1.1%", ((string, string)?)null)));
        Assert.That(versions[1].Changes.Select(c => c.Rule.Chinese), Has.None.EqualTo("个人缴费").And.None.EqualTo("缴费基数上限").And.None.EqualTo("计算年龄的日期"), "what stayed and the figures are not listed");
    }

    // 5,869 to 2023-06, 6,326, 6,821 and 7,162 from each July; none is known from 2026-07.
    [Test]
    public void Figures_are_listed_by_their_months_and_what_is_missing_is_said()
    {
        IReadOnlyList<TimelineFigure> figures = [.. PolicyTimeline.Figures(InForce("110000"), 2026).Where(f => f.Name == "base-min")];
        Assert.That(figures.Select(f => (f.First, f.Last, f.Value, f.Fault)), Is.EqualTo(new (YearMonth, YearMonth, decimal?, FigureFault?)[]
        {
            (new(2026, 7), new(2026, 12), null, FigureFault.Missing), (new(2025, 7), new(2026, 6), 7162m, null), (new(2024, 7), new(2025, 6), 6821m, null),
            (new(2023, 7), new(2024, 6), 6326m, null), (new(2023, 1), new(2023, 6), 5869m, null),
        }));
    }

    [Test]
    public void An_approved_figure_closes_the_gap_with_its_document()
    {
        TimelineFigure latest = PolicyTimeline.Figures(InForce("110000", new DatedFigure("base-min", new YearMonth(2026, 7), 7500m, "京1号")), 2026).First(f => f.Name == "base-min");
        Assert.That(latest, Is.EqualTo(new TimelineFigure("base-min", new YearMonth(2026, 7), new YearMonth(2026, 12), 7500m, "京1号", null)));
    }

    // 6,821 from 2024-07 and 7,162 from 2025-07 are published; a figure from 2023-07 stays in force until the next approved one, over both.
    [Test]
    public void A_figure_that_would_replace_later_published_ones_says_which()
    {
        YearMonth july = new(2023, 7);
        Assert.That(PolicyTimeline.Replaced(InForce("110000"), [new("base-min", july, 6000m, "x")], 2026).Select(f => (f.Name, f.First, f.Last, f.Value)), Is.EqualTo(new (string, YearMonth, YearMonth, decimal?)[]
        {
            ("base-min", new(2025, 7), new(2026, 6), 7162m), ("base-min", new(2024, 7), new(2025, 6), 6821m),
        }));
        Assert.That(PolicyTimeline.Replaced(InForce("110000"), [new("base-min", july, 6000m, "x"), new("base-min", new(2024, 7), 6821m, "x"), new("base-min", new(2025, 7), 7162m, "x")], 2026), Is.Empty, "each is said anew");
        Assert.That(PolicyTimeline.Replaced(InForce("110000"), [new("base-min", new(2026, 7), 7500m, "x")], 2026), Is.Empty);
    }

    [TestCase("LNH (C)", "北京2025社保基数，2025-09-18", "转述的网页，未经核实")]
    [TestCase("LNH, BJ3 (A-)", "北京2025社保基数，2025-09-18；北京医保个人账户划入标准（在职+退休），2022-03-27", "官方原文的节录")]
    [TestCase("BJ7 (C)", "jiusongjiankang.com/health/news/6180254.html; jiusongjiankang.com/health/news/5088997.html", "转述的网页，未经核实")]
    [TestCase("京人社（2026）1号", "京人社（2026）1号", null)]
    [TestCase("京人社 (2026)", "京人社 (2026)", null)]
    public void A_source_is_told_in_words(string source, string documents, string? grade)
    {
        Assert.That(SourceText.Documents(ShippedPolicies.Load("110000"), source), Is.EqualTo(documents));
        Assert.That(SourceText.GradeOf(source)?.Chinese, Is.EqualTo(grade));
    }

    [TestCase("110000")]
    [TestCase("310000")]
    [TestCase("210100")]
    public void Every_version_of_an_area_has_its_months(string area)
    {
        IReadOnlyList<TimelineVersion> versions = PolicyTimeline.Versions(InForce(area));
        Assert.That(versions, Has.Count.EqualTo(ShippedPolicies.Load(area).VersionStarts.Count));
        for (int i = 1; i < versions.Count; i++)
        {
            Assert.That(versions[i - 1].To!.Value.PlusMonths(1), Is.EqualTo(versions[i].From!.Value));
        }
    }

    private static PolicyInForce InForce(string area, params DatedFigure[] figures) => new(ShippedPolicies.Load(area), figures, 0);
}
