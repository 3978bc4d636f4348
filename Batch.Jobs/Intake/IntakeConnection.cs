using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// The connection of an intake's transaction. What a block has come to is written beside the judging of the next one: code that needs the connection
/// for anything else waits until that is done.
/// </summary>
public sealed class IntakeConnection(NpgsqlConnection connection)
{
    private Task _writing = Task.CompletedTask;

    /// <summary>For those who are asked only when nothing is being written.</summary>
    public NpgsqlConnection Itself => connection;

    /// <summary>The connection, once nothing is being written; what went wrong in writing comes out here.</summary>
    public async ValueTask<NpgsqlConnection> IdleAsync()
    {
        await _writing;
        return connection;
    }

    /// <summary>Whether there is such a table, given with its schema.</summary>
    public async Task<bool> ExistsAsync(string table, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT to_regclass($1) IS NOT NULL", await IdleAsync());
        command.Parameters.AddWithValue(table);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Begins to write when what was begun before is written.</summary>
    public async Task BeginAsync(Func<Task> write)
    {
        await _writing;
        _writing = Task.Run(write);
    }

    /// <summary>Waits for what is being written, whatever becomes of it: nothing is on its way when a transaction is taken back.</summary>
    public Task EndAsync() => Task.WhenAny(_writing);
}
