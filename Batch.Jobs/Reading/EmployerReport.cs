using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Ledger;

namespace Batch.Jobs.Reading;

/// <summary>
/// 单位汇总: the month's postings of the employed by employer. A posting belongs to the employer whose line the runs up to this month took
/// last for that person and month; money taken back without a new line, to the one who had sent it.
/// </summary>
public sealed class EmployerReport : QueryReport
{
    public override string Kind => "employer";

    public override string Title => "单位缴费与划账汇总";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("单位编号", "employer number", ColumnContent.Text), new("单位名称", "employer", ColumnContent.Text),
        new("人数", "people", ColumnContent.Count, ColumnTotal.People), new("个人缴费", "person paid", ColumnContent.Yuan, ColumnTotal.Sum),
        new("单位缴费", "employer paid", ColumnContent.Yuan, ColumnTotal.Sum), new("划入个人账户", "credited", ColumnContent.Yuan, ColumnTotal.Sum),
        new("划入统筹基金", "to the pool", ColumnContent.Yuan, ColumnTotal.Sum), new("其他资金", "other funds", ColumnContent.Yuan, ColumnTotal.Sum),
    ];

    public override Task<long> PeopleAsync(ReportSource source, CancellationToken cancellation) => PostedPeopleAsync(source, $"e.component = {Component.Contribution:D}", cancellation);

    protected override string Sql =>
        $"""
        WITH moved AS MATERIALIZED (
            SELECT a.person_id, e.contribution_month, sum(e.person_paid_fen) AS person_paid, sum(e.employer_paid_fen) AS employer_paid,
                   sum(e.account_fen) AS credited, sum(e.pool_fen) AS pool, sum(e.other_fen) AS other
            FROM :area.entry e JOIN :area.account a USING (account_id)
            WHERE e.posting_month = :month AND e.component = {Component.Contribution:D} GROUP BY a.person_id, e.contribution_month),
        {ThreeWay.LastEmployers(":month", "ARRAY(SELECT DISTINCT contribution_month FROM moved)")}
        SELECT w.number, w.name, count(DISTINCT m.person_id), sum(m.person_paid)::bigint, sum(m.employer_paid)::bigint, sum(m.credited)::bigint,
               sum(m.pool)::bigint, sum(m.other)::bigint
        FROM moved m JOIN last_employer USING (contribution_month, person_id) JOIN :area.employer w USING (employer_id)
        GROUP BY w.number, w.name ORDER BY w.number COLLATE "C"
        """;
}
