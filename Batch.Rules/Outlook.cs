using NodaTime;

namespace Batch.Rules;

/// <summary>Whom an outlook is of.</summary>
/// <param name="Facts">Taken to stay as they are, but for the standing.</param>
/// <param name="RetiresIn">The month of retirement of who is employed; credited as retired from the policy's offset after it (edge 20). Null: not said.</param>
public readonly record struct OutlookPerson(PersonMonth Facts, YearMonth? RetiresIn);

/// <summary>A month of an outlook: what is credited for it, or why that cannot be said.</summary>
/// <param name="Policy">Null: no version covers the month.</param>
/// <param name="Refusal">What <see cref="Calculation.Of"/> or the search for the policy was refused with.</param>
public sealed record OutlookMonth(YearMonth Month, Standing Standing, MonthPolicy? Policy, Calculation? Calculation, Exception? Refusal)
{
    /// <summary>Null: it cannot be said. Zero between the retirement and the first month credited as retired.</summary>
    public Money? Net => Refusal is not null ? null : Calculation?.Net ?? Money.Zero;

    /// <summary>Completed years on the policy's reference date.</summary>
    public int? AgeOf(LocalDate birth) => Policy is { } policy ? Ages.CompletedYears(birth, policy.AgeReferenceDate) : null;
}

/// <summary>A month whose amount differs from that of the month before, with the reasons in both languages.</summary>
public sealed record OutlookChange(OutlookMonth Before, OutlookMonth Now, IReadOnlyList<(string Chinese, string English)> Reasons);

/// <summary>
/// The amounts of a person from a month on, each by <see cref="Calculation.Of"/> with the policy and the figures of its own month: 24 months one by one, and the changes after them that are
/// known now: the next age bound, the retirement, versions that begin later.
/// </summary>
public sealed class Outlook
{
    public const int MonthsAhead = 24;
    public const int MonthsOfTotal = 12;

    private const int OldestYears = Ages.Oldest;
    private const int MonthsAYear = 12;

    private readonly Func<YearMonth, MonthPolicy?> _policies;
    private readonly OutlookPerson _person;
    private readonly string _area;

    private Outlook(string area, Func<YearMonth, MonthPolicy?> policies, OutlookPerson person, YearMonth from, IEnumerable<YearMonth?> versionStarts)
    {
        (_area, _policies, _person) = (area, policies, person);
        Months = [.. Enumerable.Range(0, MonthsAhead).Select(i => Of(from.PlusMonths(i)))];
        Changes = [.. Months.Skip(1).Zip(Months, (now, before) => ChangeOf(before, now)).OfType<OutlookChange>()];
        Later = [.. LaterMonths(from.PlusMonths(MonthsAhead), versionStarts).Select(m => ChangeOf(Of(m.PlusMonths(-1)), Of(m))).OfType<OutlookChange>()];
    }

    public static Outlook Of(AreaPolicy area, Func<YearMonth, MonthPolicy?> policies, OutlookPerson person, YearMonth from) => new(area.Area, policies, person, from, area.VersionStarts);

    /// <summary>The first of them is the month asked for.</summary>
    public IReadOnlyList<OutlookMonth> Months { get; }

    /// <summary>The months within <see cref="Months"/> whose amount differs from that of the month before.</summary>
    public IReadOnlyList<OutlookChange> Changes { get; }

    /// <summary>The changes after <see cref="Months"/> that are known now.</summary>
    public IReadOnlyList<OutlookChange> Later { get; }

    /// <summary>The sum of the first 12 months; null where one of them cannot be said.</summary>
    public Money? Total => Months.Take(MonthsOfTotal).Aggregate((Money?)Money.Zero, (sum, month) => sum + month.Net);

    /// <summary>The figures that the months need and do not have, or have from a year ago or earlier, neighbouring months together.</summary>
    public IReadOnlyList<FigureGap> Gaps => FigureGap.Join(Months.SelectMany(m => m.Policy?.FigureGapsOf(_person.Facts.Category, m.Standing) ?? []));

