using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Host.Web;

/// <summary>A page of a report as it is shown: fifty rows of it, and the totals of all.</summary>
internal sealed record ReportTable(Report Report, IReadOnlyList<Cell[]> Rows, Cell[]? Totals, int Page, long Count)
{
    /// <summary>The column of what somebody has to do about a rejected row.</summary>
    public const string Sentence = "what to do";

    private const string Expected = "expected";

    public int Pages => Listing.PagesOf(Count);

    /// <summary>The columns of the page. A certificate's time is beneath the person who acted, and its remark goes across the figures, so that it fits a sheet and a screen.</summary>
    public IReadOnlyList<ReportColumn> Shown => Report is CertificateReport ? [.. Report.Columns.Take(CertificateReport.Time)] : Report.Columns;

    /// <summary>The rows in the table; those of a certificate that are notes are beneath it.</summary>
    public IEnumerable<Cell[]> Lines => Report is CertificateReport ? Rows.Where(r => !CertificateReport.IsNote(r)) : Rows;

    /// <summary>What is said beneath the table, in both languages: figures by their names, not by the keys of policy files.</summary>
    public IEnumerable<(string Chinese, string English)> Notes => Report is CertificateReport ? Rows.Where(CertificateReport.IsNote).Select(r => Named(Show.Halves(r[0].Text!))) : [];

    /// <summary>What is said beneath the text of a cell; null: nothing.</summary>
    public string? Beneath(Cell[] row, int i) => Report is CertificateReport && i == CertificateReport.ActorOf(row) ? row[CertificateReport.Time].Text : null;

    /// <summary>What is said instead of the figures of a row; null: it has its figures.</summary>
    public string? Across(Cell[] row, int i) => Report is CertificateReport && i == CertificateReport.People ? row[CertificateReport.Remark].Text : null;

    /// <summary>Past the end the last page is shown.</summary>
    /// <exception cref="DataFaultException">REPORT_UNKNOWN, and what the report itself refuses.</exception>
    public static async Task<ReportTable> ReadAsync(Area area, string kind, YearMonth month, int page, CancellationToken cancellation)
    {
        ReportTable asked = await PageAsync(area, kind, month, page, cancellation);
        return asked.Page <= asked.Pages ? asked : await PageAsync(area, kind, month, asked.Pages, cancellation);
    }

    /// <summary>The rows of a report that somebody asks for, without totals.</summary>
    public static async Task<ReportTable> OnlyAsync(Area area, string kind, YearMonth month, Predicate<Cell[]> which, CancellationToken cancellation)
    {
        Report report = AllReports.Find(kind)!;
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        List<Cell[]> rows = [];
        await foreach (Cell[] row in report.RowsAsync(new ReportSource(connection, area, month), cancellation))
        {
            if (which(row))
            {
                rows.Add([.. row]);
            }
        }

        return new ReportTable(report, rows, null, 1, rows.Count);
    }

    private static async Task<ReportTable> PageAsync(Area area, string kind, YearMonth month, int page, CancellationToken cancellation)
    {
        Report report = AllReports.Find(kind) ?? throw new DataFaultException("REPORT_UNKNOWN", "没有这种报表。", "There is no such report.");
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        List<Cell[]> rows = [];
        ReportTotals totals = new(report);
        ReportSource source = new(connection, area, month);
        await foreach (Cell[] row in report is FaultReport faults ? faults.FaultsAsync(source, cancellation) : report.RowsAsync(source, cancellation))
        {
            if (totals.Rows / Listing<Cell>.PageRows == page - 1)
            {
                rows.Add([.. row]);
            }

            totals.Add(row);
        }

        return new ReportTable(report, rows, await totals.ReadAsync(source, cancellation), page, totals.Rows);
    }

    private static (string Chinese, string English) Named((string Chinese, string English) note)
    {
        foreach (string name in FigureNames.All)
        {
            note = (note.Chinese.Replace($"（{name}）", "", StringComparison.Ordinal), note.English.Replace(name, FigureNames.English(name), StringComparison.Ordinal));
        }

        return note;
    }

    public static string Text(ReportColumn column, Cell cell) => cell.Number is not { } number ? cell.Text ?? ""
        : column.Content == ColumnContent.Yuan ? Show.Yuan(new Money(number)) : Show.Count(number);

    /// <summary>The English name of a column, as a heading.</summary>
    public static string Heading(ReportColumn column) => char.ToUpperInvariant(column.English[0]) + column.English[1..];

    /// <summary>Texts that the product writes, in both languages; null: names, files and values are shown as they are.</summary>
    public (string Chinese, string English)? Words(Cell[] row, int i) => Report.Columns[i].English switch
    {
        "standing" or "age" or "kind" or "item" or "channel or ground" or "when it arrives" or "account" or "reason" or "finding" or "section" or "remark" => Show.Halves(row[i].Text ?? ""),
        Sentence => (row[i].Text ?? "", RejectionCodes.Describe(FaultReport.RejectionOf(row), "en")),
        Expected when Report is FaultReport => ExpectedWords.Of(FaultReport.RejectionOf(row)),
        _ => null,
    };
}
