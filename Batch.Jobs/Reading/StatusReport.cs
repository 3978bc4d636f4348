using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>
/// 参保状态核对: lines of the month for people whom the records know otherwise: left 停保 before the month and not back since, or retired 退休 before it while an employer goes on
/// paying. Their lines are credited as they are declared; whether the record or the line is wrong, an operator finds out.
/// </summary>
public sealed class StatusReport : QueryReport
{
    // The events of the whole register are few beside the lines of a month.
    private static readonly string Listed =
        $"""
        WITH left_ AS (
            SELECT person_id, on_date FROM (
                SELECT DISTINCT ON (person_id) person_id, event, on_date FROM :area.person_event WHERE event IN ({PersonEvent.New:D}, {PersonEvent.Left:D}, {PersonEvent.Resumed:D}) AND on_date < (:month + interval '1 month')::date
                ORDER BY person_id, on_date DESC, submission_id DESC, row_no DESC) s
            WHERE event = {PersonEvent.Left:D} AND on_date < :month),
        retired AS (SELECT person_id, max(on_date) AS on_date FROM :area.person_event WHERE event = {PersonEvent.Retired:D} AND on_date < :month GROUP BY person_id),
        known AS (SELECT person_id, 1 AS place, on_date FROM left_ UNION ALL SELECT person_id, 2, on_date FROM retired),
        listed AS (
            SELECT k.person_id, k.place, k.on_date, c.employer_id, c.base_fen, c.person_paid_fen, c.employer_paid_fen
            FROM known k JOIN :area.contribution c ON c.contribution_month = :month AND c.person_id = k.person_id
            WHERE {FactVersions.IsAccepted(":area.contribution", "c", "w.contribution_month = {0}.contribution_month AND w.person_id = {0}.person_id AND w.employer_id = {0}.employer_id")})
        """;

    /// <summary>How many people of each: left, and retired.</summary>
    internal static readonly string CountSql =
        $"{Listed} SELECT count(DISTINCT person_id) FILTER (WHERE place = 1), count(DISTINCT person_id) FILTER (WHERE place = 2) FROM listed";

    public override string Kind => "status";

    public override string Title => "参保状态核对";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("公民身份号码", "citizen number", ColumnContent.CitizenNumber, ColumnTotal.Rows), new("姓名", "name", ColumnContent.PersonName), new("情况", "finding", ColumnContent.Text),
        new("登记日期", "on record since", ColumnContent.Text), new("单位编号", "employer number", ColumnContent.Text), new("单位名称", "employer", ColumnContent.Text),
        new("缴费基数", "base", ColumnContent.Yuan), new("个人缴费", "person paid", ColumnContent.Yuan, ColumnTotal.Sum), new("单位缴费", "employer paid", ColumnContent.Yuan, ColumnTotal.Sum),
    ];

    protected override string Sql =>
        $"""
        {Listed}
        SELECT n.citizen, n.name, CASE place WHEN 1 THEN '已登记停保，单位仍申报 on record as left, and declared' ELSE '已登记退休，单位仍申报 on record as retired, and declared' END,
               l.on_date::text, w.number, w.name, l.base_fen, l.person_paid_fen, l.employer_paid_fen
        FROM listed l JOIN :area.insured n USING (person_id) JOIN :area.employer w USING (employer_id) ORDER BY place, n.citizen, w.number COLLATE "C"
        """;
}
