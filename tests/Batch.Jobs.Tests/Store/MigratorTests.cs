using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Jobs.Tests.Store;

/// <summary>Numbered scripts: applied once, in order, whole or not at all, and never changed afterwards.</summary>
public sealed class MigratorTests
{
    private static readonly MigrationScript First = MigrationScript.Of("001_people.sql", "CREATE TABLE :area.person (id bigint); INSERT INTO :area.person VALUES ('7'::text::bigint);");
    private static readonly MigrationScript Second = MigrationScript.Of("002_names.sql", "ALTER TABLE :area.person ADD name text;");

    private const string EarlierEvents = """
        -- Changes of status by their kind, in the order in which they came: an import reads those of some kinds, and years of the others are not passed through.
        CREATE INDEX ON :area.person_event (event, submission_id, row_no);

        """;

    private const string EarlierPerson = """
        -- Analysts see the decade of birth: a year beside a masked number and a sex narrows the number down.

        DROP VIEW :area.analyst_person;

        CREATE VIEW :area.analyst_person AS
            SELECT p.person_id AS person, batch.masked_number(p.citizen) AS id_masked, left(p.name, 1) || '*' AS name_masked,
                   (extract(year FROM p.birth)::int / 10) * 10 AS birth_decade,
                   CASE WHEN p.citizen % 2 = 1 THEN 'male' ELSE 'female' END AS sex, a.account_id AS account, a.opened AS account_opened
            FROM :area.person p JOIN :area.account a USING (person_id);

        COMMENT ON VIEW :area.analyst_person IS '参保人及其账户，号码与姓名已脱敏 | insured persons and their accounts, number and name masked';
        COMMENT ON COLUMN :area.analyst_person.person IS '人员编号 | number of the person within the area';
        COMMENT ON COLUMN :area.analyst_person.id_masked IS '脱敏的公民身份号码 | citizen number, masked';
        COMMENT ON COLUMN :area.analyst_person.name_masked IS '脱敏的姓名 | name, masked';
        COMMENT ON COLUMN :area.analyst_person.birth_decade IS '出生年代，1980 即 1980 至 1989 年 | decade of birth: 1980 is 1980 to 1989';
        COMMENT ON COLUMN :area.analyst_person.sex IS '性别 | sex, from the citizen number';
        COMMENT ON COLUMN :area.analyst_person.account IS '个人账户编号 | number of the account';
        COMMENT ON COLUMN :area.analyst_person.account_opened IS '开户月份 | month in which the account was opened';

        GRANT SELECT ON :area.analyst_person TO batch_analyst;

        """;

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

    /// <summary>Scripts 131 and 166 had another text for some hours. An area made with those comes to the same schema as one made now.</summary>
    [Test]
    public async Task An_area_made_with_an_earlier_text_of_a_script_comes_to_the_same_schema()
    {
        MigrationScript[] now = [.. MigrationScript.SeriesOf(typeof(Migrator).Assembly, "area")];
        MigrationScript[] then = [.. now.Where(s => s.Number < 185).Select(s => s.Number switch
        {
            131 => MigrationScript.Of("131_order_of_events.sql", EarlierEvents),
            166 => MigrationScript.Of("166_analyst_person.sql", EarlierPerson),
            _ => s,
        })];
        await ApplyAsync("area_100011", then);
        Assert.That(await ViewAsync("area_100011"), Does.Contain(".person p"), "the earlier text made another view");
        Assert.That(await ApplyAsync("area_100011", now), Is.EqualTo(now.Length - then.Length));
        await ApplyAsync("area_100012", now);
        Assert.That(await SchemaAsync("area_100011"), Is.EqualTo(await SchemaAsync("area_100012")));
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

    private Task<string> ViewAsync(string schema) => database.ScalarAsync<string>($"SELECT pg_get_viewdef('{schema}.analyst_person'::regclass)");

    /// <summary>The view and all indexes, without the schema's name.</summary>
    private async Task<string> SchemaAsync(string schema)
    {
        string indexes = await database.ScalarAsync<string>($"SELECT string_agg(indexdef, E'\\n' ORDER BY indexname) FROM pg_indexes WHERE schemaname = '{schema}'");
        return $"{await ViewAsync(schema)}\n{indexes}".Replace(schema, "area", StringComparison.Ordinal);
    }

    private Task<int> ApplyAsync(string schema, params MigrationScript[] scripts) => Migrator.ApplyAsync(database.Owner, schema, scripts, CancellationToken.None);
}
