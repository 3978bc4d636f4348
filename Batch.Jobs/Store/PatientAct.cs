using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// An act that waits for locks no longer than the program's limit in all. The server's own limit is for one lock: an act that needs two, one after the other, or
/// waits behind another that waits, would wait twice as long. <see cref="LockWatch"/> sees the waits and ends the act.
/// </summary>
public sealed class PatientAct
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<int, PatientAct> Acts = new();
    private static readonly AsyncLocal<int?> OfJob = new();

    private readonly CancellationTokenSource over;
    private readonly bool limited;
    private readonly int? job = OfJob.Value;
    private readonly Lock gate = new();
    private (LockWait Wait, long At)? last;
    private int earlier;
    private int current;
    private LockWait? ended;

    private PatientAct(CancellationTokenSource over, bool limited) => (this.over, this.limited) = (over, limited);

    /// <summary>Acts from here on, in what is awaited, are this job's.</summary>
    public static void Within(int jobNumber) => OfJob.Value = jobNumber;

    /// <summary>What a job of this program waits for now; null: it works, or its waits are not known.</summary>
    public static LockWait? WaitOf(int jobNumber)
    {
        foreach (PatientAct act in Acts.Values.Where(a => a.job == jobNumber))
        {
            lock (act.gate)
            {
                if (act.last is { } seen && Stopwatch.GetElapsedTime(seen.At) < Remembered)
                {
                    return seen.Wait;
                }
            }
        }

        return null;
    }

    /// <param name="limited">False: its waits are known, and the server's limit for each lock is the only one.</param>
    /// <exception cref="EnvironmentException">LOCK_WAIT: it has waited for longer than the limit.</exception>
    public static async Task<T> DoAsync<T>(NpgsqlConnection session, Func<CancellationToken, Task<T>> act, CancellationToken cancellation, bool limited = true)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        PatientAct mine = new(over, limited);
        int process = session.ProcessID;
        Acts[process] = mine;
        try
        {
            return await act(over.Token);
        }
        catch (OperationCanceledException) when (mine.ended is not null && !cancellation.IsCancellationRequested)
        {
            throw mine.ended.TooLong();
        }
        finally
        {
            Acts.TryRemove(new KeyValuePair<int, PatientAct>(process, mine));
        }
    }

    /// <summary>Told by the watch every few seconds of each session that waits.</summary>
    internal static void Saw(LockWait wait, TimeSpan limit)
    {
        if (Acts.TryGetValue(wait.Waiting, out PatientAct? act))
        {
            act.Count(wait, limit);
        }
    }

    private void Count(LockWait wait, TimeSpan limit)
    {
        lock (gate)
        {
            // A wait that is shorter than when it was last seen is another one.
            earlier += wait.Seconds < current ? current : 0;
            current = wait.Seconds;
            last = (wait, Stopwatch.GetTimestamp());
            if (!limited || ended is not null || earlier == 0 || TimeSpan.FromSeconds(earlier + current) < limit)
            {
                return;
            }

            ended = wait;
        }

        try
        {
            over.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
            return;
        }
    }
}
