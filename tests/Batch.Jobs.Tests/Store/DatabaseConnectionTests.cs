using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Jobs.Tests.Store;

/// <summary>The two roles of an open connection, and what an address may look like.</summary>
public sealed class DatabaseConnectionTests
{
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
    public async Task A_pooled_session_keeps_its_role_from_use_to_use()
    {
        for (int use = 0; use < 3; use++)
        {
            Assert.That(await RoleAsync(database.Program), Is.EqualTo(database.Connection.ProgramUser));
            Assert.That(await RoleAsync(database.Owner), Is.EqualTo(Roles.Owner));
        }
    }

    [Test]
    public async Task A_session_of_its_own_has_the_role_too()
    {
        await using NpgsqlConnection session = await database.Connection.OpenSessionAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand("SELECT current_user::text", session);
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(database.Connection.ProgramUser));
    }

    [TestCase("INSERT INTO batch.migration (series, number, name, sha256) VALUES ('common', 99, 'x', repeat('0', 64))")]
    [TestCase("UPDATE batch.migration SET sha256 = repeat('0', 64)")]
    [TestCase("DELETE FROM batch.migration")]
    [TestCase("DROP TABLE batch.migration")]
    [TestCase("CREATE TABLE batch.mine (id int)")]
    public async Task The_program_may_not_touch_what_the_owner_holds(string sql)
    {
        PostgresException refused = (await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using NpgsqlCommand command = database.Program.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }))!;
        Assert.That(refused.SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    [Test]
    public async Task A_missing_database_on_a_configured_server_is_told()
    {
        string url = database.Url.Replace("/test_", "/none_", StringComparison.Ordinal);
        EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(() => DatabaseConnection.OpenAsync(new DatabaseOptions(url, ""), CancellationToken.None)))!;
        Assert.That(refused.Code, Is.EqualTo("DATABASE_MISSING"));
    }

    [Test]
    public async Task A_server_that_does_not_answer_is_told_without_the_password()
    {
        EnvironmentException refused = (await Assert.ThrowsAsync<EnvironmentException>(
            () => DatabaseConnection.OpenAsync(new DatabaseOptions("postgresql://u:secret@127.0.0.1:1/x", ""), CancellationToken.None)))!;
        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo("DATABASE_UNREACHABLE"));
            Assert.That(refused.ToString(), Does.Not.Contain("secret"));
        });
    }

    [TestCase("postgresql://u:p%40ss@db.example:6000/batch?sslmode=verify-full", "db.example", 6000, "batch", "u", "p@ss")]
    [TestCase("postgres://u@db.example/batch", "db.example", 5432, "batch", "u", null)]
    [TestCase("postgresql://u@/batch?host=/run/x&port=5433", "/run/x", 5433, "batch", "u", null)]
    [TestCase("Host=db.example;Username=u;Database=batch", "db.example", 5432, "batch", "u", null)]
    public void An_address_is_a_url_or_a_connection_string(string text, string host, int port, string name, string user, string? password)
    {
        NpgsqlConnectionStringBuilder read = ConnectionText.Parse(text);
        Assert.Multiple(() =>
        {
            Assert.That((read.Host, read.Port, read.Database, read.Username, read.Password), Is.EqualTo((host, port, name, user, password)));
            Assert.That(ConnectionText.Parse(ConnectionText.UrlOf(read)).Host, Is.EqualTo(host));
            Assert.That(ConnectionText.UrlOf(read), Does.Not.Contain("ss@"));
        });
    }

    [TestCase("nonsense")]
    [TestCase("")]
    [TestCase("postgresql://u@/batch")]
    [TestCase("postgresql://u:secret@host/batch?colour=red")]
    public void Any_other_address_is_refused_without_repeating_it(string text)
    {
        EnvironmentException refused = Assert.Throws<EnvironmentException>(() => ConnectionText.Parse(text))!;
        Assert.That(refused.Message + refused.Chinese, Does.Contain("postgresql://").And.Not.Contain("secret"));
    }

    private static async Task<string> RoleAsync(NpgsqlDataSource source)
    {
        await using NpgsqlCommand command = source.CreateCommand("SELECT current_user::text");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
