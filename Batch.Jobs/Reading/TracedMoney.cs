using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>Reads receipts and lines of the statement with what they are matched with.</summary>
internal sealed class TracedMoney(Area area)
{
    private const string Lines =
        """
        SELECT b.serial, b.traded_on, b.document, b.payer, b.credit_fen, b.debit_fen, b.submission_id, f.file, b.row_no, greatest(b.traded_on, f.open_from), m.match_id, m.way
        FROM :area.bank_line_in_force b JOIN :area.book_file f USING (submission_id)
        LEFT JOIN LATERAL (SELECT s.match_id, s.way FROM :area.money_match_line l JOIN :area.match_state s USING (match_id) WHERE l.serial = b.serial AND s.state = 'matched' LIMIT 1) m ON true
        """;

    private const string Receipts =
        """
        SELECT e.number, e.name, r.receipt_month, r.document, r.received_on, r.amount_fen, r.late_fee_fen, r.interest_fen, r.submission_id, f.file, r.row_no,
               greatest(r.received_on, f.open_from), m.match_id
        FROM :area.receipt_in_force r JOIN :area.employer e USING (employer_id) JOIN :area.book_file f USING (submission_id)
        LEFT JOIN LATERAL (SELECT s.match_id FROM :area.money_match_receipt x JOIN :area.match_state s USING (match_id)
            WHERE x.receipt_month = r.receipt_month AND x.receipt_employer = r.employer_id AND x.document = r.document AND s.state = 'matched' LIMIT 1) m ON true
        """;

    /// <summary>Lines without the numbers of their vouchers.</summary>
    /// <param name="which">A condition on <c>b</c>, or on its match <c>m</c>.</param>
    public Task<List<TracedLine>> LinesAsync(string which, int most, CancellationToken cancellation, params object[] arguments) => area.ReadAsync(
        $"{Lines} WHERE {which} ORDER BY b.traded_on, b.serial LIMIT {most}",
        r => new TracedLine(
            r.GetString(0), Day(r, 1), r.GetString(2), PayerNames.Shown(r.GetString(3)), Fen(r, 4), Fen(r, 5), new TracedRow(r.GetInt32(6), r.GetString(7), r.GetInt32(8)), Day(r, 9), null)
        { Match = r.Number(10), Way = r.Text(11) },
        cancellation, arguments);

    /// <summary>Receipts with their lines, without the numbers of their vouchers.</summary>
    /// <param name="which">A condition on <c>r</c>, on its employer <c>e</c> or on its match <c>m</c>.</param>
    public async Task<List<TracedReceipt>> ReceiptsAsync(string which, int most, CancellationToken cancellation, params object[] arguments)
    {
        List<(TracedReceipt Receipt, int? Match)> receipts = await area.ReadAsync(
            $"{Receipts} WHERE {which} ORDER BY r.received_on, e.number, r.receipt_month, r.document LIMIT {most}",
            r => (new TracedReceipt(
                r.GetString(0), r.GetString(1), r.GetFieldValue<DateOnly>(2).Month(), r.GetString(3), Day(r, 4), Fen(r, 5), Fen(r, 6), Fen(r, 7),
                new TracedRow(r.GetInt32(8), r.GetString(9), r.GetInt32(10)), Day(r, 11), null), r.Number(12)),
            cancellation, arguments);
        int[] matches = [.. receipts.Select(r => r.Match).OfType<int>().Distinct()];
        ILookup<int?, TracedLine> lines = (matches.Length == 0 ? [] : await OfMatchesAsync(matches, cancellation)).ToLookup(l => l.Match);
        return [.. receipts.Select(r => r.Receipt with { Lines = r.Match is null ? [] : [.. lines[r.Match]] })];
    }

    // From the match to its lines: the other way round every line of the statement would be looked at.
    public Task<List<TracedLine>> OfMatchesAsync(int[] matches, CancellationToken cancellation) =>
        LinesAsync("b.serial IN (SELECT l.serial FROM :area.money_match_line l WHERE l.match_id = ANY($1)) AND m.match_id = ANY($1)", int.MaxValue, cancellation, matches);

    public Task<List<TracedReturn>> ReturnsAsync(string employer, YearMonth month, CancellationToken cancellation) => area.ReadAsync(
        "SELECT return_id, kind, amount_fen, on_date, document FROM :area.money_returned WHERE employer = $1 AND month = $2 ORDER BY on_date, return_id",
        r => new TracedReturn(r.GetInt32(0), r.GetString(1), Fen(r, 2), Day(r, 3), r.GetString(4)), cancellation, employer, month.FirstDay());

    /// <summary>Gives receipts and their lines the numbers of their vouchers.</summary>
    public static List<TracedReceipt> Named(IEnumerable<TracedReceipt> receipts, VoucherNames names) =>
        [.. receipts.Select(r => r with { Voucher = names.OfDay(r.Booked), Lines = Named(r.Lines, names) })];

    public static List<TracedLine> Named(IEnumerable<TracedLine> lines, VoucherNames names) => [.. lines.Select(l => l with { Voucher = names.OfDay(l.Booked) })];

    /// <summary>The months whose vouchers are named.</summary>
    public static IEnumerable<YearMonth> MonthsOf(IEnumerable<TracedReceipt> receipts) => receipts.SelectMany(r => r.Lines.Select(l => l.Booked).Append(r.Booked)).Select(d => d.ToYearMonth());

    private static Money Fen(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column));

    private static LocalDate Day(NpgsqlDataReader reader, int column) => LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(column));
}
