using NodaTime;

namespace Batch.Rules;

/// <summary>What is wrong with a figure that a month needs.</summary>
public enum FigureFault : byte
{
    /// <summary>No figure covers the month: people who need an average are refused, a base without limits is not limited.</summary>
    Missing,

    /// <summary>The figure in force began a year ago or earlier and has no end: the next one has not been entered.</summary>
    Old,
}

/// <summary>A figure that a policy needs in some months and that does not cover them, or is older than a year.</summary>
/// <param name="Name"><c>average-wage</c>, <c>average-pension</c>, <c>base-min</c>, <c>base-max</c>.</param>
/// <param name="First">First of the months, all of them adjacent.</param>
/// <param name="Known">Missing: the last month that an earlier figure covers, null where there is none. Old: the month that the figure began in.</param>
/// <param name="Refuses">Whoever needs the figure is refused; otherwise the months are computed without it, or with the old one.</param>
public sealed record FigureGap(string Name, FigureFault Fault, YearMonth First, YearMonth Last, YearMonth? Known, bool Refuses)
{
    /// <summary>A figure without an end is that of a year; later it is old. It is still computed with: what was posted does not change by itself.</summary>
    public const int MonthsOfAnOpenFigure = 12;

    public string Code => Fault == FigureFault.Missing ? "FIGURE_MISSING" : "FIGURE_OLD";

    public string ChineseName => FigureNames.Chinese(Name);

    public string Chinese => (Fault, Refuses) switch
    {
        (FigureFault.Old, _) => $"{Months("至")} 的{ChineseName}（{Name}）仍用自 {Text(Known!.Value)} 起的数值，已满一年，请核对并写入新的数值。",
        (_, true) => $"{Months("至")} 没有{ChineseName}（{Name}）{Until("，已知的止于 ")}，需要它的人员不能计算。",
        _ => $"{Months("至")} 没有{ChineseName}（{Name}）{Until("，已知的止于 ")}，按申报基数计算，未按其限定。",
    };

    public string English => (Fault, Refuses) switch
    {
        (FigureFault.Old, _) => $"{Months("to")}: {Name} is still the one in force since {Text(Known!.Value)}, a year or more ago; check it and enter the new one.",
        (_, true) => $"{Months("to")}: no {Name}{Until(" (the last one known ends in ", ")")}; people who need it cannot be computed.",
        _ => $"{Months("to")}: no {Name}{Until(" (the last one known ends in ", ")")}; bases are taken as declared, without this limit.",
    };

    /// <summary>What to do about it: the figure is proposed by one person and approved by another.</summary>
    public string Cure(string area) =>
        $"batch policy set {area} {Name}=VALUE --from {Text(First)} --document NO --by WHO";

    /// <summary>Gaps of single months, joined where neighbours have the same fault.</summary>
    public static IReadOnlyList<FigureGap> Join(IEnumerable<FigureGap> gaps)
    {
        List<FigureGap> joined = [];
        foreach (FigureGap gap in gaps.OrderBy(g => g.Name, StringComparer.Ordinal).ThenBy(g => g.First))
        {
            if (joined.Count > 0 && joined[^1] is var last && last with { First = gap.First, Last = gap.Last } == gap && last.Last.PlusMonths(1).CompareTo(gap.First) >= 0)
            {
                joined[^1] = last with { Last = gap.Last };
            }
            else
            {
                joined.Add(gap);
            }
        }

        return joined;
    }

    private string Months(string to) => First == Last ? Text(First) : $"{Text(First)} {to} {Text(Last)}";

    private string Until(string before, string after = "") => Known is { } known ? $"{before}{Text(known)}{after}" : "";

    private static string Text(YearMonth month) => $"{month.Year:0000}-{month.Month:00}";
}
