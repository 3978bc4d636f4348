using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
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
               greatest(r.received_on, f.open_from), m.match_id, d.acted_by, d.acted_at, d.reason
        FROM :area.receipt_in_force r JOIN :area.employer e USING (employer_id) JOIN :area.book_file f USING (submission_id)
        LEFT JOIN LATERAL (SELECT s.match_id FROM :area.money_match_receipt x JOIN :area.match_state s USING (match_id)
            WHERE x.receipt_month = r.receipt_month AND x.receipt_employer = r.employer_id AND x.document = r.document AND s.state = 'matched' LIMIT 1) m ON true
        LEFT JOIN LATERAL (SELECT a.act, a.acted_by, a.acted_at, a.reason FROM :area.difference_act_item i JOIN :area.difference_act a USING (difference_act_id)
            WHERE i.kind = 'receipt' AND i.employer_id = r.employer_id AND i.contribution_month = r.receipt_month AND i.document = r.document
                AND i.received_fen = r.money_fen
            ORDER BY difference_act_id DESC LIMIT 1) d ON m.match_id IS NULL AND d.act = 'accept'
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
                new TracedRow(r.GetInt32(8), r.GetString(9), r.GetInt32(10)), Day(r, 11), null)
            { Accepted = r.IsDBNull(13) ? null : Accepted(r, 13) }, r.Number(12)),
            cancellation, arguments);
        int[] matches = [.. receipts.Select(r => r.Match).OfType<int>().Distinct()];
        ILookup<int?, TracedLine> lines = (matches.Length == 0 ? [] : await OfMatchesAsync(matches, cancellation)).ToLookup(l => l.Match);
        return [.. receipts.Select(r => r.Receipt with { Lines = r.Match is null ? [] : [.. lines[r.Match]] })];
    }

    // From the match to its lines: the other way round every line of the statement would be looked at.
    public Task<List<TracedLine>> OfMatchesAsync(int[] matches, CancellationToken cancellation) =>
        LinesAsync("b.serial IN (SELECT l.serial FROM :area.money_match_line l WHERE l.match_id = ANY($1)) AND m.match_id = ANY($1)", int.MaxValue, cancellation, matches);

    public Task<List<TracedReturn>> ReturnsAsync(string employer, YearMonth month, CancellationToken cancellation) => area.ReadAsync(
        """
        SELECT m.return_id, m.kind, m.amount_fen, m.on_date, m.document, s.made_by, s.acted_by, s.reason
        FROM :area.money_returned m JOIN :area.return_state s USING (return_id) WHERE m.employer = $1 AND m.month = $2 ORDER BY m.on_date, m.return_id
        """,
        r => new TracedReturn(r.GetInt32(0), r.GetString(1), Fen(r, 2), Day(r, 3), r.GetString(4), r.GetString(5), r.GetString(6), r.GetString(7)),
        cancellation, employer, month.FirstDay());

    /// <summary>Refunds, carry-overs and write-offs that are proposed or confirmed.</summary>
    /// <param name="which">A condition on <c>r</c>.</param>
    public async Task<List<ReturnDocument>> ReturnDocumentsAsync(string which, CancellationToken cancellation, params object[] arguments)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await ReturnList.ReadAsync(area.On(connection), $"r.state <> 'withdrawn' AND {which}", cancellation, arguments);
    }

    /// <summary>Refunds that a line of money out is named by: of its amount, under its document or serial number.</summary>
    public async Task<List<ReturnDocument>> RefundsAsync(TracedLine line, CancellationToken cancellation) => line.Out.IsZero ? [] : await ReturnDocumentsAsync(
        "r.state = 'confirmed' AND r.kind = 'refund' AND r.amount_fen = $1 AND r.document = ANY($2)", cancellation, line.Out.Fen, new[] { line.Document, line.Serial });

    /// <summary>Who made a match by hand; null: the program made it.</summary>
    public async Task<TracedMatch?> ByHandAsync(int match, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT s.match_id, s.made_by, s.made_at, a.acted_by, a.acted_at, s.reason
        FROM :area.match_state s JOIN :area.money_match_act a ON a.matched = s.match_id AND a.act = 'confirm' WHERE s.match_id = $1 AND s.way = 'hand'
        """,
        r => new TracedMatch(r.GetInt32(0), r.GetString(1), r.Moment(2)!.Value, r.GetString(3), r.Moment(4)!.Value, r.GetString(5)), cancellation, match)).SingleOrDefault();

    /// <summary>Who accepted last that a line of this amount has no receipt; null: nobody, or it was taken back.</summary>
    public async Task<Acceptance?> AcceptedAsync(TracedLine line, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT a.acted_by, a.acted_at, a.reason, a.act FROM :area.difference_act_item i JOIN :area.difference_act a USING (difference_act_id)
        WHERE i.kind = 'line' AND i.document = $1 AND i.received_fen = $2 ORDER BY difference_act_id DESC LIMIT 1
        """,
        r => (Of: Accepted(r, 0), Act: r.GetString(3)), cancellation, line.Serial, line.In.Fen)).Where(a => a.Act == "accept").Select(a => a.Of).SingleOrDefault();

    /// <summary>Gives receipts and their lines the numbers of their vouchers.</summary>
    public static List<TracedReceipt> Named(IEnumerable<TracedReceipt> receipts, VoucherNames names) =>
        [.. receipts.Select(r => r with { Voucher = names.OfDay(r.Booked), Lines = Named(r.Lines, names) })];

    public static List<TracedLine> Named(IEnumerable<TracedLine> lines, VoucherNames names) => [.. lines.Select(l => l with { Voucher = names.OfDay(l.Booked) })];

    /// <summary>The months whose vouchers are named.</summary>
    public static IEnumerable<YearMonth> MonthsOf(IEnumerable<TracedReceipt> receipts) => receipts.SelectMany(r => r.Lines.Select(l => l.Booked).Append(r.Booked)).Select(d => d.ToYearMonth());

    private static Acceptance Accepted(NpgsqlDataReader reader, int column) => new(reader.GetString(column), reader.Moment(column + 1)!.Value, reader.GetString(column + 2));

    private static Money Fen(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column));

    private static LocalDate Day(NpgsqlDataReader reader, int column) => LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(column));
}
