using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>
/// V4 for the interest of accounts that pay-outs closed: by the month of the closing, what the entries of the months before it bear, recomputed in SQL, beside all
/// the interest that the ledger has for the account's year; and interest of closings that are none any more.
/// </summary>
internal sealed class ClosingChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    private sealed record ClosingMonth(DateOnly Month, string? Hash, string? Rates, int YearStart, int[] Runs);

    /// <summary>
    /// Accounts that a pay-out closed in a month whose policy pays the interest out with it, and whether to the pooled fund; $1 the submissions that wait. The last
    /// word on an account counts; what movements bring has row numbers of zero and below.
    /// </summary>
    public static string Closed =>
        $"""
        SELECT w.account_id, date_trunc('month', w.on_date)::date AS closed_in, w.value = 'NoHeir' AS to_pool FROM (
            SELECT DISTINCT ON (account_id) account_id, on_date, value, row_no FROM (
                SELECT e.person_id + 100000000 * coalesce((SELECT max(a.account_id / 100000000) FROM :area.account a WHERE a.person_id = e.person_id AND a.opened <= e.on_date), 0) AS account_id,
                       e.on_date, e.value, e.submission_id, e.row_no
                FROM :area.person_event e WHERE e.event = {PersonEvent.AccountClosed:D} AND e.submission_id <> ALL($1)) said
            ORDER BY account_id, submission_id DESC, row_no DESC) w
        JOIN :area.posted_policy p ON p.contribution_month = date_trunc('month', w.on_date)::date
        JOIN batch.policy_slice s ON s.hash = p.policy_hash AND s.content -> 'interest' ->> 'closed' = 'with-pay-out'
        WHERE w.row_no <= 0 AND w.value IN ('Emigration', 'Death', 'NoHeir', 'GivingUp')
        """;

    /// <summary>Runs that post such interest, and those that take it back.</summary>
    public const string Runs =
        "SELECT r.run_id, r.posting_month FROM :area.posted_run r LEFT JOIN :area.run v ON v.run_id = r.reverses WHERE coalesce(v.kind, r.kind) = 'allocation'";

    public async Task CheckAsync(CancellationToken cancellation)
    {
        foreach (ClosingMonth month in await MonthsAsync(cancellation))
        {
            PolicySlice slice = await PolicySlice.ReadAsync(area.Connection, month.Hash, cancellation);
            await using NpgsqlCommand command = area.Command(await TextAsync(month, slice, cancellation));
            command.Parameters.AddWithValue(scope.Waiting);
            (long Checked, long Broken, string? First) found = (await command.ListAsync(
                r => (r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetString(2)), cancellation))[0];
            findings.Checked(Invariants.Entitlements, found.Checked);
            if (found.Broken > 0)
            {
                findings.Broken(Invariants.Entitlements, $"{month.Month.Text()} interest of closed accounts {found.First}", found.Broken, 1);
            }
        }
    }

    private async Task<List<ClosingMonth>> MonthsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            WITH months AS (
                SELECT closed_in AS month FROM ({Closed}) c
                UNION SELECT t.contribution_month FROM :area.run_total t JOIN ({Runs}) r USING (run_id) WHERE t.component = {Component.Interest:D})
            SELECT m.month, p.policy_hash, s.content ->> 'interest', coalesce((s.content ->> 'insuranceYearFrom')::int, 1),
                   ARRAY(SELECT t.run_id FROM :area.run_total t JOIN ({Runs}) r USING (run_id) WHERE t.component = {Component.Interest:D} AND t.contribution_month = m.month)
            FROM months m LEFT JOIN :area.posted_policy p ON p.contribution_month = m.month LEFT JOIN batch.policy_slice s ON s.hash = p.policy_hash
            WHERE $2 OR EXISTS (SELECT FROM :area.run_month f WHERE f.contribution_month = m.month AND f.run_id = ANY($3))
                OR EXISTS (SELECT FROM :area.run_total f WHERE f.contribution_month = m.month AND f.run_id = ANY($3)) ORDER BY 1
            """);
        command.Parameters.AddWithValue(scope.Waiting);
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Runs);
        return await command.ListAsync(
            r => new ClosingMonth(
                r.GetFieldValue<DateOnly>(0), r.IsDBNull(1) ? null : r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2), r.GetInt32(3), r.GetFieldValue<int[]>(4)), cancellation);
    }

    private async Task<List<DateOnly>> PostingsAsync(DateOnly first, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT DISTINCT r.posting_month FROM :area.run_total t JOIN :area.posted_run r USING (run_id)
            WHERE t.component = {Component.Interest:D} AND t.contribution_month BETWEEN $1 AND $1 + interval '11 months'
            """);
        command.Parameters.AddWithValue(first);
        return await command.ListAsync(r => r.GetFieldValue<DateOnly>(0), cancellation);
    }

    private async Task<string> TextAsync(ClosingMonth month, PolicySlice slice, CancellationToken cancellation)
    {
        int before = (month.Month.Month - month.YearStart + 12) % 12;
        DateOnly first = month.Month.AddMonths(-before);
        List<DateOnly> postings = await PostingsAsync(first, cancellation);
        InterestSql sql = InterestSql.Of(month.Rates, first, before + 1);
        string entries = postings.Count == 0 ? "false" : $"posting_month IN ({postings.Literals()}) AND component = {Component.Interest:D}";
        return $"""
            WITH closed AS MATERIALIZED (SELECT account_id FROM ({Closed}) c WHERE closed_in = {month.Month.Literal()}),
            moved AS (
                SELECT account_id, {sql.Moved} FROM (
                    SELECT account_id, posting_month, contribution_month, component, account_fen FROM :area.entry
                    UNION ALL SELECT account_id, posting_month, contribution_month, component, account_fen FROM :area.moved_entry) e JOIN closed USING (account_id)
                WHERE posting_month >= {first.Literal()} AND posting_month < {month.Month.Literal()} GROUP BY account_id),
            products AS (
                SELECT account_id, {sql.Products} FROM (
                    SELECT account_id, coalesce(o.closing_fen, 0)
                           + coalesce((SELECT sum(v.account_fen) FROM :area.moved_entry v WHERE v.account_id = closed.account_id AND v.posting_month < {first.Literal()}), 0) AS opening_fen FROM closed
                    LEFT JOIN (SELECT account_id, closing_fen FROM :area.statement WHERE year = {(first.Year - 1).ToString(CultureInfo.InvariantCulture)}) o USING (account_id)) s
                LEFT JOIN moved m USING (account_id)),
            entitled AS (SELECT account_id, {(slice.Hash.Length == 0 ? "0" : sql.Due(slice))} AS due_fen FROM products),
            posted AS (
                SELECT account_id, sum(account_fen) AS posted_fen FROM :area.entry
                WHERE {entries} AND contribution_month BETWEEN {first.Literal()} AND {first.AddMonths(11).Literal()} AND account_id IN (SELECT account_id FROM closed) GROUP BY account_id
                UNION ALL
                SELECT account_id, sum(account_fen) FROM :area.entry
                WHERE {entries} AND contribution_month = {month.Month.Literal()} AND run_id = ANY(ARRAY[{string.Join(", ", month.Runs)}]::int[])
                    AND account_id NOT IN (SELECT account_id FROM closed) GROUP BY account_id),
            judged AS (
                SELECT account_id, coalesce(due_fen, 0) AS due_fen, coalesce(posted_fen, 0) AS posted_fen, coalesce(due_fen, 0) <> coalesce(posted_fen, 0) AS differs
                FROM entitled FULL JOIN posted USING (account_id)),
            worst AS (SELECT min(account_id) AS account_id FROM judged WHERE differs)
            SELECT (SELECT count(*) FROM judged), (SELECT count(*) FROM judged WHERE differs),
                   (SELECT format('%s: posted %s fen, entitled %s fen', coalesce((SELECT batch.masked_number(p.citizen) FROM :area.person p WHERE p.person_id = j.account_id % 100000000),
                                  'an account without a person'), j.posted_fen, j.due_fen)
                    FROM judged j JOIN worst USING (account_id))
            """;
    }
}
