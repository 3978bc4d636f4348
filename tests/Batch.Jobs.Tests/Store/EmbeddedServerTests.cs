using System.Diagnostics;
using System.Globalization;
using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Jobs.Tests.Store;

/// <summary>The life of a data folder's server: found, started, shared, left, killed.</summary>
[NonParallelizable]
public sealed class EmbeddedServerTests
{
    private DataFolder folder = null!;

    /// <summary>The run's server is not used here; asking for it skips or fails these tests where there is no PostgreSQL.</summary>
    [OneTimeSetUp]
    public Task RequirePostgreSqlAsync() => TestServer.RequireAsync();

    [SetUp]
    public void MakeFolder() => folder = new DataFolder();

    [TearDown]
    public async Task RemoveFolder() => await folder.DisposeAsync();

    [Test]
    public async Task The_second_finds_the_server_and_the_last_to_leave_stops_it()
    {
        EmbeddedServer first = await OpenAsync();
        EmbeddedServer second = await OpenAsync();
        Assert.Multiple(() =>
        {
            Assert.That(first.Started, Is.True);
            Assert.That(second.Started, Is.False);
        });
        await first.DisposeAsync();
        Assert.That(IsRunning, Is.True, "somebody still uses it");
        await second.DisposeAsync();
        Assert.That(IsRunning, Is.False);
    }

