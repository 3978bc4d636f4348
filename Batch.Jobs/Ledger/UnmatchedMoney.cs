using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>Money into the account by a line of the statement that is matched with no receipt.</summary>
/// <param name="Payer">As the bank has it, a person's name too.</param>
/// <param name="Days">From the line to the end of the month.</param>
public sealed record UnmatchedLine(string Serial, LocalDate On, string Payer, Money Amount, string Document, int Days, string File, int Row)
{
    /// <summary>A match by hand that waits for another person; null: none.</summary>
    public int? Proposed { get; init; }
}

/// <summary>A receipt that is matched with no line of the statement.</summary>
public sealed record UnmatchedReceipt(string Employer, string Name, YearMonth Month, string Document, LocalDate On, Money Amount, int Days, string File, int Row)
{
    /// <summary>A match by hand that waits for another person; null: none.</summary>
    public int? Proposed { get; init; }

    internal int EmployerId { get; init; }
}

/// <summary>
/// Reads what the bank's statement and the receipts have by the end of a month that is not matched. Of months that were closed with a check only what their closing left
/// open is looked at, and what came or was undone since: the time it takes does not grow with the months.
/// </summary>
internal sealed class UnmatchedMoney(Area area)
{
    private static string Proposed(string members, string of) =>
        $"(SELECT min(s.match_id) FROM :area.{members} m JOIN :area.match_state s USING (match_id) WHERE {of} AND s.state = 'proposed')";

    internal static string Matched(string members, string of) =>
        $"EXISTS (SELECT FROM :area.{members} m JOIN :area.match_state s USING (match_id) WHERE {of} AND s.state = 'matched' OFFSET 0)";

    internal const string OfLine = "m.serial = l.serial";
    internal const string OfReceipt = "m.receipt_month = r.receipt_month AND m.receipt_employer = r.employer_id AND m.document = r.document";
    private const string Undone = "JOIN :area.money_match_act a ON a.matched = m.match_id WHERE a.act IN ('undo', 'lapse') AND a.acted_at >= $5::timestamptz - interval '1 day'";

    // OFFSET 0: each candidate is looked up by its key, however few the planner expects. It has no statistics of a month that has just come in, and joined tables whole.
    // $1 the end, $2 the first day, $3 the closing before, $4 its last submission, $5 when it was.
    private static readonly string Lines =
        $"""
        WITH candidate AS MATERIALIZED (
            SELECT serial FROM :area.bank_line WHERE traded_on >= $2 OR submission_id > $4
            UNION SELECT document FROM :area.closing_difference WHERE seq = $3 AND kind = 'line'
            UNION SELECT m.serial FROM :area.money_match_line m {Undone})
        SELECT l.serial, l.traded_on, l.payer, l.credit_fen, l.document, $1 - l.traded_on, f.file, l.row_no, {Proposed("money_match_line", OfLine)}
        FROM candidate c CROSS JOIN LATERAL (SELECT * FROM :area.bank_line_in_force l WHERE l.serial = c.serial OFFSET 0) l JOIN :area.submission f USING (submission_id)
        WHERE l.credit_fen > 0 AND l.traded_on <= $1 AND NOT {Matched("money_match_line", OfLine)}
        ORDER BY l.traded_on, l.serial
        """;

    private static readonly string Receipts =
        $"""
        WITH candidate (month, of, paper) AS MATERIALIZED (
            SELECT receipt_month, employer_id, document FROM :area.receipt WHERE received_on >= $2 OR submission_id > $4
            UNION SELECT contribution_month, employer_id, document FROM :area.closing_difference WHERE seq = $3 AND kind = 'receipt'
            UNION SELECT m.receipt_month, m.receipt_employer, m.document FROM :area.money_match_receipt m {Undone})
        SELECT e.number, e.name, r.receipt_month, r.document, r.received_on, r.money_fen, $1 - r.received_on, f.file, r.row_no, {Proposed("money_match_receipt", OfReceipt)}, r.employer_id
        FROM candidate c CROSS JOIN LATERAL (
            SELECT * FROM :area.receipt_in_force r WHERE (r.receipt_month, r.employer_id, r.document) = (c.month, c.of, c.paper) OFFSET 0) r
        JOIN :area.employer e USING (employer_id) JOIN :area.submission f USING (submission_id)
        WHERE r.money_fen > 0 AND r.received_on <= $1 AND NOT {Matched("money_match_receipt", OfReceipt)}
        ORDER BY r.received_on, e.number, r.receipt_month, r.document
        """;

    public async Task<List<UnmatchedLine>> LinesAsync(CheckedMonth of, CancellationToken cancellation) => await area.ReadAsync(
        Lines,
        r => new UnmatchedLine(r.GetString(0), Day(r, 1), r.GetString(2), Fen(r, 3), r.GetString(4), r.GetInt32(5), r.GetString(6), r.GetInt32(7)) { Proposed = r.Number(8) },
        cancellation, await ArgumentsAsync(of, cancellation));

    public async Task<List<UnmatchedReceipt>> ReceiptsAsync(CheckedMonth of, CancellationToken cancellation) => await area.ReadAsync(
        Receipts,
        r => new UnmatchedReceipt(
            r.GetString(0), r.GetString(1), r.GetFieldValue<DateOnly>(2).Month(), r.GetString(3), Day(r, 4), Fen(r, 5), r.GetInt32(6), r.GetString(7), r.GetInt32(8))
        { Proposed = r.Number(9), EmployerId = r.GetInt32(10) },
        cancellation, await ArgumentsAsync(of, cancellation));

    /// <summary>The first day of the first month with a statement; before it, a receipt has no line to be matched with. Null: there is no statement.</summary>
    public async Task<LocalDate?> FirstStatementAsync(CancellationToken cancellation) => (await area.ReadAsync(
        "SELECT date_trunc('month', min(traded_on))::date FROM :area.bank_line",
        r => r.IsDBNull(0) ? (LocalDate?)null : Day(r, 0), cancellation))[0];

    // Without a closing that was checked, everything is looked at; with a statement that came late, its months are again.
    private async Task<object[]> ArgumentsAsync(CheckedMonth of, CancellationToken cancellation)
    {
        if (of.Before is not { Checked: true } before)
        {
            return [of.End.ToDateOnly(), new DateOnly(1900, 1, 1), 0L, 0, DateTime.UnixEpoch];
        }

        DateOnly from = of.From.ToDateOnly();
        DateOnly late = (await area.ReadAsync(
            "SELECT coalesce(date_trunc('month', min(traded_on))::date, $2) FROM :area.bank_line WHERE submission_id > $1",
            r => r.GetFieldValue<DateOnly>(0), cancellation, before.Submissions, from))[0];
        return [of.End.ToDateOnly(), late < from ? late : from, before.Seq, before.Submissions, before.At.ToDateTimeUtc()];
    }

    private static Money Fen(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column));

    private static LocalDate Day(NpgsqlDataReader reader, int column) => LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(column));
}
