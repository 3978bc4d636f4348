using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>
/// Rules that depend on more than the month's own facts: what is not credited goes whole to the pooled fund. Wuhan's file before its reform, changed; on a base
/// of 8000 somebody of 36 has 160.00 of his own and 1.4 % = 112.00 of the employer's 640.00.
/// </summary>
public sealed class GatedRulesTests
{
    private static readonly YearMonth June = new(2021, 6);

    private static PersonMonth Paid(Func<PersonMonth, PersonMonth>? with = null)
    {
        PersonMonth person = new()
        {
            Standing = Standing.Active,
            Category = "unit",
            Birth = new LocalDate(1985, 6, 1),
            Base = Money.FromYuan(8000m),
            PersonPaid = Money.FromYuan(160m),
            EmployerPaid = Money.FromYuan(640m),
        };
        return with?.Invoke(person) ?? person;
    }

    private static MonthPolicy Policy(string change) => TestPolicies.WuhanWith(change).For(June, []);

    // Arrears, told by the month of payment; "before": the month lies before the enrolment.
    [TestCase("yes, age-on: accrual", 2, true, "272.00", TestName = "Months_paid_late_are_credited_where_the_file_says_yes")]
    [TestCase("no", 2, false, "0.00", TestName = "Months_paid_late_are_not_credited_where_the_file_says_no")]
    [TestCase("no", 0, false, "272.00", TestName = "A_month_paid_in_time_is_no_arrears")]
    [TestCase("only-after-enrolment", 2, true, "0.00", TestName = "Arrears_for_late_enrolment_are_not_credited")]
    [TestCase("only-after-enrolment", 2, false, "272.00", TestName = "Arrears_after_the_enrolment_are_credited")]
    [TestCase("yes, max-months: 6", 6, false, "272.00", TestName = "Six_months_late_are_credited_where_six_may_be")]
    [TestCase("yes, max-months: 6", 7, false, "0.00", TestName = "Seven_months_late_are_not_credited_where_six_may_be")]
    public void Arrears(string rule, int monthsLate, bool before, string account)
    {
        MonthPolicy policy = Policy($"arrears: {{credited: yes, age-on: accrual}} => arrears: {{credited: {rule}}}");
        Check(policy, Paid(p => p with { PaidIn = monthsLate == 0 ? null : June.PlusMonths(monthsLate), BeforeEnrolment = before }), account);
    }

    [TestCase(0, "272.00", TestName = "Without_an_enrolment_on_record_nobody_waits_for_his_first_month")]
    [TestCase(6, "0.00", TestName = "The_month_of_enrolment_is_not_credited_with_an_offset_of_two")]
    [TestCase(5, "0.00", TestName = "The_month_after_enrolment_is_not_credited_with_an_offset_of_two")]
    [TestCase(4, "272.00", TestName = "The_second_month_after_enrolment_is_credited_with_an_offset_of_two")]
    public void First_month(int enrolled, string account) => Check(
        Policy("first-month-offset: 0 => first-month-offset: 2"), Paid(p => p with { EnrolledIn = enrolled == 0 ? null : new YearMonth(2021, enrolled) }), account);

    [TestCase(0, "272.00", TestName = "Without_a_break_nobody_waits")]
    [TestCase(6, "0.00", TestName = "The_month_of_resumption_is_not_credited_with_an_offset_of_one")]
    [TestCase(5, "272.00", TestName = "The_month_after_resumption_is_credited_with_an_offset_of_one")]
    public void Resumption(int resumed, string account) => Check(
        Policy("resumption-offset: 0 => resumption-offset: 1"), Paid(p => p with { ResumedIn = resumed == 0 ? null : new YearMonth(2021, resumed) }), account);

    // Minimum of 30 years for men and 25 for women: completed years count.
    [TestCase(Sex.Male, 360, 0)]
    [TestCase(Sex.Male, 359, 1)]
    [TestCase(Sex.Male, 348, 1)]
    [TestCase(Sex.Male, 347, 2)]
    [TestCase(Sex.Female, 300, 0)]
    [TestCase(Sex.Female, 299, 1)]
    [TestCase(Sex.Female, 0, 25)]
    public void Missing_years_are_those_not_completed(Sex sex, int months, int missing) =>
        Assert.That(ShippedPolicies.Load("460100").For(June, []).MissingYears(sex, months), Is.EqualTo(missing));

    [TestCase("monthly", 1, "2021-06", "2021-06")]
    [TestCase("yearly-in-advance", 7, "2021-06", "2021-06")]
    [TestCase("yearly", 1, "2021-01", "2021-12")]
    [TestCase("yearly", 1, "2021-12", "2021-12")]
    [TestCase("yearly", 4, "2021-03", "2021-03")]
    [TestCase("yearly", 4, "2021-04", "2022-03")]
    [TestCase("half-yearly", 1, "2021-06", "2021-06")]
    [TestCase("half-yearly", 1, "2021-07", "2021-12")]
    [TestCase("half-yearly", 7, "2021-06", "2021-06")]
    [TestCase("half-yearly", 7, "2021-11", "2021-12")]
    [TestCase("half-yearly", 7, "2021-01", "2021-06")]
    public void A_rhythm_credits_in_the_last_month_of_its_period(string rhythm, int yearFrom, string month, string creditedIn)
    {
        static YearMonth Read(string text) => new(int.Parse(text[..4]), int.Parse(text[5..]));
        AreaPolicy policy = TestPolicies.WuhanWith($"rhythm: monthly => rhythm: {rhythm}; insurance-year-from: 1 => insurance-year-from: {yearFrom}");
        Assert.That(policy.For(Read(month), []).CreditedIn, Is.EqualTo(Read(creditedIn)));
    }

    [Test]
    public void The_shipped_areas_that_gate_on_other_facts_are_known()
    {
        IEnumerable<string> gated = ShippedPolicies.Areas.SelectMany(a => ShippedPolicies.Load(a).Examples.Select(e => ShippedPolicies.Load(a).For(e.Month, [], e.Set))
            .Where(m => m.Gates != Gates.None).Select(m => $"{a} {m.Gates}")).Distinct();
        Assert.That(gated, Is.EqualTo(new[] { "320100 FrozenAmount", "320200 FrozenAmount", "320300 FrozenAmount", "460100 Years, Receipts" }), "and Wuhan reads nothing more");
    }

    private static void Check(MonthPolicy policy, PersonMonth person, string account)
    {
        var explanation = new Explanation(Language.English);
        Shares shares = Assessment.Assess(policy, person, explanation);
        Money expected = Money.FromYuan(decimal.Parse(account, System.Globalization.CultureInfo.InvariantCulture));
        Assert.That((shares.Account, shares.Pool, shares.Other), Is.EqualTo((expected, Money.FromYuan(800m) - expected, Money.Zero)));
        Assert.That(explanation.Net, Is.EqualTo(expected));
        Assert.That(explanation.Lines.SelectMany(l => l.Steps).Any(s => s.Contains("pooled fund")), Is.EqualTo(expected.IsZero), "and it says where the money went");
    }
}
