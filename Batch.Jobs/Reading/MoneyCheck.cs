using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>Reads what the money of a month comes to: the statement against the receipts. It changes nothing.</summary>
public sealed class MoneyCheck(Area area)
{
    private const string MatchedLine = "EXISTS (SELECT FROM :area.money_match_line m JOIN :area.match_state s USING (match_id) WHERE m.serial = l.serial AND s.state = 'matched')";

    private const string MatchedReceipt =
        """
        EXISTS (SELECT FROM :area.money_match_receipt m JOIN :area.match_state s USING (match_id)
                WHERE m.receipt_month = r.receipt_month AND m.receipt_employer = r.employer_id AND m.document = r.document AND s.state = 'matched')
        """;

    // Serial numbers, receipts, and what the lines come to.
    private const string Members =
        $"""
        ARRAY(SELECT serial FROM :area.money_match_line l WHERE l.match_id = s.match_id ORDER BY serial),
        ARRAY(SELECT {ReceiptName.Sql} FROM :area.money_match_receipt r
              JOIN :area.employer e ON e.employer_id = r.receipt_employer WHERE r.match_id = s.match_id ORDER BY 1),
        (SELECT coalesce(sum(b.credit_fen), 0)::bigint FROM :area.money_match_line l JOIN :area.bank_line_in_force b USING (serial) WHERE l.match_id = s.match_id)
        """;

    public async Task<ReconcileDocument> ReadAsync(YearMonth month, CancellationToken cancellation)
    {
        LocalDate end = month.OnDayOfMonth(1).PlusMonths(1).PlusDays(-1);
        List<UnmatchedLine> lines = await LinesAsync(end, cancellation);
        List<UnmatchedReceipt> receipts = await ReceiptsAsync(end, cancellation);
        return new ReconcileDocument(
            area.Schema.Code, month, end, await BankAsync(month, cancellation), await ReceivedAsync(month, cancellation),
            lines, receipts, [.. Differences(lines, receipts, end)], await ProposedAsync(cancellation),
            await new ThreeWay(area).ReadAsync(month, end, cancellation), await ReturnList.OfMonthAsync(area, month, cancellation));
    }

    /// <summary>The latest month with money; null: there is none.</summary>
    public async Task<YearMonth?> LatestAsync(CancellationToken cancellation) => (await area.ReadAsync(
        "SELECT greatest((SELECT max(traded_on) FROM :area.bank_line), (SELECT max(received_on) FROM :area.receipt))",
        r => r.IsDBNull(0) ? (YearMonth?)null : r.GetFieldValue<DateOnly>(0).Month(), cancellation))[0];

