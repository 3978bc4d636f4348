using System.Globalization;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// The three roles of a database. Nobody logs in as them: the program's login is a member of one, an administrator takes the owner's on to set up. What each may
/// do is granted by the numbered scripts, beside the tables.
/// </summary>
public static class Roles
{
    /// <summary>Owns every schema and table; migrates.</summary>
    public const string Owner = "batch_owner";

    /// <summary>Inserts facts and run entries; changes no row that is there.</summary>
    public const string Program = "batch_program";

    /// <summary>Reads.</summary>
    public const string Analyst = "batch_analyst";

    /// <summary>Serialises what several programs may try at once in one database.</summary>
    internal const long SetupLock = 0x6261_7463_6801;  // "batch", 1

    /// <summary>
    /// Makes the roles where they are missing and the program's login, lets the connected user take the owner's on, and lets the owner make schemas here and nobody else
    /// make anything.
    /// </summary>
    internal static async Task EnsureAsync(NpgsqlConnection admin, ProgramLogin login, CancellationToken cancellation)
    {
        try
        {
            await ExecuteAsync(admin, Script(login), cancellation);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw NotAllowed(admin, login, fault);
        }
    }

    /// <summary>Roles belong to the whole server, a lock to one database: a program setting up another database may be doing the same now.</summary>
    internal static async Task ExecuteAsync(NpgsqlConnection admin, string sql, CancellationToken cancellation)
    {
        const int attempts = 5;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using var command = new NpgsqlCommand(sql, admin);
                await command.ExecuteNonQueryAsync(cancellation);
                return;
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InternalError && attempt < attempts)
            {
                // "tuple concurrently updated": the other one has just done it. After such an error the session is closed.
                await Task.Delay(50 * attempt, cancellation);
                await admin.CloseAsync();
                await admin.OpenAsync(cancellation);
            }
        }
    }

    private static EnvironmentException NotAllowed(NpgsqlConnection admin, ProgramLogin login, PostgresException fault)
    {
        string database = Quoted(admin.Database), owner = admin.UserName is { } user ? Quoted(user) : "OWNER";
        string sql = $"CREATE ROLE {Owner}; CREATE ROLE {Program}; CREATE ROLE {Analyst}; CREATE ROLE {Quoted(login.Name)} LOGIN PASSWORD '...'; "
            + $"GRANT {Program} TO {Quoted(login.Name)}; GRANT {Owner} TO {owner}; GRANT CREATE ON DATABASE {database} TO {Owner}; REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC;";
        return new EnvironmentException(
            "DATABASE_RIGHTS",
            $"The database user may not set the database up. Ask its administrator to run (what is there already may be left out): {sql} "
                + $"Then name the login {login.Name} with --db or BATCH_DB, and the present one with --owner-db or BATCH_DB_OWNER.",
            $"数据库用户无权完成初始化。请数据库管理员执行（已有的可省略）：{sql} "
                + $"然后用 --db 或 BATCH_DB 指定登录 {login.Name}，用 --owner-db 或 BATCH_DB_OWNER 指定现在的登录。",
            fault);
    }

    internal static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Script(ProgramLogin login) => string.Create(CultureInfo.InvariantCulture, $"""
        DO $setup$
        DECLARE
            wanted text;
            login  text := {Literal(login.Name)};
        BEGIN
            PERFORM pg_catalog.pg_advisory_xact_lock({SetupLock});
            FOREACH wanted IN ARRAY ARRAY['{Owner}', '{Program}', '{Analyst}', login] LOOP
                IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
                    BEGIN
                        EXECUTE pg_catalog.format('CREATE ROLE %I %s', wanted, CASE WHEN wanted = login THEN 'LOGIN' ELSE 'NOLOGIN' END);
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN
                        NULL;
                    END;
                END IF;
            END LOOP;
            IF NOT pg_catalog.pg_has_role(login, '{Program}', 'USAGE') THEN
                EXECUTE pg_catalog.format('GRANT {Program} TO %I', login);
            END IF;
            IF NOT pg_catalog.pg_has_role(current_user, '{Owner}', 'MEMBER') THEN
                EXECUTE pg_catalog.format('GRANT {Owner} TO %I', current_user);
            END IF;
            -- To say since when somebody holds a lock. Without it that is left out.
            IF NOT pg_catalog.pg_has_role('{Owner}', 'pg_read_all_stats', 'USAGE') THEN
                BEGIN
                    GRANT pg_read_all_stats TO {Owner};
                EXCEPTION WHEN insufficient_privilege THEN
                    NULL;
                END;
            END IF;
            IF NOT pg_catalog.has_database_privilege('{Owner}', pg_catalog.current_database(), 'CREATE') THEN
                EXECUTE pg_catalog.format('GRANT CREATE ON DATABASE %I TO {Owner}', pg_catalog.current_database());
            END IF;
            -- A relation of a session's own could stand in for another; nobody needs one.
            IF pg_catalog.has_database_privilege(login, pg_catalog.current_database(), 'TEMPORARY')
               AND pg_catalog.pg_has_role(current_user, (SELECT datdba FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()), 'USAGE') THEN
                EXECUTE pg_catalog.format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
            END IF;
            IF pg_catalog.to_regnamespace('public') IS NOT NULL AND pg_catalog.has_schema_privilege(login, 'public', 'CREATE')
               AND pg_catalog.pg_has_role(current_user, (SELECT nspowner FROM pg_catalog.pg_namespace WHERE nspname = 'public'), 'USAGE') THEN
                REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            END IF;
        END $setup$
        """);
}
