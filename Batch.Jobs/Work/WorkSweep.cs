using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>
/// Looks over the queue every second or as soon as something is asked for: wakes what is due, and takes back what a dead worker held. It is what makes the
/// engine's forgetting harmless.
/// </summary>
public sealed class WorkSweep(NpgsqlDataSource program, IJobEngine engine)
{
    private const int AtOnce = 200;

    private static readonly TimeSpan SealingPatience = TimeSpan.FromMilliseconds(500);

    public async Task SweepAsync(CancellationToken cancellation)
    {
        await TakeBackAsync(cancellation);
        foreach (int job in await DueAsync(cancellation))
        {
            await engine.WakeAsync(job, cancellation);
        }
    }

    /// <summary>Files that were received and whose word got lost before their work was asked for. Looked for now and then.</summary>
    public async Task AdoptUploadsAsync(CancellationToken cancellation)
    {
        foreach (string area in await Migrator.AreasAsync(program, cancellation))
        {
            await using NpgsqlCommand command = program.CreateCommand(new AreaSchema(area).Sql(
                """
                INSERT INTO batch.job (kind, area, argument, asked_by)
                SELECT 'upload', right(':area', 6), u.upload_id::text, u.received_by FROM :area.upload u
                WHERE u.state = 'waiting' AND u.received_at < now() - interval '1 minute'
                  AND NOT EXISTS (SELECT FROM batch.job j WHERE j.kind = 'upload' AND j.area = right(':area', 6) AND j.argument = u.upload_id::text)
                ON CONFLICT DO NOTHING
                """));
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Seals the records of all areas that came since. Looked for now and then.</summary>
    public Task SealRecordsAsync(CancellationToken cancellation) => new AuditLog(program).SealAsync(SealingPatience, cancellation);

    // A worker takes the lock before it says that it runs, and lets go of it after it says how it ended.
    private async Task TakeBackAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            """
            WITH dead AS (
                UPDATE batch.job SET state = 'queued', woken_at = NULL, wake_at = now(), waits = NULL
                WHERE state = 'running' AND job_id NOT IN (SELECT job_id FROM batch.job_alive) RETURNING job_id, worker)
            INSERT INTO batch.job_event (job_id, act, who, why) SELECT job_id, 'taken back', 'batch', worker FROM dead
            """);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // What was woken long ago and is still queued was forgotten by the engine. A run whose chunks are all done may have missed the word of the last.
    private async Task<List<int>> DueAsync(CancellationToken cancellation)
    {
        List<int> due = await program.ReadAsync(
            """
            WITH whole AS (
                UPDATE batch.job p SET state = 'queued', woken_at = NULL WHERE state = 'waiting'
                   AND NOT EXISTS (SELECT FROM batch.job c WHERE c.parent = p.job_id AND c.state NOT IN ('done', 'cancelled')))
            UPDATE batch.job SET woken_at = now() WHERE job_id IN (
                SELECT job_id FROM batch.job WHERE state = 'queued' AND wake_at <= now() AND (woken_at IS NULL OR woken_at < now() - interval '2 minutes')
                ORDER BY job_id LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING job_id
            """, r => r.GetInt32(0), cancellation, AtOnce);
        due.Sort();
        return due;
    }
}
