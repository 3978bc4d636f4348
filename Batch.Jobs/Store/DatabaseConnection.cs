using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// An open way to the database. <see cref="Program"/> inserts facts and run entries and can change no row that is there; its login cannot become
/// <see cref="Owner"/>, which holds the tables and migrates, each time in a session that ends with its step.
/// </summary>
/// <remarks>
/// Pooled sessions are not reset between uses: PostgreSQL's reset (DISCARD ALL) would also undo their settings. So use SET LOCAL and transaction-level
/// advisory locks; take a session-level lock on a connection from <see cref="OpenSessionAsync"/>. An open transaction is still rolled back when its connection
/// is closed. There are no temporary tables: the program has no right to them.
/// </remarks>
public sealed class DatabaseConnection : IAsyncDisposable
{
    /// <summary>Name of the embedded server's database.</summary>
    public const string EmbeddedDatabase = "batch";

    private readonly DatabaseOptions options;
    private readonly ConnectionBudget budget;
    private readonly SessionSettings settings;
    private readonly SemaphoreSlim seats = new(ConnectionBudget.Alone);
    private readonly NpgsqlDataSource? owner;
    private ProgramLogin login;
    private NpgsqlDataSource sessions;
    private NpgsqlConnection? presence;
    private PostgresException? notReady;
    private LockWatch? watch;
    private bool disposed;

    private DatabaseConnection(DatabaseOptions options, ProgramLogin login, EmbeddedServer? server)
    {
        this.options = options;
        this.login = login;
        Server = server;
        budget = ConnectionBudget.Of(options.Connections);
        settings = new SessionSettings(options.LockWait);
        owner = login.Admin is null ? null : settings.OfOwner(login.Admin, text => text.Pooling = false);
        (Program, sessions) = OpenPools();
    }

    /// <summary>Sessions with the owner's rights, each opened for its step and closed after it.</summary>
    /// <exception cref="EnvironmentException">SCHEMA_OUT_OF_DATE: no login is configured that has them.</exception>
    public NpgsqlDataSource Owner => owner ?? throw ConnectFaults.OwnerMissing();

    public NpgsqlDataSource Program { get; private set; }

    /// <summary>The embedded server; null with a configured one.</summary>
    public EmbeddedServer? Server { get; }

    /// <summary>The administrator's address, or where there is none the program's.</summary>
    internal NpgsqlConnectionStringBuilder Text => login.Admin ?? login.Program;

    /// <summary>Who the program logs in as.</summary>
    public string ProgramUser => login.Name;

    /// <summary>Address for psql and other tools, without a password.</summary>
    public string Url => ConnectionText.UrlOf(Text);

    /// <summary>How long an act waits for a lock.</summary>
    public TimeSpan LockWait => options.LockWait;

    /// <summary>Connects, starting the embedded server when none is configured and none runs, and brings the common schema up to date.</summary>
    /// <exception cref="EnvironmentException">There is no server to be had, or it may not be used; the sentence says what to do.</exception>
    public static async Task<DatabaseConnection> OpenAsync(DatabaseOptions options, CancellationToken cancellation)
    {
        bool embedded = string.IsNullOrWhiteSpace(options.Url);
        EmbeddedServer? server = embedded ? await EmbeddedServer.OpenAsync(options.DataDirectory, cancellation) : null;
        NpgsqlConnectionStringBuilder text = server is null
            ? ConnectionText.Parse(options.Url!)
            : new NpgsqlConnectionStringBuilder(server.ConnectionStringTo(EmbeddedDatabase));
        DatabaseConnection? connection = null;
        try
        {
            ProgramLogin login = server is null ? await ProgramLogin.OfConfiguredAsync(options, cancellation) : ProgramLogin.OfEmbedded(text);
            connection = new DatabaseConnection(options, login, server);
            await connection.PrepareAsync(cancellation);
            return connection;
        }
        catch (Exception fault)
        {
            await (connection?.DisposeAsync() ?? server?.DisposeAsync() ?? ValueTask.CompletedTask);
            if (ConnectFaults.AsEnvironmentFault(fault, text) is { } environment)
            {
                throw environment;
            }

            throw;
        }
    }

    /// <summary>A session of its own, outside the pool, for as long as the caller holds it: for session-level advisory locks.</summary>
    public async Task<NpgsqlConnection> OpenSessionAsync(CancellationToken cancellation)
    {
        await seats.WaitAsync(cancellation);
        int held = 1;
        try
        {
            NpgsqlConnection session = sessions.CreateConnection();
            session.StateChange += (_, change) =>
            {
                if (change.CurrentState == System.Data.ConnectionState.Closed)
                {
                    GiveBack();
                }
            };
            await session.OpenAsync(cancellation);
            return session;
        }
        catch
        {
            GiveBack();
            throw;
        }

        void GiveBack()
        {
            if (Interlocked.Exchange(ref held, 0) == 1 && !disposed)
            {
                seats.Release();
            }
        }
    }

    /// <summary>Sessions of the program in a pool of their own, for a part that must not use up the others' (the job engine).</summary>
    public NpgsqlDataSource OpenEnginePool() => settings.OfProgram(login.Program, text => (text.MaxPoolSize, text.Timeout) = (budget.Engine, 30));