    /// <summary>What is matched of the month's lines, by hand first.</summary>
    public Task<List<MadeMatch>> MadeAsync(YearMonth month, int most, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT s.match_id, s.way, s.made_by, (SELECT a.acted_by FROM :area.money_match_act a WHERE a.matched = s.match_id AND a.act = 'confirm'), s.reason,
               {Members}
        FROM :area.match_state s WHERE s.state = 'matched' AND s.match_id IN (
            SELECT m.match_id FROM :area.bank_line_in_force l JOIN :area.money_match_line m USING (serial) WHERE l.traded_on >= $1 AND l.traded_on < $2)
        ORDER BY s.way <> 'hand', s.match_id LIMIT $3
        """,
        r => new MadeMatch(
            r.GetInt32(0), r.GetString(1), r.GetString(2), r.Text(3) ?? "", r.GetString(4), Fen(r, 7), r.GetFieldValue<string[]>(5), r.GetFieldValue<string[]>(6)),
        cancellation, month.FirstDay(), month.PlusMonths(1).FirstDay(), most);

    private async Task<BankSums> BankAsync(YearMonth month, CancellationToken cancellation) => (await area.ReadAsync(
        $"""
        SELECT count(*), coalesce(sum(credit_fen), 0)::bigint, coalesce(sum(debit_fen), 0)::bigint, coalesce(sum(credit_fen) FILTER (WHERE matched), 0)::bigint,
               coalesce(sum(credit_fen) FILTER (WHERE NOT matched), 0)::bigint
        FROM (SELECT credit_fen, debit_fen, {MatchedLine} AS matched FROM :area.bank_line_in_force l WHERE traded_on >= $1 AND traded_on < $2) t
        """,
        r => new BankSums(r.GetInt64(0), Fen(r, 1), Fen(r, 2), Fen(r, 3), Fen(r, 4)), cancellation, month.FirstDay(), month.PlusMonths(1).FirstDay()))[0];

    private async Task<ReceiptSums> ReceivedAsync(YearMonth month, CancellationToken cancellation) => (await area.ReadAsync(
        $"""
        SELECT count(*) FILTER (WHERE money_fen > 0), coalesce(sum(amount_fen), 0)::bigint, coalesce(sum(late_fee_fen), 0)::bigint, coalesce(sum(interest_fen), 0)::bigint,
               coalesce(sum(money_fen), 0)::bigint, coalesce(sum(money_fen) FILTER (WHERE matched), 0)::bigint, coalesce(sum(money_fen) FILTER (WHERE NOT matched), 0)::bigint
        FROM (SELECT amount_fen, late_fee_fen, interest_fen, money_fen, {MatchedReceipt} AS matched FROM :area.receipt_in_force r WHERE received_on >= $1 AND received_on < $2) t
        """,
        r => new ReceiptSums(r.GetInt64(0), Fen(r, 1), Fen(r, 2), Fen(r, 3), Fen(r, 4), Fen(r, 5), Fen(r, 6)), cancellation, month.FirstDay(), month.PlusMonths(1).FirstDay()))[0];

    private Task<List<UnmatchedLine>> LinesAsync(LocalDate end, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT l.serial, l.traded_on, l.payer, l.credit_fen, l.document, $1 - l.traded_on, f.file, l.row_no
        FROM :area.bank_line_in_force l JOIN :area.submission f USING (submission_id) WHERE l.credit_fen > 0 AND l.traded_on <= $1 AND NOT {MatchedLine}
        ORDER BY l.traded_on, l.serial
        """,
        r => new UnmatchedLine(r.GetString(0), Day(r, 1), PayerNames.Shown(r.GetString(2)), Fen(r, 3), r.GetString(4), r.GetInt32(5), r.GetString(6), r.GetInt32(7)),
        cancellation, end.ToDateOnly());

    private Task<List<UnmatchedReceipt>> ReceiptsAsync(LocalDate end, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT e.number, e.name, r.receipt_month, r.document, r.received_on, r.money_fen, $1 - r.received_on, f.file, r.row_no
        FROM :area.receipt_in_force r JOIN :area.employer e USING (employer_id) JOIN :area.submission f USING (submission_id)
        WHERE r.money_fen > 0 AND r.received_on <= $1 AND NOT {MatchedReceipt} ORDER BY r.received_on, e.number, r.receipt_month, r.document
        """,
        r => new UnmatchedReceipt(
            r.GetString(0), r.GetString(1), r.GetFieldValue<DateOnly>(2).Month(), r.GetString(3), Day(r, 4), Fen(r, 5), r.GetInt32(6), r.GetString(7), r.GetInt32(8)),
        cancellation, end.ToDateOnly());

    private static IEnumerable<MoneyDifference> Differences(List<UnmatchedLine> lines, List<UnmatchedReceipt> receipts, LocalDate end)
    {
        ILookup<string, UnmatchedLine> byVoucher = lines.SelectMany(l => new[] { l.Document, l.Serial }.Where(d => d.Length > 0).Distinct().Select(d => (Voucher: d, Line: l)))
            .ToLookup(l => l.Voucher, l => l.Line);
        foreach (IGrouping<string, UnmatchedReceipt> of in receipts.Where(r => byVoucher.Contains(r.Document)).GroupBy(r => r.Document))
        {
            Money received = new(of.Sum(r => r.Amount.Fen)), onStatement = new(byVoucher[of.Key].Sum(l => l.Amount.Fen));
            LocalDate on = of.Min(r => r.On);
            yield return new MoneyDifference(
                of.Key, [.. of.Select(r => r.Employer).Distinct()], received, onStatement, onStatement - received, on, Period.DaysBetween(on, end));
        }
    }

    private Task<List<ProposedMatch>> ProposedAsync(CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT s.match_id, s.made_by, s.made_at, s.reason, {Members}
        FROM :area.match_state s WHERE s.state = 'proposed' ORDER BY 1
        """,
        r => new ProposedMatch(
            r.GetInt32(0), r.GetString(1), r.Moment(2)!.Value, r.GetString(3), Fen(r, 6), r.GetFieldValue<string[]>(4), r.GetFieldValue<string[]>(5)), cancellation);

    private static Money Fen(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column));

    private static LocalDate Day(NpgsqlDataReader reader, int column) => LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(column));
}
