using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>The area's one open run.</summary>
public sealed record OpenRun(int Run, RunState State, YearMonth PostingMonth, string Kind)
{
    /// <summary>The recorded reason of a run that another took the place of.</summary>
    public const string Stale = "stale";

    public static async Task<OpenRun?> FindAsync(AreaSession area, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command($"SELECT run_id, state, posting_month, kind FROM :area.run WHERE state IN {RunStates.Open}");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new OpenRun(reader.GetInt32(0), RunStates.Of(reader.GetString(1)), reader.GetFieldValue<DateOnly>(2).Month(), reader.GetString(3))
            : null;
    }

    /// <exception cref="DataFaultException">RUN_OPEN: it is of another kind or month, and people decide what becomes of it.</exception>
    public void RefuseOther(string kind, YearMonth postingMonth)
    {
        if (Kind != kind || PostingMonth != postingMonth)
        {
            throw new DataFaultException(
                "RUN_OPEN", $"{PostingMonth.Text()} 的批次 {Run} 尚未结束，请先入账或作废。", $"Run {Run} of {PostingMonth.Text()} is still open; post or discard it first.");
        }
    }

    /// <summary>What it was computed from has changed: another takes its place. It is on record, with who had approved it.</summary>
    public async Task DiscardStaleAsync(AreaSession area, string by, CancellationToken cancellation)
    {
        await using NpgsqlCommand discard = area.Command(
            """
            WITH gone AS MATERIALIZED (SELECT r.approved_by, :area.discard_run(r.run_id, $2, $3) AS done FROM :area.run r WHERE r.run_id = $1)
            INSERT INTO batch.audit (who, area, act, subject, reason) SELECT $2, right(':area', 6), 'run.replace', concat_ws(' ', $1, approved_by), $3 FROM gone
            """);
        discard.Parameters.AddWithValue(Run);
        discard.Parameters.AddWithValue(by);
        discard.Parameters.AddWithValue(Stale);
        await discard.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Computing it anew would take the same submissions and policies against the same ledger.</summary>
    public async Task<bool> IsCurrentAsync(AreaSession area, RunPlan plan, YearMonth postingMonth, CancellationToken cancellation)
    {
        if (Kind != "allocation" || PostingMonth != postingMonth)
        {
            return false;
        }

        await using NpgsqlCommand command = area.Command(
            """
            SELECT r.ledger_head = :area.ledger_head()
               AND (SELECT coalesce(array_agg(submission_id ORDER BY submission_id), '{}') FROM :area.run_submission s WHERE s.run_id = r.run_id) = $2
               AND (SELECT coalesce(array_agg(contribution_month || policy_hash ORDER BY contribution_month), '{}') FROM :area.run_month m WHERE m.run_id = r.run_id) = $3
               AND (SELECT count(*) FROM :area.run_chunk c WHERE c.run_id = r.run_id) = $4
            FROM :area.run r WHERE r.run_id = $1
            """);
        command.Parameters.AddWithValue(Run);
        command.Parameters.AddWithValue(plan.Submissions.ToArray());
        command.Parameters.AddWithValue(plan.Months.OrderBy(m => m.Month).Select(m => $"{m.Month.Text()}-01{m.PolicyHash}").ToArray());
        command.Parameters.AddWithValue((long)plan.Chunks.Count);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
