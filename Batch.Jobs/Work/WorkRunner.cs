using System.Text.Json;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>
/// Works on one piece of queued work, from the engine's call to its end on record. Two calls for the same work are one: the call that holds the lock of its
/// number works, and a worker that is killed lets go of it.
/// </summary>
public sealed class WorkRunner(DatabaseConnection database, KindsOfWork kinds, QueuedWork queue)
{
    private const int MostAttempts = 5;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly string Worker = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>Told of each end: for logs and metrics.</summary>
    public event Action<WorkEnd> Ended = _ => { };

    public async Task RunAsync(int job, CancellationToken stopping)
    {
        await using NpgsqlConnection session = await database.OpenSessionAsync(stopping);
        if (!await HoldAsync(session, job, stopping) || await BeginAsync(job, stopping) is not { } item)
        {
            return;
        }

        using var edge = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using WorkWatch watch = new(database.Program, item, edge);
        Ended(await DoAsync(item, watch, edge.Token, stopping));
        queue.Asked();
    }

    private async Task<WorkEnd> DoAsync(WorkItem item, WorkWatch watch, CancellationToken edge, CancellationToken stopping)
    {
        PatientAct.Within(item.Number);
        try
        {
            WorkOutcome outcome = await kinds.DoAsync(item, watch, edge);
            JsonElement? result = outcome.Result is { } told ? JsonSerializer.SerializeToElement(told) : item.Result;
            await EndAsync(item, outcome.State, outcome.Result, null);
            return new WorkEnd(item with { Result = result }, outcome.State, null);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host ends: another one goes on.
            await EndAsync(item, WorkState.Queued, null, null);
            return new WorkEnd(item, WorkState.Queued, null);
        }
        catch (OperationCanceledException) when (watch.Wanted is not null)
        {
            WorkState state = watch.Wanted == "pause" ? WorkState.Paused : WorkState.Cancelled;
            await EndAsync(item, state, null, null);
            return new WorkEnd(item, state, null);
        }
        catch (Exception fault)
        {
            return new WorkEnd(item, await FailAsync(item, fault), fault);
        }
    }

    private async Task<WorkState> FailAsync(WorkItem item, Exception fault)
    {
        WorkFault told = WorkFaults.Of(fault);
        bool again = WorkFaults.PassesOff(fault) && item.Attempts < MostAttempts;
        // A rule's refusal is an answer; of a chunk only the one that ends its run is.
        bool refused = WorkFaults.IsRefusal(fault) && (item.Kind != WorkKinds.Chunk || told.Code == Allocation.FigureMissing);
        WorkState state = again ? WorkState.Queued : refused ? WorkState.Refused : WorkState.Parked;
        await EndAsync(item, state, null, told);
        return state;
    }

