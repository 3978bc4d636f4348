using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>
/// 追溯: each credit that was posted in the month, or those of a draw, with the row that it was computed from, the voucher and the certificate: a credit from contributions with the
/// employer's receipts and their lines of the bank's statement, a retiree's, which the pooled fund pays, with the row of the pension agency's file. The number of a credit is month/n-th run of the month/n-th entry of the run: it says nothing of the person and does not change.
/// </summary>
/// <param name="told">The draw as it came out, for the heading.</param>
public sealed class TraceReport(Draw? draw = null, SampleDocument? told = null) : QueryReport
{
    public override string Kind => "trace";

    public override string Title => "划账追溯";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("记录号", "credit", ColumnContent.Text), new("公民身份号码", "citizen number", ColumnContent.CitizenNumber), new("姓名", "name", ColumnContent.PersonName),
        new("费款所属期", "contribution month", ColumnContent.Month), new("单位编号", "employer number", ColumnContent.Text), new("单位名称", "employer", ColumnContent.Text),
        new("缴费基数", "base", ColumnContent.Yuan), Sum("个人缴费", "person paid"), Sum("单位缴费", "employer paid"), Sum("划入账户", "to the account"), Sum("统筹基金", "pool"), Sum("其他资金", "other funds"),
        new("报送", "submission", ColumnContent.Count), new("文件", "file", ColumnContent.Text), new("行", "row", ColumnContent.Count),
        new("到账凭证号", "receipts", ColumnContent.Text), new("单位当月到账（已减退还）", "received less returned", ColumnContent.Yuan), new("银行流水号", "bank lines", ColumnContent.Text),
        new("批次", "run", ColumnContent.Count), new("记账凭证", "voucher", ColumnContent.Text), new("结账封签", "seal of the closing", ColumnContent.Text),
        new("种类", "kind", ColumnContent.Text),
    ];

    public override string Heading(YearMonth month) => told is null ? base.Heading(month) : $"{Title} {told.Said().Chinese}";

    protected override object[] Arguments => draw?.Arguments ?? [];

    protected override string Sql => SqlOf(draw);

    /// <summary>The lines of the report, and behind its columns the account.</summary>
    /// <remarks>
    /// Steps have no statistics, and a nested loop over all credits and employers of a city took half a minute: a full join is never one, and each employer of money has a source.
    /// </remarks>
    internal static string SqlOf(Draw? draw) =>
        $"""
        WITH {Credits(draw is null ? "" : " AND abs(n.account_fen) >= $3")},
        drawn AS MATERIALIZED ({draw?.Sql ?? "SELECT *, row_number() OVER (ORDER BY place, no) AS turn FROM credit"}),
        taken AS MATERIALIZED (
            SELECT s.submission_id, min(r.seq) AS seq FROM :area.run_submission s JOIN :area.posted_run r USING (run_id) WHERE r.posting_month <= :month GROUP BY 1),
        source AS MATERIALIZED (
            SELECT DISTINCT ON (d.turn) d.turn, c.* FROM drawn d JOIN :area.contribution c ON c.contribution_month = d.contribution_month AND c.person_id = d.person_id
            JOIN taken t ON t.submission_id = c.submission_id AND t.seq <= d.seq
            WHERE d.component = {Component.Contribution:D} AND c.contribution_month = ANY (ARRAY(SELECT DISTINCT contribution_month FROM drawn WHERE component = {Component.Contribution:D}))
            ORDER BY d.turn, {FactVersions.TakenLast}),
        pensioned AS MATERIALIZED (
            SELECT DISTINCT ON (d.turn) d.turn, c.* FROM drawn d JOIN :area.pension c ON c.pension_month = d.contribution_month AND c.person_id = d.person_id
            JOIN taken t ON t.submission_id = c.submission_id AND t.seq <= d.seq
            WHERE d.component = {Component.Retiree:D} AND c.pension_month = ANY (ARRAY(SELECT DISTINCT contribution_month FROM drawn WHERE component = {Component.Retiree:D}))
            ORDER BY d.turn, {FactVersions.TakenLast}),
        declared AS MATERIALIZED (
            SELECT c.turn, f.submission_id, f.file, coalesce(o.row_no, c.row_no) AS row_no FROM source c {TracedRows.OfContribution}
            UNION ALL SELECT c.turn, f.submission_id, f.file, coalesce(o.row_no, c.row_no) FROM pensioned c {TracedRows.OfPension}),
        wanted AS MATERIALIZED (SELECT DISTINCT employer_id, contribution_month AS month FROM source),
        receipts AS MATERIALIZED (
            SELECT r.employer_id, r.receipt_month AS month, string_agg(r.document, ' ' ORDER BY r.received_on, r.document COLLATE "C") AS documents
            FROM :area.receipt_in_force r WHERE r.receipt_month = ANY (ARRAY(SELECT month FROM wanted)) AND (r.employer_id, r.receipt_month) IN (SELECT employer_id, month FROM wanted) GROUP BY 1, 2),
        received AS MATERIALIZED (
            SELECT m.employer_id, m.month, sum(m.amount_fen)::bigint AS fen FROM :area.money_for_month m
            WHERE m.month = ANY (ARRAY(SELECT month FROM wanted)) AND (m.employer_id, m.month) IN (SELECT employer_id, month FROM wanted) GROUP BY 1, 2),
        matched AS MATERIALIZED (
            SELECT x.receipt_employer AS employer_id, x.receipt_month AS month, string_agg(DISTINCT l.serial COLLATE "C", ' ' ORDER BY l.serial COLLATE "C") AS serials
            FROM :area.money_match_receipt x JOIN :area.match_state s USING (match_id) JOIN :area.money_match_line l USING (match_id)
            WHERE x.receipt_month = ANY (ARRAY(SELECT month FROM wanted)) AND (x.receipt_employer, x.receipt_month) IN (SELECT employer_id, month FROM wanted) AND s.state = 'matched'
            GROUP BY 1, 2),
        money AS MATERIALIZED (
            SELECT employer_id, month AS contribution_month, r.documents AS receipts, m.fen AS received, l.serials
            FROM wanted w FULL JOIN receipts r USING (employer_id, month) FULL JOIN received m USING (employer_id, month) FULL JOIN matched l USING (employer_id, month)),
        paid AS MATERIALIZED (
            SELECT c.*, m.receipts, m.received, m.serials FROM source c FULL JOIN money m ON m.employer_id = c.employer_id AND m.contribution_month = c.contribution_month),
        voucher AS MATERIALIZED (SELECT DISTINCT l.day, l.part, l.key, {VoucherNames.Number} AS called FROM :area.book_line l WHERE l.month = :month)
        SELECT d.called, p.citizen, p.name, d.contribution_month, w.number, w.name, c.base_fen, d.person_paid_fen, d.employer_paid_fen, d.account_fen, d.pool_fen, d.other_fen,
               f.submission_id::bigint, f.file, CASE WHEN f.row_no > 0 THEN f.row_no END::bigint, c.receipts, c.received, c.serials, d.run_id::bigint, v.called, k.seal,
               {MovementWords.Kind("d.component")}, d.account_id, d.component = {Component.Retiree:D}
        FROM drawn d JOIN :area.insured p ON p.person_id = d.person_id LEFT JOIN paid c ON c.turn = d.turn LEFT JOIN declared f ON f.turn = d.turn
            LEFT JOIN :area.employer w ON w.employer_id = c.employer_id
            LEFT JOIN voucher v ON v.part = 3 AND v.key = d.seq LEFT JOIN :area.closing_in_force k ON k.month = :month
        ORDER BY d.turn
        """;

    /// <summary>Which entries are credits that are traced and drawn: those from contributions, and those of retirees.</summary>
    internal static string IsCredit => $"component IN {Components.Credits} AND account_fen <> 0";

    /// <summary>The tables up to <c>credit</c>: the credits of the month <c>:month</c>, each with its number.</summary>
    internal static string Credits(string and) =>
        $"""
        placed AS MATERIALIZED (SELECT run_id, seq, row_number() OVER (ORDER BY seq) AS place FROM :area.posted_run WHERE posting_month = :month),
        numbered AS (
            SELECT e.*, a.person_id, g.seq, g.place, row_number() OVER (PARTITION BY g.place ORDER BY q.citizen, e.account_id, e.contribution_month, e.component) AS no
            FROM :area.entry e JOIN placed g USING (run_id) JOIN :area.account a USING (account_id) JOIN :area.person q ON q.person_id = a.person_id WHERE e.posting_month = :month),
        credit AS (
            SELECT n.*, to_char(n.posting_month, 'YYYY-MM') || '/' || n.place || '/' || n.no AS called FROM numbered n WHERE {IsCredit}{and})
        """;

    private static ReportColumn Sum(string chinese, string english) => new(chinese, english, ColumnContent.Yuan, ColumnTotal.Sum);
}
