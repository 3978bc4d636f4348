namespace Batch.Jobs.Files;

/// <summary>The totals row of a report, added up while its rows are read.</summary>
public sealed class ReportTotals(Report report)
{
    private readonly long[] sums = new long[report.Columns.Count];

    public long Rows { get; private set; }

    public void Add(ReadOnlySpan<Cell> row)
    {
        Rows++;
        for (int i = 0; i < row.Length; i++)
        {
            sums[i] += report.Columns[i].Total == ColumnTotal.Sum ? row[i].Number ?? 0 : 0;
        }
    }

    /// <summary>The totals; null where no column has one. The source is asked for the people, of whom one may be in several rows.</summary>
    public async Task<Cell[]?> ReadAsync(ReportSource source, CancellationToken cancellation)
    {
        if (report.Columns.All(c => c.Total == ColumnTotal.None))
        {
            return null;
        }

        Cell[] totals = new Cell[sums.Length];
        for (int i = 0; i < totals.Length; i++)
        {
            totals[i] = report.Columns[i].Total switch
            {
                ColumnTotal.Sum => sums[i],
                ColumnTotal.Rows => Rows,
                ColumnTotal.People => await report.PeopleAsync(source, cancellation),
                _ => Cell.Empty,
            };
        }

        return totals;
    }
}
