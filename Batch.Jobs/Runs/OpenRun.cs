using Batch.Jobs.Areas;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>The area's one open run.</summary>
public sealed record OpenRun(int Run, string State, YearMonth PostingMonth, string Kind)
{
    public static async Task<OpenRun?> FindAsync(NpgsqlConnection connection, AreaSchema area, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(
            "SELECT run_id, state, posting_month, kind FROM :area.run WHERE state IN ('computing', 'computed', 'approved')"), connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new OpenRun(reader.GetInt32(0), reader.GetString(1), reader.GetFieldValue<DateOnly>(2).Month(), reader.GetString(3))
            : null;
    }

    /// <summary>Computing it anew would take the same submissions and policies against the same ledger.</summary>
    public async Task<bool> IsCurrentAsync(NpgsqlConnection connection, AreaSchema area, RunPlan plan, YearMonth postingMonth, CancellationToken cancellation)
    {
        if (Kind != "allocation" || PostingMonth != postingMonth)
        {
            return false;
        }

        await using NpgsqlCommand command = new(area.Sql(
            """
            SELECT r.ledger_head = :area.ledger_head()
               AND (SELECT coalesce(array_agg(submission_id ORDER BY submission_id), '{}') FROM :area.run_submission s WHERE s.run_id = r.run_id) = $2
               AND (SELECT coalesce(array_agg(contribution_month || policy_hash ORDER BY contribution_month), '{}') FROM :area.run_month m WHERE m.run_id = r.run_id) = $3
               AND (SELECT count(*) FROM :area.run_chunk c WHERE c.run_id = r.run_id) = $4
            FROM :area.run r WHERE r.run_id = $1
            """), connection);
        command.Parameters.AddWithValue(Run);
        command.Parameters.AddWithValue(plan.Submissions.ToArray());
        command.Parameters.AddWithValue(plan.Months.OrderBy(m => m.Month).Select(m => $"{m.Month.Text()}-01{m.PolicyHash}").ToArray());
        command.Parameters.AddWithValue((long)plan.Chunks.Count);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
