using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>What a month was closed with of its money: kept with the closing, sealed with it, never changed.</summary>
internal sealed class ClosedDifferences(Area area)
{
    public async Task<List<MonthDifference>> ReadAsync(long seq, LocalDate end, CancellationToken cancellation) => await area.ReadAsync(
        """
        SELECT kind, e.number, e.name, contribution_month, document, declared_fen, received_fen, booked_fen, since, accepted_by, accepted_at, reason, employer_id
        FROM :area.closing_difference LEFT JOIN :area.employer e USING (employer_id) WHERE seq = $1 ORDER BY item_no
        """,
        r =>
        {
            YearMonth? month = r.IsDBNull(3) ? null : r.GetFieldValue<DateOnly>(3).Month();
            LocalDate? on = r.IsDBNull(8) ? null : LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(8));
            return new MonthDifference(
                r.GetString(0), r.Text(1) ?? "", r.Text(2) ?? "", month, r.GetString(4), Fen(r, 5), Fen(r, 6), Fen(r, 7), on,
                Math.Max(Period.DaysBetween(on ?? month!.Value.ToDateInterval().End, end), 0))
            {
                Accepted = new Acceptance(r.GetString(9), r.Moment(10)!.Value, r.GetString(11)),
                EmployerId = r.Number(12),
            };
        }, cancellation, seq);

    /// <summary>The sums that a checked closing was made with.</summary>
    public async Task<ClosedSums> SumsAsync(long seq, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT declared_fen, received_fen, booked_fen, bank_lines, bank_in_fen, bank_out_fen, bank_matched_fen, receipts, receipts_fen, receipts_late_fen,
               receipts_interest_fen, receipts_matched_fen
        FROM :area.closing_money WHERE seq = $1 AND checked
        """,
        r =>
        {
            long[] fen = [.. Enumerable.Range(0, r.FieldCount).Select(i => Convert.ToInt64(r.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))];
            Money total = new(fen[8] + fen[9] + fen[10]);
            return new ClosedSums(
                new Money(fen[0]), new Money(fen[1]), new Money(fen[2]), new BankSums(fen[3], new Money(fen[4]), new Money(fen[5]), new Money(fen[6]), new Money(fen[4] - fen[6])),
                new ReceiptSums(fen[7], new Money(fen[8]), new Money(fen[9]), new Money(fen[10]), total, new Money(fen[11]), total - new Money(fen[11])));
        }, cancellation, seq))[0];

    public async Task WriteAsync(NpgsqlConnection connection, (long Seq, int Known, IReadOnlyList<EmployerMoney> Employers) closing, CheckedMonth of, MonthCheck check,
        CancellationToken cancellation)
    {
        MoneySums sums = new(area);
        BankSums bank = await sums.BankAsync(of.Month, check.Lines, cancellation);
        ReceiptSums receipts = await sums.ReceivedAsync(of.Month, check.Receipts, cancellation);
        MoneyCame came = await sums.CameAsync(of, closing.Employers, cancellation);
        await connection.DoAsync(
            area.Sql("INSERT INTO :area.closing_money VALUES ($1, true, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"), cancellation,
            closing.Seq, closing.Known, check.ThreeWay.Declared.Fen, check.ThreeWay.Received.Fen, check.ThreeWay.Booked.Fen, (int)bank.Lines, bank.Credit.Fen, bank.Debit.Fen, bank.Matched.Fen,
            (int)receipts.Count, receipts.Amount.Fen, receipts.LateFee.Fen, receipts.Interest.Fen, receipts.Matched.Fen, came.AmountFen, came.LateFeeFen, came.InterestFen, closing.Employers.Count);
    }

    public async Task WriteAsync(NpgsqlConnection connection, long seq, IReadOnlyList<MonthDifference> differences, CancellationToken cancellation)
    {
        if (differences.Count == 0)
        {
            return;
        }

        await connection.DoAsync(
            area.Sql("INSERT INTO :area.closing_difference SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"), cancellation,
            [seq, .. Columns(differences), differences.Select(d => d.On?.ToDateOnly()).ToArray(), differences.Select(d => d.Accepted!.By).ToArray(),
                differences.Select(d => d.Accepted!.At.ToDateTimeUtc()).ToArray(), differences.Select(d => d.Accepted!.Reason).ToArray()]);
    }

    /// <summary>Number of the item, kind, employer, month, document and the three amounts, each as an array.</summary>
    public static object[] Columns(IReadOnlyList<MonthDifference> differences) =>
    [
        differences.Select((_, i) => i + 1).ToArray(), differences.Select(d => d.Kind).ToArray(), differences.Select(d => d.EmployerId).ToArray(),
        differences.Select(d => d.Month?.FirstDay()).ToArray(), differences.Select(d => d.Document).ToArray(), differences.Select(d => d.Declared?.Fen).ToArray(),
        differences.Select(d => d.Received?.Fen).ToArray(), differences.Select(d => d.Booked?.Fen).ToArray(),
    ];

    public static Money? Fen(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new Money(reader.GetInt64(column));
}

/// <summary>What a checked closing had of the month: the three-way check's sums, the statement and the receipts.</summary>
internal sealed record ClosedSums(Money Declared, Money Received, Money Booked, BankSums Bank, ReceiptSums Receipts);
