using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>One file with what became of its rows; a decision on a held row is listed beside the files and has no rows of its own.</summary>
/// <param name="Waits">It has facts that no standing run has taken.</param>
public sealed record SubmissionLine(
    int Submission, string Content, string Kind, YearMonth Month, string File, string? Refused, int Rows, int Accepted, int Unchanged, int Held, int Rejected,
    Money PersonPaid, Money EmployerPaid, string ReceivedBy, DateTime ReceivedAt, bool Waits)
{
    /// <summary>Rows that a decision left out or a later file corrected: in a list, where each row is counted in its present state.</summary>
    public int NotAdopted { get; init; }

    /// <summary>Of the rejected rows, those that mended files have brought since: in a list.</summary>
    public int Mended { get; init; }

    public bool IsDecision => Content == "decision";

    /// <summary>Its rows have contributions: of other files their amounts would always be nought.</summary>
    public bool HasContributions => Content == "payroll" || !PersonPaid.IsZero || !EmployerPaid.IsZero;

    /// <summary>With each row counted in its present state: <c>Rows = Accepted + Unchanged + Held + NotAdopted + Rejected</c>.</summary>
    public SubmissionLine With(RowsNow now) => IsDecision ? this with { Rows = 0, Accepted = 0, PersonPaid = Money.Zero, EmployerPaid = Money.Zero } : this with
    {
        Held = now.Held,
        Accepted = Accepted + now.Accepted,
        NotAdopted = now.NotAdopted + Held - now.HeldBefore - now.Taken,
        PersonPaid = PersonPaid + now.PersonPaid,
        EmployerPaid = EmployerPaid + now.EmployerPaid,
    };

    /// <summary>Every row was rejected, each for itself.</summary>
    public bool NoneTaken => Refused is null && Rows > 0 && Rejected == Rows;
}

/// <summary>Sums over every submission of a list, not only those of the page, each row in its present state; decisions are no files.</summary>
public sealed record SubmissionTotals(long Files, long Rows, long Accepted, long Unchanged, long Held, long NotAdopted, long Rejected, Money PersonPaid, Money EmployerPaid)
{
    /// <summary>Of the rejected rows, those that mended files have brought since.</summary>
    public long Mended { get; init; }
}

/// <summary>How often a code occurs.</summary>
public sealed record CodeCount(string Code, long Count);

/// <summary>Which submissions to list: of a month, and only those with rejects or held rows or refused whole.</summary>
public sealed record SubmissionFilter(YearMonth? Month, bool Open);

/// <summary>What came in.</summary>
public sealed class SubmissionList(Area area)
{
    private const string Columns =
        """
        SELECT s.submission_id, s.content, s.kind, f.month, s.file, s.refused, s.rows, s.accepted, s.unchanged, s.held, s.rejected, s.person_paid_fen, s.employer_paid_fen,
               s.received_by, s.received_at, EXISTS (SELECT FROM :area.waiting_submission w WHERE w.submission_id = s.submission_id)
        FROM :area.submission s JOIN :area.filed f USING (submission_id)
        """;

    // The table of rejections has held rows too, with their reason.
    private static readonly string RejectedCodes = $"code NOT IN ({RejectionCodes.HeldList})";

    private const string Where = " WHERE ($1 = '-infinity'::date OR f.month = $1) AND (NOT $2 OR s.rejected > 0 OR s.held > 0 OR s.refused IS NOT NULL OR s.submission_id = ANY($3))";

    /// <summary>Whether a receipt brings credits of the month; where it does not, no run has anything to post of it.</summary>
    internal static bool ReceiptsCredit(Area area, YearMonth month) => area.Policy.TryFor(month)?.CreditsOnReceipt ?? true;

