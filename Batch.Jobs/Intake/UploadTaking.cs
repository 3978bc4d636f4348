using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// The record of one upload while its content is taken in. It ends in the transaction that writes the submission, so that it is taken once, whichever program
/// tries again; what it says on the way is written beside it.
/// </summary>
internal sealed class UploadTaking(Area area, Upload upload, IProgress<Upload>? watcher) : IProgress<IntakeProgress>
{
    private const long MillisecondsBetweenWords = 500;

    private readonly UploadRecords records = new(area.Schema);
    private Task writing = Task.CompletedTask;
    private long lastWord;

    public byte[] Sha256 { get; } = upload.Sha256!;

    public IProgress<IntakeProgress> Progress => this;

    /// <summary>What became of the upload if it has ended; read under the area's intake lock.</summary>
    public async Task<FileOutcome?> EndedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        Upload now = await records.ReadAsync(connection, upload.Number, cancellation);
        return now.HasEnded ? await OutcomeAsync(area.On(connection), now, cancellation) : null;
    }

    public async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await records.HoldAsync(connection, upload.Number, cancellation);
        await using NpgsqlCommand command = area.Program.CreateCommand(area.Sql(
            """
            UPDATE :area.upload SET state = 'taking', attempts = attempts + 1, rows_read = 0, bytes_read = 0, fault = NULL, started_at = now(), ended_at = NULL
            WHERE upload_id = $1 AND state NOT IN ('taken', 'refused')
            """));
        command.Parameters.AddWithValue(upload.Number);
        await command.ExecuteNonQueryAsync(cancellation);
        watcher?.Report(upload with { State = UploadState.Taking });
    }

    public void Report(IntakeProgress value)
    {
        long now = Environment.TickCount64;
        if (now - lastWord < MillisecondsBetweenWords || !writing.IsCompleted)
        {
            return;
        }

        lastWord = now;
        watcher?.Report(upload with { State = UploadState.Taking, Rows = value.Rows, BytesRead = value.Bytes });
        writing = SayAsync(value);
    }

    /// <summary>Ends the record, in the transaction of the submission.</summary>
    public async Task EndAsync(NpgsqlConnection connection, FileOutcome outcome, bool already, CancellationToken cancellation)
    {
        await writing;
        await using NpgsqlCommand command = new(area.Sql(
            """
            UPDATE :area.upload SET state = $2, submission_id = $3, already = $4, rows_read = $5, bytes_read = bytes, ended_at = clock_timestamp(),
                   content = coalesce($6, content),
                   fault = CASE WHEN $2 = 'refused' THEN jsonb_build_object('code', $7, 'row', $8, 'column', $9, 'found', $10, 'expected', $11) END
            WHERE upload_id = $1 AND state NOT IN ('taken', 'refused')
            """), connection);
        Facts.Rejection? reason = outcome.Refused is null ? null : outcome.Rejections.FirstOrDefault(r => r.Code == outcome.Refused);
        command.Parameters.AddWithValue(upload.Number);
        command.Parameters.AddWithValue(outcome.Refused is null ? "taken" : "refused");
        command.Parameters.AddWithValue(outcome.Submission!.Value);
        command.Parameters.AddWithValue(already);
        command.Parameters.AddWithValue(outcome.Rows);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = outcome.Content?.ToString().ToLowerInvariant() });
        command.Parameters.AddWithValue(outcome.Refused ?? "");
        command.Parameters.AddWithValue(reason?.Row ?? 0);
        command.Parameters.AddWithValue(reason?.Column ?? "");
        command.Parameters.AddWithValue((reason?.Found ?? "").Replace('\0', '\uFFFD'));
        command.Parameters.AddWithValue(reason?.Expected ?? "");
        if (await command.ExecuteNonQueryAsync(cancellation) != 1)
        {
            throw new InvalidOperationException($"Upload {upload.Number} was taken twice.");
        }
    }

    /// <summary>What became of an upload that has ended; an upload that was too large has no submission.</summary>
    public static async Task<FileOutcome> OutcomeAsync(AreaSession area, Upload of, CancellationToken cancellation)
    {
        if (of.Submission is not { } submission)
        {
            return new FileOutcome(of.File, of.Content, of.Request.Kind, null, 0, 0, 0, 0, 0, 0, of.Fault is null ? [] : [of.Fault], of.Fault?.Code);
        }

        FileOutcome outcome = await FileOutcome.ReadAsync(new Submissions(area), submission, cancellation);
        return of.Already
            ? outcome with
            {
                File = of.File,
                Kind = of.Request.Kind,
                Accepted = 0,
                Unchanged = outcome.Rows,
                Held = 0,
                Rejected = 0,
                Rejections = [],
                Same = await SameAsync(area, of, cancellation),
            }
            : outcome;
    }

    /// <summary>The submission that an upload was the same as, as it is filed now.</summary>
    public static async Task<SameFile> SameAsync(AreaSession area, Upload of, CancellationToken cancellation)
    {
        SameFile same = (await area.ReadAsync(
            "SELECT submission_id, month, EXISTS (SELECT FROM :area.waiting_submission w WHERE w.submission_id = f.submission_id) FROM :area.filed f WHERE submission_id = $1",
            r => new SameFile(r.GetInt32(0), r.GetFieldValue<DateOnly>(1).Month(), r.GetBoolean(2)), cancellation, of.Submission!.Value))[0];
        return of.Request.Month is { } asked && asked != same.Month ? same with { Asked = asked } : same;
    }

    private async Task SayAsync(IntakeProgress progress)
    {
        try
        {
            await using NpgsqlCommand command = area.Program.CreateCommand(area.Sql(
                "UPDATE :area.upload SET rows_read = $2, bytes_read = least($3, bytes) WHERE upload_id = $1 AND state = 'taking'"));
            command.Parameters.AddWithValue(upload.Number);
            command.Parameters.AddWithValue(progress.Rows);
            command.Parameters.AddWithValue(progress.Bytes);
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // Only how far it is goes unsaid: the intake itself will meet the fault if it lasts.
        }
    }
}
