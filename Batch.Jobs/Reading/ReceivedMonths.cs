using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>The money of one month by the day on which it came: contributions received, what of them is matched to the bank's lines, what the month's runs allocated, and what is in suspense at its end, less what was refunded or written off.</summary>
public sealed record ReceivedMonth(YearMonth Month, Money Received, Money Matched, Money Allocated, Money Suspense);

/// <summary>Where the money that arrived went, month by month.</summary>
public sealed class ReceivedMonths(Area area)
{
    public async Task<IReadOnlyList<ReceivedMonth>> ReadAsync(CancellationToken cancellation)
    {
        List<(YearMonth Month, long Received, long Matched, long Allocated, long Returned)> months = await area.ReadAsync(
            $"""
            WITH received AS (
                SELECT date_trunc('month', r.received_on)::date AS month, sum(r.amount_fen) AS fen, sum(r.amount_fen) FILTER (WHERE m.document IS NOT NULL) AS matched_fen
                FROM :area.receipt_in_force r
                LEFT JOIN (SELECT DISTINCT x.receipt_month, x.receipt_employer, x.document FROM :area.money_match_receipt x JOIN :area.match_state s USING (match_id) WHERE s.state = 'matched') m
                    ON m.receipt_month = r.receipt_month AND m.receipt_employer = r.employer_id AND m.document = r.document
                GROUP BY 1),
            allocated AS (
                SELECT r.posting_month AS month, sum(t.person_paid_fen + t.employer_paid_fen) AS fen
                FROM :area.run_total t JOIN :area.posted_run r USING (run_id) WHERE t.component = {Component.Contribution:D} GROUP BY 1),
            returned AS (SELECT date_trunc('month', on_date)::date AS month, sum(amount_fen) AS fen FROM :area.money_returned GROUP BY 1)
            SELECT month, coalesce(r.fen, 0)::bigint, coalesce(r.matched_fen, 0)::bigint, coalesce(a.fen, 0)::bigint, coalesce(g.fen, 0)::bigint
            FROM received r FULL JOIN allocated a USING (month) FULL JOIN returned g USING (month) ORDER BY 1
            """, r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4)), cancellation);
        long suspense = 0;
        return [.. months.Select(m => new ReceivedMonth(m.Month, new Money(m.Received), new Money(m.Matched), new Money(m.Allocated), new Money(suspense += m.Received - m.Allocated - m.Returned)))];
    }
}
