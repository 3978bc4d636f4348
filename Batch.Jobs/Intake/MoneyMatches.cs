using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>What a transaction changed of receipts or of the bank's statement: the first submission that did, and the days of the money.</summary>
public sealed record ChangedMoney(int FirstSubmission, LocalDate First, LocalDate Last)
{
    internal static ChangedMoney With(ChangedMoney? before, int submission, LocalDate day) => before is null
        ? new ChangedMoney(submission, day, day)
        : new ChangedMoney(Math.Min(before.FirstSubmission, submission), LocalDate.Min(before.First, day), LocalDate.Max(before.Last, day));
}

/// <summary>
/// Keeps the matches of receipts with the bank's lines in step with the files: a match lapses when a later file changes what was matched, and what has become certain is
/// matched. Within the transaction of the intake, whose lock lets one at a time.
/// </summary>
internal sealed class MoneyMatches(AreaSession area)
{
    // A match that people undid is not made again by the program, nor is what they have proposed taken from under them.
    private const string Held = "(s.state IN ('matched', 'proposed') OR (s.state = 'undone' AND {0}))";

    public async Task MatchAsync(ChangedMoney changed, string by, CancellationToken cancellation)
    {
        // The transaction has just filled these tables, of which there are no statistics: nested loops over a city's lines took minutes.
        await area.DoAsync("SET LOCAL enable_nestloop = off", cancellation);
        await LapseAsync(changed.FirstSubmission, by, cancellation);
        object[] days = [changed.First.PlusDays(-MoneyMatching.Days).ToDateOnly(), changed.Last.PlusDays(MoneyMatching.Days).ToDateOnly()];
        List<OpenLine> lines = await LinesAsync(days, cancellation);
        if (lines.Count > 0)
        {
            await WriteAsync(MoneyMatching.Certain(await ReceiptsAsync(days, cancellation), lines), by, cancellation);
        }

        await area.DoAsync("SET LOCAL enable_nestloop = on", cancellation);
    }

    private async Task LapseAsync(int first, string by, CancellationToken cancellation)
    {
        await area.DoAsync(
            """
            INSERT INTO :area.money_match_act (match_act_id, matched, act, acted_by, reason)
            SELECT (SELECT coalesce(max(match_act_id), 0) FROM :area.money_match_act) + row_number() OVER (ORDER BY match_id), match_id, 'lapse', $2, ''
            FROM (
                SELECT m.match_id FROM :area.money_match_line m JOIN :area.bank_line n USING (serial) WHERE n.submission_id >= $1 AND n.submission_id > m.line_submission
                UNION
                SELECT m.match_id FROM :area.money_match_receipt m
                JOIN :area.receipt n ON n.receipt_month = m.receipt_month AND n.employer_id = m.receipt_employer AND n.document = m.document
                WHERE n.submission_id >= $1 AND n.submission_id > m.receipt_submission) changed
            JOIN :area.match_state s USING (match_id) WHERE s.state IN ('matched', 'proposed')
            """, cancellation, first, by);
    }

    private async Task<List<OpenLine>> LinesAsync(object[] days, CancellationToken cancellation)
    {
        string held = Held.Replace("{0}", "m.line_submission = l.submission_id", StringComparison.Ordinal);
        List<(OpenLine Line, string Payer)> read = await area.ReadAsync(
            $"""
            SELECT serial, document, submission_id, traded_on, credit_fen, payer FROM :area.bank_line_in_force l
            WHERE credit_fen > 0 AND traded_on BETWEEN $1 AND $2
                AND NOT EXISTS (SELECT FROM :area.money_match_line m JOIN :area.match_state s USING (match_id) WHERE m.serial = l.serial AND {held})
            ORDER BY traded_on, serial
            """,
            r => (new OpenLine(r.GetString(0), r.GetString(1), r.GetInt32(2), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(3)), r.GetInt64(4), null), r.GetString(5)), cancellation, days);
        if (read.Count == 0)
        {
            return [];
        }

        ILookup<string, int> employers = (await area.ReadAsync(
            "SELECT employer_id, name FROM :area.employer WHERE name <> ''", r => (r.GetInt32(0), r.GetString(1)), cancellation)).ToLookup(e => MoneyMatching.NameKey(e.Item2), e => e.Item1);
        return [.. read.Select(l => l.Line with { Employer = employers[MoneyMatching.NameKey(l.Payer)].ToArray() is [var only] ? only : null })];
    }

    private Task<List<OpenReceipt>> ReceiptsAsync(object[] days, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT receipt_month, employer_id, document, submission_id, received_on, money_fen FROM :area.receipt_in_force r
        WHERE money_fen > 0 AND received_on BETWEEN $1 AND $2 AND NOT EXISTS (
            SELECT FROM :area.money_match_receipt m JOIN :area.match_state s USING (match_id)
            WHERE m.receipt_month = r.receipt_month AND m.receipt_employer = r.employer_id AND m.document = r.document
                AND {Held.Replace("{0}", "m.receipt_submission = r.submission_id", StringComparison.Ordinal)})
        ORDER BY received_on, employer_id, receipt_month, document
        """,
        r => new OpenReceipt(
            r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1), r.GetString(2), r.GetInt32(3), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(4)), r.GetInt64(5)),
        cancellation, days);

    private async Task WriteAsync(IReadOnlyList<CertainMatch> matches, string by, CancellationToken cancellation)
    {
        if (matches.Count == 0)
        {
            return;
        }

        int first = await area.OneAsync<int>("SELECT coalesce(max(match_id), 0) + 1 FROM :area.money_match", cancellation);
        await area.DoAsync(
            "INSERT INTO :area.money_match (match_id, way, made_by, reason) SELECT n, w, $3, '' FROM unnest($1, $2) t (n, w)", cancellation,
            matches.Select((_, i) => first + i).ToArray(), matches.Select(m => m.Way).ToArray(), by);
        (int Match, OpenLine Line)[] lines = [.. matches.SelectMany((m, i) => m.Lines.Select(l => (first + i, l)))];
        await area.DoAsync(
            "INSERT INTO :area.money_match_line SELECT * FROM unnest($1, $2, $3)", cancellation,
            lines.Select(l => l.Match).ToArray(), lines.Select(l => l.Line.Serial).ToArray(), lines.Select(l => l.Line.Submission).ToArray());
        (int Match, OpenReceipt Receipt)[] receipts = [.. matches.SelectMany((m, i) => m.Receipts.Select(r => (first + i, r)))];
        await area.DoAsync(
            "INSERT INTO :area.money_match_receipt SELECT * FROM unnest($1, $2, $3, $4, $5)", cancellation,
            receipts.Select(r => r.Match).ToArray(), receipts.Select(r => r.Receipt.Month.FirstDay()).ToArray(), receipts.Select(r => r.Receipt.Employer).ToArray(),
            receipts.Select(r => r.Receipt.Document).ToArray(), receipts.Select(r => r.Receipt.Submission).ToArray());
    }
}
