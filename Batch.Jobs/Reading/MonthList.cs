using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>A month of the ledger: what was posted in it, and its closing when it is closed.</summary>
/// <param name="Reopened">How often it was opened again after a closing.</param>
public sealed record MonthLine(
    YearMonth Month, long Runs, long Entries, Money PersonPaid, Money EmployerPaid, Money Accounts, Money Pool, Money Other, Money? Closing, string? Seal, string? ClosedBy,
    DateTime? ClosedAt, long Reopened)
{
    public bool IsClosed => Seal is not null;
}

/// <summary>The months of the ledger, newest first.</summary>
public sealed class MonthList(Area area)
{
    public async Task<IReadOnlyList<MonthLine>> ReadAsync(CancellationToken cancellation) => await area.ReadAsync(
        """
        WITH posted AS (
            SELECT r.posting_month AS month, count(DISTINCT r.run_id) AS runs, sum(t.entries)::bigint AS entries, sum(t.person_paid_fen)::bigint AS person,
                   sum(t.employer_paid_fen)::bigint AS employer, sum(t.account_fen)::bigint AS account, sum(t.pool_fen)::bigint AS pool, sum(t.other_fen)::bigint AS other
            FROM :area.posted_run r JOIN :area.run_total t USING (run_id) GROUP BY 1)
        SELECT coalesce(p.month, c.month), coalesce(p.runs, 0), coalesce(p.entries, 0), coalesce(p.person, 0), coalesce(p.employer, 0), coalesce(p.account, 0), coalesce(p.pool, 0),
               coalesce(p.other, 0), c.closing_fen, c.seal, l.by, l.at, (SELECT count(*) FROM :area.reopening o WHERE o.month = coalesce(p.month, c.month))
        FROM posted p FULL JOIN :area.closing_in_force c ON c.month = p.month LEFT JOIN (SELECT seq, by, at FROM :area.ledger) l ON l.seq = c.seq ORDER BY 1 DESC
        """,
        r => new MonthLine(
            r.GetFieldValue<DateOnly>(0).Month(), r.GetInt64(1), r.GetInt64(2), new Money(r.GetInt64(3)), new Money(r.GetInt64(4)), new Money(r.GetInt64(5)),
            new Money(r.GetInt64(6)), new Money(r.GetInt64(7)), r.IsDBNull(8) ? null : new Money(r.GetInt64(8)), r.Text(9), r.Text(10), r.Time(11), r.GetInt64(12)), cancellation);

    /// <summary>The month that work is on: the open month of the newest posting or file; null in an area without any.</summary>
    public async Task<YearMonth?> CurrentAsync(CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT greatest((SELECT (max(month) + interval '1 month')::date FROM :area.closing_in_force), (SELECT max(posting_month) FROM :area.run WHERE state <> 'discarded'),
                        (SELECT max(f.month) FROM :area.filed f JOIN :area.submission s USING (submission_id) WHERE s.refused IS NULL))
        """, r => r.IsDBNull(0) ? (YearMonth?)null : r.GetFieldValue<DateOnly>(0).Month(), cancellation))[0];

    /// <summary>Insurance years whose last month is closed, the latest first.</summary>
    public async Task<IReadOnlyList<int>> StatedYearsAsync(CancellationToken cancellation) =>
        await area.ReadAsync("SELECT year FROM :area.statement_year ORDER BY year DESC", r => r.GetInt32(0), cancellation);
}
