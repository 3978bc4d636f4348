using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>
/// 欠费清单: declared against received at the end of the month, one line an employer with something missing, left over, or a late fee received in
/// the month; what is missing is listed by the months by which its contribution month is past. Where an accepted line counts as received
/// (creditOn: declaration), only months for which a receipt was sent are compared. A closed month is told as it was closed, whatever came later.
/// </summary>
public sealed class ArrearsReport : Report
{
    public override string Kind => "arrears";

    public override string Title => "欠费清单";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("单位编号", "employer", ColumnContent.Text), new("单位名称", "name", ColumnContent.Text), new("月数", "months", ColumnContent.Count, ColumnTotal.Sum),
        new("最早所属期", "oldest month", ColumnContent.Month), Sum("申报金额", "declared"), Sum("到账金额", "received"), Sum("欠缴金额", "missing"),
        Sum("当月", "due this month"), Sum("欠1个月", "1 month"), Sum("欠2个月", "2 months"), Sum("欠3个月", "3 months"), Sum("欠4至6个月", "4-6 months"),
        Sum("欠7至12个月", "7-12 months"), Sum("欠12个月以上", "over 12 months"), Sum("多缴金额", "surplus"), Sum("本月滞纳金", "late fees received"),
        Sum("本月利息", "late interest received"),
    ];

    private static ReportColumn Sum(string chinese, string english) => new(chinese, english, ColumnContent.Yuan, ColumnTotal.Sum);

    // Months are compared one by one: a surplus of one does not pay for another, for the money says which month it is for.
    private static string Sql =>
        $"""
        WITH receipts AS (
            SELECT DISTINCT ON (receipt_month, employer_id, document) * FROM :area.receipt
            WHERE receipt_month <= :month AND submission_id <= $2 AND submission_id IN (SELECT submission_id FROM :area.filed WHERE month <= :month)
            ORDER BY receipt_month, employer_id, document, submission_id DESC, row_no),
        received AS (
            SELECT month, employer_id, coalesce(sum(amount_fen) FILTER (WHERE received_on < :month + interval '1 month'), 0) AS fen,
                   coalesce(sum(late_fee_fen) FILTER (WHERE date_trunc('month', received_on) = :month), 0) AS late_fee_fen,
                   coalesce(sum(interest_fen) FILTER (WHERE date_trunc('month', received_on) = :month), 0) AS interest_fen
            FROM (
                SELECT receipt_month AS month, employer_id, amount_fen, late_fee_fen, interest_fen, received_on FROM receipts WHERE state = {FactState.Accepted:D}
                UNION ALL SELECT month, employer_id, -amount_fen, 0, 0, on_date FROM :area.money_returned WHERE month <= :month) r
            GROUP BY 1, 2),
        lines AS (
            SELECT DISTINCT ON (contribution_month, person_id, employer_id) contribution_month, employer_id, state, person_paid_fen + employer_paid_fen AS fen
            FROM :area.contribution
            WHERE contribution_month <= :month AND submission_id <= $2 AND submission_id IN (SELECT submission_id FROM :area.filed WHERE month <= :month)
                  AND (contribution_month = ANY($1) OR (contribution_month, employer_id) IN (SELECT month, employer_id FROM received))
            ORDER BY contribution_month, person_id, employer_id, submission_id DESC, (row_no <= 0) DESC, row_no DESC),
        declared AS (
            SELECT contribution_month AS month, employer_id, sum(fen) AS fen
            FROM lines WHERE state = {FactState.Accepted:D} GROUP BY 1, 2),
        compared AS (
            SELECT month, employer_id, coalesce(d.fen, 0) AS declared, coalesce(r.fen, 0) AS received,
                   coalesce(r.late_fee_fen, 0) AS late_fee, coalesce(r.interest_fen, 0) AS interest,
                   (extract(year FROM age(:month, month)) * 12 + extract(month FROM age(:month, month)))::int AS months_past
            FROM declared d FULL JOIN received r USING (month, employer_id)),
        listed AS (
            SELECT *, greatest(declared - received, 0) AS missing, greatest(received - declared, 0) AS surplus FROM compared
            WHERE declared <> received OR late_fee > 0 OR interest > 0)
        SELECT e.number, e.name, count(*) FILTER (WHERE missing > 0), min(month) FILTER (WHERE missing > 0), sum(declared), sum(received), sum(missing),
               coalesce(sum(missing) FILTER (WHERE months_past = 0), 0), coalesce(sum(missing) FILTER (WHERE months_past = 1), 0),
               coalesce(sum(missing) FILTER (WHERE months_past = 2), 0), coalesce(sum(missing) FILTER (WHERE months_past = 3), 0),
               coalesce(sum(missing) FILTER (WHERE months_past BETWEEN 4 AND 6), 0), coalesce(sum(missing) FILTER (WHERE months_past BETWEEN 7 AND 12), 0),
               coalesce(sum(missing) FILTER (WHERE months_past > 12), 0), sum(surplus), sum(late_fee), sum(interest)
        FROM listed JOIN :area.employer e USING (employer_id) GROUP BY e.number, e.name ORDER BY e.number
        """;

    public override async IAsyncEnumerable<Cell[]> RowsAsync(
        ReportSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        DateOnly[] waiting = await WaitingMonthsAsync(source, cancellation);
        await using NpgsqlCommand command = new(source.Sql(Sql), source.Connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(waiting);
        command.Parameters.AddWithValue(await ClosedCheck.KnownAsync(source.Area.On(source.Connection), source.Month, cancellation));
        Cell[] row = new Cell[Columns.Count];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? Cell.Empty : Columns[i].Content switch
                {
                    ColumnContent.Text => reader.GetString(i),
                    ColumnContent.Month => reader.GetFieldValue<DateOnly>(i).Month().Text(),
                    ColumnContent.Count => reader.GetInt64(i),
                    _ => (long)reader.GetDecimal(i),
                };
            }

            yield return row;
        }
    }

    /// <summary>The months with declared lines whose credits wait for the money.</summary>
    private static async Task<DateOnly[]> WaitingMonthsAsync(ReportSource source, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(
            source.Sql("SELECT DISTINCT month FROM :area.submission_month WHERE fact = 'contribution' AND month <= :month ORDER BY 1"), source.Connection);
        List<DateOnly> months = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            DateOnly month = reader.GetFieldValue<DateOnly>(0);
            if (source.Area.Policy.TryFor(month.Month())?.CreditsOnReceipt ?? false)
            {
                months.Add(month);
            }
        }

        return [.. months];
    }
}
