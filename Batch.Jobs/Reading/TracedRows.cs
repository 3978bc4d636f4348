using Batch.Jobs.Facts;

namespace Batch.Jobs.Reading;

/// <summary>
/// The row that a fact was declared in. Of a held row that was decided the row of its file; of a fact that a join of two persons moved the row of the other number.
/// </summary>
internal static class TracedRows
{
    /// <summary>
    /// Joins <c>o</c> (row_no, joined) and <c>f</c> (submission_id, file) to the fact <c>c</c>: the row is <c>coalesce(o.row_no, c.row_no)</c>.
    /// </summary>
    /// <param name="employer">Whether two facts <c>m</c> and <c>c</c> are of one employer.</param>
    public static string Joined(string table, string month, string employer) =>
        $"""
        LEFT JOIN :area.submission s ON s.submission_id = c.submission_id
        LEFT JOIN LATERAL (
            SELECT d.held_in AS submission_id, d.held_row AS row_no, NULL::int AS joined FROM :area.decision d
            WHERE s.content = 'decision' AND d.submission_id = c.submission_id AND c.state = {FactState.Accepted:D}
            UNION ALL
            (SELECT m.submission_id, m.row_no, j.identity_id FROM :area.identity_submission i
             JOIN :area.identity_change j ON j.identity_id = i.changed AND j.kind = 'join' AND j.person_id = c.person_id
             JOIN :area.{table} m ON m.{month} = c.{month} AND m.person_id = j.other_id AND {employer} AND m.submission_id < c.submission_id AND m.row_no > 0
             WHERE s.content = 'decision' AND i.submission_id = c.submission_id ORDER BY m.submission_id DESC, m.row_no DESC LIMIT 1)
            LIMIT 1) o ON true
        LEFT JOIN :area.submission f ON f.submission_id = coalesce(o.submission_id, c.submission_id)
        """;

    public static string OfContribution { get; } = Joined("contribution", "contribution_month", "m.employer_id = c.employer_id");

    public static string OfPension { get; } = Joined("pension", "pension_month", "true");

    /// <summary>Submission, file, row and the join of the row.</summary>
    public const string Columns = "f.submission_id, f.file, coalesce(o.row_no, c.row_no), o.joined";
}
