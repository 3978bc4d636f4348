using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>
/// 退休人员核对: retirees on the roster 在册 who are in no pension file of the month, and people of the month's files who are not on the roster. On the roster are those of
/// the files of the three months before and those whose retirement before the month is on record, without the dead and those whose account was closed.
/// </summary>
public sealed class RetireesReport : QueryReport
{
    private const string Before = "BETWEEN (:month - interval '3 months')::date AND (:month - interval '1 month')::date";

    // Anti-joins over the months' own tables: the pages of today and of the month ask for the counts, of a quarter of a million retirees in a large area.
    private static readonly string Listed =
        $"""
        WITH listed AS (
            SELECT person_id, 1 AS place FROM (
                SELECT person_id FROM :area.pension p WHERE pension_month {Before} AND {InForce("p")}
                UNION ALL SELECT person_id FROM :area.person_event WHERE event = {PersonEvent.Retired:D} AND on_date < :month AND person_id NOT IN (SELECT person_id FROM :area.joined_person)) roster
            WHERE NOT EXISTS (SELECT FROM :area.pension s WHERE s.pension_month = :month AND s.person_id = roster.person_id AND {InForce("s")})
                AND NOT EXISTS (
                    SELECT FROM :area.person_event g WHERE g.person_id = roster.person_id AND g.on_date < :month + interval '1 month' AND (g.event = {PersonEvent.Died:D} OR (g.event = {PersonEvent.AccountClosed:D} AND g.value <> 'withdrawn')))
            GROUP BY person_id
            UNION ALL
            SELECT person_id, 2 FROM :area.pension s WHERE pension_month = :month AND {InForce("s")}
                AND EXISTS (SELECT FROM :area.pension p WHERE p.pension_month {Before} AND {InForce("p")})
                AND NOT EXISTS (SELECT FROM :area.pension p WHERE p.pension_month {Before} AND p.person_id = s.person_id AND {InForce("p")})
                AND NOT EXISTS (SELECT FROM :area.person_event r WHERE r.person_id = s.person_id AND r.event = {PersonEvent.Retired:D} AND r.on_date < :month + interval '1 month')
            GROUP BY person_id)
        """;

    /// <summary>How many of each: on the roster and in no file, in a file and not on the roster.</summary>
    internal static readonly string CountSql = $"{Listed} SELECT count(*) FILTER (WHERE place = 1), count(*) FILTER (WHERE place = 2) FROM listed";

    private static string InForce(string row) => FactVersions.IsAccepted(":area.pension", row, "w.pension_month = {0}.pension_month AND w.person_id = {0}.person_id");

    public override string Kind => "retirees";

    public override string Title => "退休人员核对";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("公民身份号码", "citizen number", ColumnContent.CitizenNumber, ColumnTotal.Rows), new("姓名", "name", ColumnContent.PersonName), new("情况", "finding", ColumnContent.Text),
        new("退休日期", "retired on", ColumnContent.Text), new("上月划入", "credited last month", ColumnContent.Yuan, ColumnTotal.Sum),
    ];

    protected override string Sql =>
        $"""
        {Listed}
        SELECT n.citizen, n.name, CASE place WHEN 1 THEN '在册，本月养老金文件中没有 on the roster, in no pension file of the month' ELSE '本月养老金文件中有，未登记退休，前三个月也没有 in a pension file, on no roster' END,
               (SELECT max(on_date)::text FROM :area.person_event v WHERE v.person_id = l.person_id AND v.event = {PersonEvent.Retired:D}),
               (SELECT coalesce(sum(e.account_fen), 0)::bigint FROM :area.entry e JOIN :area.account a USING (account_id)
                WHERE a.person_id = l.person_id AND e.component = {Component.Retiree:D} AND e.contribution_month = (:month - interval '1 month')::date)
        FROM listed l JOIN :area.insured n USING (person_id) ORDER BY place, n.citizen
        """;
}
