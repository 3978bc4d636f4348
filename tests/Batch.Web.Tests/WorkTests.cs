using System.Diagnostics;
using System.Globalization;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Queued work on a run of several chunks: paused, cancelled, parked, taken over.</summary>
public sealed class WorkTests
{
    private const string Area = "420100";
    private const string Month = "2021-06";

    // Three chunks of 32,768 people.
    private const int People = 70_000;

    private TestDatabase month = null!;

    [OneTimeSetUp]
    public async Task ImportAsync()
    {
        month = await TestDatabase.CreateAsync(Area);
        BatchCli batch = new() { Db = month.Url, Timeout = TimeSpan.FromMinutes(5) };
        string folder = Directory.CreateTempSubdirectory("work-tests-").FullName;
        await batch.RunAsync("generate", "--people", People.ToString(CultureInfo.InvariantCulture), "--month", Month, "--area", Area, "--seed", "7", "--out", folder);
        CliResult imported = await batch.RunAsync(["import", .. Directory.GetFiles(folder, "p*.csv"), "--area", Area, "--month", Month, "--by", "wang"]);
        Assert.That(imported.ExitCode, Is.Zero, imported.ToString());
        Directory.Delete(folder, recursive: true);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await month.DisposeAsync();

    [Test]
    public async Task A_run_is_paused_between_two_chunks_goes_on_when_resumed_and_says_who_and_why()
    {
        await using TestDatabase database = await month.CopyAsync();
        await SlowAsync(database, 1.5);
        await using WorkerProcess worker = WorkerProcess.Start(database);
        QueuedWork queue = new(database.Program);
        int job = await AllocateAsync(queue);
        await UntilAsync(database, "SELECT count(*) FROM batch.job WHERE kind = 'chunk' AND state = 'running'", n => n > 0);
        await queue.PauseAsync(job, "li", "等待补充文件", CancellationToken.None);
        await UntilAsync(database, "SELECT count(*) FROM batch.job WHERE kind = 'chunk' AND state = 'running'", n => n == 0);
        await Task.Delay(2500);
        WorkItem paused = await queue.ReadAsync(job, CancellationToken.None);
        Assert.That(paused.State, Is.EqualTo(WorkState.Paused));
        await queue.ResumeAsync(job, "li", "文件已到", CancellationToken.None);
        WorkItem done = await EndedAsync(queue, job);
        Assert.That(done.State, Is.EqualTo(WorkState.Done), $"{done.Fault}");
        Assert.That(await StateOfRunAsync(database), Is.EqualTo("computed"));
        IReadOnlyList<WorkEvent> events = await queue.EventsAsync(job, CancellationToken.None);
        Assert.That(events.Single(e => e.Act == "pause"), Has.Property("Who").EqualTo("li").And.Property("Why").EqualTo("等待补充文件"));
        Assert.That(events.Count(e => e.Act == "resume"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_cancelled_run_is_discarded_by_who_cancelled_it_and_the_files_wait_on()
    {
        await using TestDatabase database = await month.CopyAsync();
        await SlowAsync(database, 1.5);
        await using WorkerProcess worker = WorkerProcess.Start(database);
        QueuedWork queue = new(database.Program);
        int job = await AllocateAsync(queue);
        await UntilAsync(database, "SELECT count(*) FROM batch.job WHERE kind = 'chunk' AND state = 'running'", n => n > 0);
        await queue.CancelAsync(job, "li", "选错月份", CancellationToken.None);
        WorkItem cancelled = await EndedAsync(queue, job);
        Assert.That(cancelled.State, Is.EqualTo(WorkState.Cancelled), $"{cancelled.Fault}");
        Assert.That(await StateOfRunAsync(database), Is.EqualTo("discarded"));
        Assert.That(await database.ScalarAsync<string>("SELECT ended_by || ' ' || reason FROM area_420100.run"), Is.EqualTo("li 选错月份"));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.waiting_submission"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_chunk_that_fails_is_parked_alone_keeps_the_month_open_and_ends_the_run_when_retried()
    {
        await using TestDatabase database = await month.CopyAsync();
        await database.ExecuteAsync(
            """
            CREATE FUNCTION area_420100.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = 'XX001'; END $$;
            CREATE TRIGGER fail BEFORE UPDATE ON area_420100.run_chunk FOR EACH ROW WHEN (OLD.first_person = 32768) EXECUTE FUNCTION area_420100.fail();
            """);
        await using WorkerProcess worker = WorkerProcess.Start(database);
        QueuedWork queue = new(database.Program);
        int job = await AllocateAsync(queue);
        await UntilAsync(database, "SELECT count(*) FROM batch.job WHERE kind = 'chunk' AND state IN ('done', 'parked')", n => n == 3);
        WorkItem parked = (await queue.ParkedAsync(Area, CancellationToken.None)).Single();
        Assert.That(parked.Argument, Is.EqualTo("1:2021-06:32768"));
        Assert.That(parked.Fault!.Code, Is.EqualTo("DATABASE"));
        Assert.That((await queue.ReadAsync(job, CancellationToken.None)).State, Is.EqualTo(WorkState.Waiting));
        Assert.That(await Alarms.OpenAsync(database.Program, CancellationToken.None), Has.Count.EqualTo(1));
        CliResult refused = await new BatchCli { Db = database.Url }.RunAsync("close", "--area", Area, "--month", Month, "--by", "li");
        Assert.That(refused.ExitCode, Is.EqualTo(1), refused.ToString());

        await database.ExecuteAsync("DROP TRIGGER fail ON area_420100.run_chunk");
        await queue.RetryAsync(parked.Number, "li", "数据库已修复", CancellationToken.None);
        Assert.That((await EndedAsync(queue, job)).State, Is.EqualTo(WorkState.Done));
        Assert.That(await StateOfRunAsync(database), Is.EqualTo("computed"));
    }

    [Test]
    public async Task While_work_is_parked_the_database_itself_refuses_to_close_the_month()
    {
        await using TestDatabase database = await month.CopyAsync();
        await database.ExecuteAsync("INSERT INTO batch.job (kind, area, argument, asked_by, state) VALUES ('chunk', '420100', '1:2021-06:0', 'wang', 'parked')");
        CliResult refused = await new BatchCli { Db = database.Url }.RunAsync("close", "--area", Area, "--month", Month, "--by", "li", "--json");
        Assert.That(refused.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("WORK_PARKED"), refused.ToString());
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Of_two_hosts_either_is_killed_in_the_middle_of_a_run_and_the_other_ends_it_to_the_fen(bool atWork)
    {
        await using TestDatabase undisturbed = await month.CopyAsync();
        await new BatchCli { Db = undisturbed.Url }.RunAsync("allocate", "--area", Area, "--month", Month, "--by", "wang");
        await using TestDatabase database = await month.CopyAsync();
        await SlowAsync(database, 3);
        await using WorkerProcess one = WorkerProcess.Start(database);
        await using WorkerProcess two = WorkerProcess.Start(database);
        QueuedWork queue = new(database.Program);
        int job = await AllocateAsync(queue);
        await UntilAsync(database, "SELECT count(*) FROM batch.job WHERE kind = 'chunk' AND state = 'running'", n => n > 0);
        string worker = await database.ScalarAsync<string>("SELECT worker FROM batch.job WHERE kind = 'chunk' AND state = 'running' ORDER BY job_id LIMIT 1");
        WorkerProcess victim = worker.EndsWith($":{one.Number}", StringComparison.Ordinal) == atWork ? one : two;
        victim.Kill();
        WorkItem done = await EndedAsync(queue, job);
        Assert.That(done.State, Is.EqualTo(WorkState.Done), $"{done.Fault}");
        if (atWork)
        {
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM batch.job_event WHERE act = 'taken back'"), Is.GreaterThan(0));
        }

        const string digest = "SELECT digest FROM area_420100.run WHERE run_id = 1";
        Assert.That(await database.ScalarAsync<string>(digest), Is.EqualTo(await undisturbed.ScalarAsync<string>(digest)));
    }

    [Test]
    public async Task An_upload_whose_job_was_never_asked_for_is_taken_all_the_same()
    {
        await using TestDatabase database = await month.CopyAsync();
        await using (WorkerProcess worker = WorkerProcess.Start(database))
        {
            Area area = await Jobs.Store.Area.OpenAsync(database.Connection, Area, CancellationToken.None);
            Jobs.Intake.Uploads uploads = new(area, NodaTime.SystemClock.Instance, Jobs.Files.IntakeLimits.Default);
            await using FileStream file = File.OpenRead(Path.Combine(BatchCli.Root, "data-samples", Area, "2021-06", "payroll-chutian.csv"));
            Jobs.Intake.ImportRequest request = new(new NodaTime.YearMonth(2021, 6), SubmissionKindOf("regular"), false, "wang");
            await uploads.ReceiveAsync("chutian.csv", file, request, null, CancellationToken.None);
            await database.ExecuteAsync("UPDATE area_420100.upload SET received_at = now() - interval '2 minutes'");
            await UntilAsync(database, "SELECT count(*) FROM area_420100.upload WHERE state = 'taken'", n => n == 1);
        }
    }

    private static Jobs.Facts.SubmissionKind SubmissionKindOf(string text) => Enum.Parse<Jobs.Facts.SubmissionKind>(text, ignoreCase: true);

    private static Task<int> AllocateAsync(QueuedWork queue) =>
        queue.AskAsync(new WorkOrder(WorkKinds.Allocate, new AreaSchema(Area), Month, "wang"), CancellationToken.None);

    /// <summary>Makes each chunk last.</summary>
    private static Task SlowAsync(TestDatabase database, double seconds) => database.ExecuteAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"""
         CREATE FUNCTION area_420100.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$;
         CREATE TRIGGER slow BEFORE UPDATE ON area_420100.run_chunk FOR EACH ROW EXECUTE FUNCTION area_420100.slow();
         """));

    private static Task<string> StateOfRunAsync(TestDatabase database) => database.ScalarAsync<string>("SELECT state FROM area_420100.run WHERE run_id = 1");

    private static async Task<WorkItem> EndedAsync(QueuedWork queue, int job)
    {
        WorkItem item = await queue.ReadAsync(job, CancellationToken.None);
        for (int i = 0; i < 900 && !item.HasEnded && item.State != WorkState.Parked; i++)
        {
            await Task.Delay(200);
            item = await queue.ReadAsync(job, CancellationToken.None);
        }

        return item;
    }

    private static async Task UntilAsync(TestDatabase database, string sql, Predicate<long> reached)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!reached(await database.ScalarAsync<long>(sql)))
        {
            if (waited.Elapsed > TimeSpan.FromMinutes(2))
            {
                Assert.Fail($"After two minutes: {sql}");
            }

            await Task.Delay(50);
        }
    }
}
