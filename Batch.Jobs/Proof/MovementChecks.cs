using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>
/// V4 and V6 for movements, month by month: what the accepted movements of posted runs add up to, recomputed in SQL, beside what the ledger has; and
/// movements of accounts that were frozen, closed or whose holder had died when they came.
/// </summary>
internal sealed class MovementChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    public async Task CheckAsync(CancellationToken cancellation)
    {
        List<DateOnly> tables = await VerificationScope.PartsAsync(area, "movement", cancellation);
        foreach (DateOnly month in await MonthsAsync(tables, cancellation))
        {
            List<DateOnly> postings = await PostingsAsync(month, $"t.component >= {Component.Opening:D}", cancellation), interest = await PostingsAsync(month, $"t.component = {Component.Interest:D}", cancellation);
            await CheckSumsAsync(month, tables.Contains(month), ([.. postings.Union(interest)], interest), cancellation);
            if (tables.Contains(month))
            {
                await CheckAccountsAsync(month, cancellation);
                await CheckReturnsAsync(month, tables, cancellation);
            }
        }
    }

    private async Task<List<DateOnly>> MonthsAsync(List<DateOnly> tables, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT contribution_month FROM :area.run_total WHERE component >= {Component.Opening:D} AND ($1 OR run_id = ANY($2))
            UNION SELECT date_trunc('month', month)::date FROM :area.submission_month WHERE fact = 'movement' AND ($1 OR submission_id = ANY($3))
            """);
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Runs);
        command.Parameters.AddWithValue(scope.Submissions);
        List<DateOnly> named = await command.ListAsync(r => r.GetFieldValue<DateOnly>(0), cancellation);
        return [.. (scope.All ? named.Union(tables) : named).Order()];
    }

    private async Task<List<DateOnly>> PostingsAsync(DateOnly month, string components, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command($"SELECT DISTINCT r.posting_month FROM :area.run_total t JOIN ({ClosingChecks.Runs}) r USING (run_id) WHERE t.contribution_month = $1 AND {components}");
        command.Parameters.AddWithValue(month);
        return await command.ListAsync(r => r.GetFieldValue<DateOnly>(0), cancellation);
    }

    // Of a movement the version of the latest submission counts, within one a consequence (row_no <= 0); read backwards along the key, so that nothing is sorted.
    private string InForce(DateOnly month, string which = "true") =>
        $"""
        SELECT l.* FROM (
            SELECT DISTINCT ON (on_date, person_id, kind, channel, member, reference) * FROM {area.Part("movement", month.Month())} WHERE submission_id <> ALL($1) AND {which}
            ORDER BY on_date DESC, person_id DESC, kind DESC, channel DESC, member DESC, reference DESC, submission_id DESC, row_no DESC) l
        LEFT JOIN (
            SELECT on_date, person_id, kind, channel, member, reference, submission_id, min(state) AS consequence
            FROM {area.Part("movement", month.Month())} WHERE row_no <= 0 GROUP BY 1, 2, 3, 4, 5, 6, 7) c
            USING (on_date, person_id, kind, channel, member, reference, submission_id)
        WHERE coalesce(c.consequence, l.state) = {FactState.Accepted:D}
        """;

    private async Task CheckSumsAsync(DateOnly month, bool facts, (List<DateOnly> All, List<DateOnly> Interest) posted, CancellationToken cancellation)
    {
        string none = "SELECT 0 AS account_id, 0::smallint AS component, 0::bigint AS account_fen, 0::bigint AS pool_fen";
        string entitled = facts
            ? $"""
               SELECT account_id, component, sum(account_fen) AS account_fen, sum(pool_fen) AS pool_fen FROM (
                   SELECT coalesce(a.account_id, m.person_id) AS account_id, m.kind AS component, sum(amount_fen) AS account_fen,
                          coalesce(-sum(amount_fen) FILTER (WHERE kind = {MovementKind.PayOut:D} AND ground = {Ground.NoHeir:D}), 0) AS pool_fen
                   FROM ({InForce(month)}) m LEFT JOIN (
                       SELECT person_id, max(account_id) AS account_id FROM :area.account WHERE opened <= {month.Literal()} AND account_id >= 100000000 GROUP BY 1) a USING (person_id)
                   GROUP BY 1, 2 {PaidInterest(month, posted.Interest)}) due
               GROUP BY 1, 2
               """
            : none + " WHERE $1 IS NULL";
        string inLedger = posted.All.Count == 0
            ? none + ", 0::bigint AS other_fen, 0::bigint AS received_fen, 0::bigint AS paid_out_fen WHERE false"
            : $"""
               SELECT account_id, component, sum(account_fen) AS account_fen, sum(pool_fen) AS pool_fen, sum(other_fen) AS other_fen,
                      sum(abs(person_paid_fen) + abs(employer_paid_fen)) AS received_fen, sum(paid_out_fen) AS paid_out_fen
               FROM :area.entry WHERE posting_month IN ({posted.All.Literals()}) AND contribution_month = {month.Literal()} AND component >= {Component.Opening:D} GROUP BY 1, 2
               """;
        await using NpgsqlCommand command = area.Command(
            $"""
            WITH entitled AS ({entitled}), posted AS ({inLedger}),
            legs AS (
                SELECT account_id, component, account_fen, pool_fen, CASE WHEN component = {Component.Correction:D} THEN -account_fen ELSE 0 END AS other_fen,
                       CASE WHEN component = {Component.Correction:D} THEN 0 ELSE -account_fen - pool_fen END AS paid_out_fen
                FROM entitled),
            judged AS (
                SELECT account_id, component, coalesce(p.account_fen, 0) AS posted_fen, coalesce(e.account_fen, 0) AS entitled_fen,
                       (coalesce(e.account_fen, 0), coalesce(e.pool_fen, 0), coalesce(e.other_fen, 0), coalesce(e.paid_out_fen, 0), 0)
                       IS DISTINCT FROM (coalesce(p.account_fen, 0), coalesce(p.pool_fen, 0), coalesce(p.other_fen, 0), coalesce(p.paid_out_fen, 0), coalesce(p.received_fen, 0)) AS differs
                FROM legs e FULL JOIN posted p USING (account_id, component)),
            worst AS (SELECT count(*) AS checked, count(*) FILTER (WHERE differs) AS broken, min(account_id) FILTER (WHERE differs) AS account_id FROM judged)
            SELECT w.checked, w.broken, (
                SELECT format('%s component %s: posted %s fen, entitled %s fen', coalesce((SELECT batch.masked_number(p.citizen) FROM :area.person p
                              WHERE p.person_id = j.account_id % 100000000), 'an account without a person'), j.component, j.posted_fen, j.entitled_fen)
                FROM judged j WHERE j.differs AND j.account_id = w.account_id ORDER BY j.component LIMIT 1)
            FROM worst w
            """);
        if (facts)
        {
            command.Parameters.AddWithValue(scope.Waiting);
        }

        (long Checked, long Broken, string? First) found = (await command.ListAsync(r => (r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetString(2)), cancellation))[0];
        findings.Checked(Invariants.Entitlements, found.Checked);
        if (found.Broken > 0)
        {
            findings.Broken(Invariants.Entitlements, $"{month.Text()} movements {found.First}", found.Broken, 1);
        }
    }

    // What a closing has brought of interest is paid out with it; that it is right is proven by ClosingChecks.
    private static string PaidInterest(DateOnly month, List<DateOnly> postings) => postings.Count == 0
        ? ""
        : $"""
           UNION ALL
                   SELECT e.account_id, 6, -sum(e.account_fen), coalesce(sum(e.account_fen) FILTER (WHERE c.to_pool), 0)
                   FROM :area.entry e JOIN ({ClosingChecks.Runs}) r USING (run_id) LEFT JOIN ({ClosingChecks.Closed}) c ON c.account_id = e.account_id AND c.closed_in = {month.Literal()}
                   WHERE e.posting_month IN ({postings.Literals()}) AND e.contribution_month = {month.Literal()} AND e.component = {Component.Interest:D} GROUP BY 1 HAVING sum(e.account_fen) <> 0
           """;

    // What was not on record when the movement came does not count against it.
    private async Task CheckAccountsAsync(DateOnly month, CancellationToken cancellation)
    {
        const string last = "NOT EXISTS (SELECT FROM :area.person_event l WHERE l.person_id = e.person_id AND l.event = e.event AND l.submission_id < m.submission_id AND (l.submission_id, l.row_no) > (e.submission_id, e.row_no))";
        await using NpgsqlCommand command = area.Command(
            $"""
            WITH events AS MATERIALIZED (SELECT * FROM :area.person_event WHERE event IN {PersonEvents.OfAccountOrDeath} AND on_date < {month.Literal()} + interval '1 month'),
            judged AS (
                SELECT m.person_id, e.event, CASE
                    WHEN e.event = {PersonEvent.Died:D} AND m.on_date > e.on_date AND (m.kind IN ({MovementKind.Spending:D}, {MovementKind.TransferIn:D}, {MovementKind.TransferOut:D}, {MovementKind.WalletOut:D}, {MovementKind.WalletIn:D}, {MovementKind.EmergencyReturn:D}) OR m.ground = {Ground.SevereIllness:D}) AND {last} THEN 'after death'
                    WHEN e.event = {PersonEvent.AccountClosed:D} AND e.value <> 'withdrawn' AND m.on_date > e.on_date AND m.kind IN ({MovementKind.Spending:D}, {MovementKind.TransferIn:D}, {MovementKind.WalletOut:D}, {MovementKind.WalletIn:D}, {MovementKind.EmergencyReturn:D}) AND {last}
                         AND NOT EXISTS (SELECT FROM :area.account a WHERE a.person_id = m.person_id AND a.opened > e.on_date AND a.opened <= m.on_date) THEN 'of a closed account'
                    WHEN e.event = {PersonEvent.AccountFrozen:D} AND m.on_date >= e.on_date AND (m.kind IN ({MovementKind.Spending:D}, {MovementKind.TransferOut:D}, {MovementKind.WalletOut:D}) OR m.ground = {Ground.SevereIllness:D}) AND NOT EXISTS (
                         SELECT FROM :area.person_event u WHERE u.person_id = e.person_id AND u.event = {PersonEvent.AccountUnfrozen:D} AND u.on_date > e.on_date AND u.on_date <= m.on_date
                             AND u.submission_id < m.submission_id) THEN 'of a frozen account' END AS fault
                FROM ({InForce(month)}) m JOIN events e ON e.person_id = m.person_id AND e.submission_id < m.submission_id)
            SELECT count(DISTINCT person_id), count(fault), min(format('%s|%s', lpad(person_id::text, 10, '0'), fault)) FILTER (WHERE fault IS NOT NULL) FROM judged
            """);
        command.Parameters.AddWithValue(scope.Waiting);
        (long Checked, long Broken, string? First) found = (await command.ListAsync(r => (r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetString(2)), cancellation))[0];
        findings.Checked(Invariants.Credits, found.Checked);
        if (found.First?.Split('|') is [var person, var fault])
        {
            await using NpgsqlCommand name = area.Command("SELECT batch.masked_number(citizen) FROM :area.person WHERE person_id = $1");
            name.Parameters.AddWithValue(int.Parse(person, System.Globalization.CultureInfo.InvariantCulture));
            findings.Broken(Invariants.Credits, $"{month.Text()} {await name.ExecuteScalarAsync(cancellation)}: a movement {fault}", found.Broken, 1);
        }
    }

    // What a wallet has back it has sent under the same document, in the month or in the one before. A full join is hashed, however few rows are expected.
    private async Task CheckReturnsAsync(DateOnly month, List<DateOnly> tables, CancellationToken cancellation)
    {
        string sent = string.Join(" UNION ALL ", new[] { month, month.AddMonths(-1) }.Where(tables.Contains).Select(m => $"SELECT * FROM ({InForce(m, $"kind = {MovementKind.WalletOut:D}")}) o"));
        await using NpgsqlCommand command = area.Command(
            $"""
            WITH judged AS (
                SELECT person_id, (s.amount_fen = -r.amount_fen AND s.on_date <= r.on_date) IS NOT TRUE AS alone
                FROM ({sent}) s FULL JOIN ({InForce(month, $"kind = {MovementKind.WalletReturn:D}")}) r USING (person_id, reference) WHERE r.kind IS NOT NULL)
            SELECT count(*), count(*) FILTER (WHERE alone), batch.masked_number((SELECT citizen FROM :area.person WHERE person_id = min(j.person_id) FILTER (WHERE alone))) FROM judged j
            """);
        command.Parameters.AddWithValue(scope.Waiting);
        (long Checked, long Broken, string? First) found = (await command.ListAsync(r => (r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetString(2)), cancellation))[0];
        findings.Checked(Invariants.Credits, found.Checked);
        if (found.Broken > 0)
        {
            findings.Broken(Invariants.Credits, $"{month.Text()} {found.First}: a wallet transfer returned that was not sent", found.Broken, 1);
        }
    }
}
