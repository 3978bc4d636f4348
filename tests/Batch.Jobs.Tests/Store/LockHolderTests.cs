using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Jobs.Tests.Store;

/// <summary>Of two sessions that wait for one row, the second waits behind the first: both are told of the session that holds the lock.</summary>
public sealed class LockHolderTests
{
    private const string Program = "two that wait";

    [Test, CancelAfter(60_000)]
    public async Task Who_waits_behind_one_that_waits_is_told_who_holds_the_lock(CancellationToken cancellation)
    {
        await using TestDatabase database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("CREATE TABLE batch.held_row (id int PRIMARY KEY); INSERT INTO batch.held_row VALUES (1)");
        await using NpgsqlConnection holder = await OpenAsync(database, "psql"), first = await OpenAsync(database, Program), second = await OpenAsync(database, Program);
        await using NpgsqlTransaction open = await holder.BeginTransactionAsync(cancellation);
        await LockAsync(holder, cancellation);
        Task waits = LockAsync(first, cancellation);
        await WaitersAsync(database, 1, cancellation);
        Task waitsBehind = LockAsync(second, cancellation);
        List<(int Waiting, int Holder)> told = await WaitersAsync(database, 2, cancellation);
        Assert.That(told, Is.EquivalentTo(new[] { (first.ProcessID, holder.ProcessID), (second.ProcessID, holder.ProcessID) }));
        await open.RollbackAsync(cancellation);
        await Task.WhenAll(waits, waitsBehind);
    }

    private static async Task<List<(int Waiting, int Holder)>> WaitersAsync(TestDatabase database, int count, CancellationToken cancellation)
    {
        while (true)
        {
            List<(int Waiting, int Holder)> told = await database.Owner.ReadAsync(
                "SELECT waiting, blocker FROM batch.lock_waits($1)", r => (r.GetInt32(0), r.GetInt32(1)), cancellation, Program);
            if (told.Count == count)
            {
                return told;
            }

            await Task.Delay(50, cancellation);
        }
    }

    private static async Task LockAsync(NpgsqlConnection session, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT * FROM batch.held_row WHERE id = 1 FOR UPDATE", session);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<NpgsqlConnection> OpenAsync(TestDatabase database, string application)
    {
        NpgsqlConnection session = new(
            new NpgsqlConnectionStringBuilder(ConnectionText.Parse(database.Url).ConnectionString) { Pooling = false, ApplicationName = application }.ConnectionString);
        await session.OpenAsync();
        return session;
    }
}
