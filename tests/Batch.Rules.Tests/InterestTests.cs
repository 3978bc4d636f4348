using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>Interest by monthly products, at 0.35 % on this year's money and 1.1 % on what was carried over.</summary>
public sealed class InterestTests
{
    private static readonly MonthPolicy December = TestPolicies.Wuhan.For(new YearMonth(2021, 12), []);

    [Test]
    public void This_years_money_bears_from_the_month_after_it_came_in()
    {
        // 100 a month: products 100 x (11 + 10 + ... + 0) = 6600; 6600 x 0.35 % / 12 = 1.925 -> 1.93. Carried over 1000 x 12 x 1.1 % / 12 = 11.00.
        var interest = Interest.OfYear(December, Money.FromYuan(1000m), Enumerable.Repeat(Money.FromYuan(100m), 12).ToArray());
        Assert.That((interest.CurrentYear.ToString(), interest.CarriedOver.ToString(), interest.Total.ToString()), Is.EqualTo(("1.93", "11.00", "12.93")));
    }

    [Test]
    public void What_was_spent_beyond_this_years_money_is_netted_against_what_was_carried_over()
    {
        // 600 spent in January: products -600 x 11 = -6600; 12000 - 6600 = 5400; 5400 x 1.1 % / 12 = 4.95.
        Money[] flows = [Money.FromYuan(-600m), .. Enumerable.Repeat(Money.Zero, 11)];
        YearInterest interest = Interest.OfYear(December, Money.FromYuan(1000m), flows);
        Assert.That((interest.CurrentYear, interest.CarriedOver), Is.EqualTo((Money.Zero, Money.FromYuan(4.95m))));
    }

    // 1000 taken over in January bears for twelve months like money carried over: 11.00; taken over in June, for June to December: 7000 x 1.1 % / 12 = 6.41666.
    [TestCase(0, 11.00)]
    [TestCase(5, 6.42)]
    public void An_opening_balance_bears_like_money_carried_over_from_the_month_of_the_take_over_on(int month, decimal interest)
    {
        Money[] takenOver = new Money[12];
        takenOver[month] = Money.FromYuan(1000m);
        YearInterest year = Interest.OfYear(December, Money.Zero, new Money[12], takenOver);
        Assert.That((year.CurrentYear, year.CarriedOver), Is.EqualTo((Money.Zero, Money.FromYuan(interest))));
    }

    [Test]
    public void An_overdrawn_account_bears_nothing()
    {
        Money[] flows = [Money.FromYuan(-2000m), .. Enumerable.Repeat(Money.Zero, 11)];
        Assert.That(Interest.OfYear(December, Money.FromYuan(1000m), flows).Total, Is.EqualTo(Money.Zero));
    }

    [Test]
    public void Interest_is_explained_like_a_credit()
    {
        var explanation = new Explanation(Language.English);
        YearInterest interest = Interest.OfYear(December, Money.FromYuan(1000m), new Money[12], explanation: explanation);
        Assert.That(explanation.Lines.Select(l => l.Component), Is.EqualTo(new[] { "interest-current-year", "interest-carried-over" }));
        Assert.That(explanation.Net, Is.EqualTo(interest.Total));
    }

    [Test]
    public void Without_rates_there_is_no_interest_to_guess() => Assert.That(
        () => Interest.OfYear(ShippedPolicies.Load("110000").For(new YearMonth(2021, 12), []), Money.Zero, new Money[12]), Throws.TypeOf<MissingFigureException>());
}
