using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>One submission as it is on record. Superseded is not: it is counted from the facts.</summary>
/// <param name="Content">Null: of a kind that no file has (a decision).</param>
public sealed record Submission(
    int Number, FileContent? Content, SubmissionKind Kind, YearMonth Month, string File, byte[] Sha256, string? Refused, int Rows, int Accepted, int Unchanged, int Held,
    int Rejected, long PersonPaidFen, long EmployerPaidFen, long HeldFen, long UnchangedFen, string By, Instant At, int? Parent, int InvisibleCells, int OldNumbers);

/// <summary>Reads submissions and their rejections back.</summary>
public sealed class Submissions(AreaSession area)
{
    private const string Columns =
        """
        SELECT submission_id, content, kind, f.month, file, sha256, refused, rows, accepted, unchanged, held, rejected, person_paid_fen, employer_paid_fen, held_fen,
               unchanged_fen, received_by, received_at, parent, invisible_cells, old_numbers
        FROM :area.submission JOIN :area.filed f USING (submission_id) LEFT JOIN :area.submission_parent USING (submission_id)
        """;

    /// <exception cref="DataFaultException">SUBMISSION_UNKNOWN.</exception>
    public async Task<Submission> ReadAsync(int number, CancellationToken cancellation) =>
        (await ListAsync("submission_id = $1", number, cancellation)) is [{ } found] ? found : throw new DataFaultException(
            "SUBMISSION_UNKNOWN", $"统筹区 {area.Code} 没有第 {number} 号报送。", $"Area {area.Code} has no submission {number}.");

    /// <summary>Submissions that mend rows of another.</summary>
    public Task<List<Submission>> ChildrenAsync(int parent, CancellationToken cancellation) => ListAsync("parent = $1", parent, cancellation);

    /// <summary>A page of them, the latest first.</summary>
    public Task<List<Submission>> LatestAsync(int before, int most, CancellationToken cancellation) =>
        ListAsync($"submission_id < $1 ORDER BY submission_id DESC LIMIT {most}", before, cancellation);

    public Task<List<Rejection>> RejectionsAsync(int number, int most, CancellationToken cancellation) =>
        area.ReadAsync(
            "SELECT code, row_no, column_name, found, expected FROM :area.rejection WHERE submission_id = $1 ORDER BY row_no, fault_no LIMIT $2",
            r => new Rejection(r.GetString(0), r.GetInt32(1), r.GetString(2), Masking.Found(r.GetString(3)), r.GetString(4)), cancellation, number, most);

    private async Task<List<Submission>> ListAsync(string where, int value, CancellationToken cancellation)
    {
        string order = where.Contains("ORDER BY", StringComparison.Ordinal) ? "" : " ORDER BY submission_id";
        return await area.ReadAsync($"{Columns} WHERE {where}{order}", Of, cancellation, value);
    }

    private static Submission Of(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), Enum.TryParse(reader.GetString(1), ignoreCase: true, out FileContent content) ? content : null,
        Enum.Parse<SubmissionKind>(reader.GetString(2), ignoreCase: true), reader.GetFieldValue<DateOnly>(3).Month(), reader.GetString(4), reader.GetFieldValue<byte[]>(5),
        reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetInt32(7), reader.GetInt32(8), reader.GetInt32(9), reader.GetInt32(10), reader.GetInt32(11),
        reader.GetInt64(12), reader.GetInt64(13), reader.GetInt64(14), reader.GetInt64(15), reader.GetString(16),
        Instant.FromDateTimeUtc(reader.GetFieldValue<DateTime>(17)), reader.IsDBNull(18) ? null : reader.GetInt32(18), reader.GetInt32(19), reader.GetInt32(20));
}
