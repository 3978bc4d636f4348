using System.Net.Sockets;
using Npgsql;

namespace Batch.Jobs.Server;

/// <summary>Where the database is: a configured server, or a private embedded one whose files live in (or for) the data folder.</summary>
/// <param name="Url">From <c>--db</c> or <c>BATCH_DB</c>: <c>postgresql://user@host/database</c> or an Npgsql connection string; null means embedded.</param>
public sealed record DatabaseOptions(string? Url, string DataDirectory);

/// <summary>
/// An open way to the database with the two roles of DESIGN section 5: <see cref="Owner"/> holds the tables and migrates;
/// <see cref="Program"/> inserts facts and run entries and can change nothing that stands.
/// </summary>
/// <remarks>
/// Pooled sessions are not reset between uses: PostgreSQL's reset (DISCARD ALL) would also undo the role. So use SET LOCAL, temporary tables
/// ON COMMIT DROP and transaction-level advisory locks; take a session-level lock on a connection from <see cref="OpenSessionAsync"/>.
/// An open transaction is still rolled back when its connection is closed.
/// </remarks>
public sealed class DatabaseConnection : IAsyncDisposable
{
    /// <summary>Name of the embedded server's database.</summary>
    public const string EmbeddedDatabase = "batch";

    private DatabaseConnection(NpgsqlConnectionStringBuilder text, EmbeddedServer? server)
    {
        Text = text;
        Server = server;
        Owner = NpgsqlDataSource.Create(WithRole(text, Roles.Owner));
        Program = NpgsqlDataSource.Create(WithRole(text, Roles.Program));
    }

    public NpgsqlDataSource Owner { get; }

    public NpgsqlDataSource Program { get; }

    /// <summary>The embedded server; null with a configured one.</summary>
    public EmbeddedServer? Server { get; }

    /// <summary>How we log in, without a role.</summary>
    internal NpgsqlConnectionStringBuilder Text { get; }

    /// <summary>Address for psql and other tools, without a password.</summary>
    public string Url => ConnectionText.UrlOf(Text);

    /// <summary>Connects, starting the embedded server when none is configured and none runs, and brings the common schema up to date.</summary>
    /// <exception cref="EnvironmentException">There is no server to be had, or it may not be used; the sentence says what to do.</exception>
    public static async Task<DatabaseConnection> OpenAsync(DatabaseOptions options, CancellationToken cancellation)
    {
        bool embedded = string.IsNullOrWhiteSpace(options.Url);
        EmbeddedServer? server = embedded ? await EmbeddedServer.OpenAsync(options.DataDirectory, cancellation) : null;
        NpgsqlConnectionStringBuilder text = server is null
            ? ConnectionText.Parse(options.Url!)
            : new NpgsqlConnectionStringBuilder(server.ConnectionStringTo(EmbeddedDatabase));
        var connection = new DatabaseConnection(text, server);
        try
        {
            await connection.PrepareAsync(cancellation);
            return connection;
        }
        catch (Exception fault)
        {
            await connection.DisposeAsync();
            if (AsEnvironmentFault(fault, text) is { } environment)
            {
                throw environment;
            }

            throw;
        }
    }

    /// <summary>A session of its own, outside the pool, for as long as the caller holds it: for session-level advisory locks.</summary>
    public async Task<NpgsqlConnection> OpenSessionAsync(string role, CancellationToken cancellation)
    {
        var alone = new NpgsqlConnectionStringBuilder(WithRole(Text, role)) { Pooling = false };
        var session = new NpgsqlConnection(alone.ConnectionString);
        await session.OpenAsync(cancellation);
        return session;
    }

