using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>Who is in an employer's month: those whom its lines in force declare, and those whose entries the runs booked from its lines.</summary>
internal sealed class TracedPeople(Area area)
{
    // $1 the month, $2 the employer, $3 the months in which something of the contribution month was posted. An entry is the employer's whose line was taken last, as in the three-way check.
    private static readonly string Rows =
        $"""
        WITH lines AS MATERIALIZED (
            SELECT DISTINCT ON (person_id) contribution_month, person_id, employer_id, state, base_fen, person_paid_fen + employer_paid_fen AS paid_fen, submission_id, row_no
            FROM :area.contribution WHERE contribution_month = $1 AND employer_id = $2 ORDER BY person_id, {FactVersions.LatestFirst}),
        moved AS MATERIALIZED (
            SELECT e.account_id, a.person_id, e.contribution_month, sum(e.person_paid_fen + e.employer_paid_fen) AS booked_fen, sum(e.account_fen) AS account_fen,
                   sum(e.pool_fen) AS pool_fen, sum(e.other_fen) AS other_fen
            FROM lines p JOIN :area.account a USING (person_id) JOIN :area.entry e USING (account_id)
            WHERE e.posting_month = ANY($3) AND e.component = {Component.Contribution:D} AND e.contribution_month = $1 GROUP BY 1, 2, 3),
        {ThreeWay.LastEmployers("'infinity'::date", "ARRAY[$1]")},
        booked AS (SELECT m.* FROM moved m JOIN last_employer l USING (person_id) WHERE l.employer_id = $2),
        listed AS (
            SELECT l.*, CASE WHEN l.state = {FactState.Accepted:D} THEN l.paid_fen ELSE 0 END AS declared_fen, b.account_id, coalesce(b.booked_fen, 0)::bigint AS booked_fen,
                   coalesce(b.account_fen, 0)::bigint AS account_fen, coalesce(b.pool_fen, 0)::bigint AS pool_fen, coalesce(b.other_fen, 0)::bigint AS other_fen
            FROM lines l LEFT JOIN booked b USING (person_id) WHERE l.state = {FactState.Accepted:D} OR b.account_id IS NOT NULL)
        """;

    private static readonly string Page =
        $"""
        {Rows}
        SELECT p.citizen, p.name, CASE WHEN c.state = {FactState.Accepted:D} THEN c.base_fen END, c.declared_fen, c.booked_fen, c.account_fen, c.pool_fen, c.other_fen, c.account_id, {TracedRows.Columns}
        FROM (SELECT l.*, p.citizen, p.name FROM listed l JOIN :area.insured p USING (person_id) ORDER BY p.citizen, l.account_id LIMIT $4 OFFSET $5) c
        CROSS JOIN LATERAL (SELECT c.citizen, c.name) p
        {TracedRows.OfContribution}
        ORDER BY p.citizen, c.account_id
        """;

    public async Task<Listing<TracedPerson>> ReadAsync((int Employer, YearMonth Month) of, TracedSums sums, int page, CancellationToken cancellation)
    {
        int within = Listing.Within(page, sums.People);
        List<TracedPerson> people = await area.ReadAsync(
            Page,
            r => new TracedPerson(
                Masking.Number(r.GetInt64(0)), Masking.Name(r.GetString(1)), r.IsDBNull(2) ? null : Fen(r, 2), Fen(r, 3), Fen(r, 4), Fen(r, 5), Fen(r, 6), Fen(r, 7),
                new TracedRow(r.GetInt32(9), r.GetString(10), r.GetInt32(11) is > 0 and int row ? row : null))
            { AccountId = r.Number(8) },
            cancellation, of.Month.FirstDay(), of.Employer, await PostedAsync(of.Month, cancellation), Listing<TracedPerson>.PageRows, (within - 1) * Listing<TracedPerson>.PageRows);
        return new Listing<TracedPerson>(people, within, sums.People);
    }

    public async Task<TracedSums> SumsAsync((int Employer, YearMonth Month) of, CancellationToken cancellation) => (await area.ReadAsync(
        $"""
        {Rows}
        SELECT count(*), coalesce(sum(declared_fen), 0)::bigint, coalesce(sum(booked_fen), 0)::bigint, coalesce(sum(account_fen), 0)::bigint, coalesce(sum(pool_fen), 0)::bigint,
               coalesce(sum(other_fen), 0)::bigint, (SELECT coalesce(sum(m.amount_fen), 0)::bigint FROM :area.money_for_month m WHERE m.month = $1 AND m.employer_id = $2) FROM listed
        """,
        r => new TracedSums(r.GetInt64(0), Fen(r, 1), Fen(r, 2), Fen(r, 3), Fen(r, 4), Fen(r, 5), Fen(r, 6)),
        cancellation, of.Month.FirstDay(), of.Employer, await PostedAsync(of.Month, cancellation)))[0];

    /// <summary>The files with lines in force.</summary>
    public async Task<List<TracedFile>> FilesAsync((int Employer, YearMonth Month) of, CancellationToken cancellation) => await area.ReadAsync(
        $"""
        WITH c AS (
            SELECT DISTINCT ON (person_id) * FROM :area.contribution WHERE contribution_month = $1 AND employer_id = $2 ORDER BY person_id, {FactVersions.LatestFirst})
        SELECT f.submission_id, f.file, count(*), sum(c.person_paid_fen + c.employer_paid_fen)::bigint FROM c
        {TracedRows.OfContribution}
        WHERE c.state = {FactState.Accepted:D} GROUP BY 1, 2 ORDER BY 1
        """,
        r => new TracedFile(r.GetInt32(0), r.GetString(1), r.GetInt64(2), Fen(r, 3)), cancellation, of.Month.FirstDay(), of.Employer);

    /// <summary>The runs that booked something of the contribution month.</summary>
    public async Task<List<int>> RunsAsync((int Employer, YearMonth Month) of, CancellationToken cancellation) => await area.ReadAsync(
        $"""
        {Rows}
        SELECT DISTINCT e.run_id FROM booked b JOIN :area.entry e USING (account_id)
        WHERE e.posting_month = ANY($3) AND e.component = {Component.Contribution:D} AND e.contribution_month = $1 ORDER BY 1
        """, r => r.GetInt32(0), cancellation, of.Month.FirstDay(), of.Employer, await PostedAsync(of.Month, cancellation));

    private async Task<DateOnly[]> PostedAsync(YearMonth month, CancellationToken cancellation) =>
    [
        .. await area.ReadAsync(
            $"SELECT DISTINCT r.posting_month FROM :area.posted_run r JOIN :area.run_total t USING (run_id) WHERE t.component = {Component.Contribution:D} AND t.contribution_month = $1",
            r => r.GetFieldValue<DateOnly>(0), cancellation, month.FirstDay()),
    ];

    private static Money Fen(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column));
}
