using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>The statement of the month. Credit is money in, debit money out; lines, matched and unmatched are of the money in.</summary>
public sealed record BankSums(long Lines, Money Credit, Money Debit, Money Matched, Money Unmatched);

/// <summary>The receipts of the month, by the day on which the money came. Amount covers contributions; total has late fee and interest too.</summary>
public sealed record ReceiptSums(long Count, Money Amount, Money LateFee, Money Interest, Money Total, Money Matched, Money Unmatched);

/// <summary>The receipts that have come since the closing before, whatever their day, and what earlier ones were corrected by.</summary>
internal readonly record struct MoneyCame(long AmountFen, long LateFeeFen, long InterestFen);

/// <summary>Adds up a month's statement and receipts.</summary>
public sealed class MoneySums(Area area)
{
    /// <param name="unmatched">What the statement has by the end of the month that is not matched.</param>
    public async Task<BankSums> BankAsync(YearMonth month, IEnumerable<UnmatchedLine> unmatched, CancellationToken cancellation)
    {
        Money open = new(unmatched.Where(l => l.On.ToYearMonth() == month).Sum(l => l.Amount.Fen));
        return (await area.ReadAsync(
            """
            SELECT count(*) FILTER (WHERE credit_fen > 0), coalesce(sum(credit_fen), 0)::bigint, coalesce(sum(debit_fen), 0)::bigint
            FROM :area.bank_line_in_force WHERE traded_on >= $1 AND traded_on < $2
            """,
            r => new BankSums(r.GetInt64(0), Fen(r, 1), Fen(r, 2), Fen(r, 1) - open, open), cancellation, month.FirstDay(), month.PlusMonths(1).FirstDay()))[0];
    }

    /// <param name="unmatched">The receipts by the end of the month that are not matched.</param>
    public async Task<ReceiptSums> ReceivedAsync(YearMonth month, IEnumerable<UnmatchedReceipt> unmatched, CancellationToken cancellation)
    {
        Money open = new(unmatched.Where(r => r.On.ToYearMonth() == month).Sum(r => r.Amount.Fen));
        return (await area.ReadAsync(
            """
            SELECT count(*) FILTER (WHERE money_fen > 0), coalesce(sum(amount_fen), 0)::bigint, coalesce(sum(late_fee_fen), 0)::bigint, coalesce(sum(interest_fen), 0)::bigint,
                   coalesce(sum(money_fen), 0)::bigint
            FROM :area.receipt_in_force WHERE received_on >= $1 AND received_on < $2
            """,
            r => new ReceiptSums(r.GetInt64(0), Fen(r, 1), Fen(r, 2), Fen(r, 3), Fen(r, 4), Fen(r, 4) - open, open), cancellation, month.FirstDay(), month.PlusMonths(1).FirstDay()))[0];
    }

    /// <param name="employers">What came of each since the closing before.</param>
    internal async Task<MoneyCame> CameAsync(CheckedMonth of, IReadOnlyList<EmployerMoney> employers, CancellationToken cancellation)
    {
        if (of.Before is { Checked: false })
        {
            // The closing before has no sums on record: everything came since.
            List<(int Employer, MoneyCame Came)> all = await CameByEmployerAsync(of with { Before = null }, cancellation);
            return new MoneyCame(all.Sum(e => e.Came.AmountFen), all.Sum(e => e.Came.LateFeeFen), all.Sum(e => e.Came.InterestFen));
        }

        return new MoneyCame(employers.Sum(e => e.Received.Fen), employers.Sum(e => e.LateFee.Fen), employers.Sum(e => e.Interest.Fen));
    }

    // Of each receipt that came or was corrected since: what counts of it now, less what counted at the closing before.
    internal async Task<List<(int Employer, MoneyCame Came)>> CameByEmployerAsync(CheckedMonth of, CancellationToken cancellation) => await area.ReadAsync(
        $"""
        WITH counted AS (
            SELECT employer_id, amount_fen, late_fee_fen, interest_fen FROM :area.receipt_in_force WHERE (submission_id > $1 OR received_on >= $2) AND received_on <= $3
            UNION ALL
            SELECT employer_id, -amount_fen, -late_fee_fen, -interest_fen FROM :area.receipt b
            WHERE state = {FactState.Accepted:D} AND submission_id <= $1 AND received_on < $2
                AND EXISTS (
                    SELECT FROM :area.receipt n
                    WHERE n.submission_id > $1 AND n.receipt_month = b.receipt_month AND n.employer_id = b.employer_id AND n.document = b.document)
                AND NOT EXISTS (
                    SELECT FROM :area.receipt n
                    WHERE n.submission_id <= $1 AND n.receipt_month = b.receipt_month AND n.employer_id = b.employer_id AND n.document = b.document
                        AND (n.submission_id, -n.row_no) > (b.submission_id, -b.row_no)))
        SELECT employer_id, sum(amount_fen)::bigint, sum(late_fee_fen)::bigint, sum(interest_fen)::bigint FROM counted GROUP BY 1
        """,
        r => (r.GetInt32(0), new MoneyCame(r.GetInt64(1), r.GetInt64(2), r.GetInt64(3))), cancellation, of.Before?.Submissions ?? 0, of.From.ToDateOnly(), of.End.ToDateOnly());

    private static Money Fen(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column));
}
