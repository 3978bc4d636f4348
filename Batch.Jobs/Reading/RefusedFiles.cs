using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>
/// Files that were refused whole and that nobody has settled. One is settled when it comes in under its name, when another file brings what all of its employers declare for its
/// month, when a mended file names it as its parent, or when somebody marks it as not needed.
/// </summary>
public sealed class RefusedFiles(Area area)
{
    // A file larger than the limit has no submission: its upload is its record.
    private const string Heard =
        """
        SELECT 0 AS submission_id, file, received_at, true AS refused, month FROM :area.upload WHERE state = 'refused' AND submission_id IS NULL
        UNION ALL SELECT s.submission_id, s.file, s.received_at, s.refused IS NOT NULL, f.month FROM :area.submission s JOIN :area.filed f USING (submission_id)
        WHERE s.refused IS NOT NULL OR s.rows = 0 OR s.rejected < s.rows
        """;

    private const string Settled =
        """
        EXISTS (SELECT FROM :area.dismissal d WHERE d.dismissed = last.submission_id)
        OR EXISTS (SELECT FROM :area.submission_parent p JOIN :area.submission c USING (submission_id) WHERE p.parent = last.submission_id AND c.refused IS NULL AND c.rejected < c.rows)
        OR :area.sent_right(last.submission_id)
        """;

    /// <summary>Names of the files by month; the last that was heard of a name counts.</summary>
    public async Task<Dictionary<YearMonth, List<string>>> OpenAsync(CancellationToken cancellation) => (await area.ReadAsync(
        $"""
        SELECT file, month FROM (SELECT DISTINCT ON (file) * FROM ({Heard}) heard ORDER BY file, received_at DESC, submission_id DESC) last
        WHERE refused AND month IS NOT NULL AND NOT ({Settled}) ORDER BY month, file
        """,
        r => (File: r.GetString(0), Month: r.GetFieldValue<DateOnly>(1).Month()), cancellation)).GroupBy(r => r.Month).ToDictionary(g => g.Key, g => g.Select(r => r.File).ToList());
}
