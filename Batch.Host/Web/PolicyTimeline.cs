using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>A version of an area's rules.</summary>
/// <param name="From">Null: it covers all earlier months.</param>
/// <param name="To">Null: it is in force until the next one is made.</param>
/// <param name="Changes">What it changed of the version before it; empty for the first.</param>
internal sealed record TimelineVersion(YearMonth? From, YearMonth? To, IReadOnlyList<RuleChange> Changes);

/// <summary>A rule before and after a version began; null where there is none.</summary>
internal sealed record RuleChange((string Chinese, string English) Subject, (string Chinese, string English) Rule, (string Chinese, string English)? Before, (string Chinese, string English)? After);

/// <summary>A figure in adjacent months in which it is the same.</summary>
/// <param name="Value">Yuan a month; null: none is known.</param>
/// <param name="Source">The document or clause that it is from.</param>
/// <param name="Fault">Why it has to be published; null: it need not be.</param>
internal sealed record TimelineFigure(string Name, YearMonth First, YearMonth Last, decimal? Value, string? Source, FigureFault? Fault);

/// <summary>An area's policy over time: its versions with what each changed, and its figures with the months that lack one.</summary>
internal static class PolicyTimeline
{
    private const int YearsOfFigures = 4;

    /// <summary>The versions, the oldest first.</summary>
    public static IReadOnlyList<TimelineVersion> Versions(PolicyInForce policy)
    {
        IReadOnlyList<YearMonth?> starts = policy.Policy.VersionStarts;
        List<TimelineVersion> versions = [];
        MonthPolicy? before = null;
        for (int i = 0; i < starts.Count; i++)
        {
            YearMonth? to = i + 1 < starts.Count ? starts[i + 1]!.Value.PlusMonths(-1) : null;
            MonthPolicy? slice = (starts[i] ?? to) is { } month ? policy.TryFor(month) : null;
            versions.Add(new TimelineVersion(starts[i], to, before is null || slice is null ? [] : Changes(before, slice)));
            before = slice ?? before;
        }

        return versions;
    }

    /// <summary>The figures that the policy needs, from four years ago to the end of this year, by name and the latest first.</summary>
    public static IReadOnlyList<TimelineFigure> Figures(PolicyInForce policy, int year) => Figures(policy, new YearMonth(year - YearsOfFigures + 1, 1), year);

    /// <summary>What a proposal would put in the place of figures that are published for months after the one in which it begins.</summary>
    public static IReadOnlyList<TimelineFigure> Replaced(PolicyInForce policy, IReadOnlyList<DatedFigure> proposed, int year)
    {
        if (proposed.Count == 0)
        {
            return [];
        }

        PolicyInForce then = new(policy.Policy, [.. policy.Figures, .. proposed], policy.Seq);
        return [.. Figures(policy, proposed.Min(f => f.From), year).Where(f => f.Value is not null
            && proposed.Any(p => p.Name == f.Name && p.From < f.First) && then.TryFor(f.First)?.FigureOf(f.Name) != f.Value)];
    }

    private static IReadOnlyList<TimelineFigure> Figures(PolicyInForce policy, YearMonth from, int year)
    {
        List<TimelineFigure> figures = [];
        for (YearMonth month = from; month.Year <= year; month = month.PlusMonths(1))
        {
            if (policy.TryFor(month) is not { } slice)
            {
                continue;
            }

            ILookup<string, FigureGap> gaps = slice.FigureGaps.ToLookup(g => g.Name);
            foreach (string name in FigureNames.All.Where(n => slice.FigureOf(n) is not null || gaps.Contains(n)))
            {
                Add(figures, new TimelineFigure(name, month, month, slice.FigureOf(name), slice.SourceOf(name), gaps[name].FirstOrDefault()?.Fault));
            }
        }

        return [.. figures.OrderBy(f => FigureNames.All.ToList().IndexOf(f.Name)).ThenByDescending(f => f.First)];
    }

    private static void Add(List<TimelineFigure> figures, TimelineFigure next)
    {
        int at = figures.FindLastIndex(f => f.Name == next.Name);
        if (at >= 0 && figures[at].Last.PlusMonths(1) == next.First && figures[at] with { First = next.First, Last = next.Last } == next)
        {
            figures[at] = figures[at] with { Last = next.Last };
        }
        else
        {
            figures.Add(next);
        }
    }

    // Figures have a table of their own, and change within a version.
    private static IReadOnlyList<RuleChange> Changes(MonthPolicy before, MonthPolicy after)
    {
        Dictionary<((string, string) Subject, (string, string) Rule), (string, string)> old = RulesOf(before), now = RulesOf(after);
        return [.. old.Keys.Union(now.Keys).Where(k => !old.TryGetValue(k, out var was) || !now.TryGetValue(k, out var is_) || was != is_).Select(k => new RuleChange(
            k.Subject, k.Rule, old.TryGetValue(k, out var past) ? past : null, now.TryGetValue(k, out var present) ? present : null))];
    }

    private static Dictionary<((string, string) Subject, (string, string) Rule), (string, string)> RulesOf(MonthPolicy policy) => PolicyRules.OfRules(policy)
        .GroupBy(r => (r.Subject, r.Rule))
        .ToDictionary(g => g.Key, g => (string.Join("；", g.Select(r => r.Value.Chinese)), string.Join("; ", g.Select(r => r.Value.English))));
}
