using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Rows of one outcome and what they say was paid, in fen.</summary>
/// <param name="Unreadable">Rows whose amounts cannot be read: they are not in the sum.</param>
public readonly record struct RowsAndMoney(int Rows, long PaidFen, int Unreadable)
{
    public static RowsAndMoney operator +(RowsAndMoney a, RowsAndMoney b) => new(a.Rows + b.Rows, a.PaidFen + b.PaidFen, a.Unreadable + b.Unreadable);

    public static RowsAndMoney operator -(RowsAndMoney a, RowsAndMoney b) => new(a.Rows - b.Rows, a.PaidFen - b.PaidFen, a.Unreadable - b.Unreadable);
}

/// <summary>
/// A submission with its children: its rows and money by outcome as it was sent, and with the rows that its children have mended. Both
/// columns have every row of the file exactly once.
/// </summary>
/// <param name="StillRejected">Numbers of the first rows that nothing has mended yet; of a refused file they are not on record.</param>
public sealed record Reconciliation(
    Submission Of, IReadOnlyDictionary<RowOutcome, RowsAndMoney> AsSent, IReadOnlyDictionary<RowOutcome, RowsAndMoney> Now, IReadOnlyList<Submission> Children,
    IReadOnlyList<int> StillRejected)
{
    private const int RowsNamed = 100;

    /// <summary>Numbers of its held rows that a mended file has brought since.</summary>
    public IReadOnlySet<int> HeldMended { get; private init; } = new HashSet<int>();

    public static async Task<Reconciliation> ReadAsync(AreaSession area, int number, CancellationToken cancellation)
    {
        Submissions submissions = new(area);
        Submission of = await submissions.ReadAsync(number, cancellation);
        Dictionary<RowOutcome, RowsAndMoney> asSent = new()
        {
            [RowOutcome.Accepted] = new(of.Accepted, of.PersonPaidFen + of.EmployerPaidFen, 0),
            [RowOutcome.Unchanged] = new(of.Unchanged, of.UnchangedFen, 0),
            [RowOutcome.Held] = new(of.Held, of.HeldFen, 0),
            [RowOutcome.Rejected] = await RejectedAsync(area, of, stillOnly: false, cancellation),
        };
        Dictionary<RowOutcome, RowsAndMoney> now = new(asSent);
        Dictionary<RowOutcome, RowsAndMoney> mended = await MendedAsync(area, number, cancellation);
        HashSet<int> heldMended = await MendedRows.HeldAsync(area, number, cancellation);
        now[RowOutcome.Held] -= await PaidAsync(area, of, [.. heldMended], cancellation);
        foreach (RowOutcome outcome in new[] { RowOutcome.Accepted, RowOutcome.Unchanged, RowOutcome.Held })
        {
            now[outcome] += mended.GetValueOrDefault(outcome);
        }

        now[RowOutcome.Rejected] = await RejectedAsync(area, of, stillOnly: true, cancellation);
        return new Reconciliation(of, asSent, now, await submissions.ChildrenAsync(number, cancellation), await StillRejectedAsync(area, number, cancellation))
        {
            HeldMended = heldMended,
        };
    }

    // A refused file's rows are all rejected, and their amounts are not on record.
    private static async Task<RowsAndMoney> RejectedAsync(AreaSession area, Submission of, bool stillOnly, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            WITH mended AS (SELECT m.row_no {MendedRows.RejectedSql("$1")} AND $2)
            SELECT coalesce(sum(paid_fen) FILTER (WHERE row_no NOT IN (SELECT row_no FROM mended)), 0)::bigint,
                   count(paid_fen) FILTER (WHERE row_no NOT IN (SELECT row_no FROM mended)), (SELECT count(*) FROM mended)
            FROM :area.rejected_row WHERE submission_id = $1
            """);
        command.Parameters.AddWithValue(of.Number);
        command.Parameters.AddWithValue(stillOnly);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        int rows = of.Rejected - (int)reader.GetInt64(2);
        return new RowsAndMoney(rows, reader.GetInt64(0), of.Content == FileContent.Payroll ? rows - (int)reader.GetInt64(1) : 0);
    }

    // Held as they were sent; what became of them in a child counts there.
    private static async Task<RowsAndMoney> PaidAsync(AreaSession area, Submission of, int[] rows, CancellationToken cancellation)
    {
        if (rows.Length == 0 || of.Content is not (FileContent.Payroll or FileContent.Movements))
        {
            return new RowsAndMoney(rows.Length, 0, 0);
        }

        (string fact, string paid) = of.Content == FileContent.Payroll ? ("contribution", "person_paid_fen + employer_paid_fen") : ("movement", "abs(amount_fen)");
        List<NodaTime.YearMonth> months = await area.ReadAsync(
            "SELECT DISTINCT date_trunc('month', month)::date FROM :area.submission_month WHERE submission_id = $1 AND fact = $2",
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, of.Number, fact);
        long fen = 0;
        foreach (NodaTime.YearMonth month in months)
        {
            fen += (await area.ReadAsync(
                $"SELECT coalesce(sum({paid}), 0)::bigint FROM {area.Part(fact, month)} WHERE submission_id = $1 AND row_no = ANY($2) AND person_id < 0",
                r => r.GetInt64(0), cancellation, of.Number, rows))[0];
        }

        return new RowsAndMoney(rows.Length, fen, 0);
    }

    private static async Task<Dictionary<RowOutcome, RowsAndMoney>> MendedAsync(AreaSession area, int number, CancellationToken cancellation) =>
        (await area.ReadAsync(
            $"SELECT outcome, count(*), coalesce(sum(paid_fen), 0)::bigint FROM :area.mended($1) WHERE outcome <> {RowOutcome.Rejected:D} GROUP BY outcome",
            r => ((RowOutcome)r.GetInt16(0), new RowsAndMoney((int)r.GetInt64(1), r.GetInt64(2), 0)), cancellation, number)).ToDictionary();

    private static Task<List<int>> StillRejectedAsync(AreaSession area, int number, CancellationToken cancellation) =>
        area.ReadAsync(
            $"""
            SELECT DISTINCT row_no FROM :area.rejection
            WHERE submission_id = $1 AND row_no > 0 AND code NOT IN ({RejectionCodes.HeldList}) AND row_no NOT IN (SELECT row_no FROM :area.mended($1) WHERE outcome <> {RowOutcome.Rejected:D})
            ORDER BY row_no LIMIT {RowsNamed}
            """, r => r.GetInt32(0), cancellation, number);
}
