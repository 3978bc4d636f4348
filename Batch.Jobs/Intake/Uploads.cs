using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;
using NpgsqlTypes;

namespace Batch.Jobs.Intake;

/// <summary>What became of an upload's rows when it came in: <c>All = Accepted + Unchanged + Held + Rejected</c>.</summary>
public readonly record struct UploadedRows(int All, int Accepted, int Unchanged, int Held, int Rejected)
{
    public bool NoneTaken => All > 0 && Rejected == All;
}

/// <summary>
/// Intake in two steps: a file is received (archived, its structure checked at once) and its content is taken by a job, which may be killed, run again, or
/// run twice on two hosts: the file is in once.
/// </summary>
public sealed class Uploads(Area area, IClock clock, IntakeLimits limits)
{
    private const int LongestName = 200;

    private readonly UploadRecords records = new(area.Schema);

    /// <summary>
    /// Archives the bytes and looks at the structure: format, encoding, header, limits. What is refused comes back refused, with its sentence, and is on record as a submission;
    /// of a file larger than the limit the bytes are not kept, so the upload alone is its record.
    /// </summary>
    /// <param name="name">What the sender calls the file; shown, never used as a path.</param>
    /// <param name="key">Chosen by the sender: the same key of the same person is the same upload (Idempotency-Key).</param>
    /// <exception cref="DataFaultException">UPLOAD_KEY_REUSED: the key belongs to another file or request. SUBMISSION_UNKNOWN: there is no such parent.</exception>
    public async Task<Upload> ReceiveAsync(string name, Stream content, ImportRequest request, string? key, CancellationToken cancellation)
    {
        MendedParent.RefuseReplacement(request);
        using TemporaryFile file = new();
        IncomingFile incoming = new(file.Path, CleanName(name));
        long bytes = await CopyAsync(content, file.Path, cancellation);
        byte[]? sha256 = bytes > limits.MaxBytes ? null : (await new Archive(area).KeepAsync([file.Path], cancellation))[0];
        Upload draft = Look(incoming, bytes, sha256, request);
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        if (request.Parent is { } parent)
        {
            await new Submissions(area.On(connection)).ReadAsync(parent, cancellation);
        }

        Upload received = await RecordAsync(connection, draft with { State = sha256 is null ? UploadState.Refused : UploadState.Waiting, Fault = sha256 is null ? draft.Fault : null }, key, cancellation);
        return draft.State == UploadState.Refused && !received.HasEnded ? await RefuseAsync(received.Number, cancellation) : received;
    }

