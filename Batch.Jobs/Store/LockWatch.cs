using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>A session of ours that waits for a lock, and who holds it.</summary>
/// <param name="Blocker">Process of the server; 0: a prepared transaction.</param>
/// <param name="BlockerSeconds">How long its transaction has been open; null: unknown.</param>
public sealed record LockWait(int Waiting, int Seconds, int Blocker, string? Application, int? BlockerSeconds)
{
    public string English => string.Create(
        CultureInfo.InvariantCulture,
        $"for a lock that database session {Blocker} ({(string.IsNullOrEmpty(Application) ? "no name" : Application)}) holds{(BlockerSeconds is { } open ? $" in a transaction open for {open} s" : "")}");

    public string Chinese => string.Create(
        CultureInfo.InvariantCulture,
        $"数据库会话 {Blocker}（{(string.IsNullOrEmpty(Application) ? "未命名" : Application)}）持有锁{(BlockerSeconds is { } open ? $"，其事务已打开 {open} 秒" : "")}");

    /// <summary>The fault of an act that waited too long; null: who blocked it is not known.</summary>
    public static EnvironmentException Fault(LockWait? wait) => wait?.TooLong() ?? new EnvironmentException(
        Code, "Another database session holds a lock that this needs, and did not let go in time. Nothing was done; try again later.",
        "另一个数据库会话持有此操作所需的锁，未能及时释放。未做任何更改，请稍后再试。");

    internal const string Code = "LOCK_WAIT";

    internal EnvironmentException TooLong() => new(
        Code, $"This waited too long {English}. Nothing was done; end that session or try again later.", $"等待超时：{Chinese}。未做任何更改；请结束该会话或稍后再试。");
}

/// <summary>
/// Looks now and then which sessions of this program wait for a lock, tells of those that wait long, and remembers who blocked them, so that the sentence about an
/// act that gave up (<see cref="LastBlocker"/>) can name it. Work that ends at once is never looked at.
/// </summary>
public sealed class LockWatch : IAsyncDisposable
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<(LockWatch, int), (LockWait Wait, long At)> Seen = new();

    private readonly CancellationTokenSource stop = new();
    private readonly Task watching;

    internal LockWatch(NpgsqlDataSource program, TimeSpan limit, Action<LockWait> tell) => watching = Task.Run(() => WatchAsync(program, limit, tell));

    /// <summary>Who blocked the act of this program that has just given up, or blocks one that waits; null: unknown. The longest wait counts.</summary>
    public static LockWait? LastBlocker => Seen.Values.Where(s => Stopwatch.GetElapsedTime(s.At) < Remembered).Select(s => s.Wait).MaxBy(w => w.Seconds);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
        // What was seen is still asked for: an act's fault is told after its connection is closed.
    }

    private async Task WatchAsync(NpgsqlDataSource program, TimeSpan limit, Action<LockWait> tell)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Quick, stop.Token);
                try
                {
                    await LookAsync(program, limit, tell);
                }
                catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException or EnvironmentException)
                {
                    // The database is away, or being replaced: those who work with it say so.
                    continue;
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task LookAsync(NpgsqlDataSource program, TimeSpan limit, Action<LockWait> tell)
    {
        await using NpgsqlCommand command = program.CreateCommand("SELECT * FROM batch.lock_waits(current_setting('application_name'))");
        List<LockWait> waits = [];
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(stop.Token))
        {
            while (await reader.ReadAsync(stop.Token))
            {
                waits.Add(new LockWait(
                    reader.GetInt32(0), reader.IsDBNull(1) ? 0 : reader.GetInt32(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetInt32(4)));
            }
        }

        foreach (LockWait wait in waits.Where(w => w.Seconds >= 1))
        {
            Seen[(this, wait.Waiting)] = (wait, Stopwatch.GetTimestamp());
            PatientAct.Saw(wait, limit);
            tell(wait);
        }

        foreach (KeyValuePair<(LockWatch, int), (LockWait Wait, long At)> old in Seen.Where(s => Stopwatch.GetElapsedTime(s.Value.At) > Remembered))
        {
            Seen.TryRemove(old);
        }
    }
}
