using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>What a payroll line is checked against, and what becomes of each fen that was paid.</summary>
public sealed class ContributionTests
{
    private static readonly LocalDate Born1990 = new(1990, 1, 1);

    [Test]
    public void In_Wuhan_two_and_eight_percent_of_the_base_are_due()
    {
        ExpectedContribution due = Assessment.Expect(TestPolicies.June2021, "unit", Born1990, Money.FromYuan(6000m));
        Assert.That(due, Is.EqualTo(new ExpectedContribution(Money.FromYuan(6000m), Money.FromYuan(120m), Money.FromYuan(480m), false)));
    }

    [Test]
    public void What_is_due_follows_the_limits()
    {
        MonthPolicy policy = TestPolicies.Wuhan.For(new YearMonth(2021, 6), [], new Dictionary<string, decimal> { ["base-min"] = 4000m });
        Assert.That(Assessment.Expect(policy, "unit", Born1990, Money.FromYuan(3000m)), Is.EqualTo(new ExpectedContribution(Money.FromYuan(4000m), Money.FromYuan(80m), Money.FromYuan(320m), false)));
    }

    [Test]
    public void Where_the_policy_gives_no_employer_rate_at_least_the_share_is_due()
    {
        MonthPolicy beijing = ShippedPolicies.Load("110000").For(new YearMonth(2021, 6), []);
        // 31 years: 10000 x 0.8 % = 80.00
        Assert.That(Assessment.Expect(beijing, "unit", Born1990, Money.FromYuan(10_000m)), Is.EqualTo(new ExpectedContribution(Money.FromYuan(10_000m), Money.FromYuan(200m), Money.FromYuan(80m), true)));
    }

    [Test]
    public void In_Foshan_of_2022_all_owe_on_one_base()
    {
        MonthPolicy foshan = ShippedPolicies.Load("440600").For(new YearMonth(2022, 11), []);
        // 5626 x 1.5 % = 84.39, the flat amount; 5626 x 3.5 % = 196.91
        Assert.That(Assessment.Expect(foshan, "unit", Born1990, Money.FromYuan(2000m)), Is.EqualTo(new ExpectedContribution(Money.FromYuan(5626m), Money.FromYuan(84.39m), Money.FromYuan(196.91m), false)));
    }

    [Test]
    public void Without_an_employer_rate_the_employer_fills_up_a_flat_amount()
    {
        string text = ShippedPolicies.Text("440600").Replace("            employer: {rate: 3.5 %, ref: FS22, grade: A}\n", "", StringComparison.Ordinal);
        var limits = new Dictionary<string, decimal> { ["base-min"] = 1000m, ["base-max"] = 9000m };
        MonthPolicy foshan = AreaPolicy.Parse(text, "changed.yaml").For(new YearMonth(2022, 11), [], limits);
        // 2000 x 1.5 % = 30.00; 84.39 - 30.00 = 54.39
        Assert.That(Assessment.Expect(foshan, "unit", Born1990, Money.FromYuan(2000m)), Is.EqualTo(new ExpectedContribution(Money.FromYuan(2000m), Money.FromYuan(30m), Money.FromYuan(54.39m), true)));
    }

    [Test]
    public void Flexible_employment_without_an_account_owes_what_the_policy_does_not_say()
    {
        MonthPolicy wuhan = TestPolicies.Wuhan.For(new YearMonth(2023, 2), []);
        Assert.That(Assessment.Expect(wuhan, "flexible", Born1990, Money.FromYuan(5000m)), Is.EqualTo(new ExpectedContribution(Money.FromYuan(5000m), null, Money.Zero, true)));
    }

    [Test]
    public void The_employers_contribution_is_the_share_and_the_rest_for_the_pool()
    {
        Shares shares = Assess(6000m, 120m, 480m);
        // Share 66.00, pool 480 - 66 = 414.00.
        Assert.That(shares, Is.EqualTo(new Shares(Money.FromYuan(186m), Money.FromYuan(414m), Money.Zero, Money.FromYuan(120m), Money.FromYuan(480m))));
    }

    [Test]
    public void A_share_never_exceeds_what_the_employer_paid() => Assert.That(Assess(6000m, 120m, 50m).Account, Is.EqualTo(Money.FromYuan(170m)));

    [Test]
    public void Without_an_employers_contribution_only_the_own_one_is_credited() => Assert.That(Assess(6000m, 120m, 0m).Account, Is.EqualTo(Money.FromYuan(120m)));

    [Test]
    public void A_retirees_credit_is_paid_by_the_pool_and_a_premium_goes_to_another_fund()
    {
        MonthPolicy guangzhou = ShippedPolicies.Load("440100").For(new YearMonth(2022, 12), []);
        Shares shares = Assessment.Assess(guangzhou, new PersonMonth { Standing = Standing.Retired, Category = "unit", Birth = new LocalDate(1950, 1, 1) });
        Assert.That(shares, Is.EqualTo(new Shares(Money.FromYuan(160.42m), Money.FromYuan(-169.08m), Money.FromYuan(8.66m), Money.Zero, Money.Zero)));
    }

    [Test]
    public void A_premium_never_takes_more_than_the_month_gave()
    {
        MonthPolicy qingdao = ShippedPolicies.Load("370200").For(new YearMonth(2021, 6), []);
        // 100 x 2 % = 2.00 credited; 5.00 + 0.20 would be due.
        Shares shares = Assessment.Assess(qingdao, Assessment.Due(qingdao, new PersonMonth { Standing = Standing.Active, Category = "unit", Birth = Born1990, Base = Money.FromYuan(100m) }));
        Assert.That((shares.Account, shares.Other), Is.EqualTo((Money.Zero, Money.FromYuan(2m))));
    }

    [Test]
    public void Arrears_are_credited_by_the_age_of_their_own_month_unless_the_area_takes_the_age_at_payment()
    {
        PersonMonth person = new() { Standing = Standing.Active, Category = "unit", Birth = new LocalDate(1985, 7, 1), Base = Money.FromYuan(6000m) };
        PersonMonth due = Assessment.Due(TestPolicies.June2021, person);
        // 35 in June 2021 (3.1 %), 36 when it is paid in August (3.4 %).
        Assert.That(Assessment.Assess(TestPolicies.June2021, due).Account, Is.EqualTo(Money.FromYuan(186m)));
        Assert.That(Assessment.Assess(TestPolicies.June2021, due with { AgedIn = new YearMonth(2021, 8) }).Account, Is.EqualTo(Money.FromYuan(204m)));
    }

    [TestCase("arrears: {credited: yes, age-on: accrual} => arrears: {credited: only-after-enrolment, age-on: payment, max-months: 6}", ArrearsCredited.OnlyAfterEnrolment, ArrearsAge.Payment, 6)]
    [TestCase("", ArrearsCredited.Yes, ArrearsAge.Accrual, null)]
    public void What_arrears_are_credited_is_said_by_the_file(string change, ArrearsCredited credited, ArrearsAge age, int? months)
    {
        MonthPolicy policy = TestPolicies.WuhanWith(change).For(new YearMonth(2021, 6), []);
        Assert.That((policy.ArrearsCredited, policy.ArrearsAge, policy.ArrearsMaxMonths), Is.EqualTo((credited, age, months)));
    }

    private static Shares Assess(decimal baseYuan, decimal person, decimal employer) => Assessment.Assess(TestPolicies.June2021, new PersonMonth
    {
        Standing = Standing.Active,
        Category = "unit",
        Birth = Born1990,
        Base = Money.FromYuan(baseYuan),
        PersonPaid = Money.FromYuan(person),
        EmployerPaid = Money.FromYuan(employer),
    });
}
