using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>
/// The session of an intake's transaction. What a block has come to is written beside the judging of the next one: code that needs the connection
/// for anything else waits until that is done.
/// </summary>
public sealed class IntakeConnection(AreaSession area)
{
    private Task _writing = Task.CompletedTask;

    /// <summary>For those who are asked only when nothing is being written.</summary>
    public AreaSession Itself => area;

    /// <summary>The session, once nothing is being written; what went wrong in writing comes out here.</summary>
    public async ValueTask<AreaSession> IdleAsync()
    {
        await _writing;
        return area;
    }

    /// <summary>Whether there is such a table, given with its schema.</summary>
    public async Task<bool> ExistsAsync(string table, CancellationToken cancellation)
    {
        AreaSession idle = await IdleAsync();
        return await idle.OneAsync<bool>("SELECT to_regclass($1) IS NOT NULL", cancellation, table);
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