    // Its refusal is known, so it is recorded at once, in the way that every file is. When that cannot be done now, the file waits for the job.
    private async Task<Upload> RefuseAsync(int number, CancellationToken cancellation)
    {
        try
        {
            return await TakeAsync(number, null, cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return await ReadAsync(number, cancellation);
        }
    }

    /// <summary>Takes the content of a received file. One that is taken already, or that another host takes meanwhile, is answered as it has become.</summary>
    public async Task<Upload> TakeAsync(int number, IProgress<Upload>? progress, CancellationToken cancellation)
    {
        Upload upload = await ReadAsync(number, cancellation);
        if (upload.HasEnded)
        {
            return upload;
        }

        try
        {
            using TemporaryFile file = new();
            await using (FileStream bytes = new(file.Path, FileMode.CreateNew))
            {
                await new Archive(area).RestoreAsync(upload.Sha256!, bytes, cancellation);
            }

            UploadTaking taking = new(area, upload, progress);
            Importer importer = new(area, clock, limits);
            await importer.TakeUploadAsync(new IncomingFile(file.Path, upload.File), upload.Request, taking, cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await FailAsync(number, fault);
            throw;
        }

        return await ReadAsync(number, cancellation);
    }

    /// <exception cref="DataFaultException">UPLOAD_UNKNOWN.</exception>
    public async Task<Upload> ReadAsync(int number, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await records.ReadAsync(connection, number, cancellation);
    }

    /// <summary>The submissions that uploads were the same as, by the upload's number; an upload that was the same as none is not in it.</summary>
    public async Task<Dictionary<int, SameFile>> SameAsync(IEnumerable<Upload> of, CancellationToken cancellation)
    {
        Dictionary<int, SameFile> same = [];
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        foreach (Upload upload in of.Where(u => u is { Already: true, Submission: not null }))
        {
            same.Add(upload.Number, await UploadTaking.SameAsync(area.On(connection), upload, cancellation));
        }

        return same;
    }

    /// <summary>What became of an upload, with the first rejections; null while it is on its way.</summary>
    public async Task<FileOutcome?> OutcomeAsync(int number, CancellationToken cancellation) => (await ReadWithOutcomeAsync(number, cancellation)).Outcome;

    /// <summary>An upload and, as of the same moment, what became of it.</summary>
    public async Task<(Upload Upload, FileOutcome? Outcome)> ReadWithOutcomeAsync(int number, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        Upload upload = await records.ReadAsync(connection, number, cancellation);
        return (upload, upload.HasEnded ? await UploadTaking.OutcomeAsync(area.On(connection), upload, cancellation) : null);
    }

    /// <summary>What became of the rows of uploads when they came in, by the upload's number; a file that was there already has none of its own.</summary>
    public async Task<Dictionary<int, UploadedRows>> RowsAsync(IEnumerable<Upload> of, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return (await connection.ReadAsync(
            area.Schema.Sql(
                """
                SELECT upload_id, s.rows, accepted, unchanged, held, rejected FROM :area.upload JOIN :area.submission s USING (submission_id)
                WHERE upload_id = ANY($1) AND state = 'taken' AND NOT already AND refused IS NULL
                """),
            r => (r.GetInt32(0), new UploadedRows(r.GetInt32(1), r.GetInt32(2), r.GetInt32(3), r.GetInt32(4), r.GetInt32(5))), cancellation, of.Select(u => u.Number).ToArray())).ToDictionary();
    }

    /// <summary>A page of uploads, the latest first.</summary>
    /// <param name="before">Numbers below this one; null: from the latest.</param>
    public async Task<IReadOnlyList<Upload>> ListAsync(int? before, int most, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await records.ListAsync(connection, "upload_id < $1 ORDER BY upload_id DESC LIMIT $2", cancellation, before ?? int.MaxValue, most);
    }

    /// <summary>Uploads that nobody takes now and that have not ended: new ones, and those whose taker is gone or failed. In their order.</summary>
    public async Task<IReadOnlyList<Upload>> PendingAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        List<Upload> open = await records.ListAsync(connection, "state IN ('waiting', 'taking', 'failed') ORDER BY upload_id", cancellation);
        return [.. open.Where(u => u.State != UploadState.Taking)];
    }

    private Upload Look(IncomingFile file, long bytes, byte[]? sha256, ImportRequest request)
    {
        FileContent? content = null;
        Rejection? fault = null;
        if (sha256 is null)
        {
            fault = new Rejection(Codes.FileTooLarge, 1, "", FormattableString.Invariant($"> {limits.MaxBytes}"), FormattableString.Invariant($"{limits.MaxBytes}"));
        }
        else
        {
            try
            {
                LocalDate today = clock.Today();
                using SubmissionFile structure = SubmissionFile.Open(file.Path, request.Month, today, limits);
                content = structure.Content;
            }
            catch (FileRefusedException refused)
            {
                fault = refused.Rejection;
            }
        }

        UploadState state = fault is null ? UploadState.Waiting : UploadState.Refused;
        return new Upload(0, file.Name, bytes, sha256, request, content, clock.GetCurrentInstant(), state, 0, 0, 0, null, null, null, false, fault);
    }

    private async Task<Upload> RecordAsync(NpgsqlConnection connection, Upload draft, string? key, CancellationToken cancellation)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await using (NpgsqlCommand gate = new("SELECT pg_advisory_xact_lock(hashtext($1))", connection))
        {
            gate.Parameters.AddWithValue(area.Schema.Name + ".uploads");
            await gate.ExecuteNonQueryAsync(cancellation);
        }

        if (key is not null && await records.ListAsync(connection, "received_by = $1 AND upload_key = $2", cancellation, draft.Request.By, key) is [{ } before])
        {
            return IsTheSame(before, draft) ? before : throw new DataFaultException(
                "UPLOAD_KEY_REUSED",
                "这个 Idempotency-Key 已用于另一个文件或另一种报送。请为新的上传换一个键。",
                "This Idempotency-Key was used for another file or another request. Give a new upload a key of its own.");
        }

        int number = await InsertAsync(connection, draft, key, cancellation);
        await transaction.CommitAsync(cancellation);
        return await records.ReadAsync(connection, number, cancellation);
    }

