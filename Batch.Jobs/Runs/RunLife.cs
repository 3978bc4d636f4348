using Batch.Jobs.Areas;
using Batch.Jobs.Server;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// What people decide about a run. Each act goes through a function of the database that checks who and what; an act that the same person
/// has done already is answered as done.
/// </summary>
public sealed class RunLife(NpgsqlDataSource program, AreaSchema area)
{
    public Task<RunDocument> PreviewAsync(int run, CancellationToken cancellation) => RunDocument.ReadAsync(program, area, run, cancellation);

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
            run, async () => await PreviewAsync(run, cancellation) is { State: "approved" or "posted" } document && document.ApprovedBy == by,
            "SELECT :area.approve_run($1, $2, $3, $4)", [run, by, digest, reason ?? ""], cancellation);
    }

    public Task<RunDocument> PostAsync(int run, string by, CancellationToken cancellation) => OnceAsync(
        run, () => EndedByAsync(run, "posted", by, cancellation), "SELECT :area.post_run($1, $2)", [run, by], cancellation);

    public Task<RunDocument> DiscardAsync(int run, string by, string reason, CancellationToken cancellation) => OnceAsync(
        run, () => EndedByAsync(run, "discarded", by, cancellation), "SELECT :area.discard_run($1, $2, $3)", [run, by, reason], cancellation);

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
        if (original.State != "posted" || original.Kind == "reversal")
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
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
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
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        return await ScalarAsync(connection, "SELECT :area.last_closed()", [], cancellation) is DateOnly closed && closed.Month() >= month ? closed.Month().Next() : month;
    }

    private async Task<int?> ReversalOfAsync(int run, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        return (int?)await ScalarAsync(connection, "SELECT run_id FROM :area.run WHERE reverses = $1 AND state <> 'discarded'", [run], cancellation);
    }

    private async Task RefuseWhenBuiltUponAsync(NpgsqlConnection connection, int run, CancellationToken cancellation)
    {
        IReadOnlyList<int> later = await new BuiltUpon(connection, area).RunsAsync(run, cancellation);
        if (later.Count > 0)
        {
            string runs = string.Join(", ", later);
            throw new DataFaultException(
                "RUN_BUILT_UPON", $"批次 {runs} 是在批次 {run} 之上计算的，请按此顺序先冲正。", $"Runs {runs} were computed upon run {run}; reverse them first, in this order.");
        }
    }

    private async Task<bool> EndedByAsync(int run, string state, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        return await ScalarAsync(connection, "SELECT 1 FROM :area.run WHERE run_id = $1 AND state = $2 AND ended_by = $3", [run, state, by], cancellation) is not null;
    }

    private async Task CallAsync(string sql, object[] arguments, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
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
            object? value = await command.ExecuteScalarAsync(cancellation);
            return value is DBNull ? null : value;
        }
        catch (PostgresException refused) when (LedgerRefusal.Of(refused) is { } sentence)
        {
            throw sentence;
        }
    }
}

/// <summary>Turns what the database's functions refuse (SQLSTATE class BA) into sentences.</summary>
public static class LedgerRefusal
{
    internal static DataFaultException ContentChanged => new("CONTENT_CHANGED", "批次内容与复核时不同，拒绝执行。", "The content of the run is not what was reviewed; refused.");

    public static DataFaultException? Of(PostgresException refused) => refused.SqlState switch
    {
        "BA001" => new DataFaultException("SAME_PERSON", "经办与复核须是两个人。", "Who approves is somebody else than who made it."),
        "BA002" => new DataFaultException("MONTH_CLOSED", "该月已结账，不能再入账。", "The month is closed; nothing is posted into it any more."),
        "BA003" => new DataFaultException("RUN_OPEN", "还有未结束的批次，请先入账或作废。", "A run is still open; post or discard it first."),
        "BA004" => new DataFaultException("RUN_STATE", "批次的状态不允许此操作，请查看该批次。", refused.MessageText),
        "BA005" => ContentChanged,
        "BA006" => new DataFaultException("LEDGER_MOVED", "计算后账本已变动，请重新计算。", "The ledger has moved since the run was computed; allocate again."),
        "BA007" => new DataFaultException("TOTALS_DISAGREE", "合计不符，已停止。", "The totals do not agree; stopped."),
        "BA020" => new DataFaultException(
            "ANOMALIES", $"批次有异常，复核须写明理由（命令行 --override，接口 reason）：{Between(refused.MessageText)}。", $"The run has anomalies; its approval needs a written reason (--override on the command line, reason in the API): {Between(refused.MessageText)}."),
        "BA070" => new DataFaultException("WORK_PARKED", "有批次分片因出错而搁置，请先重试或取消。", "A piece of a run is parked with its error; retry or cancel it first."),
        "BA150" => new DataFaultException(
            "MONTH_OUT_OF_ORDER", $"须按月份顺序结账：下一个应结账的月份是 {refused.MessageText}。", $"Months are closed in order: the next one to close is {refused.MessageText}."),
        "BA151" => new DataFaultException(
            "MONTH_NOT_ENDED", $"该月尚未结束，{refused.MessageText} 起可以结账。", $"The month has not ended; it can be closed from {refused.MessageText} on."),
        "BA152" => new DataFaultException("CLOSED_BY_POSTER", "本月最后一次入账的人不能结账，请由另一人结账。", "Whoever posted last in the month cannot close it; another person closes it."),
        "BA153" => new DataFaultException("MONTH_OPEN", "该月没有结账。", "The month is not closed."),
        "BA154" => new DataFaultException(
            "NOT_LAST_CLOSED", $"只能重新打开最后结账的月份：{refused.MessageText}。", $"Only the month closed last can be opened again: {refused.MessageText}."),
        "BA155" => new DataFaultException(
            "POSTED_SINCE", $"结账后已有批次 {refused.MessageText} 入账，不能重新打开；请在未结账的月份更正。",
            $"Run {refused.MessageText} was posted after the closing, so it cannot be opened again; correct it in an open month."),
        "BA156" => new DataFaultException("REASON_MISSING", "请写明重新打开的理由（--reason）。", "Give the reason for opening it again (--reason)."),
        "BA157" => new DataFaultException("NOT_PROPOSED", "还没有人提出重新打开该月，请先由一人写明理由提出。", "Nobody has proposed to open the month again; one person proposes it with a reason first."),
        "BA008" => new DataFaultException("EARLIER_MONTH_OPEN", "请先结清更早的月份。", "Close the earlier months first."),
        // A run's table is gone or sealed: somebody else has taken the run over, or thrown it away.
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege when refused.MessageText.Contains("run_entry_", StringComparison.Ordinal) => new DataFaultException(
            "RUN_TAKEN_OVER", "计算期间，该批次已被另一个程序接手或作废。请重新执行同一命令：已完成的会直接给出结果。",
            "Another program has taken this run over, or discarded it, while it was computed. Run the same command again: what is done is answered with its result."),
        _ => null,
    };

    /// <summary>The codes, which the message has in brackets.</summary>
    private static string Between(string message) => message.Split('(', ')') is [_, var codes, ..] ? codes : message;
}
