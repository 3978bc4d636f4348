using Npgsql;

namespace Batch.Jobs.Server;

/// <summary>
/// The three roles of a database. Nobody logs in as them: a session takes one on as it starts. What each may do is granted by the
/// numbered scripts, beside the tables.
/// </summary>
public static class Roles
{
    /// <summary>Owns every schema and table; migrates.</summary>
    public const string Owner = "batch_owner";

    /// <summary>Inserts facts and run entries; changes nothing that stands.</summary>
    public const string Program = "batch_program";

    /// <summary>Reads.</summary>
    public const string Analyst = "batch_analyst";

    /// <summary>Serialises what several programs may try at once in one database.</summary>
    internal const long SetupLock = 0x6261_7463_6801;  // "batch", 1

    /// <summary>Makes the roles where they are missing, lets the connected user take them on, and lets the owner make schemas here.</summary>
    internal static async Task EnsureAsync(NpgsqlConnection admin, CancellationToken cancellation)
    {
        // Roles belong to the whole server, the lock to one database: a program setting up another database may be doing the same now.
        const int attempts = 5;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using var command = new NpgsqlCommand(Script, admin);
                await command.ExecuteNonQueryAsync(cancellation);
                return;
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InternalError && attempt < attempts)
            {
                // "tuple concurrently updated": the other one has just done it.
                await Task.Delay(50 * attempt, cancellation);
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                throw NotAllowed(fault);
            }
        }
    }

    private static EnvironmentException NotAllowed(PostgresException fault) => new(
        "DATABASE_RIGHTS",
        $"The database user may not set the database up ({fault.MessageText}). Ask its administrator to run: "
            + $"CREATE ROLE {Owner}; CREATE ROLE {Program}; CREATE ROLE {Analyst}; GRANT {Owner}, {Program} TO the user; GRANT CREATE ON DATABASE the database TO {Owner};",
        $"数据库用户无权完成初始化（{fault.MessageText}）。请数据库管理员执行："
            + $"CREATE ROLE {Owner}; CREATE ROLE {Program}; CREATE ROLE {Analyst}; GRANT {Owner}, {Program} TO 用户; GRANT CREATE ON DATABASE 数据库 TO {Owner};",
        fault);

    private static readonly string Script = $"""
        DO $setup$
        DECLARE wanted text;
        BEGIN
            PERFORM pg_advisory_xact_lock({SetupLock});
            FOREACH wanted IN ARRAY ARRAY['{Owner}', '{Program}', '{Analyst}'] LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                    BEGIN
                        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN
                        NULL;
                    END;
                END IF;
            END LOOP;
            IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                EXECUTE format('GRANT {Owner}, {Program} TO %I', current_user);
            END IF;
            IF NOT has_database_privilege('{Owner}', current_database(), 'CREATE') THEN
                EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO {Owner}', current_database());
            END IF;
        END $setup$
        """;
}
