using System.Text;
using Batch.Jobs.Store;
using Batch.Rules;
using CsvHelper;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>A file for <see cref="FigureFile"/> with the figures that an area has to publish until a month, the amounts left open.</summary>
public static class FigureTemplate
{
    /// <summary>Writes it as CSV that spreadsheets open: UTF-8 with a byte order mark.</summary>
    public static void Write(Stream to, PolicyInForce policy, YearMonth until)
    {
        to.Write(Encoding.UTF8.Preamble);
        using CsvWriter csv = CsvWriter.Create(to, new CsvWriterOptions { HasHeader = false }, leaveOpen: true);
        Write(csv, [.. FigureFile.Columns, "现行数值"]);
        foreach (FigureGap gap in GapsOf(policy, until))
        {
            decimal? now = policy.TryFor(gap.Known ?? gap.First)?.FigureOf(gap.Name);
            Write(csv, [FigureNames.Chinese(gap.Name), gap.First.Text(), "", "", now is { } yuan ? Money.FromYuan(yuan).ToString() : ""]);
        }

        csv.Flush();
    }

    private static void Write(CsvWriter csv, IEnumerable<string> fields)
    {
        foreach (string field in fields)
        {
            csv.WriteField(field);
        }

        csv.EndRecord();
    }

    /// <summary>The figures that months until then lack or have from a year ago or earlier. One year back: what is older was decided long ago.</summary>
    public static IReadOnlyList<FigureGap> GapsOf(PolicyInForce policy, YearMonth until) =>
        policy.Policy.FigureGaps(new YearMonth(until.Year, 1).PlusMonths(-12), until, policy.Figures);
}
