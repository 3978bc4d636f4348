using Batch.Rules;

namespace Batch.Host;

/// <summary>How missing and old figures are shown: the sentence, and who enters the figure.</summary>
internal static class FigureText
{
    public static IEnumerable<object> Documents(IEnumerable<FigureGap> gaps) => gaps.Select(g => new
    {
        g.Code,
        figure = g.Name,
        from = g.First,
        to = g.Last,
        message = g.English,
        messageZh = g.Chinese,
    });

    public static void Write(VerbOutput output, string area, IReadOnlyCollection<FigureGap> gaps)
    {
        foreach (FigureGap gap in gaps)
        {
            output.Line($"注意 warning {gap.Code}：{gap.Chinese} {gap.English}");
        }

        if (gaps.Count > 0)
        {
            output.Line($"由一人写入、另一人复核 one person enters it, another approves: {gaps.First().Cure(area)}");
        }
    }
}
