using NodaTime;

namespace Batch.Rules;

/// <summary>
/// A person's coverage folded from the months paid: continuous and accumulated months, and the breaks between them (docs/policies/edges.md, breaks).
/// </summary>
/// <param name="Continuous">Months paid without a break up to the last one; a break restarts it on resumption, not before.</param>
/// <param name="Accumulated">Months paid in all, with those before the system's start.</param>
/// <param name="Breaks">Breaks after the opening position in order; an open one reaches to the month asked for.</param>
/// <param name="SuspendedFrom">First month without pooled benefits in an open break, null while covered. The account stays usable.</param>
public sealed record Coverage(int Continuous, int Accumulated, IReadOnlyList<CoverageBreak> Breaks, YearMonth? SuspendedFrom)
{
    /// <summary>
    /// Folds the months from an opening position (the year-end statement's, or none) up to <paramref name="asOf"/>, that month included.
    /// Retired months, months before the first enrolment and months after death are never breaks. The order of the months and repetitions do not matter;
    /// months up to the opening's last paid one are already in it: for arrears before it the fold starts from an older opening.
    /// </summary>
    /// <param name="retiredFrom">First month as a retiree.</param>
    public static Coverage Fold(
        CoverageOpening opening, IEnumerable<YearMonth> paidMonths, YearMonth? retiredFrom, YearMonth? diedIn, YearMonth asOf, MonthPolicy policy)
    {
        YearMonth until = diedIn is { } death && death.CompareTo(asOf) < 0 ? death : asOf;
        int continuous = opening.Continuous, accumulated = opening.Accumulated;
        YearMonth? last = opening.LastPaid;
        var breaks = new List<CoverageBreak>();
        foreach (YearMonth month in paidMonths.Distinct().Where(m => m.CompareTo(until) <= 0 && (last is null || m.CompareTo(last.Value) > 0)).Order().ToList())
        {
            if (BreakBetween(last, month, retiredFrom, policy) is { } gap)
            {
                BreakRule rule = RuleOf(gap, policy);
                continuous = rule.Continuous == BreakEffect.Keep ? continuous : 0;
                accumulated = rule.Accumulated == BreakEffect.Keep ? accumulated : 0;
                breaks.Add(gap);
            }

            continuous++;
            accumulated++;
            last = month;
        }

        CoverageBreak? open = BreakBetween(last, until.PlusMonths(1), retiredFrom, policy);
        if (open is null)
        {
            return new Coverage(continuous, accumulated, breaks, null);
        }

        // Nobody resumes after retirement or death: such a break has an end and no effect.
        bool ended = diedIn is not null && until == diedIn || retiredFrom is { } retired && retired.CompareTo(until) <= 0;
        breaks.Add(ended ? open with { Effect = "none" } : open);
        return new Coverage(continuous, accumulated, breaks, ended ? null : open.From.PlusMonths(policy.SuspendedAfterMonths));
    }

    /// <summary>Whole calendar months strictly between the last paid and the next paid month, retired months left out; null where there is none.</summary>
    private static CoverageBreak? BreakBetween(YearMonth? last, YearMonth next, YearMonth? retiredFrom, MonthPolicy policy)
    {
        if (last is not { } paid)
        {
            return null;
        }

        YearMonth from = paid.PlusMonths(1), to = next.PlusMonths(-1);
        if (retiredFrom is { } retired && retired.CompareTo(to) <= 0)
        {
            to = retired.PlusMonths(-1);
        }

        int months = (to.Year - from.Year) * 12 + to.Month - from.Month + 1;
        if (months <= 0)
        {
            return null;
        }

        var gap = new CoverageBreak(from, to, months, months >= policy.LongBreakFromMonths ? "long" : "short", "");
        BreakRule rule = RuleOf(gap, policy);
        return gap with
        {
            Effect = rule switch
            {
                { Accumulated: not BreakEffect.Keep } => "accumulated-zeroed",
                { Continuous: not BreakEffect.Keep } => "continuous-restarts",
                _ => "none",
            },
        };
    }

    private static BreakRule RuleOf(CoverageBreak gap, MonthPolicy policy) => gap.Class == "long" ? policy.Rules.LongBreak : policy.Rules.ShortBreak;
}

/// <summary>Where a fold starts: months accumulated and continuous so far (years before the system's start included) and the last month paid.</summary>
public sealed record CoverageOpening(int Accumulated, int Continuous, YearMonth? LastPaid)
{
    public static readonly CoverageOpening None = new(0, 0, null);
}

/// <param name="Class"><c>short</c> or <c>long</c>.</param>
/// <param name="Effect">
/// What the break does on resumption: <c>none</c>, <c>continuous-restarts</c>, or <c>accumulated-zeroed</c> (the continuous count restarts too).
/// </param>
public sealed record CoverageBreak(YearMonth From, YearMonth To, int Months, string Class, string Effect);
