using NodaTime;

namespace Batch.Jobs.Work;

/// <summary>
/// The job engine: it calls <see cref="WorkRunner"/> for work that is woken and <see cref="Schedules"/> when recurring work is due, on one of the hosts of
/// a database. It may call twice and it may forget; the tables of <c>batch.job</c> make it once. It is Hangfire.
/// </summary>
public interface IJobEngine : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Begins to call, in this program.</summary>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Calls no more; what is at work is asked to end at its next edge and waited for.</summary>
    Task StopAsync();

    /// <summary>Has the work done soon, by whichever host is free.</summary>
    Task WakeAsync(int job, CancellationToken cancellation);

    /// <summary>Makes the recurring entries exactly these.</summary>
    Task ScheduleAsync(IReadOnlyList<Schedule> schedules, CancellationToken cancellation);

    /// <summary>When a cron expression (minute hour day month weekday, Asia/Shanghai) is due next; null: never.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    Instant? NextAfter(string cron, Instant after);
}
