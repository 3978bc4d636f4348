using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>What an open run computes with, as it was opened: whoever computes a chunk of it reads the same.</summary>
public sealed record RunContents(int Run, YearMonth PostingMonth, PolicyInForce Policy, IReadOnlySet<int> Taken, IReadOnlyDictionary<YearMonth, PlannedMonth> Months)
{
    public static async Task<RunContents> ReadAsync(Area area, int run, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        (YearMonth postingMonth, int seq, int[] taken) = (await connection.ReadAsync(
            area.Schema.Sql(
                """
                SELECT r.posting_month, r.policy_seq, (SELECT coalesce(array_agg(submission_id), '{}') FROM :area.run_submission s WHERE s.run_id = r.run_id)
                FROM :area.run r WHERE run_id = $1
                """), r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1), r.GetFieldValue<int[]>(2)), cancellation, run))[0];
        List<PlannedMonth> months = await connection.ReadAsync(
            area.Schema.Sql("SELECT contribution_month, policy_hash, whole FROM :area.run_month WHERE run_id = $1"),
            r => new PlannedMonth(r.GetFieldValue<DateOnly>(0).Month(), r.GetString(1), r.GetBoolean(2)), cancellation, run);
        ILookup<YearMonth, (DateOnly Day, int Submission)> moved =
            (await new PlanReader(area.On(connection), postingMonth).MovementsAsync(taken, cancellation)).ToLookup(m => m.Day.Month());
        PolicyInForce policy = seq == area.Policy.Seq ? area.Policy : await new PolicyStore(area.Program).ReadAsync(area.Schema.Code, seq, cancellation);
        return new RunContents(run, postingMonth, policy, taken.ToHashSet(), months.ToDictionary(m => m.Month, m => m.With(moved[m.Month])));
    }
}
