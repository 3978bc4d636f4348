using System.Text.Json;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>The queued work of all areas: asked for, looked at, paused, resumed, cancelled and retried, with who and why.</summary>
public sealed class QueuedWork(NpgsqlDataSource program)
{
    internal const string Columns =
        """
        job_id, kind, area, argument, parent, asked_by, asked_at, state, wanted, wanted_by, wanted_why, attempts, worker, started_at, ended_at,
        CASE WHEN kind = 'allocate' THEN (SELECT count(*) FILTER (WHERE c.state = 'done') FROM batch.job c WHERE c.parent = j.job_id) ELSE done END,
        CASE WHEN kind = 'allocate' THEN (SELECT count(*) FROM batch.job c WHERE c.parent = j.job_id) ELSE total END,
        result, fault ->> 'code', fault ->> 'zh', fault ->> 'en', waits ->> 'zh', waits ->> 'en'
        """;

    /// <summary>Set where the engine runs in this program: new work need not wait for the next look.</summary>
    public Action Asked { get; set; } = () => { };

    /// <summary>Asks for work. Work that is already asked for and has not ended is that work.</summary>
    public async Task<int> AskAsync(WorkOrder order, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        int job = await AskAsync(connection, order, cancellation);
        Asked();
        return job;
    }

    /// <summary>The same within a caller's transaction: the work is there when what asks for it is.</summary>
    public static async Task<int> AskAsync(NpgsqlConnection connection, WorkOrder order, CancellationToken cancellation)
    {
        while (true)
        {
            await using NpgsqlCommand command = new(
                """
                WITH asked AS (
                    INSERT INTO batch.job (kind, area, argument, parent, asked_by) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (kind, area, argument) WHERE state IN ('queued', 'running', 'waiting', 'paused', 'parked') DO NOTHING RETURNING job_id),
                noted AS (INSERT INTO batch.job_event (job_id, act, who) SELECT job_id, 'asked', $5 FROM asked)
                SELECT job_id FROM asked UNION ALL
                SELECT job_id FROM batch.job WHERE kind = $1 AND area = $2 AND argument = $3 AND state IN ('queued', 'running', 'waiting', 'paused', 'parked')
                LIMIT 1
                """, connection);
            command.Parameters.AddWithValue(order.Kind);
            command.Parameters.AddWithValue(order.Area.Code);
            command.Parameters.AddWithValue(order.Argument);
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)order.Parent ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
            command.Parameters.AddWithValue(order.By);
            // Nothing: the one in the way ended between the two looks.
            if (await command.ExecuteScalarAsync(cancellation) is int job)
            {
                return job;
            }
        }
    }

    /// <exception cref="DataFaultException">WORK_UNKNOWN.</exception>
    public async Task<WorkItem> ReadAsync(int job, CancellationToken cancellation) =>
        await ListAsync("job_id = $1", cancellation, job) is [{ } found]
            ? found
            : throw new DataFaultException("WORK_UNKNOWN", $"没有作业 {job}。", $"There is no job {job}.");

    /// <summary>A page of work, the latest first; of the pieces of runs only those that are parked: they need somebody.</summary>
    public async Task<IReadOnlyList<WorkItem>> ListAsync(string? area, int? before, int most, CancellationToken cancellation) => await ListAsync(
        "(parent IS NULL OR state = 'parked') AND ($1 = '' OR area = $1) AND job_id < $2 ORDER BY job_id DESC LIMIT $3", cancellation, area ?? "", before ?? int.MaxValue, most);

    public async Task<IReadOnlyList<WorkItem>> PiecesAsync(int parent, CancellationToken cancellation) => await ListAsync("parent = $1 ORDER BY job_id", cancellation, parent);

    /// <summary>What is parked: it needs somebody.</summary>
    public async Task<IReadOnlyList<WorkItem>> ParkedAsync(string area, CancellationToken cancellation) =>
        await ListAsync("area = $1 AND state = 'parked' ORDER BY job_id", cancellation, area);

    public async Task<IReadOnlyList<WorkEvent>> EventsAsync(int job, CancellationToken cancellation) => await program.ReadAsync(
        "SELECT at, act, who, why FROM batch.job_event WHERE job_id = $1 ORDER BY seq",
        r => new WorkEvent(r.Moment(0)!.Value, r.GetString(1), r.GetString(2), r.Text(3)), cancellation, job);

    /// <summary>Holds work back at its next edge: a run between two chunks, anything else where it is (it begins again when resumed).</summary>
    public Task PauseAsync(int job, string who, string why, CancellationToken cancellation) => SteerAsync(
        job, "pause", who, why,
        """
        UPDATE batch.job SET state = CASE WHEN state = 'running' THEN state ELSE 'paused' END, wanted = 'pause', wanted_by = $2, wanted_why = $3
        WHERE (job_id = $1 AND state IN ('queued', 'running', 'waiting')) OR (parent = $1 AND state = 'queued')
        """, cancellation);

    public Task ResumeAsync(int job, string who, string why, CancellationToken cancellation) => SteerAsync(
        job, "resume", who, why,
        """
        UPDATE batch.job SET state = CASE WHEN state = 'paused' THEN 'queued' ELSE state END, wanted = NULL, wanted_by = NULL, wanted_why = NULL, woken_at = NULL, wake_at = now()
        WHERE (job_id = $1 AND (state = 'paused' OR (state = 'running' AND wanted = 'pause'))) OR (parent = $1 AND state = 'paused')
        """, cancellation);

    /// <summary>Gives work up at its next edge. A run whose chunks are given up is discarded.</summary>
    public Task CancelAsync(int job, string who, string why, CancellationToken cancellation) => SteerAsync(
        job, "cancel", who, why,
        """
        UPDATE batch.job SET wanted = 'cancel', wanted_by = $2, wanted_why = $3,
               state = CASE WHEN state = 'running' THEN state WHEN kind = 'allocate' THEN 'queued' ELSE 'cancelled' END,
               ended_at = CASE WHEN state = 'running' OR kind = 'allocate' THEN NULL ELSE now() END, woken_at = NULL, wake_at = now()
        WHERE (job_id = $1 AND parent IS NULL AND state IN ('queued', 'running', 'waiting', 'paused', 'parked')) OR (parent = $1 AND state IN ('queued', 'paused', 'parked'))
        """, cancellation);

    /// <summary>Has parked work done again, alone.</summary>
    public Task RetryAsync(int job, string who, string why, CancellationToken cancellation) => SteerAsync(
        job, "retry", who, why,
        "UPDATE batch.job SET state = 'queued', fault = NULL, attempts = 0, woken_at = NULL, wake_at = now(), ended_at = NULL WHERE job_id = $1 AND state = 'parked'",
        cancellation);

    private async Task SteerAsync(int job, string act, string who, string why, string sql, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(why))
        {
            throw new DataFaultException("REASON_MISSING", "请写明原因。", "Say why.");
        }

        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await LockAsync(connection, job, cancellation);
        await using NpgsqlCommand command = new(sql, connection);
        command.Parameters.AddWithValue(job);
        if (act is "pause" or "cancel")
        {
            command.Parameters.AddWithValue(who);
            command.Parameters.AddWithValue(why);
        }

        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            await transaction.RollbackAsync(cancellation);
            WorkItem item = await ReadAsync(job, cancellation);
            throw new DataFaultException(
                "WORK_STATE", $"作业 {job} 的状态是 {WorkText.Of(item.State).Chinese}，不能执行此操作。", $"Job {job} is {WorkText.Of(item.State).English}; this cannot be done to it.");
        }

        await NoteAsync(connection, job, act, who, why, cancellation);
        await transaction.CommitAsync(cancellation);
        Asked();
    }

    /// <summary>A run's job is the lock of its pieces: code that moves either takes it first.</summary>
    internal static async Task LockAsync(NpgsqlConnection connection, int job, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(
            "SELECT 1 FROM batch.job WHERE job_id = (SELECT coalesce(parent, job_id) FROM batch.job WHERE job_id = $1) FOR UPDATE", connection);
        command.Parameters.AddWithValue(job);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    internal static async Task NoteAsync(NpgsqlConnection connection, int job, string act, string who, string? why, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("INSERT INTO batch.job_event (job_id, act, who, why) VALUES ($1, $2, $3, $4)", connection);
        command.Parameters.AddWithValue(job);
        command.Parameters.AddWithValue(act);
        command.Parameters.AddWithValue(who);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = why });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private Task<List<WorkItem>> ListAsync(string where, CancellationToken cancellation, params object[] values) =>
        program.ReadAsync($"SELECT {Columns} FROM batch.job j WHERE {where}", Of, cancellation, values);

    internal static WorkItem Of(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.Number(4), reader.GetString(5), reader.Moment(6)!.Value,
        reader.Word<WorkState>(7), reader.Text(8), reader.Text(9), reader.Text(10), reader.GetInt32(11), reader.Text(12), reader.Moment(13), reader.Moment(14),
        reader.GetInt64(15), reader.IsDBNull(16) ? null : reader.GetInt64(16), reader.Text(17) is { } json ? JsonDocument.Parse(json).RootElement : null,
        reader.Text(18) is { } code ? new WorkFault(code, reader.Text(19) ?? "", reader.Text(20) ?? "") : null, reader.Text(21) is { } zh ? new WorkWait(zh, reader.Text(22) ?? "") : null);
}

