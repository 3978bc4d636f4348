using System.Runtime.CompilerServices;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>拒绝明细: every fault of the rows of the month's files that were rejected, with the sentence that says what to do.</summary>
public sealed class RejectionReport : FaultReport
{
    public override string Kind => "rejection";

    public override string Title => "拒绝明细";

    // Files of one name are told apart by their bytes, not by their numbers.
    protected override string Sql =>
        $"""
        SELECT s.file, {KindOfFile}, r.row_no::bigint, r.column_name, r.code, NULL::text, r.found, r.expected
        FROM :area.submission s JOIN :area.rejection r USING (submission_id)
        WHERE s.submission_id IN (SELECT submission_id FROM :area.filed WHERE month = :month) AND NOT (r.code IN ({RejectionCodes.HeldList}) AND s.refused IS NULL)
        ORDER BY s.file COLLATE "C", s.kind, s.sha256, r.row_no, r.fault_no, r.submission_id
        """;
}

/// <summary>The faults of the files that were sent for the month, of rejected rows or of held ones. All rows of a file that was refused whole are rejected.</summary>
public abstract class FaultReport : QueryReport
{
    /// <summary>The kind of the file <c>s</c>, in both languages.</summary>
    protected const string KindOfFile = "CASE s.kind WHEN 'regular' THEN '正常 regular' WHEN 'supplementary' THEN '补充 supplementary' ELSE '替换 replacement' END";

    private const int Row = 2;
    private const int Column = 3;
    private const int Code = 4;
    private const int Sentence = 5;
    private const int Found = 6;
    private const int Expected = 7;

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("文件", "file", ColumnContent.Text), new("报送类型", "kind", ColumnContent.Text), new("行", "row", ColumnContent.Count, ColumnTotal.Rows),
        new("列", "column", ColumnContent.Text), new("代码", "code", ColumnContent.Text), new("说明", "what to do", ColumnContent.Text),
        new("所填", "found", ColumnContent.Text), new("应为", "expected", ColumnContent.Text),
    ];

    /// <summary>What was expected is said in the words of the pages.</summary>
    public override async IAsyncEnumerable<Cell[]> RowsAsync(ReportSource source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (Cell[] row in FaultsAsync(source, cancellation))
        {
            row[Expected] = ExpectedWords.Of(RejectionOf(row)).Chinese;
            yield return row;
        }
    }

    /// <summary>The rows with what was expected as the rejection has it, for a page that says it in its own language.</summary>
    public async IAsyncEnumerable<Cell[]> FaultsAsync(ReportSource source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (Cell[] row in base.RowsAsync(source, cancellation))
        {
            row[Found] = Masking.Found(row[Found].Text!);
            row[Sentence] = RejectionCodes.Describe(RejectionOf(row), "zh");
            yield return row;
        }
    }

    /// <summary>The rejection that a row tells of.</summary>
    public static Rejection RejectionOf(Cell[] row) => new(row[Code].Text!, (int)row[Row].Number!.Value, row[Column].Text!, row[Found].Text!, row[Expected].Text!);
}
