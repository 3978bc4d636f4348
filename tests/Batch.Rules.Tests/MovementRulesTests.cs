using NUnit.Framework;
using NodaTime;

namespace Batch.Rules.Tests;

/// <summary>What a policy says of movements: asked when a row comes, told by <c>policy show</c>, and without an effect on any month's amount.</summary>
public sealed class MovementRulesTests
{
    private static readonly YearMonth Month = new(2025, 1);

    [Test]
    public void A_file_says_them()
    {
        MonthPolicy policy = TestPolicies.Load("100000-waits-2024").For(Month, []);
        Assert.That((policy.PaysResidentsPremium, policy.Wallet, policy.SevereIllness, policy.PaysBackEmergencies),
            Is.EqualTo((true, (WalletLimits?)new WalletLimits(Money.FromYuan(2000m), 3), (SevereIllnessPays?)SevereIllnessPays.Part, true)));
        Assert.That(policy.Statements.Select(s => $"{s.Statement} {s.Reference} {s.Grade}"), Is.SupersetOf(new[]
        {
            "family: an account may pay for spouse, parent, child, sibling, grandparent, grandchild, and their premium of the residents' insurance GB38 A",
            "wallet: at most 2000 yuan each, 3 transfers out a day; what is not accepted returns QA25 A",
            "severe-illness: the whole balance or a part of it may be paid out; the account stays open TEST choice",
            "emergency: money for an emergency is paid back into the account TEST choice",
        }));
    }

    [Test]
    public void A_file_that_says_nothing_has_none_of_them_and_the_same_hash()
    {
        MonthPolicy silent = TestPolicies.Wuhan.For(Month, []);
        MonthPolicy told = TestPolicies.WuhanWith(
            "suspended-after-months: 1 => suspended-after-months: 1\n      wallet: {each-at-most: 2000, a-day-at-most: 3, ref: FACTS, grade: choice}\n      severe-illness: {pays: whole, ref: FACTS, grade: choice}").For(Month, []);
        Assert.That((silent.PaysResidentsPremium, silent.Wallet, silent.SevereIllness, silent.PaysBackEmergencies), Is.EqualTo((false, (WalletLimits?)null, (SevereIllnessPays?)null, false)));
        Assert.That((told.SevereIllness, told.CanonicalJson), Is.EqualTo(((SevereIllnessPays?)SevereIllnessPays.Whole, silent.CanonicalJson)));
    }
}
