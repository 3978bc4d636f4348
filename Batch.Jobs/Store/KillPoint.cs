using System.Diagnostics;
using System.Globalization;

namespace Batch.Jobs.Store;

/// <summary>
/// Moments of the work at which a program may die and somebody must be able to go on. Each is passed by <see cref="KillSwitch.Pass"/> where it
/// happens; the crash tests die at every one of them, and fail when one is never reached. The order is that of the work.
/// </summary>
public enum KillPoint
{
    MigrationNotRecorded,
    MigrationBeforeCommit,
    MigrationAfterCommit,
    ArchiveMidCopy,
    ArchiveBeforeCommit,
    ArchiveAfterCommit,
    FactsMonthOpened,
    FactsMidCopy,
    FactsBeforeAttach,
    FactsAfterAttach,
    ImportBeforeLog,
    ImportBeforeCommit,
    ImportAfterCommit,
    RunOpened,
    RunBeforeCommit,
    RunAfterCommit,
    ChunkMidCopy,
    ChunkBeforeMark,
    ChunkBeforeCommit,
    ChunkAfterCommit,
    SealBefore,
    SealAfter,
    ActBefore,
    ActAfter,
    ReversalBeforeSeal,
    ReversalBeforeCommit,
    ReversalAfterCommit,
    InterestBeforeCommit,
    InterestAfterCommit,
    ClosingBeforeStatements,
    StatementsMidCopy,
    StatementsBeforeAttach,
    ClosingBeforeCommit,
    ClosingAfterCommit,
    PolicyBeforeCommit,
    PolicyAfterCommit,
    ChainBeforeSeals,
    ChainAfterSeals,
    FileBeforeName,
    FileAfterName,
    RestoreBeforeSwap,
    RestoreAfterSwap,
}

/// <summary>
/// Kills this process (SIGKILL) or pauses it (SIGSTOP) when it passes a point for the n-th time. For tests: <c>BATCH_KILL_AT=POINT:N[:pause]</c>, read
/// once; <c>BATCH_KILL_AT=count</c> only counts. Without the variable a pass is a test of a constant.
/// </summary>
public static class KillSwitch
{
    private static readonly string Setting = Environment.GetEnvironmentVariable("BATCH_KILL_AT") ?? "";
    private static readonly bool Armed = Setting.Length > 0;
    private static readonly string[] Parts = Setting.Split(':');
    private static readonly int[] Passed = new int[Enum.GetValues<KillPoint>().Length];

    public static void Pass(KillPoint point)
    {
        if (Armed)
        {
            Count(point);
        }
    }

    /// <summary>How often this process has passed a point; 0 unless the variable is set.</summary>
    public static int Passings(KillPoint point) => Volatile.Read(ref Passed[(int)point]);

    private static void Count(KillPoint point)
    {
        int times = Interlocked.Increment(ref Passed[(int)point]);
        if (Parts[0] == point.ToString() && times == int.Parse(Parts[1], CultureInfo.InvariantCulture))
        {
            Signal(Parts.ElementAtOrDefault(2) == "pause" ? "-STOP" : "-KILL");
        }
    }

    // Whoever is signalled does not come back from here, or only when he is continued.
    private static void Signal(string signal)
    {
        using Process kill = Process.Start("kill", [signal, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
