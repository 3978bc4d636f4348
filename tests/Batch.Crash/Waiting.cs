using System.Diagnostics;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Crash;

/// <summary>Holds a table so that a verb's statement has to wait in the middle of its work, which nothing else can make it do.</summary>
public sealed class Waiting : IAsyncDisposable
{
    private readonly CrashServer _server;
    private readonly NpgsqlConnection _holder;

    private Waiting(CrashServer server, NpgsqlConnection holder) => (_server, _holder) = (server, holder);

    public static async Task<Waiting> LockAsync(CrashServer server, string table)
    {
        await server.OpenAreaAsync();
        NpgsqlConnection holder = await server.OpenAsync("batch");
        await using NpgsqlCommand command = new($"BEGIN; LOCK TABLE {Migrator.SchemaOf(Life.Area)}.{table} IN SHARE MODE", holder);
        await command.ExecuteNonQueryAsync();
        return new Waiting(server, holder);
    }

    /// <summary>True: a session of the program waits for what we hold; false: the program has ended.</summary>
    public async Task<bool> WaitsAsync(Process process)
    {
        await using NpgsqlConnection looking = await _server.OpenAsync("postgres");
        await using NpgsqlCommand command = new(
            $"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND (application_name = 'batch {process.Id}' OR application_name LIKE 'batch {process.Id}-%'))", looking);
        while (!process.HasExited)
        {
            if ((bool)(await command.ExecuteScalarAsync())!)
            {
                return true;
            }

            await Task.Delay(10);
        }

        return false;
    }

    public async Task LetGoAsync() => await _holder.DisposeAsync();

    public async ValueTask DisposeAsync() => await _holder.DisposeAsync();
}
