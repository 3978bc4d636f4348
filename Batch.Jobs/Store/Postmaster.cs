using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>Starts and stops the server process of a cluster. The caller holds the cluster's lock.</summary>
internal static class Postmaster
{
    /// <summary>Part of the socket's name only: nothing listens on a network.</summary>
    internal const int Port = 5432;

    /// <summary>Above the highest number that the kernel gives out.</summary>
    private const string NoProcess = "4194305";

    private const int PollMilliseconds = 5;
    private const long LogBytesKept = 16 << 20;
    private static readonly TimeSpan OrphansLeaveWithin = TimeSpan.FromSeconds(15);

    private static string PidFile(ClusterPlace place) => Path.Combine(place.Cluster, "postmaster.pid");

    internal static bool HasPidFile(ClusterPlace place) => File.Exists(PidFile(place));

    /// <summary>Process and start time of the running server: what <c>db start</c> remembers, so that its wish ends with that start.</summary>
    internal static string StartMark(ClusterPlace place)
    {
        string[] lines = ReadPidFile(place);
        return lines.Length < 3 ? "" : $"{lines[0]} {lines[2]}";
    }

    internal static bool IsKept(ClusterPlace place) => File.Exists(place.KeptFile) && File.ReadAllText(place.KeptFile) == StartMark(place);

    /// <summary>Whether the process named in the pid file is this cluster's server, and not a stranger that was given the same number later.</summary>
    internal static bool IsAlive(ClusterPlace place)
    {
        string[] lines = ReadPidFile(place);
        if (lines.Length == 0 || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
        {
            return false;
        }

        try
        {
            string command = Directory.Exists("/proc/self") ? File.ReadAllText($"/proc/{pid}/cmdline") : place.Cluster;
            using var process = Process.GetProcessById(pid);
            return command.Contains(place.Cluster, StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The place with the socket folder of the server that runs: another user's program (or root's) may have chosen it.</summary>
    internal static ClusterPlace WhereItRuns(ClusterPlace place) =>
        IsAlive(place) && ReadPidFile(place) is { Length: >= 5 } lines && lines[4].StartsWith('/') ? place with { SocketDirectory = lines[4] } : place;

    /// <summary>A ready server whose socket was deleted under it serves its open sessions, but nobody new gets in.</summary>
    internal static bool HasLostItsSocket(ClusterPlace place) =>
        IsReady(place) && !File.Exists(Path.Combine(place.SocketDirectory, $".s.PGSQL.{Port.ToString(CultureInfo.InvariantCulture)}"));

    internal static async Task<NpgsqlConnection> StartAsync(ClusterPlace place, PostgresBinaries binaries, CancellationToken cancellation)
    {
        await place.MakePrivateAsync(place.SocketDirectory, cancellation);
        if (File.Exists(place.Log) && new FileInfo(place.Log).Length > LogBytesKept)
        {
            File.Move(place.Log, place.Log + ".old", overwrite: true);
        }

        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            DisownStranger(place);
            long logBefore = File.Exists(place.Log) ? new FileInfo(place.Log).Length : 0;
            (NpgsqlConnection? connection, string said) = await TryStartAsync(place, binaries, cancellation);
            if (connection is not null)
            {
                return connection;
            }

            string text = said + LogSince(place, logBefore);
            bool orphans = text.Contains("pre-existing shared memory block", StringComparison.Ordinal) || text.Contains(".lock\" already exists", StringComparison.Ordinal);
            if (!orphans || Stopwatch.GetElapsedTime(began) > OrphansLeaveWithin)
            {
                throw ServerFault.From("postgres", text, place);
            }

            // The sessions of a killed server notice its death within moments.
            await Task.Delay(100, cancellation);
        }
    }

    /// <summary>
    /// PostgreSQL sees by itself that the process of a pid file is gone, but not that its number was given to another program of the same
    /// user since. The rest of the file stays: by it PostgreSQL finds sessions that outlived a killed server, and waits for them.
    /// </summary>
    private static void DisownStranger(ClusterPlace place)
    {
        string[] lines = ReadPidFile(place);
        if (lines.Length > 0 && !IsAlive(place) && Directory.Exists($"/proc/{lines[0]}"))
        {
            lines[0] = NoProcess;
            string corrected = PidFile(place) + ".new";
            File.WriteAllLines(corrected, lines);
            if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
            {
                File.SetUnixFileMode(corrected, PrivateFiles.Readable);
            }

            File.Move(corrected, PidFile(place), overwrite: true);
        }

        // The lock of the socket names the process once more; the folder is this cluster's own.
        string socketLock = Path.Combine(place.SocketDirectory, $".s.PGSQL.{Port.ToString(CultureInfo.InvariantCulture)}.lock");
        if (!IsAlive(place) && File.Exists(socketLock))
        {
            File.Delete(socketLock);
        }
    }

    /// <summary>An open connection, or what pg_ctl said instead.</summary>
    private static async Task<(NpgsqlConnection? Connection, string Said)> TryStartAsync(ClusterPlace place, PostgresBinaries binaries, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "start", "-w", "-t", "3600", "-D", place.Cluster, "-l", place.Log,
            "-o", $"-c unix_socket_directories={place.SocketDirectory} -c port={Port.ToString(CultureInfo.InvariantCulture)}",
        ];
        using Process control = ServerCommand.Start(binaries.PathOf("pg_ctl"), arguments, place.ServerUser);
        Task ended = control.WaitForExitAsync(cancellation);
        // pg_ctl looks only ten times a second; the pid file says earlier that the server is ready.
        // What a killed server left in it says so too, hence the look at the process.
        while (!ended.IsCompleted && !(IsReady(place) && IsAlive(place)))
        {
            await Task.WhenAny(ended, Task.Delay(PollMilliseconds, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }

        if (await EmbeddedServer.TryConnectAsync(place, cancellation) is { } connection)
        {
            return (connection, "");
        }

        await ended;
        return (null, await control.StandardError.ReadToEndAsync(cancellation));
    }

    internal static async Task StopAsync(ClusterPlace place, PostgresBinaries binaries, CancellationToken cancellation)
    {
        string[] arguments = ["stop", "-m", "fast", "-W", "-D", place.Cluster];
        await ServerCommand.RunAsync(binaries.PathOf("pg_ctl"), arguments, place.ServerUser, cancellation);
        // The final checkpoint may take a while after bulk work; the next verb must not meet a server on its way out.
        while (HasPidFile(place) && IsAlive(place))
        {
            await Task.Delay(PollMilliseconds, cancellation);
        }

        File.Delete(place.KeptFile);
        try
        {
            Directory.Delete(place.SocketDirectory, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Gone already, or made by root: an empty folder is in nobody's way.
            return;
        }
    }

    private static bool IsReady(ClusterPlace place) => ReadPidFile(place) is { Length: >= 8 } lines && lines[7].Trim() == "ready";

    private static string[] ReadPidFile(ClusterPlace place)
    {
        try
        {
            return File.ReadAllLines(PidFile(place));
        }
        catch (IOException)
        {
            // Removed between two looks.
            return [];
        }
    }

    private static string LogSince(ClusterPlace place, long offset)
    {
        if (!File.Exists(place.Log))
        {
            return "No log was written.";
        }

        using var log = new FileStream(place.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = Math.Min(offset, log.Length);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd();
    }
}
