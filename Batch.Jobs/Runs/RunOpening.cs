using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// Opens a month's run with its plan: takes the waiting submissions. Resumes a run whose worker is gone, returns one that is still current, replaces a stale one.
/// </summary>
internal sealed class RunOpening(Area area)
{
    /// <summary>The current run of the month: the open one when it is current, else a new one; null: there is nothing to post.</summary>
    public async Task<OpenRun?> FindOrOpenAsync(NpgsqlConnection session, YearMonth postingMonth, string by, CancellationToken cancellation)
    {
        await RefuseMonthAsync(session, postingMonth, cancellation);
        RunPlan plan = await PlanAsync(session, postingMonth, cancellation);
        await new ClosingInterest(area.On(session), area.Policy).RefuseOpenMonthsAsync(plan, cancellation);
        OpenRun? open = await OpenRun.FindAsync(area.On(session), cancellation);
        if (open is not null && await open.IsCurrentAsync(area.On(session), plan, postingMonth, cancellation))
        {
            return open;
        }

        if (open is not null)
        {
            open.RefuseOther("allocation", postingMonth);
            await open.DiscardStaleAsync(area.On(session), by, cancellation);
        }

        return plan.Chunks.Count == 0
            ? null
            : new OpenRun(await InsertAsync(session, area, "allocation", plan, (postingMonth, by), cancellation), RunState.Computing, postingMonth, "allocation");
    }

    // Without it a closed month, or one to come, with nothing new would be answered as if everything were posted, though files wait.
    private async Task RefuseMonthAsync(NpgsqlConnection session, YearMonth postingMonth, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql("SELECT coalesce($1 <= :area.last_closed(), false) FROM :area.refuse_before_month($1)"), session);
        command.Parameters.AddWithValue(postingMonth.FirstDay());
        if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
        {
            throw new DataFaultException(
                "MONTH_CLOSED", $"{postingMonth.Text()} 已结账，不能再计算和入账。尚未入账的报送请在未结账的月份计算。",
                $"{postingMonth.Text()} is closed; nothing is computed or posted in it any more. Compute what is not posted yet in an open month.");
        }
    }

    private async Task<RunPlan> PlanAsync(NpgsqlConnection session, YearMonth postingMonth, CancellationToken cancellation)
    {
        try
        {
            return await RunPlan.MakeAsync(area.On(session), area.Policy, postingMonth, cancellation);
        }
        catch (PolicyGapException gap)
        {
            throw new DataFaultException("POLICY_GAP", $"统筹区 {gap.Area} 在 {gap.Month.Text()} 没有有效政策。", gap.Message);
        }
    }

    /// <summary>One transaction: a run is there with its plan, or not at all.</summary>
    public static async Task<int> InsertAsync(
        NpgsqlConnection session, Area area, string kind, RunPlan plan, (YearMonth Month, string By) posting, CancellationToken cancellation)
    {
        await using NpgsqlTransaction transaction = await session.BeginTransactionAsync(cancellation);
        foreach (PlannedMonth month in plan.Months)
        {
            await session.DoAsync(
                "INSERT INTO batch.policy_slice VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING", cancellation,
                month.PolicyHash, area.Schema.Code, area.Policy.For(month.Month).CanonicalJson);
        }

        int run = await session.OneAsync<int>(
            area.Schema.Sql("SELECT :area.open_run($1, $2, $3, $4, $5, NULL)"), cancellation,
            kind, posting.Month.FirstDay(), posting.By, area.Policy.Seq, plan.Submissions.ToArray());
        KillSwitch.Pass(KillPoint.RunOpened);
        await session.DoAsync(
            area.Schema.Sql("SELECT :area.plan_run($1, $2, $3, $4, $5, $6, $7)"), cancellation,
            run, plan.Months.Select(m => m.Month.FirstDay()).ToArray(), plan.Months.Select(m => m.PolicyHash).ToArray(), plan.Months.Select(m => m.Whole).ToArray(),
            plan.Chunks.Select(c => c.Month.FirstDay()).ToArray(), plan.Chunks.Select(c => c.FirstPerson).ToArray(), plan.Chunks.Select(c => c.LastPerson).ToArray());
        bool interest = kind == "interest";
        KillSwitch.Pass(interest ? KillPoint.InterestBeforeCommit : KillPoint.RunBeforeCommit);
        await transaction.CommitAsync(cancellation);
        KillSwitch.Pass(interest ? KillPoint.InterestAfterCommit : KillPoint.RunAfterCommit);
        return run;
    }
}