    [Test]
    public async Task Programs_that_start_at_once_share_one_server()
    {
        EmbeddedServer[] servers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(OpenAsync)));
        Assert.That(servers.Count(s => s.Started), Is.EqualTo(1));
        await Task.WhenAll(servers.Select(s => Task.Run(async () => await s.DisposeAsync())));
        Assert.That(IsRunning, Is.False);
    }

    [Test]
    public async Task A_guest_such_as_psql_keeps_the_server_running()
    {
        EmbeddedServer server = await OpenAsync();
        var text = new NpgsqlConnectionStringBuilder(server.ConnectionStringTo("postgres")) { ApplicationName = "psql", Pooling = false };
        await using var guest = new NpgsqlConnection(text.ConnectionString);
        await guest.OpenAsync();
        await server.DisposeAsync();
        Assert.That(IsRunning, Is.True);
    }

    [Test]
    public async Task A_kept_server_stays_until_it_is_stopped()
    {
        await using (EmbeddedServer server = await OpenAsync())
        {
            await server.KeepAsync(CancellationToken.None);
        }

        Assert.That(IsRunning, Is.True);
        Assert.That(await EmbeddedServer.StopAsync(folder.Path, CancellationToken.None), Is.True);
        Assert.That(IsRunning, Is.False);
        Assert.That(await EmbeddedServer.StopAsync(folder.Path, CancellationToken.None), Is.False);
        await using (EmbeddedServer again = await OpenAsync())
        {
            Assert.That(again.IsKept, Is.False, "the wish ended with the start that it was made for");
        }

        Assert.That(IsRunning, Is.False);
    }

    [Test]
    public async Task A_server_that_was_killed_is_started_again_with_what_was_committed()
    {
        EmbeddedServer server = await OpenAsync();
        await ExecuteAsync(server, "CREATE TABLE kept AS SELECT 42 AS value");
        Kill(ServerProcess());
        await server.DisposeAsync();

        await using EmbeddedServer again = await OpenAsync();
        Assert.That(again.Started, Is.True);
        Assert.That(await ScalarAsync(again, "SELECT value FROM kept"), Is.EqualTo(42));
    }

    [Test]
    public async Task A_server_whose_socket_was_cleaned_away_is_started_again()
    {
        await using (EmbeddedServer server = await OpenAsync())
        {
            await server.KeepAsync(CancellationToken.None);
            Directory.Delete(server.Place.SocketDirectory, recursive: true);
        }

        await using EmbeddedServer again = await OpenAsync();
        Assert.That(again.Started, Is.True);
        Assert.That(await ScalarAsync(again, "SELECT 1"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_pid_file_left_behind_whose_number_is_a_strangers_now_does_not_block()
    {
        await (await OpenAsync()).DisposeAsync();
        using Process stranger = Process.Start("sleep", "60");
        string pid = stranger.Id.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(Path.Combine(folder.Cluster, "postmaster.pid"), $"{pid}\n{folder.Cluster}\n0\n5432\n/nowhere\n\n0 0\nready   \n");
        await using (EmbeddedServer again = await OpenAsync())
        {
            Assert.That(again.Started, Is.True);
        }

        Kill(stranger);
    }

    [Test]
    public async Task A_cluster_left_half_made_is_made_anew()
    {
        string halfMade = Path.Combine(folder.Path, "pg.new-0");
        Directory.CreateDirectory(halfMade);
        await File.WriteAllTextAsync(Path.Combine(halfMade, "PG_VERSION"), "15\n");
        await using EmbeddedServer server = await OpenAsync();
        Assert.That(await ScalarAsync(server, "SELECT 1"), Is.EqualTo(1));
        Assert.That(Directory.Exists(halfMade), Is.False);
    }

    [Test]
    public async Task Data_of_another_major_version_is_refused_and_left_alone()
    {
        await (await OpenAsync()).DisposeAsync();
        string version = Path.Combine(folder.Cluster, "PG_VERSION");
        await File.WriteAllTextAsync(version, "99\n");
        EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(OpenAsync))!;
        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo("POSTGRESQL_VERSION"));
            Assert.That(refused.Message, Does.Contain("postgresql-99"));
        });
    }

    [Test]
    public async Task A_server_that_does_not_start_is_told_without_its_words_which_are_in_a_file()
    {
        const string Words = "Key (citizen)=(42010019751225003)";
        await (await OpenAsync()).DisposeAsync();
        await File.AppendAllTextAsync(Path.Combine(folder.Cluster, "postgresql.conf"), $"\nshared_buffers = '{Words}'\n");
        EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(OpenAsync))!;
        Assert.That(refused.Code, Is.EqualTo("SERVER_START"));
        Assert.That(refused.Message + refused.Chinese, Does.Not.Contain("citizen").And.Not.Contain("FATAL"));
        string file = refused.Message.Split(' ')[^1].TrimEnd('.');
        Assert.That(refused.Chinese, Does.Contain(file));
        Assert.That(await File.ReadAllTextAsync(file), Does.Contain(Words));
    }

    [Test]
    public async Task A_data_folder_that_is_a_file_is_told()
    {
        string file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "");
        EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(() => EmbeddedServer.OpenAsync(Path.Combine(file, "data"), CancellationToken.None)))!;
        Assert.That(refused.Code, Is.EqualTo("DATA_FOLDER"));
    }

    [Test]
    public void A_folder_that_the_servers_user_cannot_reach_gets_a_place_named_after_it()
    {
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            Assert.Ignore("Only root runs the server as another user.");
            return;
        }

        string closed = Path.Combine(folder.Path, "closed");
        Directory.CreateDirectory(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        ClusterPlace place = ClusterPlace.For(Path.Combine(closed, "data"));
        ClusterPlace open = ClusterPlace.For(Path.Combine(folder.Path, "open"));
        try
        {
            Assert.Multiple(() =>
            {
                Assert.That(place.Home, Does.StartWith("/var/lib/batch-embedded/"));
                Assert.That(place.SocketDirectory, Has.Length.LessThan(60));
                Assert.That(open.Home, Is.EqualTo(Path.Combine(folder.Path, "open")));
            });
        }
        finally
        {
            Directory.Delete(place.Home, recursive: true);
        }
    }

    [Test]
    public async Task Nothing_listens_on_a_network_and_nobody_else_gets_in()
    {
        await using EmbeddedServer server = await OpenAsync();
        Assert.That(await ScalarAsync(server, "SHOW listen_addresses"), Is.EqualTo(""));
        Assert.That(await ScalarAsync(server, "SHOW fsync"), Is.EqualTo("on"));
        var stranger = new NpgsqlConnectionStringBuilder(server.ConnectionStringTo("postgres")) { Username = "batch_owner", Password = "guess", Pooling = false };
        await using var connection = new NpgsqlConnection(stranger.ConnectionString);
        PostgresException refused = (await Assert.ThrowsAsync<PostgresException>(async () => await connection.OpenAsync()))!;
        Assert.That(refused.SqlState, Does.StartWith("28"));
    }

    private Task<EmbeddedServer> OpenAsync() => EmbeddedServer.OpenAsync(folder.Path, CancellationToken.None);

    private bool IsRunning => File.Exists(Path.Combine(folder.Cluster, "postmaster.pid"));

    private Process ServerProcess() =>
        Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(folder.Cluster, "postmaster.pid")).First(), CultureInfo.InvariantCulture));

    private static void Kill(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    private static async Task ExecuteAsync(EmbeddedServer server, string sql) => await ScalarAsync(server, sql);

    private static async Task<object?> ScalarAsync(EmbeddedServer server, string sql)
    {
        var text = new NpgsqlConnectionStringBuilder(server.ConnectionStringTo("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(text.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
