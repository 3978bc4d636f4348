namespace Batch.Rules;

/// <summary>A year's interest, in two components that are each rounded once.</summary>
/// <param name="CurrentYear">On the money that came in during the year.</param>
/// <param name="CarriedOver">On what was carried over from the year before.</param>
public readonly record struct YearInterest(Money CurrentYear, Money CarriedOver)
{
    public Money Total => CurrentYear + CarriedOver;
}

/// <summary>
/// Interest on an account at the end of the insurance year, by monthly products 积数 (docs/policies/edges.md, interest): this year's money at one rate, the
/// balance carried over at another. It belongs to the person and is paid by the fund that holds the money.
/// </summary>
public static class Interest
{
    /// <summary>
    /// The interest of one year. Money bears from the month after it came in; money spent is taken from this year's first: while this year's
    /// products are zero or less they are netted against those carried over. An account that was overdrawn on the whole bears nothing.
    /// </summary>
    /// <param name="policy">The policy of the month of settlement, which names both rates.</param>
    /// <param name="carriedOver">Balance carried over into the year.</param>
    /// <param name="flows">What came in less what went out, month by month, in the order of the insurance year.</param>
    /// <param name="takenOver">
    /// Opening balances taken over from another system, month by month, which are no flows: money of earlier years that bears at their rate, from the month
    /// of the take-over on, that month included. Empty: none.
    /// </param>
    /// <exception cref="MissingFigureException">The policy names no rate.</exception>
    public static YearInterest OfYear(
        MonthPolicy policy, Money carriedOver, ReadOnlySpan<Money> flows, ReadOnlySpan<Money> takenOver = default, Explanation? explanation = null)
    {
        (decimal? currentRate, decimal? carriedRate) = policy.InterestRates;
        if (currentRate is not { } current || carriedRate is not { } carried)
        {
            throw new MissingFigureException("interest-rate", policy.Month);
        }

        long currentProducts = 0, inThisYear = 0;
        foreach (Money flow in flows)
        {
            currentProducts += inThisYear;
            inThisYear += flow.Fen;
        }

        long carriedProducts = carriedOver.Fen * flows.Length;
        for (int month = 0; month < takenOver.Length; month++)
        {
            carriedProducts += takenOver[month].Fen * (flows.Length - month);
        }

        if (currentProducts <= 0)
        {
            explanation?.Say("当年积数不大于零，并入上年结转计算", "this year's products are not above zero and are netted against those carried over");
            carriedProducts += currentProducts;
            currentProducts = 0;
        }

        var interest = new YearInterest(
            policy.Rounding.ToMoney(currentProducts * current / 12m), policy.Rounding.ToMoney(Math.Max(carriedProducts, 0) * carried / 12m));
        explanation?.Interest("interest-current-year", interest.CurrentYear, currentProducts, current, policy);
        explanation?.Interest("interest-carried-over", interest.CarriedOver, Math.Max(carriedProducts, 0), carried, policy);
        return interest;
    }
}