    /// <summary>Sessions of the program's role in a pool of their own, for a part that must not use up the others' (the job engine).</summary>
    public NpgsqlDataSource OpenPool(int sessions) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(WithRole(Text, Roles.Program)) { MaxPoolSize = sessions, Timeout = 30 });

    /// <summary>A session as the user who logs in, with no role taken on: for making and dropping databases.</summary>
    internal async Task<NpgsqlConnection> OpenAdminAsync(string? database, CancellationToken cancellation)
    {
        var login = new NpgsqlConnectionStringBuilder(Text.ConnectionString) { Pooling = false, Database = database ?? Text.Database };
        var session = new NpgsqlConnection(login.ConnectionString);
        await session.OpenAsync(cancellation);
        return session;
    }

    /// <summary>Sessions of the owner role on another database of the same server.</summary>
    internal NpgsqlDataSource OwnerOf(string database) =>
        NpgsqlDataSource.Create(WithRole(new NpgsqlConnectionStringBuilder(Text.ConnectionString) { Database = database }, Roles.Owner));

    /// <summary>The connection string for one role; the pool is sized for a few workers in one program.</summary>
    private static string WithRole(NpgsqlConnectionStringBuilder text, string role) => new NpgsqlConnectionStringBuilder(text.ConnectionString)
    {
        ApplicationName = string.IsNullOrEmpty(text.ApplicationName) ? $"batch {Environment.ProcessId}" : text.ApplicationName,
        Options = $"{text.Options} -c role={role}".TrimStart(),
        NoResetOnClose = true,
        MaxPoolSize = 20,
        // Bulk work takes as long as it takes; callers cancel by their token.
        CommandTimeout = 0,
    }.ConnectionString;

    /// <summary>One connection and one query when all is in place; otherwise makes the database, the roles and the schema.</summary>
    private async Task PrepareAsync(CancellationToken cancellation)
    {
        try
        {
            await Migrator.MigrateAsync(Owner, cancellation);
        }
        catch (PostgresException fault) when (IsNotSetUp(fault))
        {
            if (Server is not null)
            {
                await EmbeddedDatabases.EnsureAsync(this, EmbeddedDatabase, cancellation);
            }

            await using (NpgsqlConnection admin = await OpenAdminAsync(database: null, cancellation))
            {
                RefuseUnusable(admin);
                await Roles.EnsureAsync(admin, cancellation);
            }

            await Migrator.MigrateAsync(Owner, cancellation);
        }
    }

    /// <summary>The database or a role is missing, or the user may not take the role on (yet).</summary>
    private static bool IsNotSetUp(PostgresException fault) => fault.SqlState
        is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InvalidParameterValue or PostgresErrorCodes.UndefinedObject
        or PostgresErrorCodes.InsufficientPrivilege;

    private static void RefuseUnusable(NpgsqlConnection admin)
    {
        if (admin.PostgreSqlVersion.Major < PostgresBinaries.OldestMajor)
        {
            throw new EnvironmentException(
                "POSTGRESQL_VERSION",
                $"The server is PostgreSQL {admin.PostgreSqlVersion}; {PostgresBinaries.OldestMajor} or later is needed.",
                $"服务器是 PostgreSQL {admin.PostgreSqlVersion}，需要 {PostgresBinaries.OldestMajor} 或更高版本。");
        }

        if (admin.PostgresParameters.TryGetValue("server_encoding", out string? encoding) && encoding != "UTF8")
        {
            throw new EnvironmentException(
                "DATABASE_ENCODING",
                $"The database {admin.Database} is encoded in {encoding}; make one with ENCODING 'UTF8'.",
                $"数据库 {admin.Database} 的编码是 {encoding}；请用 ENCODING 'UTF8' 另建一个。");
        }
    }

    private static EnvironmentException? AsEnvironmentFault(Exception fault, NpgsqlConnectionStringBuilder text) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing => new EnvironmentException(
            "DATABASE_MISSING",
            $"The server has no database {text.Database}. Make it: CREATE DATABASE {text.Database} ENCODING 'UTF8'",
            $"服务器上没有数据库 {text.Database}。请先建立：CREATE DATABASE {text.Database} ENCODING 'UTF8'",
            missing),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } full => new EnvironmentException(
            "DISK_FULL", "The database server's disk is full. Free some space and run the same command again.", "数据库服务器磁盘已满。请清理空间后重新执行同一命令。", full),
        PostgresException refused when refused.SqlState.StartsWith("28", StringComparison.Ordinal) => new EnvironmentException(
            "DATABASE_LOGIN",
            $"The server at {text.Host} refused the login: {refused.MessageText}.",
            $"服务器 {text.Host} 拒绝登录：{refused.MessageText}。",
            refused),
        PostgresException => null,
        NpgsqlException or SocketException or TimeoutException => new EnvironmentException(
            "DATABASE_UNREACHABLE",
            $"The database server at {text.Host}:{text.Port} cannot be reached: {(fault.InnerException ?? fault).Message}",
            $"无法连接数据库服务器 {text.Host}:{text.Port}：{(fault.InnerException ?? fault).Message}",
            fault),
        _ => null,
    };

    /// <summary>Closes all sessions; the embedded server stops when nobody else uses it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        await Program.DisposeAsync();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
