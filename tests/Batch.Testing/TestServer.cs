using System.Diagnostics;
using System.Globalization;
using Batch.Jobs.Store;
using NUnit.Framework;
using Npgsql;

namespace Batch.Testing;

/// <summary>
/// One real PostgreSQL for a test run: started by the first test that needs it, stopped by <c>ServerOfTheRun</c>, which every test project
/// that uses it links. A run that was killed is cleared away by the next.
/// </summary>
public sealed class TestServer
{
    private const string FolderPrefix = "batch-tests-";

    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static TestServer? current;

    private readonly DatabaseConnection connection;
    private readonly string folder;
    private readonly HashSet<string> templates = [DatabaseConnection.EmbeddedDatabase];
    private int databases;

    private TestServer(DatabaseConnection connection, string folder)
    {
        this.connection = connection;
        this.folder = folder;
    }

    /// <summary>The run's server. Without PostgreSQL the test is skipped on a laptop and fails in CI.</summary>
    public static async Task<TestServer> RequireAsync()
    {
        await Gate.WaitAsync();
        try
        {
            return current ??= await StartAsync();
        }
        catch (EnvironmentException lacking) when (lacking.Code == "NO_POSTGRESQL")
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                Assert.Fail(lacking.Message);
            }

            Assert.Ignore(lacking.Message);
            throw;
        }
        finally
        {
            Gate.Release();
        }
    }

    public static async Task StopAsync()
    {
        if (current is { } server)
        {
            current = null;
            string log = server.connection.Server!.Place.Log;
            await server.connection.DisposeAsync();
            KeptLogs.KeepFile("server", log);
            Directory.Delete(server.folder, recursive: true);
        }
    }

    /// <summary>Address of one of the server's databases, as <c>--db</c> takes it.</summary>
    public string UrlOf(string database) => connection.Url.Replace($"/{DatabaseConnection.EmbeddedDatabase}?", $"/{database}?", StringComparison.Ordinal);

    /// <summary>Runs a statement as the administrator, outside of any test database.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var admin = new NpgsqlConnection(connection.Server!.ConnectionStringTo("postgres"));
        await admin.OpenAsync();
        await using var command = new NpgsqlCommand(sql, admin);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A new database like one that was just set up, with the schemas of some areas; a copy of files, so it costs little.</summary>
    internal async Task<string> CopyAsync(string[] areas, bool asShipped)
    {
        await Gate.WaitAsync();
        try
        {
            string template = string.Join('_', areas.Order().Prepend(DatabaseConnection.EmbeddedDatabase)) + (asShipped ? "" : "_declared");
            if (templates.Add(template))
            {
                await MakeTemplateAsync(template, areas, asShipped);
            }

            string name = string.Create(CultureInfo.InvariantCulture, $"test_{++databases}");
            await ExecuteAsync($"CREATE DATABASE {name} OWNER {Roles.Owner} TEMPLATE {template}");
            return name;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A new database like an existing one that nobody is connected to.</summary>
    internal async Task<string> CopyOfAsync(string original)
    {
        await Gate.WaitAsync();
        try
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"test_{++databases}");
            await ExecuteAsync($"CREATE DATABASE {name} OWNER {Roles.Owner} TEMPLATE {original}");
            return name;
        }
        finally
        {
            Gate.Release();
        }
    }

    private async Task MakeTemplateAsync(string template, string[] areas, bool asShipped)
    {
        await ExecuteAsync($"CREATE DATABASE {template} OWNER {Roles.Owner} TEMPLATE {DatabaseConnection.EmbeddedDatabase}");
        await using DatabaseConnection made = await DatabaseConnection.OpenAsync(new DatabaseOptions(UrlOf(template), folder), CancellationToken.None);
        foreach (string area in areas)
        {
            await Migrator.EnsureAreaAsync(made.Owner, area);
        }

        if (!asShipped)
        {
            await AdoptTestPolicyAsync(made.Owner);
        }
    }

    // As the program adopts the shipped text of a new area, so that nothing else of a test differs.
    private static async Task AdoptTestPolicyAsync(NpgsqlDataSource owner)
    {
        await using NpgsqlCommand command = owner.CreateCommand(
            """
            WITH proposed AS (
                INSERT INTO batch.policy_change (hash, area, kind, content, document, proposed_by)
                SELECT encode(sha256(convert_to(format(E'file\n%s\n%s', $1, $2), 'UTF8')), 'hex'), $1, 'file', $2, 'shipped', 'shipped' RETURNING hash)
            INSERT INTO batch.policy_approval (hash, approved_by) SELECT hash, 'shipped' FROM proposed
            """);
        command.Parameters.AddWithValue(TestPolicy.Area);
        command.Parameters.AddWithValue(TestPolicy.TextOf(TestPolicy.Area));
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<TestServer> StartAsync()
    {
        await SweepAsync();
        string folder = Path.Combine(Path.GetTempPath(), FolderPrefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        DatabaseConnection connection = await DatabaseConnection.OpenAsync(new DatabaseOptions(null, folder), CancellationToken.None);
        var server = new TestServer(connection, folder);
        // Nothing here outlives the run, so nothing has to survive a power cut.
        await server.ExecuteAsync("ALTER SYSTEM SET fsync = off");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        // A database can be copied only while nobody is connected to it.
        connection.Program.Clear();
        return server;
    }

    /// <summary>Clears away the servers and folders of runs that were killed.</summary>
    private static async Task SweepAsync()
    {
        foreach (string folder in Directory.EnumerateDirectories(Path.GetTempPath(), FolderPrefix + "*"))
        {
            string number = Path.GetFileName(folder)[FolderPrefix.Length..];
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && !IsRunning(pid))
            {
                await EmbeddedServer.StopAsync(folder, CancellationToken.None);
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (DirectoryNotFoundException)
                {
                    // Another run that began at the same moment is clearing it away.
                    continue;
                }
            }
        }
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