    /// <summary>What has to be known of the person for any of the months, those of later versions and of the retirement among them.</summary>
    public static PersonInputs InputsOf(AreaPolicy area, Func<YearMonth, MonthPolicy?> policies, string category, Standing standing, YearMonth? retiresIn, YearMonth from)
    {
        OutlookPerson person = new(new PersonMonth { Standing = standing, Birth = default, Category = category }, retiresIn);
        IEnumerable<YearMonth> months = Enumerable.Range(0, MonthsAhead).Select(from.PlusMonths).Concat(area.VersionStarts.OfType<YearMonth>().Where(start => start.CompareTo(from) > 0));
        PersonInputs inputs = PersonInputs.None;
        foreach (YearMonth month in retiresIn is { } retires ? months.Append(retires.PlusMonths(MonthsAYear)) : months)
        {
            inputs |= policies(month) is { } policy ? policy.InputsOf(category, StandingIn(person, month, policy) ?? Standing.Retired) : PersonInputs.None;
        }

        return inputs;
    }

    private OutlookMonth Of(YearMonth month)
    {
        if (_policies(month) is not { } policy)
        {
            return new OutlookMonth(month, _person.Facts.Standing, null, null, new PolicyGapException(_area, month));
        }

        if (StandingIn(_person, month, policy) is not { } standing)
        {
            return new OutlookMonth(month, Standing.Retired, policy, null, null);
        }

        try
        {
            return new OutlookMonth(month, standing, policy, Calculation.Of(policy, _person.Facts with { Standing = standing }), null);
        }
        catch (Exception refusal) when (refusal is MissingFigureException or UnusableFigureException or CategoryOpenException)
        {
            return new OutlookMonth(month, standing, policy, null, refusal);
        }
    }

    // Null: retired, and not yet credited as that.
    private static Standing? StandingIn(in OutlookPerson person, YearMonth month, MonthPolicy policy) =>
        person.RetiresIn is not { } retires || person.Facts.Standing == Standing.Retired ? person.Facts.Standing
        : month.CompareTo(retires.PlusMonths(policy.RetirementOffset)) >= 0 ? Standing.Retired
        : month.CompareTo(retires) > 0 ? null
        : Standing.Active;

    private OutlookChange? ChangeOf(OutlookMonth before, OutlookMonth now) => before.Net == now.Net && before.Refusal?.GetType() == now.Refusal?.GetType()
        ? null
        : new OutlookChange(before, now, OutlookReasons.Of(before, now, _person));

    private SortedSet<YearMonth> LaterMonths(YearMonth from, IEnumerable<YearMonth?> versionStarts)
    {
        SortedSet<YearMonth> months = [.. versionStarts.OfType<YearMonth>().Where(start => start.CompareTo(from) >= 0)];
        if (_person.RetiresIn is { } retires)
        {
            for (int i = 0; i <= MonthsAYear; i++)
            {
                YearMonth month = retires.PlusMonths(i);
                if (month.CompareTo(from) >= 0 && Of(month.PlusMonths(-1)).Standing != Of(month).Standing)
                {
                    months.Add(month);
                    break;
                }
            }
        }

        if (NextBound(from) is { } bound)
        {
            months.Add(bound);
        }

        return months;
    }

    // Year by year first: a bound is far away for most.
    private YearMonth? NextBound(YearMonth from)
    {
        int[]? last = TiersIn(from.PlusMonths(-1));
        for (int year = 1; year <= OldestYears && last is not null; year++)
        {
            YearMonth end = from.PlusMonths((year * MonthsAYear) - 1);
            if (TiersIn(end) is not { } tiers)
            {
                return null;
            }

            if (!tiers.SequenceEqual(last))
            {
                return Enumerable.Range(-MonthsAYear + 1, MonthsAYear).Select(i => end.PlusMonths(i)).First(m => TiersIn(m)?.SequenceEqual(last) == false);
            }
        }

        return null;
    }

    // The tier of each table, by its first age; null: no policy covers the month.
    private int[]? TiersIn(YearMonth month) => _policies(month) is not { } policy || StandingIn(_person, month, policy) is not { } standing ? null
        : [.. policy.TablesOf(_person.Facts.Category, standing).Select(t => OutlookReasons.TierOf(t, Ages.CompletedYears(_person.Facts.Birth, policy.AgeReferenceDate)))];
}
