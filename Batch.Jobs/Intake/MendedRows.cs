using Batch.Jobs.Files;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>
/// Rows of submissions that mended files have brought since: rejected ones, and held ones that waited beside what is in force. A row that was rejected again is not mended.
/// </summary>
internal static class MendedRows
{
    /// <summary>The part of a query behind its columns, of the rows <c>m</c> that were rejected.</summary>
    /// <param name="submission">How the query names the submission.</param>
    public static string RejectedSql(string submission) => $"{Sql(submission)} AND NOT {HeldSql(submission)}";

    /// <summary>Rows of one submission that were held.</summary>
    public static async Task<HashSet<int>> HeldAsync(AreaSession area, int submission, CancellationToken cancellation) =>
        [.. await area.ReadAsync($"SELECT m.row_no {Sql("$1")} AND {HeldSql("$1")}", r => r.GetInt32(0), cancellation, submission)];

    private static string Sql(string submission) => $"FROM :area.mended({submission}) m WHERE m.outcome <> {RowOutcome.Rejected:D}";

    private static string HeldSql(string submission) =>
        $"""
        EXISTS (SELECT FROM :area.rejection h JOIN :area.submission f USING (submission_id)
            WHERE h.submission_id = {submission} AND h.row_no = m.row_no AND h.code IN ({RejectionCodes.HeldList}) AND f.refused IS NULL)
        """;

    /// <summary>Held rows, by submission, that mended files have brought since.</summary>
    public static async Task<HashSet<(int Submission, int Row)>> HeldAsync(AreaSession area, IReadOnlyList<int> submissions, CancellationToken cancellation) =>
        [.. await area.ReadAsync(
            $"""
            SELECT p.parent, m.row_no FROM (SELECT DISTINCT parent FROM :area.submission_parent WHERE parent = ANY($1)) p CROSS JOIN LATERAL :area.mended(p.parent) m
            WHERE m.outcome <> {RowOutcome.Rejected:D}
            """, r => (r.GetInt32(0), r.GetInt32(1)), cancellation, submissions.Distinct().ToArray())];
}
