using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Jobs.Tests.Store;

/// <summary>What the login that a host works with may not do, tried as that login, on a configured server and on the embedded one.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed partial class ProgramRightsTests(bool embedded)
{
    private static readonly string[] Schemas = ["batch", "area_420100"];

    // Rows that the program may change: progress of work, and pieces of reports that can be made again.
    private static readonly Dictionary<string, string> Changes = new()
    {
        ["batch.session"] = "seen_at",
        ["batch.job"] = "state wanted wanted_by wanted_why wake_at woken_at attempts worker started_at ended_at done total result fault waits",
        ["area_420100.upload"] = "state attempts rows_read bytes_read started_at ended_at submission_id already fault content",
        ["area_420100.run_chunk"] = "done people",
    };

    private static readonly string[] Deletes = ["batch.job_file"];

    // No such right, no such thing, not supported, no such role.
    private static readonly string[] Refusals =
    [
        PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.UndefinedFunction, PostgresErrorCodes.FeatureNotSupported, PostgresErrorCodes.InvalidParameterValue,
        PostgresErrorCodes.InvalidGrantOperation, PostgresErrorCodes.UndefinedFile, PostgresErrorCodes.WrongObjectType, PostgresErrorCodes.ReservedName,
    ];

    // No such right, not such a relation, a view that nobody can update, a number that the database gives.
    private static readonly string[] Never = [PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.WrongObjectType, PostgresErrorCodes.ObjectNotInPrerequisiteState, PostgresErrorCodes.FeatureNotSupported, "428C9"];

    private DataFolder? folder;
    private TestDatabase? database;
    private DatabaseConnection connection = null!;
    private NpgsqlConnection host = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        await TestServer.RequireAsync();
        if (embedded)
        {
            folder = new DataFolder();
            connection = await DatabaseConnection.OpenAsync(new DatabaseOptions(null, folder.Path), CancellationToken.None);
            await Migrator.EnsureAreaAsync(connection.Owner, "420100");
        }
        else
        {
            database = await TestDatabase.CreateAsync("420100");
            connection = database.Connection;
        }

        host = await connection.Program.OpenConnectionAsync();
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await host.DisposeAsync();
        if (folder is not null)
        {
            await connection.DisposeAsync();
            await folder.DisposeAsync();
        }
        else
        {
            await database!.DisposeAsync();
        }
    }

    [Test]
    public async Task It_is_a_login_of_its_own_with_the_programs_rights_and_no_others()
    {
        Assert.That(await TextAsync("SELECT session_user || ' ' || current_user"), Is.EqualTo($"{connection.ProgramUser} {connection.ProgramUser}"));
        Assert.That(connection.ProgramUser, Does.StartWith("batch_app"));
        Assert.That(await TextAsync(
            "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')"), Is.EqualTo($"{connection.ProgramUser} batch_program"));
        Assert.That(await TextAsync(
            "SELECT concat_ws(' ', rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls) FROM pg_roles WHERE rolname = session_user"), Is.EqualTo("f f f f f"));
    }

    [TestCase("SET ROLE batch_owner")]
    [TestCase("SET ROLE batch_admin")]
    [TestCase("SET ROLE batch_analyst")]
    [TestCase("SET ROLE pg_execute_server_program")]
    [TestCase("SET SESSION AUTHORIZATION batch_owner")]
    [TestCase("SET SESSION AUTHORIZATION batch_admin")]
    [TestCase("RESET ROLE; SET ROLE batch_owner")]
    [TestCase("SET ROLE batch_program; RESET ROLE; SET ROLE batch_owner")]
    [TestCase("SELECT set_config('role', 'batch_owner', false)")]
    [TestCase("GRANT batch_owner TO CURRENT_USER")]
    [TestCase("ALTER ROLE CURRENT_USER SUPERUSER")]
    [TestCase("ALTER ROLE batch_owner LOGIN PASSWORD 'x'")]
    [TestCase("CREATE ROLE another LOGIN SUPERUSER")]
    [TestCase("ALTER DEFAULT PRIVILEGES FOR ROLE batch_owner GRANT ALL ON TABLES TO PUBLIC")]
    [TestCase("REASSIGN OWNED BY batch_owner TO CURRENT_USER")]
    [TestCase("ALTER SCHEMA batch OWNER TO CURRENT_USER")]
    public Task It_becomes_nobody_else(string sql) => AssertRefusedAsync(sql);

    [TestCase("CREATE TABLE batch.mine (id int)")]
    [TestCase("CREATE TABLE area_420100.mine (id int)")]
    [TestCase("CREATE TABLE public.mine (id int)")]
    [TestCase("CREATE TABLE pg_catalog.mine (id int)")]
    [TestCase("CREATE SCHEMA mine")]
    [TestCase("CREATE TEMPORARY TABLE mine (id int)")]
    [TestCase("CREATE TEMPORARY VIEW mine AS SELECT 1")]
    [TestCase("CREATE TEMPORARY SEQUENCE mine")]
    [TestCase("SELECT 1 INTO TEMPORARY mine")]
    [TestCase("CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [TestCase("CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [TestCase("CREATE FUNCTION area_420100.ledger_head(int) RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [TestCase("CREATE TYPE public.mine AS (id int)")]
    [TestCase("CREATE OPERATOR public.=== (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int)")]
    [TestCase("CREATE EXTENSION dblink")]
    [TestCase("CREATE DATABASE mine")]
    [TestCase("CREATE PUBLICATION mine FOR ALL TABLES")]
    [TestCase("CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION batch.approver_is_another()")]
    public Task It_makes_nothing(string sql) => AssertRefusedAsync(sql);

    [TestCase("COPY area_420100.person FROM PROGRAM 'id'")]
    [TestCase("COPY (SELECT 1) TO PROGRAM 'cat'")]
    [TestCase("COPY (SELECT 1) TO '/tmp/mine'")]
    [TestCase("COPY batch.audit (who, act) FROM '/etc/passwd'")]
    [TestCase("SELECT pg_read_file('/etc/passwd')")]
    [TestCase("SELECT pg_read_binary_file('PG_VERSION')")]
    [TestCase("SELECT pg_ls_dir('.')")]
    [TestCase("SELECT pg_stat_file('PG_VERSION')")]
    [TestCase("SELECT lo_import('/etc/passwd')")]
    [TestCase("SELECT lo_export(1, '/tmp/mine')")]
    [TestCase("SELECT dblink_connect('dbname=batch')")]
    [TestCase("SELECT dblink('host=127.0.0.1', 'SELECT 1')")]
    [TestCase("ALTER SYSTEM SET fsync = off")]
    [TestCase("SELECT pg_reload_conf()")]
    [TestCase("SET session_replication_role = 'replica'")]
    [TestCase("SET log_statement = 'all'")]
    [TestCase("LOAD 'auto_explain'")]
    [TestCase("SELECT rolpassword FROM pg_authid")]
    [TestCase("SELECT secret FROM batch.program_login")]
    [TestCase("DELETE FROM batch.program_login")]
    [TestCase("DELETE FROM pg_proc")]
    [TestCase("DO LANGUAGE plpython3u $$ $$")]
    public async Task It_reaches_nothing_of_the_server(string sql)
    {
        PostgresException? refused = await TryAsync(sql);
        Assert.That(refused?.SqlState, Is.AnyOf([.. Refusals, PostgresErrorCodes.UndefinedObject, PostgresErrorCodes.CantChangeRuntimeParam]), refused?.MessageText);
    }

    [Test]
    public async Task It_ends_no_session_of_an_administrator()
    {
        await using NpgsqlConnection admin = await connection.OpenAdminAsync(null, CancellationToken.None);
        await AssertRefusedAsync($"SELECT pg_terminate_backend({admin.ProcessID})");
    }

    [Test]
    public async Task It_changes_nothing_that_stands()
    {
        List<string> done = [];
        foreach ((string table, string column, bool first) in await connection.Owner.ReadAsync(
            """
            SELECT c.oid::regclass::text, a.attname::text, a.attnum = min(a.attnum) OVER (PARTITION BY c.oid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace::regnamespace::text = ANY($1) AND c.relkind IN ('r', 'p', 'v') ORDER BY 1, 2
            """, r => (r.GetString(0), r.GetString(1), r.GetBoolean(2)), CancellationToken.None, [Schemas]))
        {
            string[] tries = first
                ? [$"DELETE FROM {table}", $"TRUNCATE {table}", $"ALTER TABLE {table} ADD COLUMN mine int", $"DROP TABLE {table}",
                   $"CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION batch.approver_is_another()", $"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING", $"CREATE INDEX ON {table} ({column})"]
                : [];
            foreach (string sql in tries.Append($"UPDATE {table} SET {column} = {column} WHERE false"))
            {
                bool allowed = (sql.StartsWith("UPDATE", StringComparison.Ordinal) && Changes.GetValueOrDefault(table, "").Split(' ').Contains(column))
                    || (Deletes.Contains(table) && sql.StartsWith("DELETE", StringComparison.Ordinal));
                string? refused = (await TryAsync(sql))?.SqlState;
                if (allowed ? refused is not null : !Never.Contains(refused))
                {
                    done.Add($"{refused ?? "done"}: {sql}");
                }
            }
        }

        Assert.That(done, Is.Empty);
    }

    [Test]
    public async Task A_session_that_could_become_the_owner_does_no_work()
    {
        await using NpgsqlConnection admin = await connection.OpenAdminAsync(null, CancellationToken.None);
        await ExecuteAsync(admin, $"GRANT batch_owner TO {connection.ProgramUser}");
        try
        {
            EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(() => connection.OpenSessionAsync(CancellationToken.None)))!;
            Assert.That(refused.Code, Is.EqualTo("DATABASE_ROLE"));
        }
        finally
        {
            await ExecuteAsync(admin, $"REVOKE batch_owner FROM {connection.ProgramUser}");
        }
    }

    private async Task AssertRefusedAsync(string sql)
    {
        PostgresException? refused = await TryAsync(sql);
        Assert.That(refused?.SqlState, Is.AnyOf([.. Refusals]), $"{sql}: {refused?.MessageText}");
        Assert.That(await TextAsync("SELECT current_user::text"), Is.EqualTo(connection.ProgramUser));
    }

    private async Task<PostgresException?> TryAsync(string sql)
    {
        try
        {
            await ExecuteAsync(host, sql);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused;
        }
        finally
        {
            await ExecuteAsync(host, "RESET ROLE");
        }
    }

    private async Task<string> TextAsync(string sql)
    {
        await using NpgsqlCommand command = new(sql, host);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection session, string sql)
    {
        await using NpgsqlCommand command = new(sql, session);
        await command.ExecuteNonQueryAsync();
    }
}
