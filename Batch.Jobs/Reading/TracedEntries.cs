using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>Posted runs with their vouchers and the certificates of their months.</summary>
internal sealed class TracedRuns(Area area)
{
    /// <summary>The posted runs with their places in their months.</summary>
    public const string Placed = "(SELECT r.*, row_number() OVER (PARTITION BY r.posting_month ORDER BY r.seq)::int AS place FROM :area.posted_run r)";

    public async Task<Dictionary<int, TracedRun>> ReadAsync(int[] runs, CancellationToken cancellation)
    {
        List<(TracedRun Run, long Seq)> read = await area.ReadAsync(
            $"""
            SELECT r.run_id, r.posting_month, r.place, r.kind, r.reverses, r.made_by, r.approved_by, c.seal, l.by, l.at, r.seq
            FROM {Placed} r LEFT JOIN :area.closing_in_force c ON c.month = r.posting_month LEFT JOIN :area.ledger l ON l.seq = c.seq WHERE r.run_id = ANY($1) ORDER BY r.seq
            """,
            r => (new TracedRun(
                r.GetInt32(0), r.GetFieldValue<DateOnly>(1).Month(), r.GetInt32(2), r.GetString(3), r.Number(4), r.GetString(5), r.GetString(6), null, r.Text(7), r.Text(8), r.Moment(9)), r.GetInt64(10)),
            cancellation, runs);
        VoucherNames names = await VoucherNames.ReadAsync(area, read.Select(r => r.Run.Month), cancellation);
        return read.ToDictionary(r => r.Run.Run, r => r.Run with { Voucher = names.Of(r.Run.Month, r.Seq) });
    }
}

/// <summary>Reads the entries of an account for a contribution month, each with the row that its run took.</summary>
internal sealed class TracedEntries(Area area)
{
    // $1 the account, $2 the month, $3 the person. A run takes the latest accepted line of the submissions that it and the runs before it took.
    private static string Sources(string table, Component credited, string columns, string joined) =>
        $"""
        SELECT e.run_id, {columns}, {TracedRows.Columns}, c.state FROM (
            SELECT DISTINCT ON (n.seq) n.run_id, c.* FROM (
                SELECT DISTINCT r.run_id, r.seq FROM :area.entry e JOIN :area.posted_run r USING (run_id)
                WHERE e.account_id = $1 AND e.contribution_month = $2 AND e.component = {credited:D}) n
            JOIN :area.{table} c ON c.{table}_month = $2 AND c.person_id = $3
            JOIN (SELECT s.submission_id, min(r.seq) AS seq FROM :area.run_submission s JOIN :area.posted_run r USING (run_id) GROUP BY 1) t ON t.submission_id = c.submission_id AND t.seq <= n.seq
            ORDER BY n.seq, {FactVersions.TakenLast}) c
        CROSS JOIN LATERAL (SELECT c.run_id) e
        {joined}
        """;

    private static readonly string Contributions = Sources("contribution", Component.Contribution, "c.base_fen, w.number, w.name", $"JOIN :area.employer w ON w.employer_id = c.employer_id {TracedRows.OfContribution}");
    private static readonly string Pensions = Sources("pension", Component.Retiree, "NULL::bigint, NULL::text, NULL::text", TracedRows.OfPension);

    private sealed record Source(Money? Base, string? Employer, string? Name, TracedRow From, int? Joined, string State);

    public async Task<List<TracedEntry>> ReadAsync(int account, YearMonth month, CancellationToken cancellation)
    {
        List<(int Run, Component Component, Money[] Amounts)> entries = await area.ReadAsync(
            """
            SELECT e.run_id, e.component, e.person_paid_fen, e.employer_paid_fen, e.account_fen, e.pool_fen, e.other_fen
            FROM :area.entry e JOIN :area.posted_run r USING (run_id) WHERE e.account_id = $1 AND e.contribution_month = $2 ORDER BY r.seq, e.component
            """,
            r => (r.GetInt32(0), (Component)r.GetInt16(1), Enumerable.Range(2, 5).Select(i => new Money(r.GetInt64(i))).ToArray()), cancellation, account, month.FirstDay());
        Dictionary<int, TracedRun> runs = await new TracedRuns(area).ReadAsync([.. entries.Select(e => e.Run).Distinct()], cancellation);
        Dictionary<(Component, int), Source> sources = [];
        foreach ((Component component, string sql) in new[] { (Component.Contribution, Contributions), (Component.Retiree, Pensions) }.Where(k => entries.Exists(e => e.Component == k.Item1)))
        {
            foreach ((int run, Source source) in await SourcesAsync(sql, account, month, cancellation))
            {
                sources[(component, run)] = source;
            }
        }

        return [.. entries.Select(e =>
        {
            Source? source = sources.GetValueOrDefault((e.Component, e.Run));
            return new TracedEntry(
                runs[e.Run], LedgerWords.NameOf(e.Component), e.Amounts[0], e.Amounts[1], e.Amounts[2], e.Amounts[3], e.Amounts[4], source?.Base, source?.Employer, source?.Name, source?.From,
                source?.State)
            { Joined = source?.Joined };
        })];
    }

    private Task<List<(int Run, Source Source)>> SourcesAsync(string sql, int account, YearMonth month, CancellationToken cancellation) => area.ReadAsync(
        sql,
        r => (r.GetInt32(0), new Source(
            r.IsDBNull(1) ? null : new Money(r.GetInt64(1)), r.Text(2), r.Text(3), new TracedRow(r.GetInt32(4), r.GetString(5), r.GetInt32(6) is > 0 and int row ? row : null), r.Number(7),
            r.GetInt16(8) switch { 1 => "accepted", 2 => "held", _ => "withdrawn" })),
        cancellation, account, month.FirstDay(), AccountNumbers.PersonOf(account));
}
