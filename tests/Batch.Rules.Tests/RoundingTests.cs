using System.Globalization;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>Each rounding at, below and above half a fen, for an amount and for its reversal.</summary>
public sealed class RoundingTests
{
    [TestCase("0.4", 0, 0, 0)]
    [TestCase("0.5", 1, 0, 0)]
    [TestCase("0.6", 1, 1, 0)]
    [TestCase("1.5", 2, 2, 1)]
    [TestCase("2.5", 3, 2, 2)]
    [TestCase("2.9", 3, 3, 2)]
    [TestCase("30625.5", 30626, 30626, 30625)]
    public void A_fraction_of_a_fen_is_rounded_by_the_policys_rule_and_a_reversal_is_the_exact_negative(string fen, long halfUp, long halfEven, long down)
    {
        decimal exact = decimal.Parse(fen, CultureInfo.InvariantCulture);
        Assert.Multiple(() =>
        {
            Assert.That((Rounding.HalfUp.ToMoney(exact).Fen, Rounding.HalfEven.ToMoney(exact).Fen, Rounding.Down.ToMoney(exact).Fen), Is.EqualTo((halfUp, halfEven, down)));
            Assert.That((Rounding.HalfUp.ToMoney(-exact).Fen, Rounding.HalfEven.ToMoney(-exact).Fen, Rounding.Down.ToMoney(-exact).Fen), Is.EqualTo((-halfUp, -halfEven, -down)));
        });
    }
}
