using System.Diagnostics;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// The private PostgreSQL server of one data folder, held for the life of a verb. A verb that finds it running uses it; the last to leave
/// stops it, unless <c>db start</c> asked for it to stay or a client that is not ours (psql) is connected. A shared lock on a file tells the
/// others that we are here, and is given up by the kernel when we are killed.
/// </summary>
public sealed class EmbeddedServer : IAsyncDisposable
{
    private const string MaintenanceDatabase = "postgres";

    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(30);

    private static int opened;

    private readonly ClusterPlace place;
    private readonly PostgresBinaries binaries;
    private NpgsqlConnection session;
    private readonly FileStream presence;
    private bool disposed;

    /// <summary>Made while the cluster's lock is held, so that a verb that leaves at the same moment sees us.</summary>
    private EmbeddedServer(ClusterPlace place, PostgresBinaries binaries, NpgsqlConnection session, bool started)
    {
        ApplicationName = new NpgsqlConnectionStringBuilder(session.ConnectionString).ApplicationName!;
        this.place = place;
        this.binaries = binaries;
        this.session = session;
        presence = ClusterLock.TakePart(place);
        Started = started;
    }

    /// <summary>Whether this program started the server (false: found it running).</summary>
    public bool Started { get; }

    /// <summary>Whether <c>db start</c> asked for this start of the server to stay.</summary>
    public bool IsKept => Postmaster.IsKept(place);

    public PostgresBinaries Binaries => binaries;

    public ClusterPlace Place => place;

    /// <summary>All connections that go through this instance carry this name: <c>batch PROCESS-NUMBER</c>.</summary>
    public string ApplicationName { get; }

    /// <summary>Whether the data folder has a database already; makes nothing.</summary>
    public static bool Exists(string dataDirectory) =>
        !OperatingSystem.IsWindows() && Directory.Exists(dataDirectory) && ClusterFiles.MajorOf(ClusterPlace.For(dataDirectory)) is not null;

    /// <summary>Finds the data folder's server, or makes and starts it.</summary>
    /// <exception cref="EnvironmentException">There is no PostgreSQL, no room, or no way into the folder.</exception>
    public static async Task<EmbeddedServer> OpenAsync(string dataDirectory, CancellationToken cancellation)
    {
        ClusterPlace place = ClusterPlace.For(dataDirectory);
        await using FileStream gate = await ClusterLock.AcquireAsync(place, cancellation);
        place = Postmaster.WhereItRuns(place);
        int? major = ClusterFiles.MajorOf(place);
        PostgresBinaries binaries = PostgresBinaries.Find(major);
        if (await TryConnectAsync(place, cancellation) is { } found)
        {
            await AdmitAsync(place, found, cancellation);
            return new EmbeddedServer(place, binaries, found, started: false);
        }

        try
        {
            if (Postmaster.IsAlive(place))
            {
                await StopUnreachableAsync(place, binaries, cancellation);
            }

            if (major is null)
            {
                await ClusterFiles.CreateAsync(place, binaries, cancellation);
            }

            await ClusterFiles.ConfigureAsync(place, binaries, cancellation);
            NpgsqlConnection started = await Postmaster.StartAsync(place, binaries, cancellation);
            return new EmbeddedServer(place, binaries, started, started: true);
        }
        catch (IOException fault)
        {
            throw ClusterLock.IsDiskFull(fault) ? ServerFault.DiskFull(place.Home) : ClusterPlace.FolderFault(place.Home, fault);
        }
    }

    /// <summary>A server that another version of the program started, or another user of the system, may not admit us yet.</summary>
    private static async Task AdmitAsync(ClusterPlace place, NpgsqlConnection admin, CancellationToken cancellation)
    {
        if (await ClusterFiles.AdmitAsync(place, cancellation))
        {
            await EmbeddedDatabases.ExecuteAsync(admin, "SELECT pg_reload_conf()", cancellation);
        }
    }

    /// <summary>Something cleaned up temporary folders and the socket with them: nobody gets in any more. A server that is merely slow is left alone.</summary>
    private static async Task StopUnreachableAsync(ClusterPlace place, PostgresBinaries binaries, CancellationToken cancellation)
    {
        if (!Postmaster.HasLostItsSocket(place))
        {
            throw new EnvironmentException(
                "SERVER_BUSY",
                $"The embedded database runs but does not answer. Try again, or stop it with db stop. Details: {place.Log}",
                $"内置数据库正在运行但没有应答。请稍后重试，或用 db stop 停止。详见 {place.Log}");
        }

        await Postmaster.StopAsync(place, binaries, cancellation);
    }

