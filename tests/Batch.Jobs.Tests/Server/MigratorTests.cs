using Batch.Jobs.Server;
using Batch.Testing;
using Npgsql;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Server;

/// <summary>Numbered scripts: applied once, in order, whole or not at all, and never changed afterwards.</summary>
public sealed class MigratorTests
{
    private static readonly MigrationScript First = MigrationScript.Of("001_people.sql", "CREATE TABLE :area.person (id bigint); INSERT INTO :area.person VALUES ('7'::text::bigint);");
    private static readonly MigrationScript Second = MigrationScript.Of("002_names.sql", "ALTER TABLE :area.person ADD name text;");

    private TestDatabase database = null!;

    [OneTimeSetUp]
    public async Task CreateAsync() => database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    [Test]
    public async Task Scripts_are_applied_once_in_their_order_in_the_areas_schema()
    {
        Assert.That(await ApplyAsync("area_100001", First, Second), Is.EqualTo(2));
        Assert.That(await ApplyAsync("area_100001", First, Second), Is.Zero);
        Assert.That(await database.ScalarAsync<long>("SELECT id FROM area_100001.person WHERE name IS NULL"), Is.EqualTo(7));
    }

    [Test]
    public async Task A_later_script_is_applied_alone()
    {
        Assert.That(await ApplyAsync("area_100002", First), Is.EqualTo(1));
        Assert.That(await ApplyAsync("area_100002", First, Second), Is.EqualTo(1));
    }

    [Test]
    public async Task A_script_changed_after_it_was_applied_is_refused_by_name()
    {
        await ApplyAsync("area_100003", First);
        MigrationScript changed = MigrationScript.Of("001_people.sql", First.Text + " -- one more word");
        EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(() => ApplyAsync("area_100003", changed, Second)))!;
        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo("MIGRATION_CHANGED"));
            Assert.That(refused.Message, Does.Contain("area_100003/001_people"));
        });
    }

    [Test]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await ApplyAsync("area_100004", First, Second);
        EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(() => ApplyAsync("area_100004", First)))!;
        Assert.That(refused.Code, Is.EqualTo("DATABASE_NEWER"));
    }

    [Test]
    public async Task A_script_that_fails_leaves_nothing_of_itself()
    {
        MigrationScript broken = MigrationScript.Of("002_broken.sql", "CREATE TABLE :area.half (id int); SELECT 1 / 0;");
        await Assert.ThrowsAsync<PostgresException>(() => ApplyAsync("area_100005", First, broken));
        Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('area_100005.half') IS NULL AND to_regclass('area_100005.person') IS NOT NULL"), Is.True);
        Assert.That(await ApplyAsync("area_100005", First, Second), Is.EqualTo(1));
    }

    [Test]
    public async Task Programs_that_migrate_at_once_apply_each_script_once()
    {
        int[] applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => ApplyAsync("area_100006", First, Second))));
        Assert.That(applied.Sum(), Is.EqualTo(2));
    }

    [Test]
    public async Task Programs_that_set_up_an_empty_database_at_once_do_not_collide()
    {
        TestServer server = await TestServer.RequireAsync();
        await server.ExecuteAsync($"CREATE DATABASE empty_one OWNER {Roles.Owner}");
        DatabaseConnection[] opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () => DatabaseConnection.OpenAsync(new DatabaseOptions(server.UrlOf("empty_one"), ""), CancellationToken.None))));
        foreach (DatabaseConnection one in opened)
        {
            await one.DisposeAsync();
        }

        await server.ExecuteAsync("DROP DATABASE empty_one WITH (FORCE)");
    }

    [Test]
    public void The_shipped_scripts_are_numbered_once_each()
    {
        foreach (string series in new[] { "common", "area" })
        {
            int[] numbers = [.. MigrationScript.SeriesOf(typeof(Migrator).Assembly, series).Select(s => s.Number)];
            Assert.That(numbers, Is.Unique.And.Ordered.And.All.Positive, series);
        }
    }

    [Test]
    public void Line_ends_do_not_change_a_scripts_hash() =>
        Assert.That(MigrationScript.Of("001_a.sql", "SELECT 1;\r\nSELECT 2;\r\n").Sha256, Is.EqualTo(MigrationScript.Of("001_a.sql", "SELECT 1;\nSELECT 2;\n").Sha256));

    [TestCase("area")]
    [TestCase("42010")]
    [TestCase("420100; DROP SCHEMA batch")]
    public void An_area_is_six_digits_and_nothing_else(string area) => Assert.Throws<ArgumentException>(() => Migrator.SchemaOf(area));

    private Task<int> ApplyAsync(string schema, params MigrationScript[] scripts) => Migrator.ApplyAsync(database.Owner, schema, scripts, CancellationToken.None);
}
