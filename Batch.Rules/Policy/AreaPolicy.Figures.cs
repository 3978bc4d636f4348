using NodaTime;

namespace Batch.Rules;

public sealed partial class AreaPolicy
{
    /// <summary>
    /// The months from one to another for which a figure is missing or old, with the figures adopted since: what has to be entered, and from when.
    /// A month that no version covers is not in it.
    /// </summary>
    public IReadOnlyList<FigureGap> FigureGaps(YearMonth from, YearMonth to, IReadOnlyList<DatedFigure> adopted) =>
        FigureGap.Join(Months(from, to).Where(m => VersionIn(m) is not null).SelectMany(m => For(m, adopted).FigureGaps));

    /// <summary>The months from one to another that no version covers, neighbours together.</summary>
    public IReadOnlyList<(YearMonth First, YearMonth Last)> Uncovered(YearMonth from, YearMonth to)
    {
        List<(YearMonth First, YearMonth Last)> spans = [];
        foreach (YearMonth month in Months(from, to).Where(m => VersionIn(m) is null))
        {
            if (spans.Count > 0 && spans[^1].Last.PlusMonths(1) == month)
            {
                spans[^1] = (spans[^1].First, month);
            }
            else
            {
                spans.Add((month, month));
            }
        }

        return spans;
    }

    /// <summary>The last month that the file's own figure of a name covers, before a month.</summary>
    internal YearMonth? LastKnown(string name, YearMonth before) => _figures
        .Where(f => f.Name == name && f.To is { } to && to.CompareTo(before) < 0).Select(f => f.To).OrderBy(to => to).LastOrDefault();

    private static IEnumerable<YearMonth> Months(YearMonth from, YearMonth to)
    {
        for (YearMonth month = from; month.CompareTo(to) <= 0; month = month.PlusMonths(1))
        {
            yield return month;
        }
    }
}
