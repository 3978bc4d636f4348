using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>待定明细: the rows of the month's files that were held for a decision, each once with its employer and why, decided ones included.</summary>
public sealed class HeldReport : FaultReport
{
    public override string Kind => "held";

    public override string Title => "待定明细";

    public override IReadOnlyList<ReportColumn> Columns => [.. base.Columns, new("单位编号", "employer", ColumnContent.Text)];

    // A row is held by a fault of its own, or because another employer's later file contests it: that file holds it as a consequence (row 0), and the row itself
    // has no fault. What a decision made is no row of a file.
    protected override string Sql =>
        $"""
        WITH files AS (SELECT s.* FROM :area.submission s JOIN :area.filed f USING (submission_id) WHERE f.month = :month AND s.refused IS NULL AND s.content <> 'decision'),
        months AS (SELECT DISTINCT m.month FROM :area.submission_month m JOIN files USING (submission_id) WHERE m.fact = 'contribution'),
        contested AS (
            SELECT o.submission_id, o.row_no, o.person_id FROM months m CROSS JOIN LATERAL (
                SELECT DISTINCT ON (c.person_id, c.employer_id, c.submission_id) v.person_id, v.submission_id, v.row_no, v.state
                FROM :area.contribution c JOIN :area.contribution v ON v.contribution_month = m.month AND v.person_id = c.person_id AND v.employer_id = c.employer_id
                    AND v.row_no > 0 AND v.submission_id < c.submission_id
                WHERE c.contribution_month = m.month AND c.state = {FactState.Held:D} AND c.row_no = 0
                ORDER BY c.person_id, c.employer_id, c.submission_id, v.submission_id DESC, v.row_no DESC) o
            WHERE o.state = {FactState.Accepted:D}),
        held AS (
            SELECT DISTINCT ON (submission_id, row_no) submission_id, row_no, code, column_name, found, expected FROM (
                SELECT submission_id, row_no, fault_no, code, column_name, found, expected FROM :area.rejection WHERE code IN ({RejectionCodes.HeldList})
                UNION ALL SELECT c.submission_id, c.row_no, 0, '{Codes.TwoEmployers}', '', batch.masked_number(p.citizen), '' FROM contested c JOIN :area.insured p USING (person_id)) h
            WHERE submission_id IN (SELECT submission_id FROM files) ORDER BY submission_id, row_no, fault_no),
        declared AS (
            SELECT d.* FROM months m CROSS JOIN LATERAL (
                SELECT v.submission_id, v.row_no, v.employer_id FROM :area.contribution v WHERE v.contribution_month = m.month
                    AND (v.submission_id, v.row_no) IN (SELECT submission_id, row_no FROM held) OFFSET 0) d)
        SELECT s.file, {KindOfFile}, h.row_no::bigint, h.column_name, h.code, NULL::text, h.found, h.expected, coalesce(e.number, '')
        FROM files s JOIN held h USING (submission_id) LEFT JOIN declared d USING (submission_id, row_no) LEFT JOIN :area.employer e USING (employer_id)
        ORDER BY s.file COLLATE "C", s.kind, s.sha256, h.row_no, s.submission_id
        """;
}