    /// <summary>Stops the data folder's server at once, even if others use it; false: it was not running.</summary>
    public static async Task<bool> StopAsync(string dataDirectory, CancellationToken cancellation)
    {
        ClusterPlace place = ClusterPlace.For(dataDirectory);
        await using FileStream gate = await ClusterLock.AcquireAsync(place, cancellation);
        place = Postmaster.WhereItRuns(place);
        File.Delete(place.KeptFile);
        if (ClusterFiles.MajorOf(place) is not { } major || !Postmaster.IsAlive(place))
        {
            return false;
        }

        await Postmaster.StopAsync(place, PostgresBinaries.Find(major), cancellation);
        return true;
    }

    /// <summary>Lets the server run on after the last verb, until <c>db stop</c> or the end of the machine.</summary>
    public async Task KeepAsync(CancellationToken cancellation) =>
        await File.WriteAllTextAsync(place.KeptFile, Postmaster.StartMark(place), cancellation);

    /// <summary>Starts the server again when it was killed; one that was stopped stays stopped. True: it had been killed.</summary>
    /// <exception cref="EnvironmentException">It cannot be started.</exception>
    public async Task<bool> ReviveAsync(CancellationToken cancellation)
    {
        if (!WasKilled())
        {
            return false;
        }

        await using FileStream gate = await ClusterLock.AcquireAsync(place, cancellation);
        bool kept = IsKept;
        // Another program may have been quicker.
        NpgsqlConnection fresh = await TryConnectAsync(place, cancellation) ?? await Postmaster.StartAsync(place, binaries, cancellation);
        NpgsqlConnection lost = session;
        session = fresh;
        await lost.DisposeAsync();
        if (kept)
        {
            await KeepAsync(cancellation);
        }

        return true;
    }

    // Whoever stops a server takes its pid file away.
    private bool WasKilled() => Postmaster.HasPidFile(place) && !Postmaster.IsAlive(place);

    /// <summary>A connection string for the administrator and one database of this server.</summary>
    public string ConnectionStringTo(string database) => Text(place, database, ApplicationName).ConnectionString;

    private static NpgsqlConnectionStringBuilder Text(ClusterPlace place, string database, string applicationName) => new()
    {
        Host = place.SocketDirectory,
        Port = Postmaster.Port,
        Username = ClusterFiles.AdminRole,
        Database = database,
        ApplicationName = applicationName,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        Timeout = 30,
        CommandTimeout = 0,
        // The server is one hop away: a lost one is noticed by the socket.
        KeepAlive = 0,
    };

    /// <summary>An open connection to a running server; null: none runs.</summary>
    internal static async Task<NpgsqlConnection?> TryConnectAsync(ClusterPlace place, CancellationToken cancellation)
    {
        NpgsqlConnectionStringBuilder text = Text(place, MaintenanceDatabase, $"batch {Environment.ProcessId}-{Interlocked.Increment(ref opened)}");
        text.Pooling = false;
        long began = Stopwatch.GetTimestamp();
        while (Postmaster.HasPidFile(place))
        {
            var connection = new NpgsqlConnection(text.ConnectionString);
            try
            {
                await connection.OpenAsync(cancellation);
                return connection;
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                // Starting up (recovery after a crash may take a while) or shutting down: it will soon be one or the other.
                await connection.DisposeAsync();
                await Task.Delay(20, cancellation);
            }
            catch (NpgsqlException fault) when (fault is not PostgresException)
            {
                await connection.DisposeAsync();
                if (!Postmaster.IsAlive(place) || Postmaster.HasLostItsSocket(place) || Stopwatch.GetElapsedTime(began) > AnswersWithin)
                {
                    return null;
                }

                await Task.Delay(20, cancellation);
            }
        }

        return null;
    }

    /// <summary>Leaves the server, and stops it when nobody else is connected and it was not asked to stay.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        await using FileStream gate = await ClusterLock.AcquireAsync(place, CancellationToken.None);
        await presence.DisposeAsync();
        bool last = !Postmaster.IsKept(place) && ClusterLock.IsLast(place) && !await HasGuestsAsync();
        await session.DisposeAsync();
        if (last)
        {
            await Postmaster.StopAsync(place, binaries, CancellationToken.None);
        }
    }

    /// <summary>Clients that are no programs of ours and so hold no lock. Sessions of ours that ended a moment ago may still be listed.</summary>
    private async Task<bool> HasGuestsAsync()
    {
        try
        {
            await using var command = new NpgsqlCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name !~ '^batch [0-9]+-[0-9]+$'", session);
            return (long)(await command.ExecuteScalarAsync())! > 0;
        }
        catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException)
        {
            // Our session was lost, so the server was stopped, killed or lost its socket: nobody is served by it, and stopping a stopped one is harmless.
            return false;
        }
    }
}
