using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Host.Web;

/// <summary>The money on a month's certificate, as the page shows and prints it.</summary>
/// <param name="Totals">Of all employers; null: there are none.</param>
/// <param name="More">Employers that are not listed: what each paid was allocated whole.</param>
internal sealed record CertificateSheet(IReadOnlyList<Cell[]> Money, IReadOnlyList<Cell[]> Employers, Cell[]? Totals, long More, IReadOnlyList<Cell[]> Differences)
{
    /// <summary>The most employers that are listed when all of them are.</summary>
    public const int Most = 300;

    public static ReportColumn AmountColumn { get; } = new CertificateMoneyReport().Columns[CertificateMoneyReport.Amount];

    public static IReadOnlyList<ReportColumn> EmployerColumns { get; } = new CertificateEmployersReport().Columns;

    public static IReadOnlyList<ReportColumn> DifferenceColumns { get; } = new CertificateDifferencesReport().Columns;

    /// <summary>The columns of a difference in the order of the page, which has payers and days in the cells of names and documents.</summary>
    public static IReadOnlyList<int> DifferenceOrder { get; } = [.. Enumerable.Range(0, CertificateDifferencesReport.Why + 1)
        .SelectMany(i => i == CertificateDifferencesReport.Booked ? new[] { i, CertificateDifferencesReport.Money } : [i])];

    /// <summary>The items of the money in their parts, in the order of the report.</summary>
    public IEnumerable<IGrouping<string, Cell[]>> Sections => Money.GroupBy(r => r[CertificateMoneyReport.Section].Text!);

    /// <summary>Null: the month has no money files.</summary>
    public static async Task<CertificateSheet?> ReadAsync(Area area, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        ReportSource source = new(connection, area, month);
        List<Cell[]> money = await RowsAsync(new CertificateMoneyReport(), source, cancellation);
        if (money.Count == 0)
        {
            return null;
        }

        CertificateEmployersReport report = new();
        ReportTotals totals = new(report);
        List<Cell[]> all = [], uncommon = [];
        await foreach (Cell[] row in report.RowsAsync(source, cancellation))
        {
            totals.Add(row);
            if (all.Count <= Most)
            {
                all.Add([.. row]);
            }

            if (uncommon.Count < Most && CertificateEmployersReport.IsUncommon(row))
            {
                uncommon.Add([.. row]);
            }
        }

        List<Cell[]> listed = totals.Rows <= Most ? all : uncommon;
        return new CertificateSheet(
            money, listed, await totals.ReadAsync(source, cancellation), totals.Rows - listed.Count, await RowsAsync(new CertificateDifferencesReport(), source, cancellation));
    }

    private static async Task<List<Cell[]>> RowsAsync(Report report, ReportSource source, CancellationToken cancellation)
    {
        List<Cell[]> rows = [];
        await foreach (Cell[] row in report.RowsAsync(source, cancellation))
        {
            rows.Add([.. row]);
        }

        return rows;
    }
}