/// <summary>What states are called.</summary>
public static class WorkText
{
    /// <summary>What kinds of work are called.</summary>
    public static (string Chinese, string English) Of(string kind) => kind switch
    {
        WorkKinds.Upload => ("处理上传文件", "take a file in"),
        WorkKinds.Allocate => ("计算月度批次", "compute a month"),
        WorkKinds.Chunk => ("批次分块", "piece of a run"),
        WorkKinds.Post => ("批次入账", "post a run"),
        WorkKinds.Close => ("结账", "close a month"),
        WorkKinds.Interest => ("年度计息", "interest of a year"),
        WorkKinds.Report => ("生成报表", "write a report"),
        WorkKinds.Verify => ("核验账本", "verify the ledger"),
        WorkKinds.DropFolder => ("接收投递目录", "take the drop folder"),
        WorkKinds.Retention => ("清理", "retention"),
        _ => (kind, kind),
    };

    public static (string Chinese, string English) Of(WorkState state) => state switch
    {
        WorkState.Queued => ("排队", "queued"),
        WorkState.Running => ("进行中", "running"),
        WorkState.Waiting => ("分片进行中", "its pieces are running"),
        WorkState.Paused => ("已暂停", "paused"),
        WorkState.Parked => ("已搁置", "parked"),
        WorkState.Done => ("完成", "done"),
        WorkState.Refused => ("被拒绝", "refused"),
        WorkState.Cancelled => ("已取消", "cancelled"),
        _ => (state.ToString(), state.ToString()),
    };
}