    private async Task<int> InsertAsync(NpgsqlConnection connection, Upload draft, string? key, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql(
            """
            INSERT INTO :area.upload (upload_id, file, sha256, bytes, month, kind, confirm, parent, upload_key, content, received_by, state, fault, ended_at)
            SELECT coalesce(max(upload_id), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                   CASE WHEN $11 = 'refused' THEN jsonb_build_object('code', $12, 'row', $13, 'column', $14, 'found', $15, 'expected', $16) END,
                   CASE WHEN $11 = 'refused' THEN now() END
            FROM :area.upload RETURNING upload_id
            """), connection);
        command.Parameters.AddWithValue(draft.File);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)draft.Sha256 ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.AddWithValue(draft.Bytes);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)draft.Request.Month?.FirstDay() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Date });
        command.Parameters.AddWithValue(draft.Request.Kind.ToString().ToLowerInvariant());
        command.Parameters.AddWithValue(draft.Request.Confirm);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)draft.Request.Parent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = key });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = draft.Content?.ToString().ToLowerInvariant() });
        command.Parameters.AddWithValue(draft.Request.By);
        command.Parameters.AddWithValue(draft.State.ToString().ToLowerInvariant());
        command.Parameters.AddWithValue(draft.Fault?.Code ?? "");
        command.Parameters.AddWithValue(draft.Fault?.Row ?? 0);
        command.Parameters.AddWithValue(draft.Fault?.Column ?? "");
        command.Parameters.AddWithValue((draft.Fault?.Found ?? "").Replace('\0', '\uFFFD'));
        command.Parameters.AddWithValue(draft.Fault?.Expected ?? "");
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static bool IsTheSame(Upload before, Upload draft) =>
        before.Request == draft.Request && before.File == draft.File
        && (before.Sha256 is null ? draft.Sha256 is null : draft.Sha256 is not null && before.Sha256.AsSpan().SequenceEqual(draft.Sha256));

    // The work may be done again: what stopped it is said by its code alone.
    private async Task FailAsync(int number, Exception fault)
    {
        string code = FaultCodes.Of(fault);
        try
        {
            await using NpgsqlCommand command = area.Program.CreateCommand(area.Schema.Sql(
                "UPDATE :area.upload SET state = 'failed', fault = jsonb_build_object('code', $2), ended_at = now() WHERE upload_id = $1 AND state = 'taking'"));
            command.Parameters.AddWithValue(number);
            command.Parameters.AddWithValue(code);
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // The database itself is gone; the upload then waits, since nobody holds it.
        }
    }

    /// <summary>Copies what the sender sends, up to one byte beyond the limit; returns the bytes copied.</summary>
    private async Task<long> CopyAsync(Stream content, string path, CancellationToken cancellation)
    {
        await using FileStream file = new(path, FileMode.CreateNew);
        byte[] buffer = new byte[256 * 1024];
        long bytes = 0;
        for (int read; bytes <= limits.MaxBytes && (read = await content.ReadAsync(buffer, cancellation)) > 0; bytes += read)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }

        return bytes;
    }

    /// <summary>The last part of what may be a path of the sender's machine, without control characters.</summary>
    private static string CleanName(string name)
    {
        string last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        string clean = string.Concat(last.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)));
        return clean.Length == 0 ? "unnamed" : clean.Length <= LongestName ? clean : clean[^LongestName..];
    }
}
