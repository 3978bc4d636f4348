namespace Batch.Rules;

/// <summary>How an exact product becomes whole fen. The policy names it; every component is rounded once, alone (edges 7, 8).</summary>
public enum Rounding : byte
{
    /// <summary>四舍五入: half a fen goes up (away from zero, so that a reversal is the exact negative).</summary>
    HalfUp,

    /// <summary>Half a fen goes to the even fen.</summary>
    HalfEven,

    /// <summary>舍去: what is below a fen is dropped.</summary>
    Down,
}

public static class Roundings
{
    /// <param name="rounding">The policy's rounding.</param>
    /// <param name="fen">Exact amount in fen, with its fraction.</param>
    public static Money ToMoney(this Rounding rounding, decimal fen) => new((long)decimal.Round(fen, 0, rounding switch
    {
        Rounding.HalfUp => MidpointRounding.AwayFromZero,
        Rounding.HalfEven => MidpointRounding.ToEven,
        _ => MidpointRounding.ToZero,
    }));
}
