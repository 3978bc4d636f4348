using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>How far a run has come, in chunks.</summary>
public readonly record struct RunProgress(int Done, int Chunks);

/// <summary>
/// Computes a month's run beside the ledger: takes the waiting submissions, and posts the difference between what each touched person
/// should have and what the ledger has. Resumes a run whose worker is gone, returns one that is still current, replaces a stale one.
/// </summary>
public sealed class Allocation(DatabaseConnection database, AreaSchema area, PolicyInForce policy)
{
    internal const string FigureMissing = "FIGURE_MISSING";
    private const int LockTries = 25;

    public async Task<RunDocument> RunAsync(YearMonth postingMonth, string by, int workers, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            return await AllocateAsync(postingMonth, by, workers, progress, cancellation);
        }
        catch (PostgresException refused) when (LedgerRefusal.Of(refused) is { } sentence)
        {
            throw sentence;
        }
    }

    private async Task<RunDocument> AllocateAsync(YearMonth postingMonth, string by, int workers, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        // Held while computing: a second worker is refused, and a dead one's lock goes with its session.
        await using NpgsqlConnection session = await database.OpenSessionAsync(cancellation);
        await LockAsync(session, cancellation);
        (OpenRun? open, RunPlan plan) = await PatientAct.DoAsync(session, token => FindOrOpenAsync(session, postingMonth, by, token), cancellation);
        if (open is null)
        {
            return RunDocument.Nothing(area.Code, postingMonth);
        }

        if (open.State != RunState.Computing)
        {
            return await RunDocument.ReadAsync(database.Program, area, open.Run, cancellation);
        }

        await ComputeAsync(open.Run, plan, postingMonth, workers, progress, by, cancellation);
        return await PatientAct.DoAsync(session, token => SealAsync(session, open.Run, postingMonth, token), cancellation);
    }

    /// <summary>The current run of the month: the open one when it is current, else a new one; null: there is nothing to post.</summary>
    internal async Task<(OpenRun? Open, RunPlan Plan)> FindOrOpenAsync(NpgsqlConnection session, YearMonth postingMonth, string by, CancellationToken cancellation)
    {
        await RefuseMonthAsync(session, postingMonth, cancellation);
        RunPlan plan = await PlanAsync(session, postingMonth, cancellation);
        await new ClosingInterest(session, area, policy).RefuseOpenMonthsAsync(plan, cancellation);
        OpenRun? open = await OpenRun.FindAsync(session, area, cancellation);
        if (open is not null && await open.IsCurrentAsync(session, area, plan, postingMonth, cancellation))
        {
            return (open, plan);
        }

        if (open is not null)
        {
            open.RefuseOther("allocation", postingMonth);
            await open.DiscardStaleAsync(session, area, by, cancellation);
        }

        return plan.Chunks.Count == 0
            ? (null, plan)
            : (new OpenRun(await OpenAsync(session, plan, postingMonth, by, cancellation), RunState.Computing, postingMonth, "allocation"), plan);
    }

    // Without it a closed month, or one to come, with nothing new would be answered as if everything were posted, though files wait.
    private async Task RefuseMonthAsync(NpgsqlConnection session, YearMonth postingMonth, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql("SELECT coalesce($1 <= :area.last_closed(), false) FROM :area.refuse_before_month($1)"), session);
        command.Parameters.AddWithValue(postingMonth.FirstDay());
        if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
        {
            throw new DataFaultException(
                "MONTH_CLOSED", $"{postingMonth.Text()} 已结账，不能再计算和入账。尚未入账的报送请在未结账的月份计算。",
                $"{postingMonth.Text()} is closed; nothing is computed or posted in it any more. Compute what is not posted yet in an open month.");
        }
    }

    // The server takes a moment to notice that a killed worker is gone; a living one works longer than that.
    internal async Task LockAsync(NpgsqlConnection session, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT pg_try_advisory_lock(hashtext($1))", session);
        command.Parameters.AddWithValue(area.Name + ".allocation");
        for (int tries = 0; !(bool)(await command.ExecuteScalarAsync(cancellation))!; tries++)
        {
            if (tries == LockTries)
            {
                throw new DataFaultException("RUN_IN_PROGRESS", "另一个程序正在计算本统筹区的批次，请稍后再试。", "Another program is computing a run of this area; try again later.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
        }
    }

    private async Task<RunPlan> PlanAsync(NpgsqlConnection session, YearMonth postingMonth, CancellationToken cancellation)
    {
        try
        {
            return await RunPlan.MakeAsync(session, area, policy, postingMonth, cancellation);
        }
        catch (PolicyGapException gap)
        {
            throw new DataFaultException("POLICY_GAP", $"统筹区 {gap.Area} 在 {gap.Month.Text()} 没有有效政策。", gap.Message);
        }
    }

    // One transaction: a run is there with its plan, or not at all.
    private async Task<int> OpenAsync(NpgsqlConnection session, RunPlan plan, YearMonth postingMonth, string by, CancellationToken cancellation)
    {
        await using NpgsqlTransaction transaction = await session.BeginTransactionAsync(cancellation);
        foreach (PlannedMonth month in plan.Months)
        {
            await using NpgsqlCommand slice = new("INSERT INTO batch.policy_slice VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING", session);
            slice.Parameters.AddWithValue(month.PolicyHash);
            slice.Parameters.AddWithValue(area.Code);
            slice.Parameters.AddWithValue(policy.For(month.Month).CanonicalJson);
            await slice.ExecuteNonQueryAsync(cancellation);
        }

        await using NpgsqlCommand open = new(area.Sql("SELECT :area.open_run('allocation', $1, $2, $3, $4, NULL)"), session);
        open.Parameters.AddWithValue(postingMonth.FirstDay());
        open.Parameters.AddWithValue(by);
        open.Parameters.AddWithValue(policy.Seq);
        open.Parameters.AddWithValue(plan.Submissions.ToArray());
        int run = (int)(await open.ExecuteScalarAsync(cancellation))!;
        KillSwitch.Pass(KillPoint.RunOpened);
        await using NpgsqlCommand fill = new(area.Sql("SELECT :area.plan_run($1, $2, $3, $4, $5, $6, $7)"), session);
        fill.Parameters.AddWithValue(run);
        fill.Parameters.AddWithValue(plan.Months.Select(m => m.Month.FirstDay()).ToArray());
        fill.Parameters.AddWithValue(plan.Months.Select(m => m.PolicyHash).ToArray());
        fill.Parameters.AddWithValue(plan.Months.Select(m => m.Whole).ToArray());
        fill.Parameters.AddWithValue(plan.Chunks.Select(c => c.Month.FirstDay()).ToArray());
        fill.Parameters.AddWithValue(plan.Chunks.Select(c => c.FirstPerson).ToArray());
        fill.Parameters.AddWithValue(plan.Chunks.Select(c => c.LastPerson).ToArray());
        await fill.ExecuteNonQueryAsync(cancellation);
        KillSwitch.Pass(KillPoint.RunBeforeCommit);
        await transaction.CommitAsync(cancellation);
        KillSwitch.Pass(KillPoint.RunAfterCommit);
        return run;
    }

    private async Task ComputeAsync(
        int run, RunPlan plan, YearMonth postingMonth, int workers, IProgress<RunProgress>? progress, string by, CancellationToken cancellation)
    {
        HashSet<int> taken = [.. plan.Submissions];
        Dictionary<YearMonth, PlannedMonth> months = plan.Months.ToDictionary(m => m.Month);
        ChunkWork work = new(database.Program, area, policy);
        HashSet<(YearMonth, int)> done = await DoneAsync(run, cancellation);
        int finished = done.Count;
        try
        {
            await Parallel.ForEachAsync(
                plan.Chunks.Where(c => !done.Contains((c.Month, c.FirstPerson))),
                new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation },
                async (chunk, token) =>
                {
                    await work.DoAsync(run, postingMonth, chunk, months[chunk.Month], taken, token);
                    progress?.Report(new RunProgress(Interlocked.Increment(ref finished), plan.Chunks.Count));
                });
        }
        catch (MissingFigureException missing)
        {
            throw await RefuseAsync(run, missing, by, cancellation);
        }
    }

    /// <summary>The month is refused, never guessed (edge 17): the run goes, the submissions wait on.</summary>
    internal async Task<DataFaultException> RefuseAsync(int run, MissingFigureException missing, string by, CancellationToken cancellation)
    {
        await new RunLife(database.Program, area).DiscardAsync(run, by, $"missing {missing.Figure}", cancellation);
        return new DataFaultException(
            FigureMissing, $"{missing.Month.Text()} 缺少“{missing.Figure}”，请先用 policy set 给出并复核。",
            $"{missing.Month.Text()} has no {missing.Figure}; give it with policy set and have it approved.");
    }

    private async Task<HashSet<(YearMonth, int)>> DoneAsync(int run, CancellationToken cancellation) =>
    [
        .. await database.Program.ReadAsync(
            area.Sql("SELECT contribution_month, first_person FROM :area.run_chunk WHERE run_id = $1 AND done"),
            r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1)), cancellation, run),
    ];

    internal async Task<RunDocument> SealAsync(NpgsqlConnection session, int run, YearMonth postingMonth, CancellationToken cancellation)
    {
        await using NpgsqlCommand empty = new(area.Sql($"SELECT NOT EXISTS (SELECT FROM :area.run_entry_{run})"), session);
        if ((bool)(await empty.ExecuteScalarAsync(cancellation))!)
        {
            await using NpgsqlCommand forget = new(area.Sql("SELECT :area.forget_run($1)"), session);
            forget.Parameters.AddWithValue(run);
            await forget.ExecuteNonQueryAsync(cancellation);
            return RunDocument.Nothing(area.Code, postingMonth);
        }

        await using NpgsqlCommand seal = new(area.Sql("SELECT :area.seal_run($1)"), session);
        seal.Parameters.AddWithValue(run);
        KillSwitch.Pass(KillPoint.SealBefore);
        await seal.ExecuteNonQueryAsync(cancellation);
        KillSwitch.Pass(KillPoint.SealAfter);
        return await RunDocument.ReadAsync(database.Program, area, run, cancellation);
    }
}
