using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// What people decide about a run. Each act goes through a function of the database that checks who and what; an act that the same person
/// has done already is answered as done.
/// </summary>
public sealed class RunLife(Area area)
{
    public Task<RunDocument> PreviewAsync(int run, CancellationToken cancellation) => RunDocument.ReadAsync(area, run, cancellation);

    /// <param name="reviewed">Digest of the content that the reviewer saw; null: the content as it was sealed (the command line, where the same person previews and approves).</param>
    /// <param name="reason">Why a run with anomalies is approved all the same; the database refuses such a run without it (ANOMALIES).</param>
    public async Task<RunDocument> ApproveAsync(int run, string by, string? reviewed, CancellationToken cancellation, string? reason = null)
    {
        RunDocument now = await PreviewAsync(run, cancellation);
        string digest = reviewed ?? now.Digest ?? "";
        // Also when it is approved already: who reviewed something else learns it.
        if (now.Digest is not null && now.Digest != digest)
        {
            throw LedgerRefusal.ContentChanged;
        }

        return await OnceAsync(
            run, async () => await PreviewAsync(run, cancellation) is { State: RunState.Approved or RunState.Posted } document && document.ApprovedBy == by,
            "SELECT :area.approve_run($1, $2, $3, $4)", [run, by, digest, reason ?? ""], cancellation);
    }

    public Task<RunDocument> PostAsync(int run, string by, CancellationToken cancellation) => OnceAsync(
        run, () => EndedByAsync(run, RunState.Posted, by, cancellation), "SELECT :area.post_run($1, $2)", [run, by], cancellation);

    public Task<RunDocument> DiscardAsync(int run, string by, string reason, CancellationToken cancellation) => OnceAsync(
        run, () => EndedByAsync(run, RunState.Discarded, by, cancellation), "SELECT :area.discard_run($1, $2, $3)", [run, by, reason], cancellation);

    // An act that was killed may have reached the database all the same, even while it is done again: it is asked for once more when it is refused.
    private async Task<RunDocument> OnceAsync(int run, Func<Task<bool>> isDone, string sql, object[] arguments, CancellationToken cancellation)
    {
        if (!await isDone())
        {
            try
            {
                KillSwitch.Pass(KillPoint.ActBefore);
                await CallAsync(sql, arguments, cancellation);
                KillSwitch.Pass(KillPoint.ActAfter);
                await new AuditLog(area.Program).SealWhatIsThereAsync();
            }
            catch (DataFaultException)
            {
                if (!await isDone())
                {
                    throw;
                }
            }
        }

        return await PreviewAsync(run, cancellation);
    }

    /// <summary>
    /// Computes the reversal of a posted run: its entries negated, in the open month. Refused while later runs built on it stand: they are
    /// reversed first, so that what is left is exactly what other files entitle to.
    /// </summary>
    public async Task<RunDocument> ReverseAsync(int run, YearMonth postingMonth, string by, CancellationToken cancellation)
    {
        RunDocument original = await PreviewAsync(run, cancellation);
        if (original.State != RunState.Posted || original.Kind == "reversal")
        {
            throw new DataFaultException("RUN_NOT_POSTED", $"批次 {run} 不是已入账的划账或计息批次，不能冲正。", $"Run {run} is not a posted allocation or interest run and cannot be reversed.");
        }

        if (await ReversalOfAsync(run, cancellation) is { } made)
        {
            return await PreviewAsync(made, cancellation);
        }

        try
        {
            return await PreviewAsync(await FillReversalAsync(run, postingMonth, by, cancellation), cancellation);
        }
        catch (DataFaultException)
        {
            // Killed and done again: the first one may have ended meanwhile.
            if (await ReversalOfAsync(run, cancellation) is { } meanwhile)
            {
                return await PreviewAsync(meanwhile, cancellation);
            }

            throw;
        }
    }

    private async Task<int> FillReversalAsync(int run, YearMonth postingMonth, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await RefuseWhenBuiltUponAsync(connection, run, cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        int reversal = (int)(await ScalarAsync(
            connection, "SELECT :area.open_run('reversal', $1, $2, (SELECT policy_seq FROM :area.run WHERE run_id = $3), '{}', $3)", [postingMonth.FirstDay(), by, run], cancellation))!;
        await ScalarAsync(connection, "SELECT :area.fill_reversal($1)", [reversal], cancellation);
        KillSwitch.Pass(KillPoint.ReversalBeforeSeal);
        await ScalarAsync(connection, "SELECT :area.seal_run($1)", [reversal], cancellation);
        KillSwitch.Pass(KillPoint.ReversalBeforeCommit);
        await transaction.CommitAsync(cancellation);
        KillSwitch.Pass(KillPoint.ReversalAfterCommit);
        return reversal;
    }

    /// <summary>The month that a reversal goes into when none is named: the run's own, or when that is closed the first one after the last closed.</summary>
    public async Task<YearMonth> OpenMonthAsync(int run, CancellationToken cancellation)
    {
        YearMonth month = (await PreviewAsync(run, cancellation)).Month;
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await ScalarAsync(connection, "SELECT :area.last_closed()", [], cancellation) is DateOnly closed && closed.Month() >= month ? closed.Month().Next() : month;
    }

    private async Task<int?> ReversalOfAsync(int run, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return (int?)await ScalarAsync(connection, "SELECT run_id FROM :area.run WHERE reverses = $1 AND state <> 'discarded'", [run], cancellation);
    }

    private async Task RefuseWhenBuiltUponAsync(NpgsqlConnection connection, int run, CancellationToken cancellation)
    {
        IReadOnlyList<int> later = await new BuiltUpon(area.On(connection)).RunsAsync(run, cancellation);
        if (later.Count > 0)
        {
            string runs = string.Join(", ", later);
            throw new DataFaultException(
                "RUN_BUILT_UPON", $"批次 {runs} 是在批次 {run} 之上计算的，请按此顺序先冲正。", $"Runs {runs} were computed upon run {run}; reverse them first, in this order.");
        }
    }

    private async Task<bool> EndedByAsync(int run, RunState state, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await ScalarAsync(connection, "SELECT 1 FROM :area.run WHERE run_id = $1 AND state = $2 AND ended_by = $3", [run, state.Text(), by], cancellation) is not null;
    }

    private async Task CallAsync(string sql, object[] arguments, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await ScalarAsync(connection, sql, arguments, cancellation);
    }

    private async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, object[] arguments, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(sql), connection);
        foreach (object argument in arguments)
        {
            command.Parameters.AddWithValue(argument);
        }

        try
        {
            object? value = await PatientAct.DoAsync(connection, command.ExecuteScalarAsync, cancellation);
            return value is DBNull ? null : value;
        }
        catch (PostgresException refused) when (LedgerRefusal.Of(refused) is { } sentence)
        {
            throw sentence;
        }
    }
}
