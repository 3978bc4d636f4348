using System.Globalization;
using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>What a calculation is asked for, and the months and changes that it is followed by.</summary>
public sealed class OutlookTests
{
    private static readonly Dictionary<string, decimal> Averages = new() { ["average-wage"] = 7000m, ["average-pension"] = 4000m };

    /// <summary>Every month in which a version begins, of every shipped file, and the month before the first of them.</summary>
    private static IEnumerable<TestCaseData> Slices() => ShippedPolicies.Areas.SelectMany(code =>
    {
        AreaPolicy area = ShippedPolicies.Load(code);
        return area.VersionStarts.Select(s => s ?? new YearMonth(2005, 1)).Select(month => new TestCaseData(area, month) { TestName = $"{code} {month.Year}-{month.Month:00}" });
    });

    [TestCaseSource(nameof(Slices))]
    public void What_is_not_asked_for_decides_nothing(AreaPolicy area, YearMonth month)
    {
        MonthPolicy policy = area.For(month, [], Averages);
        foreach ((string category, Standing standing) in policy.Categories.SelectMany(c => new[] { (c, Standing.Active), (c, Standing.Retired) }).Where(c => policy.Covers(c.c, c.Item2)))
        {
            PersonInputs asked = policy.InputsOf(category, standing);
            PersonMonth one = Person(category, standing, new LocalDate(1950, 3, 3), 5000m), other = Person(category, standing, new LocalDate(1995, 8, 8), 9000m);
            PersonMonth mixed = other with
            {
                Birth = asked.HasFlag(PersonInputs.Birth) ? one.Birth : other.Birth,
                Base = asked.HasFlag(PersonInputs.Base) ? one.Base : other.Base,
                PensionPriorYear = asked.HasFlag(PersonInputs.PensionPriorYear) ? one.PensionPriorYear : other.PensionPriorYear,
                PensionThisYear = asked.HasFlag(PersonInputs.PensionThisYear) ? one.PensionThisYear : other.PensionThisYear,
                PensionMonth = asked.HasFlag(PersonInputs.PensionMonth) ? one.PensionMonth : other.PensionMonth,
                FrozenAmount = asked.HasFlag(PersonInputs.FrozenAmount) ? one.FrozenAmount : other.FrozenAmount,
                MissingYears = asked.HasFlag(PersonInputs.MissingYears) ? one.MissingYears : other.MissingYears,
            };
            Assert.That(Calculation.Of(policy, mixed).Net, Is.EqualTo(Calculation.Of(policy, one).Net), $"{category} {standing}: {asked}");
        }
    }

    // By the files: Wuhan's retired by their pension and age until 2023-01, at a flat amount after; its employed by age until then. Nothing is credited to its flexible workers.
    [TestCase("420100", "2021-06", "unit", Standing.Active, PersonInputs.Birth | PersonInputs.Base)]
    [TestCase("420100", "2021-06", "unit", Standing.Retired, PersonInputs.Birth | PersonInputs.Pensions)]
    [TestCase("420100", "2023-02", "unit", Standing.Active, PersonInputs.Base)]
    [TestCase("420100", "2023-02", "unit", Standing.Retired, PersonInputs.None)]
    [TestCase("420100", "2023-02", "flexible", Standing.Active, PersonInputs.None)]
    [TestCase("110000", "2022-09", "unit", Standing.Active, PersonInputs.Base)]
    [TestCase("110000", "2022-09", "unit", Standing.Retired, PersonInputs.Birth)]
    public void A_policy_asks_for_what_its_rules_read(string area, string month, string category, Standing standing, PersonInputs inputs) =>
        Assert.That(ShippedPolicies.Load(area).For(Month(month), []).InputsOf(category, standing), Is.EqualTo(inputs));

    // Two months after the retirement: until then neither of the two is credited.
    [Test]
    public void Between_the_retirement_and_the_first_month_credited_as_retired_nothing_is_credited()
    {
        AreaPolicy area = TestPolicies.WuhanWith("retirement-offset: 1 => retirement-offset: 3");
        Outlook outlook = Of(area, Person("unit", Standing.Active, new LocalDate(1963, 5, 5), 6000m), "2023-03", "2023-06");
        // Own 2 % of 6,000 to June, nothing in July and August, 83 from September on.
        Assert.That(outlook.Months.Take(7).Select(m => m.Net!.Value.ToString()), Is.EqualTo(new[] { "120.00", "120.00", "120.00", "120.00", "0.00", "0.00", "83.00" }));
        Assert.That(outlook.Changes.Select(c => $"{c.Now.Month.Month} {c.Reasons.Single().English}"), Is.EqualTo(new[]
        {
            "7 retired in 2023-06; credited as retired 3 months after it", "9 retired in 2023-06, credited as retired from 2023-09 on",
        }));
    }

    // 2 % of 6,000 and 1.4 %: 204; 46 on 2021-08-01: 1.7 %: 222; and so it stays to 2022-12.
    [Test]
    public void The_year_s_total_is_the_sum_of_its_months_and_none_where_one_cannot_be_said()
    {
        PersonMonth person = Person("unit", Standing.Active, new LocalDate(1975, 7, 20), 6000m);
        Assert.That(Of(TestPolicies.Wuhan, person, "2021-06", null).Total!.Value.ToString(), Is.EqualTo("2628.00"), "2 x 204 + 10 x 222");
        PersonMonth retired = Person("unit", Standing.Retired, new LocalDate(1955, 1, 1), 6000m);
        Outlook outlook = Of(TestPolicies.Wuhan, retired, "2020-06", null);
        Assert.That(outlook.Total, Is.Null);
        Assert.That(outlook.Gaps.Select(g => $"{g.Code} {g.Name} {g.First} {g.Last} {g.Refuses}"), Is.EqualTo(new[] { "FIGURE_MISSING average-wage 2020-06 2020-12 True" }));
    }

    // 35 counts as young until 2028-01-31; the tiers of the file end in 2023-01, so nothing is known to change later.
    [Test]
    public void No_age_tier_of_a_version_that_has_ended_is_a_later_change() =>
        Assert.That(Of(TestPolicies.Wuhan, Person("unit", Standing.Active, new LocalDate(1992, 1, 31), 6000m), "2021-06", null).Later, Is.Empty);

    private static Outlook Of(AreaPolicy area, PersonMonth person, string from, string? retires) => Outlook.Of(
        area, month => area.VersionStarts[0] is { } first && month.CompareTo(first) < 0 ? null : area.For(month, []), new OutlookPerson(person, retires is null ? null : Month(retires)), Month(from));

    private static PersonMonth Person(string category, Standing standing, LocalDate birth, decimal yuan) => new()
    {
        Standing = standing,
        Birth = birth,
        Category = category,
        Base = Money.FromYuan(yuan),
        PensionPriorYear = Money.FromYuan(yuan),
        PensionThisYear = Money.FromYuan(yuan + 1m),
        PensionMonth = Money.FromYuan(yuan + 2m),
        FrozenAmount = Money.FromYuan(yuan / 100m),
        MissingYears = yuan > 6000m ? 3 : 1,
    };

    private static YearMonth Month(string text) => new(int.Parse(text[..4], CultureInfo.InvariantCulture), int.Parse(text[5..], CultureInfo.InvariantCulture));
}
