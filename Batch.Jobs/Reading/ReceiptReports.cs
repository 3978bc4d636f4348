using Batch.Jobs.Files;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;

namespace Batch.Jobs.Reading;

/// <summary>到账明细: each receipt of the month by the day on which the money came, with the bank's lines that it was matched with.</summary>
public sealed class ReceiptReport : QueryReport
{
    public override string Kind => "receipts";

    public override string Title => "到账明细";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("单位编号", "employer", ColumnContent.Text), new("单位名称", "name", ColumnContent.Text), new("费款所属期", "month", ColumnContent.Month),
        new("到账日期", "received on", ColumnContent.Text), new("凭证号", "document", ColumnContent.Text), Sum("到账金额", "amount"), Sum("滞纳金", "late fee"), Sum("利息", "interest"),
        Sum("合计", "total"), Sum("已核对", "matched"), new("银行流水号", "bank lines", ColumnContent.Text),
    ];

    protected override string Sql =>
        """
        SELECT e.number, e.name, r.receipt_month, to_char(r.received_on, 'YYYY-MM-DD'), r.document, r.amount_fen, r.late_fee_fen, r.interest_fen, r.money_fen,
               CASE WHEN m.serials IS NULL THEN 0 ELSE r.money_fen END, m.serials
        FROM :area.receipt_in_force r JOIN :area.employer e USING (employer_id)
        LEFT JOIN LATERAL (
            SELECT string_agg(l.serial, ' ' ORDER BY l.serial) AS serials FROM :area.money_match_receipt x JOIN :area.match_state s USING (match_id)
            JOIN :area.money_match_line l USING (match_id)
            WHERE x.receipt_month = r.receipt_month AND x.receipt_employer = r.employer_id AND x.document = r.document AND s.state = 'matched') m ON true
        WHERE r.money_fen > 0 AND r.received_on >= :month AND r.received_on < :month + interval '1 month'
        ORDER BY r.received_on, e.number COLLATE "C", r.receipt_month, r.document COLLATE "C"
        """;

    private static ReportColumn Sum(string chinese, string english) => new(chinese, english, ColumnContent.Yuan, ColumnTotal.Sum);
}

/// <summary>暂收款明细: money received for an employer's month and not returned that the ledger does not have yet, by the age of the month; where credits do not wait for it, what is beyond the declared.</summary>
public sealed class SuspenseReport : Report
{
    public override string Kind => "suspense";

    public override string Title => "暂收款明细";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("单位编号", "employer", ColumnContent.Text), new("单位名称", "name", ColumnContent.Text), new("费款所属期", "month", ColumnContent.Month),
        new("申报金额", "declared", ColumnContent.Yuan, ColumnTotal.Sum), new("到账金额", "received", ColumnContent.Yuan, ColumnTotal.Sum),
        new("已入账", "booked", ColumnContent.Yuan, ColumnTotal.Sum), new("暂收", "in suspense", ColumnContent.Yuan, ColumnTotal.Sum), new("天数", "days", ColumnContent.Count),
    ];

    public override async IAsyncEnumerable<Cell[]> RowsAsync(
        ReportSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (ThreeWayLine line in await new ThreeWay(source.Area).SuspenseAsync(source.Month, cancellation))
        {
            yield return [line.Employer, line.Name, line.Month.Text(), line.Declared.Fen, line.Received!.Value.Fen, line.Booked.Fen, line.InSuspense.Fen, line.Days];
        }
    }
}