    private async Task EndAsync(WorkItem item, WorkState state, object? result, WorkFault? fault)
    {
        await using NpgsqlConnection connection = await database.Program.OpenConnectionAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        await QueuedWork.LockAsync(connection, item.Number, CancellationToken.None);
        await using NpgsqlCommand command = new(
            """
            UPDATE batch.job SET
                -- Paused while its chunks were being handed out: they wait too.
                state = CASE WHEN $2 = 'waiting' AND wanted = 'pause' THEN 'paused' WHEN $2 = 'waiting' AND wanted = 'cancel' AND NOT $6 THEN 'queued' ELSE $2 END,
                result = coalesce($3::jsonb, result), fault = $4::jsonb, waits = NULL,
                ended_at = CASE WHEN $2 IN ('done', 'refused', 'cancelled', 'parked') THEN clock_timestamp() END, woken_at = NULL,
                wake_at = CASE WHEN $2 = 'queued' AND $4::jsonb IS NOT NULL THEN now() + $5 ELSE now() END,
                wanted = CASE WHEN $2 IN ('done', 'refused', 'cancelled') THEN NULL ELSE wanted END
            WHERE job_id = $1 AND state = 'running'
            """, connection);
        command.Parameters.AddWithValue(item.Number);
        command.Parameters.AddWithValue(state.ToString().ToLowerInvariant());
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = result is null ? null : JsonSerializer.Serialize(result) });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = fault is null ? null : JsonSerializer.Serialize(new { code = fault.Code, zh = fault.Zh, en = fault.En }) });
        command.Parameters.AddWithValue(TimeSpan.FromSeconds(2 << Math.Min(item.Attempts, 6)));
        command.Parameters.AddWithValue(item.Wanted == "cancel");
        await command.ExecuteNonQueryAsync();
        await QueuedWork.NoteAsync(connection, item.Number, state.ToString().ToLowerInvariant(), Worker, fault?.Code, CancellationToken.None);
        await SettleParentAsync(connection, item, state, fault);
        if (state == WorkState.Parked)
        {
            await Alarms.RaiseAsync(
                connection, new Alarm(item.Area, "WORK_PARKED", $"作业 {item.Number}（{WorkText.Of(item.Kind).Chinese}）出错搁置：{fault!.Zh}", $"Job {item.Number} ({WorkText.Of(item.Kind).English}) is parked: {fault.En}"),
                item.Number, CancellationToken.None);
        }

        await transaction.CommitAsync();
    }

    // The last chunk brings its run's job back for the next stage; a chunk that ended the run ends the job. A paused run's next chunks wait.
    private static async Task SettleParentAsync(NpgsqlConnection connection, WorkItem item, WorkState state, WorkFault? fault)
    {
        if (item.Parent is not { } parent)
        {
            return;
        }

        await using NpgsqlCommand command = new(state == WorkState.Refused
            ? """
              WITH siblings AS (UPDATE batch.job SET state = 'cancelled', ended_at = now() WHERE parent = $1 AND state IN ('queued', 'paused', 'parked'))
              UPDATE batch.job SET state = 'refused', ended_at = now(), fault = $2::jsonb WHERE job_id = $1 AND state IN ('waiting', 'paused')
              """
            : """
              WITH held AS (UPDATE batch.job c SET state = 'paused' FROM batch.job p WHERE p.job_id = $1 AND p.state = 'paused' AND c.parent = $1 AND c.state = 'queued')
              UPDATE batch.job SET state = 'queued', woken_at = NULL, wake_at = now() WHERE job_id = $1 AND state = 'waiting' AND $2::jsonb IS NULL
                 AND NOT EXISTS (SELECT FROM batch.job c WHERE c.parent = $1 AND c.state NOT IN ('done', 'cancelled'))
              """, connection);
        command.Parameters.AddWithValue(parent);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = fault is null ? null : JsonSerializer.Serialize(new { code = fault.Code, zh = fault.Zh, en = fault.En }) });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<bool> HoldAsync(NpgsqlConnection session, int job, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT pg_try_advisory_lock(hashtext('batch.job'), $1)", session);
        command.Parameters.AddWithValue(job);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Null: it is not to be done (any more, or yet).</summary>
    private async Task<WorkItem?> BeginAsync(int job, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Program.CreateCommand(
            """
            WITH begun AS (
                UPDATE batch.job SET state = 'running', attempts = attempts + 1, worker = $2, started_at = coalesce(started_at, clock_timestamp()), ended_at = NULL, fault = NULL
                WHERE job_id = $1 AND (state = 'running' OR (state = 'queued' AND wake_at <= clock_timestamp())) RETURNING job_id)
            INSERT INTO batch.job_event (job_id, act, who) SELECT job_id, 'started', $2 FROM begun RETURNING job_id
            """);
        command.Parameters.AddWithValue(job);
        command.Parameters.AddWithValue(Worker);
        return await command.ExecuteScalarAsync(cancellation) is null ? null : await queue.ReadAsync(job, cancellation);
    }

    /// <summary>Looks once a second for what is wanted of the work, and writes how far it is.</summary>
    private sealed class WorkWatch : IProgress<WorkProgress>, IAsyncDisposable
    {
        private readonly NpgsqlDataSource program;
        private readonly WorkItem item;
        private readonly CancellationTokenSource edge;
        private readonly CancellationTokenSource over = new();
        private readonly Task looking;
        private WorkProgress? latest;

        public WorkWatch(NpgsqlDataSource program, WorkItem item, CancellationTokenSource edge)
        {
            (this.program, this.item, this.edge) = (program, item, edge);
            // Chunks are short.
            looking = item.Kind == WorkKinds.Chunk ? Task.CompletedTask : LookAsync();
        }

        public string? Wanted { get; private set; }

        public void Report(WorkProgress value) => latest = value;

        public async ValueTask DisposeAsync()
        {
            await over.CancelAsync();
            await looking;
            over.Dispose();
        }

        private static object WordsOf(LockWait wait) => new { zh = $"等待中（{wait.Seconds} 秒）：{wait.Chinese}。", en = $"Waiting for {wait.Seconds} s {wait.English}." };

        private async Task LookAsync()
        {
            using PeriodicTimer timer = new(Look);
            try
            {
                while (await timer.WaitForNextTickAsync(over.Token))
                {
                    await using NpgsqlCommand command = program.CreateCommand(
                        "UPDATE batch.job SET done = coalesce($2, done), total = coalesce($3, total), waits = $4::jsonb WHERE job_id = $1 AND state = 'running' RETURNING wanted");
                    command.Parameters.AddWithValue(item.Number);
                    command.Parameters.Add(new NpgsqlParameter { Value = (object?)latest?.Done ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
                    command.Parameters.Add(new NpgsqlParameter { Value = (object?)latest?.Total ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
                    command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = PatientAct.WaitOf(item.Number) is { } wait ? JsonSerializer.Serialize(WordsOf(wait)) : null });
                    // The stages of a run are edges by themselves.
                    if (await command.ExecuteScalarAsync(over.Token) is string wanted && item.Kind != WorkKinds.Allocate)
                    {
                        Wanted = wanted;
                        await edge.CancelAsync();
                        return;
                    }
                }
            }
            catch (Exception fault) when (fault is OperationCanceledException or NpgsqlException)
            {
                // Over, or the database is gone: the work itself meets that.
            }
        }
    }
}
