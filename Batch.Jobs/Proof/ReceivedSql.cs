using Batch.Jobs.Facts;
using Batch.Jobs.Store;

namespace Batch.Jobs.Proof;

/// <summary>
/// An employer's contribution month as one statement, for V3 where credits wait for the money: what was received and returned, what of the declared that covers, and what
/// the ledger has allocated. Written from Policies/README.md and the tables, not from what the runs and reports read. $1: submissions that wait.
/// </summary>
internal sealed class ReceivedSql(AreaSchema area, DateOnly month, IReadOnlyList<DateOnly> postings, bool declares)
{
    private string Month => month.Literal();

    public string Text() => area.Sql(
        $"""
        WITH {Received()}, {Returned()}, {Lines()},
        dues AS (
            SELECT employer_id, submission_id, sum(fen) AS fen FROM lines GROUP BY 1, 2),
        covered AS (
            SELECT employer_id, sum(fen) AS fen FROM (
                SELECT employer_id, fen, sum(fen) OVER (PARTITION BY employer_id ORDER BY submission_id) AS reach FROM dues) d
            LEFT JOIN received r USING (employer_id) LEFT JOIN returned t USING (employer_id)
            WHERE reach <= coalesce(r.received_fen, 0) - coalesce(t.returned_fen, 0) GROUP BY employer_id),
        {Posted()},
        allocated AS (
            SELECT coalesce(l.employer_id, 0) AS employer_id, sum(p.account_fen) AS account_fen, sum(p.pool_fen) AS pool_fen, sum(p.other_fen) AS other_fen
            FROM posted p LEFT JOIN (SELECT DISTINCT person_id, employer_id FROM lines) l USING (person_id) GROUP BY 1)
        SELECT employer_id, coalesce((SELECT concat_ws(' ', e.number, e.name) FROM :area.employer e WHERE e.employer_id = k.employer_id), 'without an employer'),
               coalesce(r.received_fen, 0)::bigint, coalesce(t.returned_fen, 0)::bigint, coalesce(c.fen, 0)::bigint,
               (coalesce(a.account_fen, 0) + coalesce(a.pool_fen, 0) + coalesce(a.other_fen, 0))::bigint
        FROM (SELECT employer_id FROM received UNION SELECT employer_id FROM returned UNION SELECT employer_id FROM dues UNION SELECT employer_id FROM allocated) k
        LEFT JOIN received r USING (employer_id) LEFT JOIN returned t USING (employer_id) LEFT JOIN covered c USING (employer_id) LEFT JOIN allocated a USING (employer_id)
        ORDER BY 2
        """);

    // Of a document the latest word: late fees and interest are the fund's and cover nothing.
    private string Received() =>
        $"""
        received AS MATERIALIZED (
            SELECT employer_id, sum(amount_fen) FILTER (WHERE state = {FactState.Accepted:D}) AS received_fen FROM (
                SELECT employer_id, state, amount_fen, row_number() OVER (PARTITION BY employer_id, document ORDER BY submission_id DESC, row_no) AS place
                FROM :area.receipt WHERE receipt_month = {Month} AND submission_id <> ALL($1)) r
            WHERE place = 1 GROUP BY employer_id)
        """;

    // Refunds, what is set against another month, and surplus written off: what leaves a month counts at once, first against receipts that wait; what comes to one counts once a run has taken it.
    private string Returned() =>
        $"""
        whole AS (
            SELECT employer_id, sum(amount_fen) FILTER (WHERE state = {FactState.Accepted:D}) AS fen FROM (
                SELECT employer_id, state, amount_fen, row_number() OVER (PARTITION BY employer_id, document ORDER BY submission_id DESC, row_no) AS place
                FROM :area.receipt WHERE receipt_month = {Month}) r
            WHERE place = 1 GROUP BY employer_id),
        returned AS MATERIALIZED (
            SELECT employer_id, came_fen + greatest(gone_fen - greatest(coalesce(w.fen, 0) - coalesce(r.received_fen, 0) + waiting_fen, 0), 0) AS returned_fen FROM (
                SELECT employer_id, coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0) AS gone_fen,
                       coalesce(sum(amount_fen) FILTER (WHERE amount_fen < 0 AND taken_with <> ALL($1)), 0) AS came_fen,
                       coalesce(-sum(amount_fen) FILTER (WHERE amount_fen < 0 AND taken_with = ANY($1)), 0) AS waiting_fen
                FROM :area.money_returned WHERE month = {Month} GROUP BY employer_id) m
            LEFT JOIN whole w USING (employer_id) LEFT JOIN received r USING (employer_id))
        """;

    // The lines in force; a consequence (row_no <= 0) overrides the row of its submission.
    private string Lines() => declares
        ? $"""
           lines AS MATERIALIZED (
               SELECT person_id, employer_id, submission_id, fen FROM (
                   SELECT DISTINCT ON (person_id, employer_id) person_id, employer_id, submission_id, state, person_paid_fen + employer_paid_fen AS fen
                   FROM {area.Part("contribution", month.Month())} WHERE submission_id <> ALL($1)
                   ORDER BY person_id DESC, employer_id DESC, submission_id DESC, row_no DESC) latest
               LEFT JOIN (
                   SELECT person_id, employer_id, submission_id, min(state) AS consequence FROM {area.Part("contribution", month.Month())}
                   WHERE row_no <= 0 GROUP BY 1, 2, 3) c USING (person_id, employer_id, submission_id)
               WHERE coalesce(consequence, state) = {FactState.Accepted:D})
           """
        : "lines AS (SELECT 0 AS person_id, 0 AS employer_id, 0 AS submission_id, 0::bigint AS fen WHERE false)";

    private string Posted() => postings.Count > 0
        ? $"""
           posted AS MATERIALIZED (
               SELECT account_id % 100000000 AS person_id, sum(account_fen) AS account_fen, sum(pool_fen) AS pool_fen, sum(other_fen) AS other_fen
               FROM :area.entry WHERE posting_month IN ({postings.Literals()}) AND contribution_month = {Month} AND component = {Component.Contribution:D} GROUP BY 1
               HAVING sum(account_fen) <> 0 OR sum(pool_fen) <> 0 OR sum(other_fen) <> 0)
           """
        : "posted AS (SELECT 0 AS person_id, 0::numeric AS account_fen, 0::numeric AS pool_fen, 0::numeric AS other_fen WHERE false)";
}
