using System.Data;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Files;

public enum ReportFormat
{
    Csv,
    Xlsx,
}

/// <summary>How the text of a CSV is encoded: UTF-8 with a byte order mark, or GB18030 for programs that read nothing else.</summary>
public enum ReportEncoding
{
    Utf8,
    Gb18030,
}

/// <summary>A file format that takes rows one by one.</summary>
public interface IReportWriter : IDisposable
{
    /// <summary>Whether it can be begun again, for another table in a sheet of its own.</summary>
    bool HasSheets { get; }

    void Begin(Report report, YearMonth month);

    void Row(IReadOnlyList<ReportColumn> columns, ReadOnlySpan<Cell> cells);

    void Complete();
}

/// <summary>Writes a report to a file: under its name when it is whole, and never more than a row of it in memory.</summary>
public static class ReportFile
{
    /// <returns>How many rows it has, totals aside.</returns>
    public static async Task<long> WriteAsync(
        Area area, Report report, YearMonth month, ReportFormat format, string path, CancellationToken cancellation, ReportEncoding encoding = ReportEncoding.Utf8)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await WriteAsync(new ReportSource(connection, area, month), report, (format, encoding), path, cancellation);
    }

    /// <summary>The same of any source: what is listed may be of no area.</summary>
    public static async Task<long> WriteAsync(ReportSource source, Report report, (ReportFormat Format, ReportEncoding Encoding) form, string path, CancellationToken cancellation)
    {
        using UnfinishedFile unfinished = new(path);
        long rows;
        await using (NpgsqlTransaction view = await source.Connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation))
        {
            await using FileStream file = unfinished.Open();
            using IReportWriter writer = form.Format == ReportFormat.Csv ? new CsvReport(file, form.Encoding) : new XlsxReport(file);
            rows = await WriteRowsAsync(source, report, writer, cancellation);
        }

        unfinished.Finish();
        return rows;
    }

    private static async Task<long> WriteRowsAsync(ReportSource source, Report report, IReportWriter writer, CancellationToken cancellation)
    {
        writer.Begin(report, source.Month);
        long rows = await WriteTableAsync(source, report, writer, cancellation);
        foreach (Report part in writer.HasSheets ? report.Parts : [])
        {
            await WriteTableAsync(source, part, writer, cancellation, begin: true);
        }

        writer.Complete();
        return rows;
    }

    /// <param name="begin">Begins a sheet with the first row.</param>
    private static async Task<long> WriteTableAsync(ReportSource source, Report report, IReportWriter writer, CancellationToken cancellation, bool begin = false)
    {
        ReportTotals totals = new(report);
        await foreach (Cell[] row in report.RowsAsync(source, cancellation))
        {
            if (begin && totals.Rows == 0)
            {
                writer.Begin(report, source.Month);
            }

            totals.Add(row);
            writer.Row(report.Columns, row);
        }

        if ((!begin || totals.Rows > 0) && await totals.ReadAsync(source, cancellation) is { } last)
        {
            last[0] = "合计 total";
            writer.Row(report.Columns, last);
        }

        return totals.Rows;
    }
}
