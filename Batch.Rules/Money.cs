using System.Globalization;

namespace Batch.Rules;

/// <summary>An amount of money in whole fen (分, 0.01 yuan). Arithmetic is checked: an overflow throws, it never wraps.</summary>
public readonly record struct Money(long Fen) : IComparable<Money>
{
    public static readonly Money Zero;

    /// <summary>Converts an amount in yuan that has at most two decimal places.</summary>
    /// <exception cref="ArgumentException">The amount has a fraction of a fen; rounding is the policy's to decide.</exception>
    public static Money FromYuan(decimal yuan)
    {
        decimal fen = yuan * 100m;
        if (fen != decimal.Truncate(fen))
        {
            throw new ArgumentException("An amount in yuan has at most two decimal places.", nameof(yuan));
        }

        return new Money((long)fen);
    }

    public decimal Yuan => Fen / 100m;

    public bool IsZero => Fen == 0;

    public static Money operator +(Money left, Money right) => new(left.Fen + right.Fen);
    public static Money operator -(Money left, Money right) => new(left.Fen - right.Fen);
    public static Money operator -(Money amount) => new(-amount.Fen);
    public static Money operator *(Money amount, int times) => new(amount.Fen * times);
    public static bool operator <(Money left, Money right) => left.Fen < right.Fen;
    public static bool operator >(Money left, Money right) => left.Fen > right.Fen;
    public static bool operator <=(Money left, Money right) => left.Fen <= right.Fen;
    public static bool operator >=(Money left, Money right) => left.Fen >= right.Fen;

    public int CompareTo(Money other) => Fen.CompareTo(other.Fen);

    public static Money Max(Money left, Money right) => left.Fen >= right.Fen ? left : right;
    public static Money Min(Money left, Money right) => left.Fen <= right.Fen ? left : right;

    /// <summary>Yuan with two places and no grouping: <c>1234.50</c>.</summary>
    public override string ToString() => Yuan.ToString("0.00", CultureInfo.InvariantCulture);
}
