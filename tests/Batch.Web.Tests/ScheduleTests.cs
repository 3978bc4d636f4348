using Batch.Host.Engine;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;
using NodaTime.Testing;

namespace Batch.Web.Tests;

/// <summary>Recurring work: changed by two people, fired once, missed by its policy.</summary>
public sealed class ScheduleTests
{
    private const string Area = "420100";

    // 10:30 of 2026-03-09 in Shanghai.
    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 9, 2, 30);

    [Test]
    public async Task A_change_takes_two_people()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        BatchCli batch = new() { Db = database.Url };
        CliResult proposed = await batch.RunAsync("schedule", "set", Area, "allocate", "--cron", "0 1 25 * *", "--enabled", "true", "--by", "wang", "--json");
        string number = proposed.Json.GetProperty("pending")[0].GetProperty("number").GetRawText();
        Assert.That(proposed.Json.GetProperty("schedules").EnumerateArray().Single(s => s.GetProperty("work").GetString() == "allocate").GetProperty("enabled").GetBoolean(), Is.False);
        CliResult own = await batch.RunAsync("schedule", "approve", number, "--by", "wang", "--json");
        Assert.That(own.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("SAME_PERSON"));
        CliResult approved = await batch.RunAsync("schedule", "approve", number, "--by", "li", "--json");
        Assert.That(approved.Json.GetProperty("schedules").EnumerateArray().Single(s => s.GetProperty("work").GetString() == "allocate").GetProperty("cron").GetString(), Is.EqualTo("0 1 25 * *"));
        Assert.That(approved.Json.GetProperty("pending").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task The_page_tells_the_next_time_and_what_became_of_the_last()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        FakeClock clock = new(Morning);
        (Schedules schedules, ScheduleSettings settings, IJobEngine engine) = await OpenAsync(database, clock, "close", "0 2 * * *", "alarm");
        await using (engine)
        {
            // Three nights without a host; it is 10:30 of the fourth day.
            clock.Reset(Morning + Duration.FromDays(3));
            await schedules.CatchUpAsync(CancellationToken.None);
            ScheduleLine line = (await new ScheduleList(database.Program, engine, settings, clock).ReadAsync(CancellationToken.None)).Single(l => l.Schedule.Work == "close");
            Assert.That((line.Next, line.Last!.Due, line.Last.Outcome, line.Last.Job), Is.EqualTo(((Instant?)Instant.FromUtc(2026, 3, 12, 18, 0), Instant.FromUtc(2026, 3, 11, 18, 0), "alarmed", (int?)null)));
        }
    }

    [TestCase("nonsense")]
    [TestCase("0 25 * * *")]
    [TestCase("0 1 31 2 *")]
    public async Task What_is_no_time_or_never_comes_is_refused(string cron)
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        CliResult refused = await new BatchCli { Db = database.Url }.RunAsync("schedule", "set", Area, "verify", "--cron", cron, "--by", "wang", "--json");
        Assert.That(refused.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("CRON"), refused.ToString());
    }

    [TestCase("alarm", 0, "alarmed", 1)]
    [TestCase("skip", 0, "skipped", 0)]
    [TestCase("once", 1, "late", 0)]
    public async Task What_no_host_was_there_for_follows_its_policy(string missed, int jobs, string outcome, int alarms)
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        FakeClock clock = new(Morning);
        (Schedules schedules, ScheduleSettings settings, IJobEngine engine) = await OpenAsync(database, clock, "close", "0 2 * * *", missed);
        await using (engine)
        {
            // Three nights without a host.
            clock.Reset(Morning + Duration.FromDays(3));
            await schedules.CatchUpAsync(CancellationToken.None);
            await schedules.CatchUpAsync(CancellationToken.None);
        }

        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM batch.job WHERE kind = 'close'"), Is.EqualTo(jobs));
        Assert.That(await database.ScalarAsync<string>("SELECT string_agg(outcome, ' ') FROM batch.schedule_fire WHERE work = 'close'"), Is.EqualTo(outcome));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM batch.alarm WHERE code = 'SCHEDULE_MISSED' AND zh LIKE '%2026-03-12 02:00%3 次%'"), Is.EqualTo(alarms));
    }

    [Test]
    public async Task Called_twice_for_the_same_time_it_is_done_once_and_about_the_month_that_ended()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        FakeClock clock = new(Morning);
        (Schedules schedules, _, IJobEngine engine) = await OpenAsync(database, clock, "close", "0 2 * * *", "alarm");
        await using (engine)
        {
            // 02:00:02 in Shanghai.
            clock.Reset(Instant.FromUtc(2026, 3, 9, 18, 0, 2));
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => schedules.FireAsync(Area, "close", CancellationToken.None)));
        }

        Assert.That(await database.ScalarAsync<string>("SELECT string_agg(argument || ' ' || asked_by, ',') FROM batch.job WHERE kind = 'close'"), Is.EqualTo("2026-02 schedule"));
    }

    [Test]
    public async Task Times_are_those_of_Shanghai()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        await using IJobEngine engine = Engines.Alone(database.Connection);
        Assert.That(engine.NextAfter("0 2 * * *", Morning), Is.EqualTo(Instant.FromUtc(2026, 3, 9, 18, 0)));
        Assert.That(engine.NextAfter("30 4 1 * *", Morning), Is.EqualTo(Instant.FromUtc(2026, 3, 31, 20, 30)));
        Assert.That(engine.NextAfter("*/5 * * * *", Morning), Is.EqualTo(Morning + Duration.FromMinutes(5)));
    }

    [Test]
    public async Task The_engines_late_call_and_the_look_for_forgotten_times_settle_a_time_once()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        FakeClock clock = new(Morning);
        (Schedules schedules, _, IJobEngine engine) = await OpenAsync(database, clock, "close", "0 2 * * *", "once");
        await using (engine)
        {
            // 02:02 in Shanghai: late for the engine, and still on time.
            clock.Reset(Instant.FromUtc(2026, 3, 9, 18, 2));
            await Task.WhenAll(Enumerable.Range(0, 6).Select(i => i % 2 == 0 ? schedules.FireAsync(Area, "close", CancellationToken.None) : schedules.CatchUpAsync(CancellationToken.None)));
        }

        Assert.That(await database.ScalarAsync<string>("SELECT string_agg(outcome, ' ') FROM batch.schedule_fire"), Is.EqualTo("fired"));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM batch.job"), Is.EqualTo(1));
    }

    // The key of batch.schedule_fire lets one host settle a time. Its work may take longer than until the next time on a busy machine (that time then names the
    // same job), and may be begun again after it was put back on record; so each job that has ended is judged, and not the two counts beside each other.
    [Test]
    public async Task Of_two_hosts_each_recurring_time_is_fired_by_one()
    {
        const string ended = "SELECT count(*) FROM batch.job WHERE kind = 'verify' AND state = 'done'";
        const string contradicted =
            """
            SELECT count(*) FROM (
                SELECT j.job_id, count(*) FILTER (WHERE e.act = 'asked') AS asked, count(*) FILTER (WHERE e.act = 'started') AS started,
                       count(*) FILTER (WHERE e.act IN ('queued', 'taken back')) AS put_back, count(*) FILTER (WHERE e.act = 'done') AS done,
                       (SELECT count(*) FROM batch.schedule_fire f WHERE f.job_id = j.job_id) AS times
                FROM batch.job j JOIN batch.job_event e USING (job_id) WHERE j.kind = 'verify' AND j.state = 'done' GROUP BY j.job_id) judged
            WHERE asked <> 1 OR started <> 1 + put_back OR done <> 1 OR times = 0
            """;
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        (_, _, IJobEngine engine) = await OpenAsync(database, SystemClock.Instance, "verify", "* * * * *", "skip");
        await engine.DisposeAsync();
        await using WorkerProcess one = WorkerProcess.Start(database);
        await using WorkerProcess two = WorkerProcess.Start(database);
        for (int i = 0; i < 300 && await database.ScalarAsync<long>(ended) < 2; i++)
        {
            await Task.Delay(1000);
        }

        Assert.That(await database.ScalarAsync<long>(ended), Is.GreaterThanOrEqualTo(2));
        Assert.That(await database.ScalarAsync<long>(contradicted), Is.Zero);
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM batch.schedule_fire WHERE outcome <> 'fired' OR job_id IS NULL"), Is.Zero);
        // Some on time, so by the engine and not by the look for what was forgotten.
        Assert.That(await database.ScalarAsync<double>("SELECT min(extract(epoch FROM at - due_at))::float8 FROM batch.schedule_fire"), Is.LessThan(80));
    }

    [Test]
    public async Task What_is_due_is_done_the_drop_folder_the_years_interest_and_the_nightly_proof()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        string folder = Directory.CreateTempSubdirectory("batch-schedule-").FullName;
        string month = Path.Combine(BatchCli.Root, "data-samples", Area, "2021-01");
        BatchCli batch = new() { Db = database.Url };
        await batch.RunAsync(["import", .. Directory.GetFiles(month, "*.csv").Order(StringComparer.Ordinal), "--area", Area, "--month", "2021-01", "--by", "wang"]);
        await batch.RunAsync("allocate", "--area", Area, "--month", "2021-01", "--by", "wang");
        await batch.RunAsync("approve", "1", "--by", "li");
        await batch.RunAsync("post", "1", "--by", "li");
        for (int closing = 1; closing <= 12; closing++)
        {
            CliResult closed = await batch.RunAsync("close", "--area", Area, "--month", $"2021-{closing:00}", "--by", "zhao");
            Assert.That(closed.ExitCode, Is.Zero, closed.ToString());
        }

        string dropped = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "incoming", "supplementary")).FullName, "chutian.csv");
        File.Copy(Path.Combine(BatchCli.Root, "data-samples", Area, "2021-06", "payroll-chutian.csv"), dropped);
        File.SetLastWriteTimeUtc(dropped, DateTime.UnixEpoch);

        // Every time of the three: 04:00 of 2022-01-05 in Shanghai.
        Instant due = Instant.FromUtc(2022, 1, 4, 20, 0);
        FakeClock clock = new(due - Duration.FromHours(1));
        await using WorkerProcess worker = WorkerProcess.Start(database);
        foreach ((string work, string argument) in new[] { ("drop-folder", folder), ("interest", ""), ("verify", "") })
        {
            (Schedules schedules, _, IJobEngine engine) = await OpenAsync(database, clock, work, "0 4 5 1 *", "alarm", argument);
            clock.Reset(due + Duration.FromSeconds(2));
            await schedules.FireAsync(Area, work, CancellationToken.None);
            await engine.DisposeAsync();
            clock.Reset(due - Duration.FromHours(1));
        }

        const string ended = "SELECT count(*) FROM batch.job WHERE asked_by = 'schedule' AND kind IN ('drop-folder', 'interest', 'verify') AND state IN ('done', 'refused', 'parked')";
        for (int i = 0; i < 300 && await database.ScalarAsync<long>(ended) < 3; i++)
        {
            await Task.Delay(200);
        }

        Assert.That(
            await database.ScalarAsync<string>("SELECT string_agg(kind || ' ' || state, ', ' ORDER BY kind) FROM batch.job WHERE parent IS NULL AND asked_by = 'schedule' AND kind <> 'upload'"),
            Is.EqualTo("drop-folder done, interest done, verify done"));
        Assert.That(File.Exists(dropped), Is.False);
        Assert.That(Directory.EnumerateFiles(Path.Combine(folder, "done"), "*chutian.csv", SearchOption.AllDirectories).Count(), Is.EqualTo(1));
        Assert.That(await database.ScalarAsync<string>("SELECT kind || ' ' || state || ' ' || made_by FROM area_420100.run ORDER BY run_id DESC LIMIT 1"), Is.EqualTo("interest computed schedule"));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.seal"), Is.GreaterThan(0));
        Directory.Delete(folder, recursive: true);
    }

    // Shanghai's insurance year 2025 runs from July 2025 through June 2026, Wuhan's is the calendar year.
    [TestCase("310000", "0 4 5 7 *", 7, "2025")]
    [TestCase("420100", "0 4 5 1 *", 1, "2025")]
    public async Task The_interest_of_a_year_is_due_in_the_first_month_after_that_areas_insurance_year_and_is_about_it(string area, string cron, int month, string year)
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(area);
        // 04:00 in Shanghai is 20:00 of the day before in UTC.
        Instant due = Instant.FromUtc(2026, month, 4, 20, 0);
        FakeClock clock = new(due - Duration.FromDays(30));
        await using IJobEngine engine = Engines.Alone(database.Connection);
        ScheduleSettings settings = new(database.Program, engine, clock);
        Schedule shipped = (await settings.ListAsync(area, CancellationToken.None)).Single(s => s.Work == "interest");
        Assert.That((shipped.Cron, shipped.Enabled), Is.EqualTo((cron, false)));
        await settings.ApproveAsync(await settings.ProposeAsync(shipped with { Enabled = true }, "wang", CancellationToken.None), "li", CancellationToken.None);
        await database.ExecuteAsync($"UPDATE batch.schedule_approval SET approved_at = '{clock.GetCurrentInstant()}'");
        Schedules schedules = new(database.Program, engine, settings, clock);
        clock.Reset(due - Duration.FromMinutes(1));
        await schedules.FireAsync(area, "interest", CancellationToken.None);
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM batch.job"), Is.Zero);
        clock.Reset(due + Duration.FromSeconds(2));
        await schedules.FireAsync(area, "interest", CancellationToken.None);
        Assert.That(await database.ScalarAsync<string>("SELECT string_agg(kind || ' ' || argument, ',') FROM batch.job"), Is.EqualTo("interest " + year));
    }

    [TestCase("wang", "wang")]
    [TestCase("wang", "WANG")]
    [TestCase("wang", "wa\u200bng")]
    [TestCase("wang", "ｗａｎｇ")]
    [TestCase("li.10", "li-lo")]
    [TestCase("shipped", "shipped")]
    [TestCase("shipped", "li")]
    [TestCase("wang", "schedule")]
    [TestCase("schedule", "wang")]
    public async Task A_schedule_is_changed_by_two_persons_neither_of_them_the_program_itself(string proposes, string approves)
    {
        await using TestDatabase database = await TestDatabase.CreateAsync("420100");
        await using IJobEngine engine = Engines.Alone(database.Connection);
        ScheduleSettings settings = new(database.Program, engine, SystemClock.Instance);
        Schedule shipped = (await settings.ListAsync("420100", CancellationToken.None)).Single(s => s.Work == "interest");
        int change = await settings.ProposeAsync(shipped with { Enabled = true }, proposes, CancellationToken.None);
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => settings.ApproveAsync(change, approves, CancellationToken.None));
        Assert.That(refused!.Code, Is.EqualTo("SAME_PERSON"));
        Assert.That((await settings.ListAsync("420100", CancellationToken.None)).Single(s => s.Work == "interest").Enabled, Is.False);
    }

    private static async Task<(Schedules, ScheduleSettings, IJobEngine)> OpenAsync(TestDatabase database, IClock clock, string work, string cron, string missed, string argument = "")
    {
        IJobEngine engine = Engines.Alone(database.Connection);
        ScheduleSettings settings = new(database.Program, engine, clock);
        Schedule now = (await settings.ListAsync(Area, CancellationToken.None)).Single(s => s.Work == work);
        Schedule wanted = now with { Cron = cron, Missed = Enum.Parse<MissedPolicy>(missed, ignoreCase: true), Enabled = true, Argument = argument };
        await settings.ApproveAsync(await settings.ProposeAsync(wanted, "wang", CancellationToken.None), "li", CancellationToken.None);
        // In force since the test's morning.
        await database.ExecuteAsync($"UPDATE batch.schedule_approval SET approved_at = '{clock.GetCurrentInstant()}'");
        return (new Schedules(database.Program, engine, settings, clock), settings, engine);
    }
}