    /// <summary>A session as the administrator, with no role taken on: for making and dropping databases.</summary>
    internal async Task<NpgsqlConnection> OpenAdminAsync(string? database, CancellationToken cancellation)
    {
        NpgsqlConnectionStringBuilder admin = login.Admin ?? throw ConnectFaults.OwnerMissing();
        var text = new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Pooling = false, Database = database ?? admin.Database };
        var session = new NpgsqlConnection(text.ConnectionString);
        await session.OpenAsync(cancellation);
        return session;
    }

    /// <summary>Sessions of the owner role on another database of the same server.</summary>
    internal NpgsqlDataSource OwnerOf(string database) =>
        settings.OfOwner(login.Admin ?? throw ConnectFaults.OwnerMissing(), text => (text.Database, text.Pooling) = (database, false));

    /// <summary>Tells from now on of sessions of this program that wait for a lock.</summary>
    public void WatchLocks(Action<LockWait> tell) => watch ??= new LockWatch(Program, options.LockWait, tell);

    /// <summary>Nobody may look while the database is replaced.</summary>
    internal async Task StopWatchingAsync()
    {
        if (watch is not null)
        {
            await watch.DisposeAsync();
            watch = null;
        }
    }

    /// <summary>The roles of a database and the rights that are of the database, not of a schema.</summary>
    internal Task EnsureRolesAsync(NpgsqlConnection admin, CancellationToken cancellation) => Roles.EnsureAsync(admin, login, cancellation);

    /// <summary>After the contents were replaced: the scripts that are missing, and what a program needs to log in. Sessions of before are let go.</summary>
    internal async Task RenewAsync(CancellationToken cancellation)
    {
        Program.Clear();
        await Migrator.MigrateAsync(Owner, cancellation);
        await KeepLoginAsync(cancellation);
    }

    /// <summary>One connection and one query when all is in place; otherwise makes the database, the roles and the schema.</summary>
    private async Task PrepareAsync(CancellationToken cancellation)
    {
        if (!await IsReadyAsync(cancellation) && !(login.IsKept && await IsReadyByLoopbackAsync(cancellation)))
        {
            await SetUpAsync(cancellation);
            if (!await IsReadyAsync(cancellation) && !await IsReadyByLoopbackAsync(cancellation))
            {
                throw ConnectFaults.ProgramRefused(login.Program, notReady);
            }
        }

        if (options.IsHost)
        {
            presence = await OpenSessionAsync(cancellation);
            await budget.TakeAsync(presence, cancellation);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            return await Migrator.IsCommonCurrentAsync(Program, cancellation);
        }
        catch (PostgresException fault) when (IsNotSetUp(fault))
        {
            notReady = fault;
            return false;
        }
    }

    /// <summary>A server may take only the system's users on its socket, and passwords on its loopback address.</summary>
    private async Task<bool> IsReadyByLoopbackAsync(CancellationToken cancellation)
    {
        if (login.ByLoopback() is not { } other)
        {
            return false;
        }

        ProgramLogin configured = login;
        await UseAsync(other);
        try
        {
            return await Migrator.IsCommonCurrentAsync(Program, cancellation);
        }
        catch (NpgsqlException)
        {
            await UseAsync(configured);
            return false;
        }
    }

    private async Task SetUpAsync(CancellationToken cancellation)
    {
        if (Server is not null)
        {
            await EmbeddedDatabases.EnsureAsync(this, EmbeddedDatabase, cancellation);
        }
        else
        {
            await using NpgsqlConnection admin = await OpenAdminAsync(database: null, cancellation);
            ConnectFaults.RefuseUnusable(admin);
            await EnsureRolesAsync(admin, cancellation);
        }

        await Migrator.MigrateAsync(Owner, cancellation);
        await KeepLoginAsync(cancellation);
    }

    private async Task KeepLoginAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection admin = await OpenAdminAsync(database: null, cancellation);
        ProgramLogin kept = await login.KeepAsync(Owner, admin, cancellation);
        if (kept.Secret != login.Secret)
        {
            await UseAsync(kept);
        }
    }

    /// <summary>The database, a role or a right is missing (yet), or the login is.</summary>
    private static bool IsNotSetUp(PostgresException fault) => fault.SqlState
        is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.InsufficientPrivilege
        || ConnectFaults.IsLoginRefused(fault);

    private (NpgsqlDataSource Program, NpgsqlDataSource Sessions) OpenPools() => (
        settings.OfProgram(login.Program, text => text.MaxPoolSize = budget.Pool),
        settings.OfProgram(login.Program, text => text.Pooling = false));

    private async Task UseAsync(ProgramLogin other)
    {
        await DisposePoolsAsync();
        login = other;
        (Program, sessions) = OpenPools();
    }

    private async ValueTask DisposePoolsAsync()
    {
        await Program.DisposeAsync();
        await sessions.DisposeAsync();
    }

    /// <summary>Closes all sessions; the embedded server stops when nobody else uses it.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopWatchingAsync();
        if (presence is not null)
        {
            await presence.DisposeAsync();
        }

        if (owner is not null)
        {
            await owner.DisposeAsync();
        }

        await DisposePoolsAsync();
        disposed = true;
        seats.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
