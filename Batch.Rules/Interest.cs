namespace Batch.Rules;

/// <summary>A year's interest, in components that are each rounded once.</summary>
/// <param name="CurrentYear">On the money that came in during the year.</param>
/// <param name="CarriedOver">On what was carried over from the year before.</param>
/// <param name="YearEnd">On the balance at the end of the year.</param>
public readonly record struct YearInterest(Money CurrentYear, Money CarriedOver, Money YearEnd = default)
{
    public Money Total => CurrentYear + CarriedOver + YearEnd;
}

/// <summary>
/// Interest on an account (docs/policies/edges.md, interest): by monthly products 积数, this year's money at one rate and the balance carried over at another, or at
/// one rate on the balance at the end of the year. It belongs to the person and is paid by the fund that holds the money.
/// </summary>
public static class Interest
{
    /// <summary>
    /// The interest of one year. Money bears from the month after it came in; money spent is taken from this year's first: while this year's
    /// products are zero or less they are netted against those carried over. An account that was overdrawn on the whole bears nothing.
    /// </summary>
    /// <param name="policy">The policy of the month of settlement, which names the rates.</param>
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
        InterestTerms terms = policy.Interest ?? throw new MissingFigureException("interest-rate", policy.Month);
        return terms.On == InterestOn.YearEndBalance
            ? OfBalance(policy, terms, Balance(carriedOver, flows, takenOver), explanation)
            : OfProducts(policy, terms, new InterestProducts(terms, carriedOver, flows, takenOver), explanation);
    }

    /// <summary>
    /// The interest of a year up to the month in which a pay-out closed the account, that month included: what lay in the account from the beginning of the year to the
    /// month before bears in it too, what moves in it bears no more.
    /// </summary>
    /// <param name="policy">The policy of the month of the closing.</param>
    /// <param name="carriedOver">Balance carried over into the year, with the interest posted before the month.</param>
    /// <param name="flows">As <see cref="OfYear"/>, of the months before.</param>
    /// <param name="takenOver">Of the months before.</param>
    public static YearInterest UpToClosing(
        MonthPolicy policy, Money carriedOver, ReadOnlySpan<Money> flows, ReadOnlySpan<Money> takenOver, Explanation? explanation = null)
    {
        explanation?.InterestUpToClosing(policy.Month);
        return OfYear(policy, carriedOver, [.. flows, Money.Zero], takenOver, explanation);
    }

    private static YearInterest OfBalance(MonthPolicy policy, InterestTerms terms, Money balance, Explanation? explanation)
    {
        Money bears = balance > Money.Zero ? balance : Money.Zero;
        Money interest = policy.Rounding.ToMoney(bears.Fen * terms.Rate);
        explanation?.InterestOnBalance(interest, bears, terms);
        return new YearInterest(Money.Zero, Money.Zero, interest);
    }

    private static YearInterest OfProducts(MonthPolicy policy, InterestTerms terms, InterestProducts products, Explanation? explanation)
    {
        if (products.NetCurrentYear())
        {
            explanation?.Say("当年积数不大于零，并入上年结转计算", "this year's products are not above zero and are netted against those carried over");
        }

        decimal current = 0m, carried = 0m;
        for (int i = 0; i < terms.Parts.Count; i++)
        {
            current += products.CurrentYear[i] * terms.Parts[i].CurrentYear;
            carried += products.CarriedOver[i] * terms.Parts[i].CarriedOver;
        }

        var interest = new YearInterest(policy.Rounding.ToMoney(Math.Max(current, 0m) / 12m), policy.Rounding.ToMoney(Math.Max(carried, 0m) / 12m));
        explanation?.Interest("interest-current-year", interest.CurrentYear, products.CurrentYear, terms, p => p.CurrentYear);
        explanation?.Interest("interest-carried-over", interest.CarriedOver, products.CarriedOver, terms, p => p.CarriedOver);
        return interest;
    }

    private static Money Balance(Money carriedOver, ReadOnlySpan<Money> flows, ReadOnlySpan<Money> takenOver)
    {
        Money balance = carriedOver;
        foreach (Money flow in flows)
        {
            balance += flow;
        }

        foreach (Money opening in takenOver)
        {
            balance += opening;
        }

        return balance;
    }
}

/// <summary>The monthly products of an account, by the parts of the year that have the same rates: the sum of what bore in each month, in fen.</summary>
internal readonly ref struct InterestProducts
{
    public InterestProducts(InterestTerms terms, Money carriedOver, ReadOnlySpan<Money> flows, ReadOnlySpan<Money> takenOver)
    {
        (CurrentYear, CarriedOver) = (new long[terms.Parts.Count], new long[terms.Parts.Count]);
        long inThisYear = 0, earlier = carriedOver.Fen;
        for (int part = 0; part < terms.Parts.Count; part++)
        {
            InterestPart months = terms.Parts[part];
            for (int month = months.First; month < Math.Min(months.First + months.Months, flows.Length); month++)
            {
                earlier += month < takenOver.Length ? takenOver[month].Fen : 0;
                CurrentYear[part] += inThisYear;
                CarriedOver[part] += earlier;
                inThisYear += flows[month].Fen;
            }
        }
    }

    public long[] CurrentYear { get; }

    public long[] CarriedOver { get; }

    /// <summary>Adds this year's products to those carried over, part by part, unless they are above zero over the whole year.</summary>
    public bool NetCurrentYear()
    {
        if (CurrentYear.Sum() > 0)
        {
            return false;
        }

        for (int part = 0; part < CurrentYear.Length; part++)
        {
            CarriedOver[part] += CurrentYear[part];
            CurrentYear[part] = 0;
        }

        return true;
    }
}
