using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// The sessions that one program opens at most (<c>BATCH_CONNECTIONS</c>), and who may have how many of them: the pool of pages, inquiries and work; the job
/// engine; sessions of their own, which hold a lock. Set-up by an administrator is one more for a moment.
/// </summary>
public sealed record ConnectionBudget(int Total)
{
    /// <summary>Fewer would let work wait for itself.</summary>
    public const int Least = 32;

    /// <summary>Each worker holds one for its job and one for the run that it computes; the host holds one, acts take one.</summary>
    public const int Alone = 12;

    /// <summary>Its workers hold locks, and its schedulers and heartbeats share the rest.</summary>
    public int Engine => Math.Clamp((Total - Alone) * 2 / 5, 8, 16);

    public int Pool => Total - Alone - Engine;

    public static ConnectionBudget Of(int total) => total >= Least ? new ConnectionBudget(total) : throw new EnvironmentException(
        "CONNECTIONS", $"BATCH_CONNECTIONS is {total}; a program needs at least {Least}.", $"BATCH_CONNECTIONS 为 {total}；程序至少需要 {Least} 个连接。");

    /// <summary>
    /// Takes this host's part of the server's sessions, for as long as the session lives: a shared lock whose number is the part, so that each host sees those of
    /// the others.
    /// </summary>
    /// <exception cref="EnvironmentException">CONNECTIONS: there is no room.</exception>
    internal async Task TakeAsync(NpgsqlConnection session, CancellationToken cancellation)
    {
        await using NpgsqlTransaction transaction = await session.BeginTransactionAsync(cancellation);
        await using (NpgsqlCommand gate = new("SELECT pg_advisory_xact_lock(hashtext('batch.hosts'), 0)", session))
        {
            await gate.ExecuteNonQueryAsync(cancellation);
        }

        await using (NpgsqlCommand command = new(
            """
            WITH host AS (
                SELECT objid::bigint AS part FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND mode = 'ShareLock' AND granted
                   AND classid::bigint = (hashtext('batch.hosts')::bigint & 4294967295) AND objid::bigint > 0)
            SELECT current_setting('max_connections')::int,
                   current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true)::int, 0),
                   (SELECT count(*)::int FROM host), (SELECT coalesce(sum(part), 0)::int FROM host),
                   (SELECT count(*)::int FROM pg_stat_activity WHERE datid IS NOT NULL AND application_name NOT LIKE 'batch %' AND pid <> pg_backend_pid())
            """, session))
        {
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            Refuse(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4));
        }

        await using (NpgsqlCommand take = new("SELECT pg_advisory_lock_shared(hashtext('batch.hosts'), $1)", session))
        {
            take.Parameters.AddWithValue(Total);
            await take.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private void Refuse(int most, int reserved, int hosts, int taken, int others)
    {
        if (Total > most - reserved - taken - others)
        {
            throw new EnvironmentException(
                "CONNECTIONS",
                $"The database server takes {most} connections: {reserved} are reserved, {hosts} other hosts may use {taken}, other programs use {others}. This host wants {Total}. Lower BATCH_CONNECTIONS (at least {Least}) or raise the server's max_connections.",
                $"数据库服务器最多 {most} 个连接：保留 {reserved} 个，其他 {hosts} 个主机可用 {taken} 个，其他程序占用 {others} 个；本主机需要 {Total} 个。请调低 BATCH_CONNECTIONS（不少于 {Least}）或调高服务器的 max_connections。");
        }
    }
}
