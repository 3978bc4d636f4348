using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Testing;

/// <summary>
/// A database of one fixture's own on the run's server, opened the way the program opens it. Create it in OneTimeSetUp, dispose of it in
/// OneTimeTearDown.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TestServer server;
    private readonly string name;

    private TestDatabase(TestServer server, string name, DatabaseConnection connection)
    {
        this.server = server;
        this.name = name;
        Connection = connection;
    }

    public DatabaseConnection Connection { get; }

    public NpgsqlDataSource Owner => Connection.Owner;

    public NpgsqlDataSource Program => Connection.Program;

    /// <summary>What <c>--db</c> takes.</summary>
    public string Url => Connection.Url;

    /// <param name="areas">Areas whose schema is there already, such as <c>420100</c>.</param>
    /// <remarks>The policy of 420100 is <see cref="TestPolicy"/>.</remarks>
    public static async Task<TestDatabase> CreateAsync(params string[] areas)
    {
        TestServer server = await TestServer.RequireAsync();
        return await OpenAsync(server, await server.CopyAsync(areas, asShipped: false));
    }

    /// <summary>With no policy adopted yet: an area adopts the shipped one, by which credits wait for the money.</summary>
    public static async Task<TestDatabase> CreateAsShippedAsync(params string[] areas)
    {
        TestServer server = await TestServer.RequireAsync();
        return await OpenAsync(server, await server.CopyAsync(areas, asShipped: true));
    }

    /// <summary>A copy of this database as it is now; nobody may be at work in it.</summary>
    public async Task<TestDatabase> CopyAsync()
    {
        Program.Clear();
        return await OpenAsync(server, await server.CopyOfAsync(name));
    }

    /// <summary>The first column of the first row, read as the owner.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using NpgsqlCommand command = Owner.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using NpgsqlCommand command = Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<TestDatabase> OpenAsync(TestServer server, string name) =>
        new(server, name, await DatabaseConnection.OpenAsync(new DatabaseOptions(server.UrlOf(name), Path.GetTempPath()), CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await server.ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        await server.ExecuteAsync($"DROP ROLE IF EXISTS {Connection.ProgramUser}");
    }
}
