using NodaTime;

namespace Batch.Rules;

/// <summary>Months of an insurance year with the same rates.</summary>
/// <param name="From">The first of them.</param>
/// <param name="First">Its place in the insurance year, from 0.</param>
/// <param name="Months">How many there are.</param>
/// <param name="CurrentYear">Rate a year on the money that came in during the year, as a fraction.</param>
/// <param name="CarriedOver">Rate a year on what was carried over.</param>
public sealed record InterestPart(YearMonth From, int First, int Months, decimal CurrentYear, decimal CarriedOver)
{
    public YearMonth To => From.PlusMonths(Months - 1);
}

/// <summary>What accounts bear from the beginning of an insurance year to a month of it.</summary>
/// <param name="Parts">The rates of monthly products, in order; neighbours differ. Empty for the year-end balance.</param>
/// <param name="Rate">The rate a year of the year-end balance.</param>
/// <param name="Clause">Where the rates come from.</param>
public sealed record InterestTerms(InterestOn On, IReadOnlyList<InterestPart> Parts, decimal Rate, string Clause)
{
    internal static InterestTerms? Of(InterestText? text, YearMonth yearFrom, YearMonth month)
    {
        if (text is null)
        {
            return null;
        }

        string clause = text.Clause.ToString();
        if (text.On == InterestOn.YearEndBalance)
        {
            return text.Rate is { } rate ? new InterestTerms(text.On, [], rate, clause) : null;
        }

        IReadOnlyList<InterestPart>? parts = PartsOf(text.Rates, yearFrom, month);
        return parts is null ? null : new InterestTerms(text.On, parts, 0m, clause);
    }

    private static List<InterestPart>? PartsOf(IReadOnlyList<InterestRatesText> rates, YearMonth yearFrom, YearMonth through)
    {
        List<InterestPart> parts = [];
        int place = 0;
        for (YearMonth month = yearFrom; month <= through; month = month.PlusMonths(1), place++)
        {
            if (rates.LastOrDefault(r => r.From is null || r.From <= month) is not { CurrentYear: { } current, CarriedOver: { } carried })
            {
                return null;
            }

            if (parts.Count > 0 && (parts[^1].CurrentYear, parts[^1].CarriedOver) == (current, carried))
            {
                parts[^1] = parts[^1] with { Months = parts[^1].Months + 1 };
            }
            else
            {
                parts.Add(new InterestPart(month, place, 1, current, carried));
            }
        }

        return parts;
    }
}
