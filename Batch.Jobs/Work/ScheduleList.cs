using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>What became of the latest time at which recurring work was due.</summary>
/// <param name="Outcome">fired, late, skipped or alarmed.</param>
/// <param name="State">The state of its job; null: it asked for none.</param>
public sealed record ScheduleFire(string Area, string Work, Instant Due, string Outcome, int? Job, WorkState? State);

/// <summary>Recurring work as it is in force, with when it is due next and how the last time came out.</summary>
public sealed record ScheduleLine(Schedule Schedule, Instant? Next, ScheduleFire? Last);

/// <summary>The recurring work of all areas.</summary>
public sealed class ScheduleList(NpgsqlDataSource program, IJobEngine engine, ScheduleSettings settings, IClock clock)
{
    public async Task<IReadOnlyList<ScheduleLine>> ReadAsync(CancellationToken cancellation)
    {
        Dictionary<(string, string), ScheduleFire> last = (await program.ReadAsync(
            """
            SELECT DISTINCT ON (f.area, f.work) f.area, f.work, f.due_at, f.outcome, f.job_id, j.state FROM batch.schedule_fire f LEFT JOIN batch.job j USING (job_id)
            ORDER BY f.area, f.work, f.due_at DESC
            """,
            r => new ScheduleFire(r.GetString(0), r.GetString(1), r.Moment(2)!.Value, r.GetString(3), r.Number(4), r.IsDBNull(5) ? null : r.Word<WorkState>(5)), cancellation)).ToDictionary(f => (f.Area, f.Work));
        Instant now = clock.GetCurrentInstant();
        return [.. (await settings.ListAsync(null, cancellation)).Select(s => new ScheduleLine(s, s.Enabled ? engine.NextAfter(s.Cron, now) : null, last.GetValueOrDefault((s.Area, s.Work))))];
    }
}
