using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>未申报单位清单: employers of whom a line of the month before was accepted and who have declared nobody for the month, with what they declared the month before.</summary>
public sealed class MissingEmployersReport : QueryReport
{
    private const string Before = "(:month - interval '1 month')::date";

    /// <summary>The numbers of these employers in the database. A line that was held or rejected for good is a declaration, too.</summary>
    internal static readonly string Missing =
        $"""
        SELECT employer_id FROM :area.contribution WHERE contribution_month = {Before} AND state = {FactState.Accepted:D}
        EXCEPT SELECT employer_id FROM :area.contribution WHERE contribution_month = :month
        """;

    public override string Kind => "missing-employers";

    public override string Title => "未申报单位清单";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("单位编号", "employer number", ColumnContent.Text), new("单位名称", "employer", ColumnContent.Text), new("上月申报人数", "people declared last month", ColumnContent.Count, ColumnTotal.Sum),
        new("上月个人缴费", "person paid last month", ColumnContent.Yuan, ColumnTotal.Sum), new("上月单位缴费", "employer paid last month", ColumnContent.Yuan, ColumnTotal.Sum),
        new("上月最后报送", "last file of last month", ColumnContent.Text), new("接收日期", "received on", ColumnContent.Text),
    ];

    protected override string Sql =>
        $"""
        WITH missing AS MATERIALIZED ({Missing}),
        sent AS (SELECT employer_id, max(submission_id) AS submission_id FROM :area.contribution JOIN missing USING (employer_id) WHERE contribution_month = {Before} GROUP BY employer_id),
        declared AS (
            SELECT employer_id, count(*) AS people, sum(person_paid_fen)::bigint AS person_paid, sum(employer_paid_fen)::bigint AS employer_paid
            FROM (SELECT DISTINCT ON (person_id) * FROM :area.contribution
                  WHERE contribution_month = {Before} AND person_id IN (SELECT person_id FROM :area.contribution JOIN missing USING (employer_id) WHERE contribution_month = {Before})
                  ORDER BY person_id, {FactVersions.LatestFirst}) line
            WHERE state = {FactState.Accepted:D} GROUP BY employer_id)
        SELECT w.number, w.name, coalesce(d.people, 0), coalesce(d.person_paid, 0), coalesce(d.employer_paid, 0), f.file, f.received_at::date::text
        FROM missing m JOIN :area.employer w USING (employer_id) JOIN sent USING (employer_id) JOIN :area.submission f USING (submission_id) LEFT JOIN declared d USING (employer_id)
        ORDER BY w.number COLLATE "C"
        """;
}
