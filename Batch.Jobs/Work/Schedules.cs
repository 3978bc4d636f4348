using System.Globalization;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>
/// Recurring work when it is due: each time is settled once, whichever host the engine calls and however often. What no host was there for is settled by
/// its policy as soon as one is.
/// </summary>
public sealed class Schedules(NpgsqlDataSource program, IJobEngine engine, ScheduleSettings settings, IClock clock)
{
    /// <summary>Who recurring work is done by; those who switched it on are on record with the schedule.</summary>
    public const string By = "schedule";

    private const int MostMissed = 10_000;

    /// <summary>The engine's own call comes within seconds; later than this it has been forgotten.</summary>
    private static readonly Duration EngineTime = Duration.FromSeconds(90);

    /// <summary>Later than this is not on time any more.</summary>
    private static readonly Duration Grace = Duration.FromMinutes(10);

    /// <summary>The engine's call: the work is due now.</summary>
    public async Task FireAsync(string area, string work, CancellationToken cancellation)
    {
        Instant now = clock.GetCurrentInstant();
        if ((await settings.ListAsync(area, cancellation)).FirstOrDefault(s => s.Work == work) is { Enabled: true } schedule
            && LastDue(schedule, now - Grace, now + Duration.FromSeconds(1)) is { } due)
        {
            await SettleAsync(schedule, due.At, 1, now, cancellation);
        }
    }

    /// <summary>Settles what was due and was not called for.</summary>
    public async Task CatchUpAsync(CancellationToken cancellation)
    {
        Instant now = clock.GetCurrentInstant();
        foreach (Schedule schedule in (await settings.ListAsync(null, cancellation)).Where(s => s.Enabled))
        {
            Instant after = await SettledAsync(schedule, cancellation) is { } last && last > schedule.Since ? last : schedule.Since;
            if (LastDue(schedule, after, now - EngineTime) is { } due)
            {
                await SettleAsync(schedule, due.At, due.Times, now, cancellation);
            }
        }
    }

    private (Instant At, int Times)? LastDue(Schedule schedule, Instant after, Instant until)
    {
        (Instant, int)? last = null;
        int times = 0;
        for (Instant? due = engine.NextAfter(schedule.Cron, after); due <= until && times < MostMissed; due = engine.NextAfter(schedule.Cron, due.Value))
        {
            last = (due.Value, ++times);
        }

        return last;
    }

    private async Task SettleAsync(Schedule schedule, Instant due, int times, Instant now, CancellationToken cancellation)
    {
        bool late = now - due > Grace;
        string outcome = !late ? "fired" : schedule.Missed switch { MissedPolicy.Once => "late", MissedPolicy.Skip => "skipped", _ => "alarmed" };
        string argument = await ArgumentOfAsync(schedule, due, cancellation);
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await using NpgsqlCommand gate = new("SELECT pg_advisory_xact_lock(hashtext('batch.schedule'))", connection);
        await gate.ExecuteNonQueryAsync(cancellation);
        if (await IsSettledAsync(connection, schedule, due, cancellation))
        {
            return;
        }

        int? job = outcome is "fired" or "late"
            ? await QueuedWork.AskAsync(connection, new WorkOrder(schedule.Work, new AreaSchema(schedule.Area), argument, By), cancellation)
            : null;
        await using NpgsqlCommand record = new("INSERT INTO batch.schedule_fire (area, work, due_at, outcome, job_id) VALUES ($1, $2, $3, $4, $5)", connection);
        record.Parameters.AddWithValue(schedule.Area);
        record.Parameters.AddWithValue(schedule.Work);
        record.Parameters.AddWithValue(due.ToDateTimeUtc());
        record.Parameters.AddWithValue(outcome);
        record.Parameters.Add(new NpgsqlParameter { Value = (object?)job ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        await record.ExecuteNonQueryAsync(cancellation);
        if (outcome == "alarmed")
        {
            await Alarms.RaiseAsync(connection, Missed(schedule, due, times), null, cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private static Alarm Missed(Schedule schedule, Instant due, int times)
    {
        string when = due.InZone(ShanghaiTime.Zone).ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return new Alarm(
            schedule.Area, "SCHEDULE_MISSED",
            $"定时作业“{WorkText.Of(schedule.Work).Chinese}”应于 {when} 执行而未执行（共 {times} 次）。不会自动补做，请决定后手动执行。",
            $"Recurring work \"{WorkText.Of(schedule.Work).English}\" was due at {when} and was not done ({times} times). It is not caught up by itself; decide and start it by hand.");
    }

    /// <summary>What the work is about, by the day on which it was due.</summary>
    private async Task<string> ArgumentOfAsync(Schedule schedule, Instant due, CancellationToken cancellation)
    {
        LocalDate day = due.InZone(ShanghaiTime.Zone).Date;
        return schedule.Work switch
        {
            WorkKinds.Allocate => day.ToYearMonth().Text(),
            WorkKinds.Close => day.ToYearMonth().PlusMonths(-1).Text(),
            WorkKinds.Interest => (await YearAsync(schedule.Area, day, cancellation)).ToString(CultureInfo.InvariantCulture),
            _ => schedule.Argument,
        };
    }

    // Named by the calendar year in which the insurance year began.
    private async Task<int> YearAsync(string area, LocalDate day, CancellationToken cancellation) =>
        await new PolicyStore(program).FindAsync(area, cancellation) is { } policy && InsuranceYear.EndedBefore(day.ToYearMonth(), policy) is { } year ? year.Year : day.Year - 1;

    private static async Task<bool> IsSettledAsync(NpgsqlConnection connection, Schedule schedule, Instant due, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT 1 FROM batch.schedule_fire WHERE area = $1 AND work = $2 AND due_at = $3", connection);
        command.Parameters.AddWithValue(schedule.Area);
        command.Parameters.AddWithValue(schedule.Work);
        command.Parameters.AddWithValue(due.ToDateTimeUtc());
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    private async Task<Instant?> SettledAsync(Schedule schedule, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand("SELECT max(due_at) FROM batch.schedule_fire WHERE area = $1 AND work = $2");
        command.Parameters.AddWithValue(schedule.Area);
        command.Parameters.AddWithValue(schedule.Work);
        return await command.ExecuteScalarAsync(cancellation) is DateTime at ? Instant.FromDateTimeUtc(at) : null;
    }
}
