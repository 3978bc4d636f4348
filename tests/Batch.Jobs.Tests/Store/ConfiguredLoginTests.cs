using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Jobs.Tests.Store;

/// <summary>A configured login that cannot become the owner is worked with as it is, and an owner's login sets up and migrates.</summary>
public sealed class ConfiguredLoginTests
{
    private const string Login = "agency_app";
    private const string Name = "agency";

    private TestServer server = null!;

    [OneTimeSetUp]
    public async Task MakeAsync()
    {
        server = await TestServer.RequireAsync();
        await server.ExecuteAsync($"CREATE DATABASE {Name} TEMPLATE template0");
        await server.ExecuteAsync($"CREATE ROLE {Login} LOGIN PASSWORD 'p'");
    }

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        await server.ExecuteAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
        await server.ExecuteAsync($"DROP ROLE IF EXISTS {Login}");
    }

    [Test]
    public async Task It_is_told_who_can_set_up_and_works_as_itself_afterwards()
    {
        string owner = server.UrlOf(Name);
        string plain = owner.Replace("batch_admin@", $"{Login}:p@", StringComparison.Ordinal);
        EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(() => OpenAsync(plain, null)))!;
        Assert.That((refused.Code, refused.Message), Is.EqualTo(("SCHEMA_OUT_OF_DATE", refused.Message)));
        Assert.That(refused.Message, Does.Contain("batch db migrate --owner-db"));

        await using (DatabaseConnection migrated = await OpenAsync(plain, owner))
        {
            await Migrator.EnsureAreaAsync(migrated.Owner, "420100");
        }

        await using DatabaseConnection connection = await OpenAsync(plain, null);
        Assert.That(connection.ProgramUser, Is.EqualTo(Login));
        await using NpgsqlCommand command = connection.Program.CreateCommand("SELECT current_user || ' ' || (SELECT count(*) FROM area_420100.person)");
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo($"{Login} 0"));
        Assert.That(Assert.Throws<EnvironmentException>(() => connection.Owner.OpenConnection())!.Code, Is.EqualTo("SCHEMA_OUT_OF_DATE"));
    }

    [Test]
    public async Task A_host_finds_room_on_the_server_or_is_told_what_takes_it()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync();
        DatabaseOptions host = new(database.Url, "") { IsHost = true, Connections = 50 };
        await using DatabaseConnection first = await DatabaseConnection.OpenAsync(host, CancellationToken.None);
        // 100 less the three that PostgreSQL keeps for superusers; another 50 do not fit, whatever else is connected.
        EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(() => DatabaseConnection.OpenAsync(host, CancellationToken.None)))!;
        Assert.That(refused.Code, Is.EqualTo("CONNECTIONS"));
        Assert.That(refused.Message, Does.Contain("100 connections: 3 are reserved, 1 other hosts may use 50,").And.Contain("BATCH_CONNECTIONS"));
        await first.DisposeAsync();
        await using DatabaseConnection second = await DatabaseConnection.OpenAsync(host, CancellationToken.None);
        Assert.That(second.Program, Is.Not.Null);
    }

    // 12 by themselves; of the others two fifths for the engine, from 8 to 16; the rest in the pool: 32 - 12 = 20, 8 and 12.
    [TestCase(32, 8, 12)]
    [TestCase(40, 11, 17)]
    [TestCase(100, 16, 72)]
    public void Sessions_are_shared_out_and_fewer_than_32_are_refused(int total, int engine, int pool)
    {
        ConnectionBudget budget = ConnectionBudget.Of(total);
        Assert.That((budget.Engine, budget.Pool), Is.EqualTo((engine, pool)));
        Assert.That(Assert.Throws<EnvironmentException>(() => ConnectionBudget.Of(31))!.Code, Is.EqualTo("CONNECTIONS"));
    }

    [Test]
    public async Task A_programs_sessions_are_never_more_than_its_setting()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync();
        await using DatabaseConnection connection = await DatabaseConnection.OpenAsync(new DatabaseOptions(database.Url, "") { Connections = 32 }, CancellationToken.None);
        await using NpgsqlDataSource engine = connection.OpenEnginePool();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        long most = 0;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            await using NpgsqlConnection session = i % 3 == 0 ? await connection.OpenSessionAsync(limit.Token) : await (i % 3 == 1 ? connection.Program : engine).OpenConnectionAsync(limit.Token);
            await using NpgsqlCommand command = new("SELECT count(*) FROM pg_stat_activity WHERE usename = session_user AND pg_sleep(0.02) IS NOT NULL", session);
            long seen = (long)(await command.ExecuteScalarAsync(limit.Token))!;
            InterlockedMax(ref most, seen);
        })));
        // A closed session is listed until its process has ended.
        Assert.That(most, Is.GreaterThan(8).And.LessThanOrEqualTo(32 + 4));
    }

    private static void InterlockedMax(ref long most, long seen)
    {
        for (long known = Volatile.Read(ref most); seen > known; known = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, seen, known);
        }
    }

    private static Task<DatabaseConnection> OpenAsync(string url, string? owner) =>
        DatabaseConnection.OpenAsync(new DatabaseOptions(url, Path.GetTempPath()) { OwnerUrl = owner }, CancellationToken.None);
}
