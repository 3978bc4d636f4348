using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>
/// V2: a submission's counters and money against its facts and rejections. A row that was held after it had been accepted by the same
/// submission has a consequence with the negated row number.
/// </summary>
internal sealed class SubmissionChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    // Held rows stand among the rejections too, so that they can be shown; a refused file keeps only its first faults.
    private static string Judged =>
        $"""
        facts AS (
            SELECT submission_id, sum(accepted) AS accepted, sum(held) AS held, sum(person_paid) AS person_paid, sum(employer_paid) AS employer_paid, sum(held_fen) AS held_fen, sum(moved) AS moved,
                   jsonb_object_agg(fact || month, facts) AS months FROM parts GROUP BY submission_id),
        rejected AS (
            SELECT submission_id, count(DISTINCT row_no) AS rejected FROM :area.rejection
            WHERE code NOT IN ({RejectionCodes.HeldList}) AND ($1 OR submission_id = ANY($2)) GROUP BY submission_id),
        named AS (
            SELECT submission_id, jsonb_object_agg(fact || month, facts) AS months FROM :area.submission_month WHERE $1 OR submission_id = ANY($2) GROUP BY submission_id),
        judged AS (
            SELECT submission_id, s.submission_id IS NULL AS unknown,
                s.rows <> s.accepted + s.unchanged + s.held + s.rejected AS rows_differ,
                s.accepted <> coalesce(f.accepted, 0) AS accepted_differ, s.held <> coalesce(f.held, 0) AS held_differ,
                CASE WHEN s.refused IS NULL THEN s.rejected <> coalesce(r.rejected, 0) ELSE s.rejected <> s.rows END AS rejected_differ,
                (s.person_paid_fen, s.employer_paid_fen, s.held_fen, s.moved_fen)
                    IS DISTINCT FROM (coalesce(f.person_paid, 0), coalesce(f.employer_paid, 0), coalesce(f.held_fen, 0), coalesce(f.moved, 0)) AS money_differs,
                n.months IS DISTINCT FROM f.months AS months_differ
            FROM (SELECT * FROM :area.submission WHERE $1 OR submission_id = ANY($2)) s FULL JOIN facts f USING (submission_id)
            LEFT JOIN rejected r USING (submission_id) LEFT JOIN named n USING (submission_id))
        SELECT submission_id, CASE WHEN unknown THEN 'facts of no submission' WHEN rows_differ THEN 'the outcomes of its rows do not add up'
            WHEN accepted_differ THEN 'accepted rows' WHEN held_differ THEN 'held rows' WHEN rejected_differ THEN 'rejected rows' WHEN money_differs THEN 'amounts'
            WHEN months_differ THEN 'months' END
        FROM judged WHERE unknown OR rows_differ OR accepted_differ OR held_differ OR rejected_differ OR money_differs OR months_differ ORDER BY submission_id
        """;

    public async Task CheckAsync(CancellationToken cancellation)
    {
        string parts = string.Join(" UNION ALL ", (await NamedMonthsAsync(cancellation)).Select(Part).Append(
            """
            SELECT submission_id, 'event', date_trunc('month', on_date)::date, count(*), count(*) FILTER (WHERE row_no > 0 AND NOT held), count(*) FILTER (WHERE held), 0, 0, 0, 0
            FROM (SELECT submission_id, on_date, row_no, false AS held FROM :area.person_event UNION ALL SELECT submission_id, on_date, row_no, true FROM :area.held_event) e
            WHERE $1 OR submission_id = ANY($2) GROUP BY 1, 3
            """).Append(
            """
            SELECT submission_id, 'receipt', receipt_month, count(*), count(*) FILTER (WHERE row_no > 0), 0, 0, 0, 0, 0 FROM :area.receipt
            WHERE $1 OR submission_id = ANY($2) GROUP BY 1, 3
            """).Append(
            """
            SELECT submission_id, 'receipt', month, count(*), 0, 0, 0, 0, 0, 0 FROM :area.money_returned
            WHERE amount_fen < 0 AND submission_id IS NOT NULL AND ($1 OR submission_id = ANY($2)) GROUP BY 1, 3
            """).Append(
            """
            SELECT submission_id, 'bank', date_trunc('month', traded_on)::date, count(*), count(*) FILTER (WHERE row_no > 0), 0, 0, 0, 0, 0 FROM :area.bank_line
            WHERE $1 OR submission_id = ANY($2) GROUP BY 1, 3
            """));
        await using NpgsqlCommand command = area.Command($"WITH parts (submission_id, fact, month, facts, accepted, held, person_paid, employer_paid, held_fen, moved) AS ({parts}), {Judged}");
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Submissions);
        foreach ((int submission, string fault) in await command.ListAsync(r => (r.GetInt32(0), r.GetString(1)), cancellation))
        {
            findings.Broken(Invariants.Rows, $"submission {submission}: {fault}: its record does not agree with its facts and rejections");
        }

        await using NpgsqlCommand count = area.Command("SELECT count(*) FROM :area.submission WHERE $1 OR submission_id = ANY($2)");
        count.Parameters.AddWithValue(scope.All);
        count.Parameters.AddWithValue(scope.Submissions);
        findings.Checked(Invariants.Rows, (long)(await count.ExecuteScalarAsync(cancellation))!);
    }

    private async Task<List<(string Fact, DateOnly Month)>> NamedMonthsAsync(CancellationToken cancellation)
    {
        List<(string, DateOnly)> existing = [];
        foreach (string fact in new[] { "contribution", "pension", "movement" })
        {
            existing.AddRange((await VerificationScope.PartsAsync(area, fact, cancellation)).Select(m => (fact, m)));
        }

        if (scope.All)
        {
            return existing;
        }

        await using NpgsqlCommand command = area.Command("SELECT DISTINCT fact, date_trunc('month', month)::date FROM :area.submission_month WHERE fact IN ('contribution', 'pension', 'movement') AND submission_id = ANY($1)");
        command.Parameters.AddWithValue(scope.Submissions);
        HashSet<(string, DateOnly)> named = [.. await command.ListAsync(r => (r.GetString(0), r.GetFieldValue<DateOnly>(1)), cancellation)];
        return [.. existing.Where(named.Contains)];
    }

    private string Part((string Fact, DateOnly Month) part)
    {
        if (part.Fact == "movement")
        {
            return $"""
                SELECT submission_id, 'movement', on_date, count(*), count(*) FILTER (WHERE row_no > 0 AND state = {FactState.Accepted:D}), count(*) FILTER (WHERE row_no > 0 AND state = {FactState.Held:D}), 0, 0,
                       coalesce(sum(abs(amount_fen)) FILTER (WHERE row_no > 0 AND state = {FactState.Held:D}), 0), coalesce(sum(abs(amount_fen)) FILTER (WHERE row_no > 0 AND state = {FactState.Accepted:D}), 0)
                FROM {area.Part(part.Fact, part.Month.Month())} WHERE $1 OR submission_id = ANY($2) GROUP BY submission_id, on_date
                """;
        }

        (string person, string employer) = part.Fact == "contribution" ? ("person_paid_fen", "employer_paid_fen") : ("0", "0");
        return $"""
            SELECT submission_id, '{part.Fact}', {part.Month.Literal()}, count(*),
                   count(*) FILTER (WHERE row_no > 0 AND state = {FactState.Accepted:D}) - count(*) FILTER (WHERE row_no < 0),
                   count(*) FILTER (WHERE row_no > 0 AND state = {FactState.Held:D}) + count(*) FILTER (WHERE row_no < 0),
                   coalesce(sum({person}) FILTER (WHERE row_no > 0 AND state = {FactState.Accepted:D}), 0) - coalesce(sum({person}) FILTER (WHERE row_no < 0), 0),
                   coalesce(sum({employer}) FILTER (WHERE row_no > 0 AND state = {FactState.Accepted:D}), 0) - coalesce(sum({employer}) FILTER (WHERE row_no < 0), 0),
                   coalesce(sum({person} + {employer}) FILTER (WHERE (row_no > 0 AND state = {FactState.Held:D}) OR row_no < 0), 0), 0
            FROM {area.Part(part.Fact, part.Month.Month())} WHERE $1 OR submission_id = ANY($2) GROUP BY submission_id
            """;
    }
}
