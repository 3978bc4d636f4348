using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Where a received file is: nobody has taken it, somebody takes it now, it is in, it was refused, or the work on it failed and can be done again.</summary>
public enum UploadState
{
    Waiting,
    Taking,
    Taken,
    Refused,
    Failed,
}

/// <summary>A file that was received 已接收待处理的文件: who sent it, where it is, and what became of it.</summary>
/// <param name="State">Waiting also when who took it is gone.</param>
/// <param name="Rows">Rows so far.</param>
/// <param name="BytesRead">Bytes so far, of <paramref name="Bytes"/>.</param>
/// <param name="Already">Its bytes were in force already; <paramref name="Submission"/> is the earlier one.</param>
/// <param name="Fault">Of a refused file: why; of a failed one only its code.</param>
public sealed record Upload(
    int Number, string File, long Bytes, byte[]? Sha256, ImportRequest Request, FileContent? Content, Instant At, UploadState State, int Attempts, int Rows,
    long BytesRead, Instant? StartedAt, Instant? EndedAt, int? Submission, bool Already, Rejection? Fault)
{
    /// <summary>It was taken in or refused.</summary>
    public bool HasEnded => State is UploadState.Taken or UploadState.Refused;
}

/// <summary>Reads the records of uploads.</summary>
internal sealed class UploadRecords(AreaSchema area)
{
    private string Columns => area.Sql(
        $"""
        SELECT upload_id, file, bytes, sha256, month, kind, confirm, parent, received_by, content, received_at,
               CASE WHEN state = 'taking' AND upload_id NOT IN ({Alive}) THEN 'waiting' ELSE state END, attempts, rows_read, bytes_read, started_at, ended_at,
               submission_id, already, fault ->> 'code', (fault ->> 'row')::int, fault ->> 'column', fault ->> 'found', fault ->> 'expected'
        FROM :area.upload
        """);

    /// <summary>Uploads whose taker holds their lock: he lives.</summary>
    private string Alive =>
        $"""
        SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid::bigint = {LockSpace}::bigint & 4294967295
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    private string LockSpace => $"hashtext('{area.Name}.upload')";

    /// <summary>Marks the upload as being taken for as long as the transaction lasts.</summary>
    public async Task HoldAsync(NpgsqlConnection connection, int number, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new($"SELECT pg_advisory_xact_lock({LockSpace}, $1)", connection);
        command.Parameters.AddWithValue(number);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <exception cref="DataFaultException">UPLOAD_UNKNOWN.</exception>
    public async Task<Upload> ReadAsync(NpgsqlConnection connection, int number, CancellationToken cancellation) =>
        await ListAsync(connection, "upload_id = $1", cancellation, number) is [{ } found] ? found : throw new DataFaultException(
            "UPLOAD_UNKNOWN", $"统筹区 {area.Code} 没有第 {number} 号接收文件。", $"Area {area.Code} has no upload {number}.");

    public Task<List<Upload>> ListAsync(NpgsqlConnection connection, string where, CancellationToken cancellation, params object[] values) =>
        connection.ReadAsync($"{Columns} WHERE {where}", Of, cancellation, values);

    private static Upload Of(NpgsqlDataReader reader)
    {
        ImportRequest request = new(
            reader.IsDBNull(4) ? null : reader.GetFieldValue<DateOnly>(4).Month(), reader.Word<SubmissionKind>(5), reader.GetBoolean(6), reader.GetString(8), reader.Number(7));
        return new Upload(
            reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<byte[]>(3), request,
            reader.IsDBNull(9) ? null : reader.Word<FileContent>(9), reader.Moment(10)!.Value, reader.Word<UploadState>(11), reader.GetInt32(12), reader.GetInt32(13),
            reader.GetInt64(14), reader.Moment(15), reader.Moment(16), reader.Number(17), reader.GetBoolean(18), reader.IsDBNull(19) ? null : FaultOf(reader));
    }

    private static Rejection FaultOf(NpgsqlDataReader reader) =>
        new(reader.GetString(19), reader.Number(20) ?? 0, reader.Text(21) ?? "", reader.Text(22) ?? "", reader.Text(23) ?? "");
}
