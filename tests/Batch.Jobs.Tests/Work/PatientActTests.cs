using System.Diagnostics;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Jobs.Work;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Work;

/// <summary>An act that needs two locks one after the other, of which others hold each for a while, ends when it has waited for its limit in all; a job says what it waits for.</summary>
public sealed class PatientActTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private Town town = null!;
    private DatabaseConnection impatient = null!;
    private int run;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.PayrollAsync(January, "E1", [(Town.Person(1, 1990), 5000m)]);
        run = (await town.AllocateAsync(January)).Run!.Value;
        await town.Life.ApproveAsync(run, "reviewer", null, default);
        impatient = await DatabaseConnection.OpenAsync(new DatabaseOptions(town.Database.Url, Path.GetTempPath()) { LockWait = Limit }, default);
        impatient.WatchLocks(_ => { });
    }

    [TearDown]
    public async Task TearDown()
    {
        await impatient.DisposeAsync();
        await town.DisposeAsync();
    }

    // The ledger's lock for 6 of the 8 seconds, then the run's row for good: it ends after 8, not after 6 and 8 more. The watch looks every 2 seconds.
    [Test, CancelAfter(60_000)]
    public async Task Waits_one_after_the_other_count_together(CancellationToken cancellation)
    {
        await using NpgsqlConnection first = await HoldAsync("SELECT pg_advisory_xact_lock(hashtext('area_420100.ledger'))");
        await using NpgsqlConnection second = await HoldAsync("SELECT * FROM area_420100.run FOR UPDATE");
        long began = Stopwatch.GetTimestamp();
        Task posting = new RunLife(town.Area with { Database = impatient }).PostAsync(run, "reviewer", cancellation);
        await Task.Delay(TimeSpan.FromSeconds(6), cancellation);
        await first.CloseAsync();
        EnvironmentException ended = (await Assert.ThrowsAsync<EnvironmentException>(() => posting))!;
        Assert.That(Stopwatch.GetElapsedTime(began), Is.GreaterThan(Limit - TimeSpan.FromSeconds(1)).And.LessThan(Limit + TimeSpan.FromSeconds(4.5)));
        Assert.That(ended.Code, Is.EqualTo("LOCK_WAIT"));
        Assert.That(ended.Message, Does.Contain($"database session {second.ProcessID} (psql) holds").And.Contain("Nothing was done"));
        Assert.That(await town.Database.ScalarAsync<string>("SELECT state FROM area_420100.run"), Is.EqualTo("approved"));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_job_says_which_session_it_waits_for_while_it_waits(CancellationToken cancellation)
    {
        QueuedWork queue = new(impatient.Program);
        WorkRunner runner = new(impatient, new KindsOfWork(impatient, SystemClock.Instance, queue), queue);
        int job = await queue.AskAsync(new WorkOrder(WorkKinds.Post, Town.Schema, $"{run}", "reviewer"), cancellation);
        await using NpgsqlConnection holder = await HoldAsync("SELECT * FROM area_420100.run FOR UPDATE");
        int process = holder.ProcessID;
        Task working = runner.RunAsync(job, cancellation);
        WorkItem seen;
        while ((seen = await queue.ReadAsync(job, cancellation)).Waits is null && !working.IsCompleted)
        {
            await Task.Delay(100, cancellation);
        }

        await holder.CloseAsync();
        await working;
        WorkItem done = await queue.ReadAsync(job, cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(seen.Waits!.En, Does.Match($@"^Waiting for \d+ s for a lock that database session {process} \(psql\) holds"));
            Assert.That(seen.Waits.Zh, Does.Contain($"数据库会话 {process}（psql）持有锁"));
            Assert.That((done.State, done.Waits), Is.EqualTo((WorkState.Done, (WorkWait?)null)));
        });
    }

    private async Task<NpgsqlConnection> HoldAsync(string sql)
    {
        NpgsqlConnection session = new(
            new NpgsqlConnectionStringBuilder(ConnectionText.Parse(town.Database.Url).ConnectionString) { Pooling = false, ApplicationName = "psql" }.ConnectionString);
        await session.OpenAsync();
        await using NpgsqlCommand command = new($"BEGIN; {sql}", session);
        await command.ExecuteNonQueryAsync();
        return session;
    }
}
