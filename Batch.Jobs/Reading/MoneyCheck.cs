using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>Reads what the money of a month comes to: the statement against the receipts. It changes nothing.</summary>
public sealed class MoneyCheck(Area area)
{
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
        CheckedMonth of = await CheckedMonth.ReadAsync(area, month, cancellation);
        MoneyDifferences differences = new(area);
        MonthCheck now = await differences.CompareAsync(of, cancellation);
        List<UnmatchedLine> lines = [.. now.Lines.Select(l => l with { Payer = PayerNames.Shown(l.Payer) })];
        MoneySums sums = new(area);
        ReconcileDocument document = new(
            area.Schema.Code, month, of.End, await sums.BankAsync(month, now.Lines, cancellation), await sums.ReceivedAsync(month, now.Receipts, cancellation),
            lines, now.Receipts, [.. Differences(lines, now.Receipts, of.End)], await ProposedAsync(cancellation), now.ThreeWay,
            await ReturnList.OfMonthAsync(area, month, cancellation))
        { Check = now.Check };
        return of.Own is { } own ? await AsClosedAsync(document, await differences.ClosedAsync(of, own, cancellation), own, cancellation) : document;
    }

    // The lists of what is not matched stay as they are today: people go on matching after the closing.
    private async Task<ReconcileDocument> AsClosedAsync(ReconcileDocument now, MonthDifferences then, ClosedCheck own, CancellationToken cancellation)
    {
        if (!own.Checked)
        {
            return now with { Check = then, Closed = new ClosedMonth(own.By, own.At, false, null, null, []) };
        }

        ClosedSums sums = await new ClosedDifferences(area).SumsAsync(own.Seq, cancellation);
        ThreeWayLine[] lines = [.. then.Differences.Where(d => d.Kind == MonthDifference.OfEmployer).Select(ThreeWayLine.Of)];
        return now with
        {
            Bank = sums.Bank,
            Receipts = sums.Receipts,
            Check = then,
            ThreeWay = now.ThreeWay with { Declared = sums.Declared, Received = sums.Received, Booked = sums.Booked, Lines = lines },
            Closed = new ClosedMonth(
                own.By, own.At, true, now.Bank with { Lines = sums.Bank.Lines } == sums.Bank ? null : now.Bank, now.Receipts == sums.Receipts ? null : now.Receipts, [.. Changes(lines, now.ThreeWay.Lines)]),
        };
    }

    private static IEnumerable<ThreeWayChange> Changes(IReadOnlyList<ThreeWayLine> then, IReadOnlyList<ThreeWayLine> now)
    {
        Dictionary<(string, YearMonth), ThreeWayLine> before = then.ToDictionary(l => (l.Employer, l.Month)), after = now.ToDictionary(l => (l.Employer, l.Month));
        foreach ((string Employer, YearMonth Month) key in before.Keys.Union(after.Keys).OrderBy(k => k.Item2).ThenBy(k => k.Item1, StringComparer.Ordinal))
        {
            (ThreeWayLine? was, ThreeWayLine? current) = (before.GetValueOrDefault(key), after.GetValueOrDefault(key));
            if (was is null || current is null || (was.Declared, was.Received, was.Booked) != (current.Declared, current.Received, current.Booked))
            {
                yield return new ThreeWayChange(key.Employer, (was ?? current)!.Name, key.Month, was, current);
            }
        }
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

    private static IEnumerable<MoneyDifference> Differences(List<UnmatchedLine> lines, List<UnmatchedReceipt> receipts, LocalDate end)
    {
        ILookup<string, UnmatchedLine> byVoucher = lines.SelectMany(l => new[] { l.Document, l.Serial }.Where(d => d.Length > 0).Distinct().Select(d => (Voucher: d, Line: l)))
            .ToLookup(l => l.Voucher, l => l.Line);
        foreach (IGrouping<string, UnmatchedReceipt> of in receipts.Where(r => byVoucher.Contains(r.Document)).GroupBy(r => r.Document))
        {
            Money received = new(of.Sum(r => r.Amount.Fen)), onStatement = new(byVoucher[of.Key].Sum(l => l.Amount.Fen));
            LocalDate on = of.Min(r => r.On);
            // People have taken their match apart: nothing differs.
            if (received == onStatement && byVoucher[of.Key].All(l => of.All(r => MoneyMatching.AreNear(r.On, l.On))))
            {
                continue;
            }

            yield return new MoneyDifference(
                of.Key, [.. of.Select(r => r.Employer).Distinct()], received, onStatement, onStatement - received, on, Period.DaysBetween(on, end));
        }
    }

    /// <summary>Matches by hand that wait for another person than proposed them, which this one may be.</summary>
    public Task<long> ProposedByOthersAsync(string who, CancellationToken cancellation) => area.OneAsync<long>(
        "SELECT count(*) FROM :area.match_state s WHERE s.state = 'proposed' AND NOT batch.same_person(s.made_by, $1)", cancellation, who);

    private Task<List<ProposedMatch>> ProposedAsync(CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT s.match_id, s.made_by, s.made_at, s.reason, {Members}
        FROM :area.match_state s WHERE s.state = 'proposed' ORDER BY 1
        """,
        r => new ProposedMatch(
            r.GetInt32(0), r.GetString(1), r.Moment(2)!.Value, r.GetString(3), Fen(r, 6), r.GetFieldValue<string[]>(4), r.GetFieldValue<string[]>(5)), cancellation);

    private static Money Fen(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column));
}
