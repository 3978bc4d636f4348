using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Files;

/// <summary>How a column is read and written. Text is made inert for spreadsheets; numbers stay numbers.</summary>
public enum ColumnContent
{
    Text,
    Month,

    /// <summary>First 17 digits in the database, masked in the report.</summary>
    CitizenNumber,

    /// <summary>Whole in the database, the first character in the report.</summary>
    PersonName,
    Count,

    /// <summary>Fen in the database, yuan with two places in the report.</summary>
    Yuan,
}

/// <summary>What the totals row at the bottom has in a column.</summary>
public enum ColumnTotal
{
    None,
    Sum,

    /// <summary>The number of rows.</summary>
    Rows,

    /// <summary>The people of all rows, each counted once: the report answers <see cref="Report.PeopleAsync"/>.</summary>
    People,
}

/// <param name="Width">Characters across in a workbook, within which its texts are wrapped; 0: as wide as such contents mostly are.</param>
public sealed record ReportColumn(string Chinese, string English, ColumnContent Content, ColumnTotal Total = ColumnTotal.None, int Width = 0)
{
    public string Header => English.Length == 0 ? Chinese : $"{Chinese} ({English})";

    public bool IsNumber => Content is ColumnContent.Count or ColumnContent.Yuan;

    /// <summary>People fill the column in: what is no amount stays text as it is typed, so that no digit of a long number is lost and no month becomes a day.</summary>
    public bool IsTyped { get; init; }

    /// <summary>Words that a cell of a typed column takes; none: any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}

/// <summary>A value of a report: a text, or a count or an amount in fen; empty when it is neither.</summary>
public readonly record struct Cell(string? Text, long? Number)
{
    public static readonly Cell Empty;

    public static implicit operator Cell(string text) => new(text, null);

    public static implicit operator Cell(long number) => new(null, number);
}

/// <summary>What a report is made from: one consistent view of an area, and the month.</summary>
/// <param name="Of">The area; null: the report is of no area.</param>
public sealed record ReportSource(NpgsqlConnection Connection, Area? Of, YearMonth Month)
{
    public Area Area => Of ?? throw new InvalidOperationException("This report is of no area.");

    public string Sql(string text) => Area.Schema.Sql(text).Replace(":month", $"'{Month.Text()}-01'::date", StringComparison.Ordinal);
}

/// <summary>
/// A table made from the facts of one month. Equal facts give equal bytes: nothing in it comes from a surrogate key, a run's number or the
/// clock (the certificate alone names the runs and times on record, the trace the submissions and runs), and the order is decided by what is shown or by the citizen number behind it. To add one: a class, and a line in <see cref="AllReports"/>.
/// </summary>
public abstract class Report
{
    /// <summary>The word on the command line.</summary>
    public abstract string Kind { get; }

    public abstract string Title { get; }

    public abstract IReadOnlyList<ReportColumn> Columns { get; }

    /// <summary>The line at the top of each printed sheet.</summary>
    public virtual string Heading(YearMonth month) => $"{Title} {month.Text()}";

    /// <summary>Places to sign, at the foot of each printed sheet; empty for none.</summary>
    public virtual string Signatures => "";

    /// <summary>Further sheets of the same workbook, each a report of its own; one without rows is left out.</summary>
    public virtual IReadOnlyList<Report> Parts => [];

    /// <summary>The rows, streamed; the array is used again for the next one.</summary>
    public abstract IAsyncEnumerable<Cell[]> RowsAsync(ReportSource source, CancellationToken cancellation);

    /// <summary>How many people are in the report, each counted once; for a column whose total is <see cref="ColumnTotal.People"/>.</summary>
    public virtual Task<long> PeopleAsync(ReportSource source, CancellationToken cancellation) => throw new NotSupportedException($"The report {Kind} counts no people.");

    /// <summary>The people with postings of the month whose component meets a condition, each counted once.</summary>
    protected static async Task<long> PostedPeopleAsync(ReportSource source, string condition, CancellationToken cancellation) => (await source.Connection.ReadAsync(
        source.Sql($"SELECT count(DISTINCT a.person_id) FROM :area.entry e JOIN :area.account a USING (account_id) WHERE e.posting_month = :month AND {condition}"),
        r => r.GetInt64(0), cancellation))[0];
}

/// <summary>A report that one ordered query answers, column by column.</summary>
public abstract class QueryReport : Report
{
    /// <summary><c>:area</c> stands for the schema, <c>:month</c> for the month's first day.</summary>
    protected abstract string Sql { get; }

    /// <summary>Values of <c>$1</c> and on.</summary>
    protected virtual object[] Arguments => [];

    public override async IAsyncEnumerable<Cell[]> RowsAsync(
        ReportSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(source.Sql(Sql), source.Connection);
        foreach (object argument in Arguments)
        {
            command.Parameters.AddWithValue(argument);
        }

        Cell[] row = new Cell[Columns.Count];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? Cell.Empty : Read(reader, i, Columns[i].Content);
            }

            yield return row;
        }
    }

    private static Cell Read(NpgsqlDataReader reader, int column, ColumnContent content) => content switch
    {
        ColumnContent.CitizenNumber => Masking.Number(reader.GetInt64(column)),
        ColumnContent.PersonName => Masking.Name(reader.GetString(column)),
        ColumnContent.Month => reader.GetFieldValue<DateOnly>(column).Month().Text(),
        ColumnContent.Text => reader.GetString(column),
        _ => reader.GetInt64(column),
    };
}