    /// <summary>Newest first.</summary>
    public async Task<(Listing<SubmissionLine> Lines, SubmissionTotals Totals)> ReadAsync(SubmissionFilter filter, int page, CancellationToken cancellation)
    {
        object month = filter.Month is { } m ? m.FirstDay() : DateOnly.MinValue;
        Dictionary<int, RowsNow> now = await RowsNowAsync(cancellation);
        int[] waiting = [.. now.Where(n => n.Value.Held > 0).Select(n => n.Key)];
        (long listed, SubmissionTotals totals) = await TotalsAsync(month, filter.Open, waiting, now, cancellation);
        page = Listing.Within(page, listed);
        List<SubmissionLine> lines = await area.ReadAsync(
            Columns + Where + " ORDER BY s.submission_id DESC LIMIT $4 OFFSET $5", Line, cancellation,
            month, filter.Open, waiting, Listing<SubmissionLine>.PageRows, (page - 1) * Listing<SubmissionLine>.PageRows);
        Dictionary<int, int> mended = await MendedAsync(month, cancellation);
        return (new Listing<SubmissionLine>(
            lines.ConvertAll(l => l.With(now.GetValueOrDefault(l.Submission, RowsNow.Unchanged)) with { Mended = mended.GetValueOrDefault(l.Submission) }), page, listed),
            totals with { Mended = mended.Values.Sum() });
    }

    // Of the submissions of the month that mended files name: how many of their rejected rows those have brought.
    private async Task<Dictionary<int, int>> MendedAsync(object month, CancellationToken cancellation) => (await area.ReadAsync(
        $"""
        SELECT s.submission_id, (SELECT count(*) {MendedRows.RejectedSql("s.submission_id")})::int
        FROM :area.submission s JOIN :area.filed f USING (submission_id)
        WHERE s.rejected > 0 AND ($1 = '-infinity'::date OR f.month = $1) AND EXISTS (SELECT FROM :area.submission_parent c WHERE c.parent = s.submission_id)
        """, r => (r.GetInt32(0), r.GetInt32(1)), cancellation, month)).ToDictionary();

    private async Task<(long Listed, SubmissionTotals Totals)> TotalsAsync(object month, bool open, int[] waiting, Dictionary<int, RowsNow> now, CancellationToken cancellation)
    {
        // The lines of which rows have changed since are added one by one; of the others the sums are those of their intake.
        List<SubmissionLine> changed = (await area.ReadAsync(Columns + Where + " AND s.submission_id = ANY($4)", Line, cancellation, month, open, waiting, now.Keys.ToArray()))
            .ConvertAll(l => l.With(now[l.Submission]));
        return (await area.ReadAsync(
            """
            SELECT count(*), count(*) FILTER (WHERE is_file), coalesce(sum(rows) FILTER (WHERE is_file), 0), coalesce(sum(accepted) FILTER (WHERE as_taken), 0), coalesce(sum(unchanged) FILTER (WHERE as_taken), 0),
                   coalesce(sum(held) FILTER (WHERE as_taken), 0), coalesce(sum(rejected) FILTER (WHERE as_taken), 0),
                   coalesce(sum(person_paid_fen) FILTER (WHERE as_taken), 0)::bigint, coalesce(sum(employer_paid_fen) FILTER (WHERE as_taken), 0)::bigint
            FROM (SELECT s.*, s.content <> 'decision' AS is_file, s.content <> 'decision' AND s.submission_id <> ALL($4) AS as_taken FROM :area.submission s JOIN :area.filed f USING (submission_id)
            """ + Where + ") t",
            r => (r.GetInt64(0), new SubmissionTotals(
                r.GetInt64(1), r.GetInt64(2), r.GetInt64(3) + changed.Sum(l => l.Accepted), r.GetInt64(4) + changed.Sum(l => l.Unchanged), changed.Sum(l => l.Held),
                r.GetInt64(5) + changed.Sum(l => l.NotAdopted), r.GetInt64(6) + changed.Sum(l => l.Rejected),
                changed.Aggregate(new Money(r.GetInt64(7)), (sum, l) => sum + l.PersonPaid), changed.Aggregate(new Money(r.GetInt64(8)), (sum, l) => sum + l.EmployerPaid))),
            cancellation, month, open, waiting, now.Keys.ToArray()))[0];
    }

