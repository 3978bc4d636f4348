using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>
/// 退休人员核对: retirees on the roster 在册 who are in no pension file of the month, and people of the month's files who are not on the roster. On the roster are those of
/// last month's files and those whose retirement before the month is on record, without the dead and those whose account was closed.
/// </summary>
public sealed class RetireesReport : QueryReport
{
    // The version of a pension figure in force is an accepted one that no later version takes back (FactVersions.LatestFirst).
    private const string InForce =
        """
        p.state = 1 AND NOT EXISTS (
            SELECT FROM :area.pension w WHERE w.pension_month = p.pension_month AND w.person_id = p.person_id AND w.state <> 1
                AND (w.submission_id > p.submission_id OR (w.submission_id = p.submission_id AND (w.row_no <= 0 OR (p.row_no > 0 AND w.row_no > p.row_no)))))
        """;

    private const string Listed =
        $"""
        WITH sent AS (SELECT DISTINCT person_id FROM :area.pension p WHERE pension_month = :month AND {InForce}),
        before AS (SELECT DISTINCT person_id FROM :area.pension p WHERE pension_month = (:month - interval '1 month')::date AND {InForce}),
        retired AS (SELECT DISTINCT person_id, on_date < :month AS earlier FROM :area.person_event WHERE event = 4 AND on_date < :month + interval '1 month'),
        gone AS (SELECT person_id FROM :area.person_event WHERE on_date < :month + interval '1 month' AND (event = 5 OR (event = 12 AND value <> 'withdrawn'))),
        listed AS (
            SELECT person_id, 1 AS place FROM (
                (SELECT person_id FROM before UNION SELECT person_id FROM retired WHERE earlier) EXCEPT SELECT person_id FROM sent EXCEPT SELECT person_id FROM gone) m
            UNION ALL
            SELECT person_id, 2 FROM (SELECT person_id FROM sent EXCEPT SELECT person_id FROM before EXCEPT SELECT person_id FROM retired) u WHERE EXISTS (SELECT FROM before))
        """;

    /// <summary>How many of each: on the roster and in no file, in a file and not on the roster.</summary>
    internal const string CountSql = $"{Listed} SELECT count(*) FILTER (WHERE place = 1), count(*) FILTER (WHERE place = 2) FROM listed";

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
        SELECT n.citizen, n.name, CASE place WHEN 1 THEN '在册，本月养老金文件中没有 on the roster, in no pension file of the month' ELSE '本月养老金文件中有，未登记退休，上月也没有 in a pension file, on no roster' END,
               (SELECT max(on_date)::text FROM :area.person_event v WHERE v.person_id = l.person_id AND v.event = 4),
               (SELECT coalesce(sum(e.account_fen), 0)::bigint FROM :area.entry e JOIN :area.account a USING (account_id)
                WHERE a.person_id = l.person_id AND e.component = 2 AND e.contribution_month = (:month - interval '1 month')::date)
        FROM listed l JOIN :area.insured n USING (person_id) ORDER BY place, n.citizen
        """;
}
