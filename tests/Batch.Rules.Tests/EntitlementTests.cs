using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>From the facts in force to the legs of the entries, in Wuhan in March 2023: 2 % of the base to the account, and a retiree's 83 yuan from the pool.</summary>
public sealed class EntitlementTests
{
    private static readonly YearMonth March = new(2023, 3);
    private static readonly MonthPolicy Wuhan = TestPolicies.Wuhan.For(March, []);
    private static readonly Legs Employed = new(120_00, 480_00, 0, 120_00, 480_00, 0);
    private static readonly Legs Retired = new(83_00, -83_00, 0, 0, 0, 0);

    [Test]
    public void A_contribution_goes_before_a_pension() => Gives(Facts(pays: true, isPensioned: true), Employed, default);

    [Test]
    public void A_pension_alone_is_a_retirees_month() => Gives(Facts(pays: false, isPensioned: true), default, Retired);

    [Test]
    public void Nothing_is_credited_of_nothing() => Gives(Facts(pays: false, isPensioned: false), default, default);

    [Test]
    public void A_pension_counts_from_the_month_after_the_retirement()
    {
        MonthFacts facts = Facts(pays: false, isPensioned: true);
        facts.RetiredIn = March;
        Gives(facts, default, default);
        facts.RetiredIn = March.PlusMonths(-1);
        Gives(facts, default, Retired);
    }

    [Test]
    public void The_month_of_death_is_credited_and_money_of_a_later_one_is_kept_apart()
    {
        MonthFacts facts = Facts(pays: true, isPensioned: false);
        facts.DiedIn = March;
        Gives(facts, Employed, default);
        facts.DiedIn = March.PlusMonths(-1);
        Gives(facts, new Legs(0, 0, 600_00, 120_00, 480_00, 0), default);
    }

    [Test]
    public void Neither_a_held_contribution_nor_a_held_pension_counts()
    {
        MonthFacts facts = Facts(pays: true, isPensioned: true);
        facts.Contribution = facts.Contribution with { IsAccepted = false };
        facts.Pension = facts.Pension with { IsAccepted = false };
        Gives(facts, default, default);
    }

    [Test]
    public void A_difference_is_taken_leg_by_leg() => Assert.That(Employed - new Legs(20_00, 80_00, 0, 20_00, 80_00, 0), Is.EqualTo(new Legs(100_00, 400_00, 0, 100_00, 400_00, 0)));

    private static MonthFacts Facts(bool pays, bool isPensioned) => new()
    {
        Birth = new LocalDate(1960, 5, 1),
        Contribution = pays ? new DeclaredContribution(1, 1, 1, true, new Money(6_000_00), new Money(120_00), new Money(480_00), true) : default,
        Pension = isPensioned ? new DeclaredPension(2, 1, true, new Money(3_000_00), null, null) : default,
    };

    private static void Gives(in MonthFacts facts, Legs contribution, Legs retiree) =>
        Assert.That(Entitlement.Of(facts, March, Wuhan), Is.EqualTo((contribution, retiree)));
}
