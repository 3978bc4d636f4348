using System.Globalization;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// What every session sets as it begins, whatever the server, the database, the role or a connection pool in between says: the form of dates and numbers as
/// text, the time zone, where names are looked up, how long a lock is waited for, and that short statements are not compiled first (jit: it costs more than they do).
/// And the proof that the session is who it should be.
/// </summary>
internal sealed class SessionSettings(TimeSpan lockWait)
{
    /// <summary>True for a session that can take on the owner's or a superuser's rights, or get them by way of the server's files and programs.</summary>
    internal const string CanBecomeOwner =
        """
        (SELECT l.rolsuper OR l.rolcreaterole FROM pg_catalog.pg_roles l WHERE l.rolname = session_user)
        OR EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
                   AND r.rolname IN ('batch_owner', 'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files', 'pg_write_all_data'))
        """;

    /// <summary>What waits behind whole files and migrations waits longer than an act.</summary>
    internal const int LongWaits = 20;

    private const string Settings =
        """
        set_config('datestyle', 'ISO, YMD', false), set_config('intervalstyle', 'postgres', false), set_config('timezone', 'Asia/Shanghai', false),
        set_config('extra_float_digits', '1', false), set_config('bytea_output', 'hex', false), set_config('search_path', 'pg_catalog, pg_temp', false),
        set_config('lc_numeric', 'C', false), set_config('lc_monetary', 'C', false), set_config('lc_time', 'C', false),
        set_config('lock_timeout', $WAIT, false), set_config('jit', 'off', false)
        """;

    /// <summary>Sessions of the program: logged in as themselves, and unable to become anybody who may do more.</summary>
    internal NpgsqlDataSource OfProgram(NpgsqlConnectionStringBuilder login, Action<NpgsqlConnectionStringBuilder> pool) =>
        Open("program", login, pool, $"SELECT {Of(lockWait)}, current_user = session_user AND NOT ({CanBecomeOwner}), session_user::text");

    /// <summary>Sessions of an administrator with the owner's rights.</summary>
    internal NpgsqlDataSource OfOwner(NpgsqlConnectionStringBuilder admin, Action<NpgsqlConnectionStringBuilder> pool) =>
        Open("owner", admin, pool, $"SET ROLE {Roles.Owner}; SELECT {Of(lockWait * LongWaits)}, current_user = '{Roles.Owner}', session_user::text");

    private static string Of(TimeSpan wait) =>
        Settings.Replace("$WAIT", string.Create(CultureInfo.InvariantCulture, $"'{(long)wait.TotalMilliseconds}ms'"), StringComparison.Ordinal);

    private static NpgsqlDataSource Open(string name, NpgsqlConnectionStringBuilder login, Action<NpgsqlConnectionStringBuilder> pool, string begin)
    {
        // By its name in measurements, not by its settings.
        NpgsqlDataSourceBuilder builder = new(login.ConnectionString) { Name = name };
        NpgsqlConnectionStringBuilder text = builder.ConnectionStringBuilder;
        text.ApplicationName = string.IsNullOrEmpty(text.ApplicationName) ? $"batch {Environment.ProcessId}" : text.ApplicationName;
        // A reset (DISCARD ALL) would undo what is set below.
        text.NoResetOnClose = true;
        // Bulk work takes as long as it takes; callers cancel by their token.
        text.CommandTimeout = 0;
        pool(text);
        // Only PostgreSQL's own types are used: reading those of the database would be the longest question of a short command.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using NpgsqlCommand command = new(begin, connection);
                using NpgsqlDataReader reader = command.ExecuteReader();
                Check(reader, reader.Read());
            },
            async connection =>
            {
                await using NpgsqlCommand command = new(begin, connection);
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
                Check(reader, await reader.ReadAsync());
            });
        return builder.Build();
    }

    private static void Check(NpgsqlDataReader reader, bool read)
    {
        string login = reader.GetString(reader.FieldCount - 1);
        if (!read || !reader.GetBoolean(reader.FieldCount - 2))
        {
            throw new EnvironmentException(
                "DATABASE_ROLE",
                $"The database session of {login} does not have exactly the rights that the program works with: it is a superuser, can become {Roles.Owner}, or a connection pool took its role away. No work is done with it.",
                $"数据库会话（{login}）的权限与程序所需不符：它是超级用户、可转为 {Roles.Owner}，或连接池改变了角色。程序不会使用该会话。");
        }
    }
}
