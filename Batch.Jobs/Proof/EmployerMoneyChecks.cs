using Batch.Jobs.Facts;
using Batch.Jobs.Store;

namespace Batch.Jobs.Proof;

/// <summary>
/// V5 for what closings kept of each employer's money: worked out again from the rows of receipts, returns, contributions and entries, by another path than the closing went, and
/// what was in suspense before from the closing before. A row that differs, is missing or is one too many is named by its employer.
/// </summary>
internal sealed class EmployerMoneyChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    private static readonly string[] Figures =
        ["before", "received", "to accounts", "to the pool", "to other funds", "refunded", "written off", "carried", "late fees", "interest", "in suspense"];

    /// <param name="Before">The closing before, in force; null: there is none. Its month and the last submission that it knew.</param>
    /// <param name="KnowsBefore">What the closing before kept says what was in suspense, or there is none before.</param>
    private sealed record Closed(long Seq, DateOnly Month, int Submissions, long? BeforeSeq, DateOnly? Before, int BeforeSubmissions, bool KnowsBefore);

    public async Task CheckAsync(CancellationToken cancellation)
    {
        foreach (Closed closing in await area.ReadAsync(
            """
            SELECT seq, month, submissions, before_seq, before, coalesce(before_submissions, 0), before IS NULL OR before_employers IS NOT NULL FROM (
                SELECT c.seq, c.month, m.submissions, m.employers, lag(c.seq) OVER w AS before_seq, lag(c.month) OVER w AS before, lag(m.submissions) OVER w AS before_submissions,
                       lag(m.employers) OVER w AS before_employers
                FROM :area.closing_in_force c JOIN :area.closing_money m USING (seq) WINDOW w AS (ORDER BY c.month)) k
            WHERE employers IS NOT NULL AND ($1 OR seq > $2) ORDER BY month
            """,
            r => new Closed(
                r.GetInt64(0), r.GetFieldValue<DateOnly>(1), r.GetInt32(2), r.IsDBNull(3) ? null : r.GetInt64(3), r.IsDBNull(4) ? null : r.GetFieldValue<DateOnly>(4), r.GetInt32(5),
                r.GetBoolean(6)), cancellation, scope.All, scope.Sealed))
        {
            await CheckAsync(closing, cancellation);
        }
    }

    private async Task CheckAsync(Closed closing, CancellationToken cancellation)
    {
        List<DateOnly> touched = await MonthsAsync(closing, cancellation);
        List<DateOnly> postings = touched.Count == 0 ? [] : await area.ReadAsync(
            $"SELECT DISTINCT r.posting_month FROM :area.run_total t JOIN :area.posted_run r USING (run_id) WHERE t.component = {Component.Contribution:D} AND r.posting_month <= $1 AND t.contribution_month = ANY($2)",
            r => r.GetFieldValue<DateOnly>(0), cancellation, closing.Month, touched.ToArray());
        DateOnly end = closing.Month.AddMonths(1), from = closing.Before?.AddMonths(1) ?? DateOnly.MinValue.AddYears(1);
        List<(string? Employer, long[] Kept, long[] Facts)> rows = await area.ReadAsync(
            Text(touched, postings),
            r => (r.IsDBNull(0) ? null : r.GetString(0), r.GetFieldValue<long[]>(1), r.GetFieldValue<long[]>(2)), cancellation,
            closing.Seq, closing.BeforeSeq ?? 0L, closing.Submissions, closing.BeforeSubmissions, from, end, closing.Month, closing.Before ?? from);
        findings.Checked(Invariants.Statements, rows.Count);
        foreach ((string? employer, long[] kept, long[] facts) in rows)
        {
            string[] faults = [.. Figures.Select((name, i) => (Name: name, Kept: kept[i], Fact: facts[i]))
                .Where(f => f.Kept != f.Fact && (closing.KnowsBefore || f.Name is not ("before" or "in suspense"))).Select(f => $"{f.Name} {f.Kept.Yuan()}, by the facts {f.Fact.Yuan()}")];
            if (faults.Length > 0)
            {
                findings.Broken(Invariants.Statements, $"{closing.Month.Text()} closing_employer {employer ?? "without an employer"}: {string.Join("; ", faults)}");
            }
        }
    }

    // Contribution months of which something was posted since the closing before, or whose files the runs took.
    private Task<List<DateOnly>> MonthsAsync(Closed closing, CancellationToken cancellation) => area.ReadAsync(
        $"""
        WITH fresh AS (SELECT run_id FROM :area.posted_run WHERE posting_month <= $1 AND ($2::date IS NULL OR posting_month > $2::date))
        SELECT contribution_month FROM :area.run_total WHERE component = {Component.Contribution:D} AND run_id IN (SELECT run_id FROM fresh)
        UNION SELECT m.month FROM :area.run_submission s JOIN :area.submission_month m USING (submission_id) WHERE m.fact = 'contribution' AND s.run_id IN (SELECT run_id FROM fresh)
        ORDER BY 1
        """, r => r.GetFieldValue<DateOnly>(0), cancellation, closing.Month, closing.Before is { } before ? before : DBNull.Value);

    // $1 the closing, $2 the one before, $3 and $4 the last submissions that they knew, $5 the first day and $6 the day after the last, $7 and $8 the months.
    private static string Text(List<DateOnly> touched, List<DateOnly> postings) =>
        $"""
        WITH versions AS (
            SELECT employer_id, state, received_on, amount_fen, late_fee_fen, interest_fen,
                   row_number() OVER (PARTITION BY receipt_month, employer_id, document ORDER BY submission_id DESC, row_no) AS place,
                   submission_id <= $4 AND row_number() OVER (PARTITION BY receipt_month, employer_id, document, submission_id <= $4 ORDER BY submission_id DESC, row_no) = 1 AS was_last
            FROM :area.receipt WHERE submission_id <= $3),
        received AS (
            SELECT employer_id, ARRAY[0, sum(amount_fen * n), 0, 0, 0, 0, 0, 0, sum(late_fee_fen * n), sum(interest_fen * n)] AS fen FROM (
                SELECT *, (place = 1 AND received_on < $6)::int - (was_last AND received_on < $5)::int AS n FROM versions WHERE state = {FactState.Accepted:D}) v GROUP BY 1),
        returned AS (
            SELECT r.return_employer AS employer_id,
                   ARRAY[0, 0, 0, 0, 0, coalesce(sum(r.amount_fen) FILTER (WHERE r.kind = 'refund'), 0), coalesce(sum(r.amount_fen) FILTER (WHERE r.kind = 'write-off'), 0),
                         coalesce(sum(r.amount_fen) FILTER (WHERE r.kind = 'carry-over'), 0), 0, 0] AS fen
            FROM :area.money_return r JOIN :area.money_return_act a ON a.returned = r.return_id AND a.act = 'confirm' WHERE r.on_date >= $5 AND r.on_date < $6 GROUP BY 1),
        {Allocated(touched, postings)},
        suspense AS (SELECT coalesce(employer_id, 0) AS employer_id, ARRAY[after_fen, 0, 0, 0, 0, 0, 0, 0, 0, 0] AS fen FROM :area.closing_employer WHERE seq = $2),
        facts AS (
            SELECT employer_id, array_agg(s ORDER BY i)::bigint[] AS f FROM (
                SELECT employer_id, u.i, sum(u.fen) AS s FROM (
                    SELECT * FROM received UNION ALL SELECT * FROM returned UNION ALL SELECT * FROM allocated UNION ALL SELECT * FROM suspense) a
                CROSS JOIN LATERAL unnest(a.fen) WITH ORDINALITY u (fen, i) GROUP BY 1, 2) b GROUP BY 1),
        kept AS (
            SELECT coalesce(employer_id, 0) AS employer_id,
                   ARRAY[before_fen, received_fen, account_fen, pool_fen, other_fen, refunded_fen, written_off_fen, carried_fen, late_fee_fen, interest_fen, after_fen] AS k
            FROM :area.closing_employer WHERE seq = $1),
        compared AS (
            SELECT employer_id, coalesce(k, array_fill(0::bigint, ARRAY[11])) AS k, CASE WHEN f IS NULL THEN array_fill(0::bigint, ARRAY[11]) ELSE f || (f[1] + f[2] - f[3] - f[4] - f[5] - f[6] - f[7]) END AS f
            FROM kept FULL JOIN facts USING (employer_id))
        SELECT e.number, k, f FROM compared b LEFT JOIN :area.employer e USING (employer_id) ORDER BY e.number COLLATE "C"
        """;

    // Each entry up to the closing is the employer's whose line the runs up to it took last, less the same at the closing before; what no employer has is number 0.
    private static string Allocated(List<DateOnly> touched, List<DateOnly> postings) => postings.Count == 0
        ? "allocated AS (SELECT 0 AS employer_id, ARRAY[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]::numeric[] AS fen WHERE false)"
        : $"""
           taken AS (SELECT s.submission_id, min(r.posting_month) AS posted FROM :area.run_submission s JOIN :area.posted_run r USING (run_id) WHERE r.posting_month <= $7 GROUP BY 1),
           cutoff (month, sign) AS (VALUES ($7::date, 1), ($8::date, -1)),
           line AS (
               SELECT c.contribution_month, c.person_id, c.employer_id, k.month,
                      row_number() OVER (PARTITION BY k.month, c.contribution_month, c.person_id ORDER BY {FactVersions.TakenLast}) AS place
               FROM :area.contribution c JOIN taken t USING (submission_id) JOIN cutoff k ON t.posted <= k.month WHERE c.contribution_month IN ({touched.Literals()})),
           posted AS (
               SELECT k.month, k.sign, e.contribution_month, ({AccountNumbers.PersonSql("e.account_id")})::int AS person_id, sum(e.account_fen) AS a, sum(e.pool_fen) AS p, sum(e.other_fen) AS o
               FROM :area.entry e JOIN cutoff k ON e.posting_month <= k.month
               WHERE e.posting_month IN ({postings.Literals()}) AND e.contribution_month IN ({touched.Literals()}) AND e.component = {Component.Contribution:D} GROUP BY 1, 2, 3, 4),
           allocated AS (
               SELECT coalesce(l.employer_id, 0) AS employer_id, ARRAY[0, 0, sum(p.a * p.sign), sum(p.p * p.sign), sum(p.o * p.sign), 0, 0, 0, 0, 0] AS fen
               FROM posted p LEFT JOIN line l ON l.place = 1 AND l.month = p.month AND l.contribution_month = p.contribution_month AND l.person_id = p.person_id GROUP BY 1)
           """;
}
