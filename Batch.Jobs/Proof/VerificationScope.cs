using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>
/// What is to be verified: everything, or what has come since the last seal — the runs posted and months closed, and the submissions
/// that those runs took or gave back, that wait, or that were received since.
/// </summary>
/// <param name="Sealed">Last sealed act of the ledger; 0 when there is none or all is verified.</param>
public sealed record VerificationScope(bool All, long Sealed, int[] Runs, int[] Submissions, int[] Waiting, DateOnly[] PostingMonths)
{
    public static async Task<VerificationScope> ReadAsync(AreaSession area, bool all, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            WITH sealed AS (SELECT CASE WHEN $1 THEN 0 ELSE coalesce(max(seq), 0) END AS seq FROM :area.seal),
            fresh AS (SELECT r.run_id, r.reverses, r.posting_month FROM :area.posted_run r, sealed s WHERE r.seq > s.seq),
            known AS (
                SELECT coalesce(max(t.submission_id), 0) AS submission_id
                FROM :area.run_submission t JOIN :area.posted_run r USING (run_id), sealed s WHERE r.seq <= s.seq),
            submissions AS (
                SELECT submission_id FROM :area.run_submission WHERE run_id IN (SELECT run_id FROM fresh UNION SELECT reverses FROM fresh)
                UNION SELECT submission_id FROM :area.waiting_submission
                UNION SELECT submission_id FROM :area.submission WHERE submission_id > (SELECT submission_id FROM known))
            SELECT (SELECT seq FROM sealed), ARRAY(SELECT run_id FROM fresh ORDER BY 1), ARRAY(SELECT submission_id FROM submissions ORDER BY 1),
                   ARRAY(SELECT submission_id FROM :area.waiting_submission ORDER BY 1),
                   ARRAY(SELECT DISTINCT month FROM :area.ledger l, sealed s WHERE l.seq > s.seq ORDER BY 1)
            """);
        command.Parameters.AddWithValue(all);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new VerificationScope(
            all, reader.GetInt64(0), reader.GetFieldValue<int[]>(1), reader.GetFieldValue<int[]>(2), reader.GetFieldValue<int[]>(3), reader.GetFieldValue<DateOnly[]>(4));
    }

    /// <summary>Months that have a table of their own: <c>entry</c>, <c>contribution</c>, <c>pension</c>.</summary>
    public static async Task<List<DateOnly>> PartsAsync(AreaSession area, string table, CancellationToken cancellation) =>
        [.. (await new MonthTables(area).ListAsync([table], cancellation)).Select(t => t.Month.FirstDay())];
}

/// <summary>Short forms for the reads of a verification.</summary>
internal static class Reads
{
    public static string Literal(this DateOnly month) => $"DATE '{month.Month().Text()}-01'";

    public static string Text(this DateOnly month) => month.Month().Text();

    /// <summary>A list of months as literals, so that no other month's table is even planned.</summary>
    public static string Literals(this IEnumerable<DateOnly> months) => string.Join(", ", months.Select(m => m.Literal()));

    /// <summary>Fen as yuan, for a sentence.</summary>
    public static string Yuan(this long fen) => new Rules.Money(fen).ToString();
}