    /// <summary>What has become of the rows of the submissions since they were taken in; those of which no row has changed are left out.</summary>
    public async Task<Dictionary<int, RowsNow>> RowsNowAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await new RowStates(area).ReadAsync(await new HeldRows(area.Schema).ListAsync(connection, null, cancellation), cancellation);
    }

    /// <summary>How many rows of each submission wait for a decision now, of those filed under a month. A row accepted once waits too when a later file contests it.</summary>
    public async Task<Dictionary<int, int>> StillHeldAsync(YearMonth? month, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        Dictionary<int, int> still = (await new HeldRows(area.Schema).ListAsync(connection, null, cancellation)).CountBy(r => r.Submission).ToDictionary();
        if (month is { } of && still.Count > 0)
        {
            HashSet<int> filed = [.. await area.ReadAsync(
                "SELECT submission_id FROM :area.filed WHERE month = $1 AND submission_id = ANY($2)", r => r.GetInt32(0), cancellation, of.FirstDay(), still.Keys.ToArray())];
            still.Keys.Where(s => !filed.Contains(s)).ToList().ForEach(s => still.Remove(s));
        }

        return still;
    }

    /// <summary>Rejected rows that no mended file has brought yet and that nobody has marked as not needed, by month; those of a child are its parent's.</summary>
    public async Task<Dictionary<YearMonth, long>> UnmendedAsync(CancellationToken cancellation) => (await area.ReadAsync(
        $"""
        SELECT month, sum(rows)::bigint FROM (
            SELECT f.month, s.rejected - CASE WHEN EXISTS (SELECT FROM :area.submission_parent c WHERE c.parent = s.submission_id)
                THEN (SELECT count(*) {MendedRows.RejectedSql("s.submission_id")}) ELSE 0 END AS rows
            FROM :area.submission s JOIN :area.filed f USING (submission_id)
            WHERE s.rejected > 0 AND s.refused IS NULL AND NOT EXISTS (SELECT FROM :area.submission_parent p WHERE p.submission_id = s.submission_id)
              AND NOT EXISTS (SELECT FROM :area.dismissal d WHERE d.dismissed = s.submission_id)) u
        GROUP BY month HAVING sum(rows) > 0 ORDER BY month
        """, r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetInt64(1)), cancellation)).ToDictionary();

    /// <summary>Marks the rejected rows of a submission as not needed. Marked already: it stays as it is.</summary>
    public async Task DismissAsync(int submission, string by, string reason, CancellationToken cancellation) => await area.ReadAsync(
        """
        WITH made AS (INSERT INTO :area.dismissal (dismissed, by, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING dismissed)
        SELECT dismissed FROM made
        """, r => r.GetInt32(0), cancellation, submission, by, reason);

    /// <summary>Who marked its rejected rows as not needed, and why; null: nobody.</summary>
    public async Task<(string By, string Reason)?> DismissalAsync(int submission, CancellationToken cancellation) =>
        await area.ReadAsync("SELECT by, reason FROM :area.dismissal WHERE dismissed = $1", r => (r.GetString(0), r.GetString(1)), cancellation, submission) is [var found] ? found : null;

    /// <exception cref="DataFaultException">SUBMISSION_UNKNOWN.</exception>
    public async Task<SubmissionLine> FindAsync(int submission, CancellationToken cancellation) =>
        (await area.ReadAsync(Columns + " WHERE s.submission_id = $1", Line, cancellation, submission)).SingleOrDefault()
        ?? throw new DataFaultException(
            "SUBMISSION_UNKNOWN", $"统筹区 {area.Schema.Code} 没有报送 {submission}。", $"Area {area.Schema.Code} has no submission {submission}.");

    /// <summary>The faults of a submission's rejected rows in the order of its rows; of one code when it is named.</summary>
    public Task<Listing<Rejection>> RejectionsAsync(int submission, string? code, int page, CancellationToken cancellation) =>
        FaultsAsync(submission, (RejectedCodes + (code is null ? "" : " AND code = $2"), code ?? ""), page, cancellation);

    /// <summary>Why its held rows were held, in the order of the rows, decided ones included.</summary>
    public Task<Listing<Rejection>> HeldAsync(int submission, int page, CancellationToken cancellation) =>
        FaultsAsync(submission, ($"code IN ({RejectionCodes.HeldList})", ""), page, cancellation);

    // A page has so many rows, each with all of its faults.
    private async Task<Listing<Rejection>> FaultsAsync(int submission, (string Sql, string Code) which, int page, CancellationToken cancellation)
    {
        string from = $"FROM :area.rejection WHERE submission_id = $1 AND $2 IS NOT NULL AND {which.Sql}";
        long count = await area.OneAsync<long>($"SELECT count(DISTINCT row_no) {from}", cancellation, submission, which.Code);
        page = Listing.Within(page, count);
        List<Rejection> rows = await area.ReadAsync(
            $"""
            SELECT code, row_no, column_name, found, expected FROM (SELECT *, dense_rank() OVER (ORDER BY row_no) AS nth {from}) f
            WHERE nth > $4 AND nth <= $4 + $3 ORDER BY row_no, fault_no
            """,
            r => new Rejection(r.GetString(0), r.GetInt32(1), r.GetString(2), Masking.Found(r.GetString(3)), r.GetString(4)), cancellation,
            submission, which.Code, Listing<Rejection>.PageRows, (page - 1) * Listing<Rejection>.PageRows);
        return new Listing<Rejection>(rows, page, count);
    }

    /// <summary>The codes of a submission's rejected rows with how many rows have each, the most frequent first.</summary>
    public async Task<IReadOnlyList<CodeCount>> CodesAsync(int submission, CancellationToken cancellation) => await area.ReadAsync(
        $"SELECT code, count(DISTINCT row_no) FROM :area.rejection WHERE submission_id = $1 AND {RejectedCodes} GROUP BY code ORDER BY 2 DESC, 1", Code, cancellation, submission);

    /// <summary>Its rejected rows that mended files have brought since.</summary>
    public async Task<IReadOnlySet<int>> MendedAsync(int submission, CancellationToken cancellation) =>
        (await area.ReadAsync($"SELECT m.row_no {MendedRows.RejectedSql("$1")}", r => r.GetInt32(0), cancellation, submission)).ToHashSet();

    /// <summary>The codes of the rejected rows of all files sent for a month; held rows are not among them.</summary>
    public async Task<IReadOnlyList<CodeCount>> CodesAsync(YearMonth month, CancellationToken cancellation) => await area.ReadAsync(
        $"SELECT r.code, count(*) FROM :area.rejection r JOIN :area.filed s USING (submission_id) WHERE s.month = $1 AND {RejectedCodes} GROUP BY 1 ORDER BY 2 DESC, 1",
        Code, cancellation, month.FirstDay());

    private static CodeCount Code(NpgsqlDataReader r) => new(r.GetString(0), r.GetInt64(1));

    private SubmissionLine Line(NpgsqlDataReader r) => new(
        r.GetInt32(0), r.GetString(1), r.GetString(2), r.GetFieldValue<DateOnly>(3).Month(), r.GetString(4), r.Text(5), r.GetInt32(6), r.GetInt32(7), r.GetInt32(8),
        r.GetInt32(9), r.GetInt32(10), new Money(r.GetInt64(11)), new Money(r.GetInt64(12)), r.GetString(13), r.GetDateTime(14),
        r.GetBoolean(15) && (r.GetString(1) != "receipts" || ReceiptsCredit(area, r.GetFieldValue<DateOnly>(3).Month())));
}
