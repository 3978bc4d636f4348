using System.Globalization;

namespace Batch.Rules;

/// <summary>A rate as a fraction of its base: 1.1 % is 0.011. Exact: a rate is never rounded, only the product with its base is.</summary>
public readonly record struct Rate(decimal Value)
{
    public static Rate Percent(decimal percent) => new(percent / 100m);

    /// <summary>The product with a base, rounded once to whole fen by the policy's rounding.</summary>
    public Money Of(Money amount, Rounding rounding) => rounding.ToMoney(amount.Fen * Value);

    /// <summary>Percent without trailing zeros: <c>1.1 %</c>.</summary>
    public override string ToString() => (Value * 100m).ToString("0.############", CultureInfo.InvariantCulture) + " %";
}
