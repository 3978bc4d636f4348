using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Ledger;

namespace Batch.Jobs.Reading;

/// <summary>
/// 划账来源明细: each posting of the month with what it was computed from: of a contribution the employer, the base and the row of its file; of a retiree the row of the pension file;
/// of movements the latest row and how many there are. The row is the one that the runs posted up to the month took last, so that a closed month stays as it was.
/// </summary>
public sealed class SourcesReport : QueryReport
{
    public override string Kind => "sources";

    public override string Title => "划账来源明细";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("公民身份号码", "citizen number", ColumnContent.CitizenNumber), new("姓名", "name", ColumnContent.PersonName), new("第几个账户", "account of the person", ColumnContent.Count),
        new("费款所属期", "contribution month", ColumnContent.Month), new("种类", "kind", ColumnContent.Text), new("单位编号", "employer number", ColumnContent.Text),
        new("单位名称", "employer", ColumnContent.Text), new("缴费基数", "base", ColumnContent.Yuan), new("账户变动", "change of the account", ColumnContent.Yuan, ColumnTotal.Sum),
        new("文件", "file", ColumnContent.Text), new("行", "row", ColumnContent.Count), new("行数", "rows", ColumnContent.Count),
    ];

    // A closed account and the one opened after it are two postings of one person. The whole number orders the lines; only its mask is shown.
    protected override string Sql =>
        $"""
        WITH moved AS MATERIALIZED (
            SELECT a.person_id, e.account_id, e.contribution_month, e.component, sum(e.account_fen)::bigint AS fen
            FROM :area.entry e JOIN :area.account a USING (account_id) WHERE e.posting_month = :month GROUP BY 1, 2, 3, 4),
        {ThreeWay.LastEmployers(":month", $"ARRAY(SELECT DISTINCT contribution_month FROM moved WHERE component = {Component.Contribution:D})", ", c.base_fen, c.submission_id, c.row_no")},
        retired AS (
            SELECT DISTINCT ON (c.pension_month, c.person_id) c.pension_month, c.person_id, c.submission_id, c.row_no
            FROM :area.pension c JOIN taken USING (submission_id)
            WHERE c.pension_month = ANY (ARRAY(SELECT DISTINCT contribution_month FROM moved WHERE component = {Component.Retiree:D}))
                AND c.person_id IN (SELECT person_id FROM moved WHERE component = {Component.Retiree:D})
            ORDER BY c.pension_month, c.person_id, {FactVersions.TakenLast}),
        changed AS (
            SELECT movement_month, person_id, kind, (array_agg(submission_id ORDER BY submission_id DESC, row_no DESC))[1] AS submission_id,
                   (array_agg(row_no ORDER BY submission_id DESC, row_no DESC))[1] AS row_no, count(*) AS rows
            FROM (SELECT DISTINCT ON (c.on_date, c.person_id, c.kind, c.channel, c.member, c.reference) c.*
                  FROM :area.movement c JOIN taken USING (submission_id)
                  WHERE c.movement_month = ANY (ARRAY(SELECT DISTINCT contribution_month FROM moved WHERE component >= {Component.Opening:D}))
                      AND c.person_id IN (SELECT person_id FROM moved WHERE component >= {Component.Opening:D})
                  ORDER BY c.on_date, c.person_id, c.kind, c.channel, c.member, c.reference, c.submission_id DESC, (c.row_no <= 0) DESC, c.row_no DESC) v
            WHERE state = {FactState.Accepted:D} GROUP BY 1, 2, 3),
        sources AS (
            SELECT m.*, p.employer_id, p.base_fen, coalesce(p.submission_id, r.submission_id, c.submission_id) AS submission_id, coalesce(p.row_no, r.row_no, c.row_no) AS row_no,
                   CASE WHEN c.rows IS NOT NULL THEN c.rows WHEN coalesce(p.row_no, r.row_no) IS NOT NULL THEN 1 END AS rows
            FROM moved m LEFT JOIN last_employer p ON m.component = {Component.Contribution:D} AND p.contribution_month = m.contribution_month AND p.person_id = m.person_id
                LEFT JOIN retired r ON m.component = {Component.Retiree:D} AND r.pension_month = m.contribution_month AND r.person_id = m.person_id
                LEFT JOIN changed c ON m.component = c.kind AND c.movement_month = m.contribution_month AND c.person_id = m.person_id)
        SELECT p.citizen, p.name, 1 + m.account_id / 100000000::bigint, m.contribution_month, {MovementWords.Kind("m.component")}, w.number, w.name, m.base_fen, m.fen, s.file,
               CASE WHEN m.row_no > 0 THEN m.row_no END::bigint, m.rows
        FROM sources m JOIN :area.insured p ON p.person_id = m.person_id LEFT JOIN :area.employer w ON w.employer_id = m.employer_id LEFT JOIN :area.submission s ON s.submission_id = m.submission_id
        ORDER BY p.citizen, m.account_id, m.contribution_month, m.component
        """;
}
