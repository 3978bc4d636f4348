using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>
/// V4 for interest: each year's interest recomputed in SQL as weighted sums of what was posted, at the rates of the policy slice that the latest
/// standing interest run used, beside what is posted. It shares no code with the rules that the run was computed with.
/// </summary>
internal sealed class InterestChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    private const string EntryColumns = "e.posting_month, e.contribution_month, e.component, e.account_fen, e.pool_fen, e.other_fen, e.person_paid_fen, e.employer_paid_fen";

    private sealed record InterestYear(DateOnly Through, int? Year, string? Hash, string? Rates, DateOnly[] Postings, long Seq);

    public async Task CheckAsync(CancellationToken cancellation)
    {
        foreach (InterestYear year in await YearsAsync(cancellation))
        {
            await CheckYearAsync(year, cancellation);
        }

        await new ClosingChecks(area, scope, findings).CheckAsync(cancellation);
    }

    // A year whose interest was taken back, and none put in its place, is entitled to nothing yet.
    private async Task<List<InterestYear>> YearsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            WITH interest AS (
                SELECT t.contribution_month AS through, bool_or(r.run_id = ANY($2)) AS fresh
                FROM :area.run_total t JOIN :area.posted_run r USING (run_id) LEFT JOIN :area.run v ON v.run_id = r.reverses
                WHERE t.component = {Component.Interest:D} AND coalesce(v.kind, r.kind) = 'interest' GROUP BY 1)
            SELECT i.through, y.year, s.policy_hash, p.content ->> 'interest', ARRAY(
                SELECT DISTINCT r.posting_month FROM :area.run_total t JOIN :area.posted_run r USING (run_id)
                WHERE t.component = {Component.Interest:D} AND t.contribution_month BETWEEN i.through - interval '11 months' AND i.through), coalesce(s.seq, 0)
            FROM interest i LEFT JOIN :area.statement_year y USING (through)
            LEFT JOIN LATERAL (
                SELECT m.policy_hash, r.seq FROM :area.standing_interest r JOIN :area.run_month m USING (run_id)
                WHERE m.contribution_month = i.through ORDER BY r.seq DESC LIMIT 1) s ON true
            LEFT JOIN batch.policy_slice p ON p.hash = s.policy_hash
            WHERE $1 OR i.fresh ORDER BY 1
            """);
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Runs);
        return await command.ListAsync(
            r => new InterestYear(
                r.GetFieldValue<DateOnly>(0), r.IsDBNull(1) ? null : r.GetInt32(1), r.IsDBNull(2) ? null : r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3),
                r.GetFieldValue<DateOnly[]>(4), r.GetInt64(5)), cancellation);
    }

    private async Task CheckYearAsync(InterestYear year, CancellationToken cancellation)
    {
        PolicySlice slice = await PolicySlice.ReadAsync(area.Connection, year.Hash, cancellation);
        if (year.Year is null || !slice.Intact)
        {
            findings.Broken(Invariants.Entitlements, $"{year.Through.Text()}: interest of a year without statements, or by a policy slice that is not what its hash names");
            return;
        }

        bool joined = await area.OneAsync<bool>($"SELECT EXISTS ({Joined(year)})", cancellation);
        bool moved = await area.OneAsync<bool>($"SELECT EXISTS ({Moved(year)})", cancellation);
        await using NpgsqlCommand command = area.Command(Text(year, slice, joined, moved));
        command.Parameters.AddWithValue(scope.Waiting);
        (long Checked, long Broken, string? First) found = (await command.ListAsync(
            r => (r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetString(2)), cancellation))[0];
        findings.Checked(Invariants.Entitlements, found.Checked);
        if (found.Broken > 0)
        {
            findings.Broken(Invariants.Entitlements, $"{year.Through.Text()} interest {found.First}", found.Broken, 1);
        }
    }

    // Persons joined in the year: their two accounts are judged as one, unless the join was undone before the year's latest interest.
    private static string Joined(InterestYear year) =>
        $"""
        SELECT from_person, to_person FROM :area.join_span
        WHERE filed <= {year.Through.Literal()} AND posted >= {year.Through.AddMonths(-11).Literal()} AND (undone IS NULL OR undone > {year.Seq})
        """;

    // What moved from one person to another before that interest counts where it was posted first.
    private static string Moved(InterestYear year) =>
        $"SELECT account_id, posting_month, contribution_month, component, account_fen FROM :area.moved_entry WHERE posting_month <= {year.Through.Literal()} AND seq < {year.Seq}";

    private static string Text(InterestYear year, PolicySlice slice, bool joined, bool moved)
    {
        DateOnly first = year.Through.AddMonths(-11);
        string entry = joined ? $"(SELECT coalesce(j.to_person, e.account_id) AS account_id, {EntryColumns} FROM :area.entry e LEFT JOIN ({Joined(year)}) j ON j.from_person = e.account_id) e" : ":area.entry";
        string counted = moved
            ? $"""
               (SELECT account_id, posting_month, contribution_month, component, account_fen FROM {entry}
                UNION ALL SELECT coalesce(j.to_person, m.account_id), posting_month, contribution_month, component, account_fen
                FROM ({Moved(year)}) m LEFT JOIN ({Joined(year)}) j ON j.from_person = m.account_id) e
               """
            : entry;
        string stated = $"SELECT account_id, opening_fen, closing_fen FROM :area.statement WHERE year = {year.Year}";
        stated = moved
            ? $"""
               {stated} UNION ALL
               SELECT account_id, coalesce(sum(account_fen) FILTER (WHERE posting_month < {first.Literal()}), 0), sum(account_fen) FROM ({Moved(year)}) m GROUP BY 1
               """
            : stated;
        string statement = joined || moved
            ? $"""
               SELECT coalesce(j.to_person, t.account_id) AS account_id, sum(opening_fen) AS opening_fen, sum(closing_fen) AS closing_fen
               FROM ({stated}) t LEFT JOIN ({Joined(year)}) j ON j.from_person = t.account_id GROUP BY 1
               """
               : stated;
        InterestSql sql = InterestSql.Of(year.Hash is null ? null : year.Rates, first);
        return $"""
               WITH closed AS MATERIALIZED (SELECT account_id FROM ({ClosingChecks.Closed}) c WHERE closed_in BETWEEN {first.Literal()} AND {year.Through.Literal()}),
               moved AS (
                   SELECT account_id, {sql.Moved} FROM {counted}
                   WHERE posting_month BETWEEN {first.Literal()} AND {year.Through.Literal()} GROUP BY account_id),
               products AS (
                   SELECT account_id, {sql.Products}
                   FROM ({statement}) s LEFT JOIN moved m USING (account_id)),
               entitled AS (SELECT account_id, {sql.Due(slice)} AS due_fen FROM products WHERE account_id NOT IN (SELECT account_id FROM closed)),
               posted AS (
                   SELECT account_id, sum(account_fen) AS posted_fen, bool_and(account_fen = -other_fen AND pool_fen = 0 AND person_paid_fen = 0 AND employer_paid_fen = 0) AS plain
                   FROM {entry} WHERE posting_month IN ({year.Postings.Literals()}) AND contribution_month BETWEEN {first.Literal()} AND {year.Through.Literal()}
                       AND component = {Component.Interest:D} AND account_id NOT IN (SELECT account_id FROM closed) GROUP BY account_id HAVING sum(account_fen) <> 0 OR NOT bool_and(account_fen = -other_fen)),
               judged AS (
                   SELECT account_id, coalesce(due_fen, 0) AS due_fen, coalesce(posted_fen, 0) AS posted_fen, coalesce(due_fen, 0) <> coalesce(posted_fen, 0) OR NOT coalesce(plain, true) AS differs
                   FROM entitled FULL JOIN posted USING (account_id)),
               worst AS (SELECT min(account_id) AS account_id FROM judged WHERE differs)
               SELECT (SELECT count(*) FROM judged), (SELECT count(*) FROM judged WHERE differs),
                      (SELECT format('%s: posted %s fen, entitled %s fen', coalesce((SELECT batch.masked_number(p.citizen) FROM :area.account a JOIN :area.person p USING (person_id)
                                     WHERE a.account_id = j.account_id), 'an account without a person'), j.posted_fen, j.due_fen)
                       FROM judged j JOIN worst USING (account_id))
               """;
    }
}
