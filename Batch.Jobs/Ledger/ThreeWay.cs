using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>An employer's month: what it declared, what was received for it, and what the ledger has of it.</summary>
/// <param name="Received">Less what was refunded, carried over or written off, with what was carried over to the month. Null: the month's credits do not wait for the money, and no receipt was sent for it, of whatever employer.</param>
/// <param name="Days">From the end of the contribution month to the day to which ages are counted.</param>
public sealed record ThreeWayLine(string Employer, string Name, YearMonth Month, Money Declared, Money? Received, Money Booked, int Days)
{
    /// <summary>Received less declared: what is missing is negative.</summary>
    public Money? ReceivedLessDeclared => Received - Declared;

    /// <summary>Booked less received, or less declared where nothing need be received.</summary>
    public Money BookedLessReceived => Booked - (Received ?? Declared);

    /// <summary>Received and not booked.</summary>
    public Money InSuspense => Received is { } received && received > Booked ? received - Booked : Money.Zero;

    /// <summary>Of it, what is not declared either.</summary>
    public Money Returnable => Received is { } received && received > Declared && received > Booked ? received - (Declared > Booked ? Declared : Booked) : Money.Zero;

    public bool Differs => ReceivedLessDeclared is { IsZero: false } || !BookedLessReceived.IsZero;

    /// <summary>The employer's number in the database, by which a difference is accepted.</summary>
    internal int EmployerId { get; init; }

    /// <summary>Of what is booked; the rest is the pool's. Of a difference on record they are not known.</summary>
    internal Money ToAccounts { get; init; }

    internal Money ToOthers { get; init; }

    internal static ThreeWayLine Of(MonthDifference difference) => new(
        difference.Employer, difference.Name, difference.Month!.Value, difference.Declared!.Value, difference.Received, difference.Booked!.Value, difference.Days)
    { EmployerId = difference.EmployerId!.Value };
}

/// <summary>
/// The three-way check 三方对账 of the contribution months of a month's files and of the money received in it, and of the month itself. What differed at the closing
/// before and has not been touched since is among the lines, not in the sums.
/// </summary>
/// <param name="Lines">Those that differ, the oldest first.</param>
public sealed record ThreeWayDocument(IReadOnlyList<YearMonth> Months, long Employers, Money Declared, Money Received, Money Booked, IReadOnlyList<ThreeWayLine> Lines)
{
    /// <summary>Receipts are among what is compared: of a month whose credits wait for them, or because some were sent.</summary>
    public bool HasReceipts { get; init; }

    /// <summary>All lines that were compared now, those that agree too.</summary>
    internal IReadOnlyList<ThreeWayLine> Compared { get; init; } = [];
}

/// <summary>Puts declared, received and booked side by side, by employer and contribution month.</summary>
public sealed class ThreeWay(Area area)
{
    // Of one contribution month. A booked amount is the employer's whose line the posted runs took last for that person and month, as in the report by employers.
    private static readonly string Sql =
        $"""
        WITH several AS MATERIALIZED ({FactVersions.WithSeveral(":area.contribution WHERE contribution_month = $1")}),
        line AS NOT MATERIALIZED (
            SELECT person_id, employer_id, submission_id, state, person_paid_fen + employer_paid_fen AS fen FROM :area.contribution c
            WHERE contribution_month = $1 AND NOT EXISTS (SELECT FROM several s WHERE s.person_id = c.person_id)),
        version AS MATERIALIZED (
            SELECT c.person_id, c.employer_id, c.submission_id, c.row_no, c.state, c.person_paid_fen + c.employer_paid_fen AS fen
            FROM :area.contribution c JOIN several USING (person_id) WHERE c.contribution_month = $1),
        counted AS MATERIALIZED (SELECT submission_id FROM :area.filed WHERE month <= $2 AND submission_id <= $5),
        latest AS (
            SELECT DISTINCT ON (person_id, employer_id) employer_id, state, fen FROM version JOIN counted USING (submission_id)
            ORDER BY person_id, employer_id, {FactVersions.LatestFirst}),
        declared AS (
            SELECT employer_id, sum(fen) AS fen FROM (
                SELECT employer_id, state, fen FROM line JOIN counted USING (submission_id) UNION ALL SELECT employer_id, state, fen FROM latest) l
            WHERE state = {FactState.Accepted:D} GROUP BY 1),
        receipts AS (
            SELECT DISTINCT ON (employer_id, document) employer_id, state, amount_fen, received_on
            FROM :area.receipt WHERE receipt_month = $1 AND submission_id <= $5
            ORDER BY employer_id, document, submission_id DESC, row_no),
        money AS MATERIALIZED (
            SELECT employer_id, amount_fen, received_on AS on_date FROM receipts WHERE state = {FactState.Accepted:D}
            UNION ALL SELECT employer_id, -amount_fen, on_date FROM :area.money_returned WHERE month = $1),
        received AS (SELECT employer_id, sum(amount_fen) AS fen FROM money WHERE on_date <= $3 GROUP BY 1),
        {TakenUntil("$2")},
        last_employer AS (
            SELECT person_id, employer_id FROM line JOIN taken USING (submission_id)
            UNION ALL (SELECT DISTINCT ON (person_id) person_id, employer_id FROM version c JOIN taken USING (submission_id) ORDER BY person_id, {FactVersions.TakenLast})),
        booked AS (
            SELECT employer_id, sum(person_paid_fen + employer_paid_fen) AS fen, sum(account_fen) AS account_fen, sum(other_fen) AS other_fen
            FROM (SELECT {AccountNumbers.PersonSql("account_id")} AS person_id, person_paid_fen, employer_paid_fen, account_fen, other_fen
                  FROM :area.entry WHERE posting_month = ANY($6) AND component = {Component.Contribution:D} AND contribution_month = $1) e JOIN last_employer USING (person_id) GROUP BY 1)
        SELECT e.number, e.name, coalesce(d.fen, 0)::bigint, CASE WHEN $4 OR EXISTS (SELECT FROM money) THEN coalesce(r.fen, 0)::bigint END, coalesce(b.fen, 0)::bigint,
               greatest($3 - ($1 + interval '1 month' - interval '1 day')::date, 0), employer_id, coalesce(b.account_fen, 0)::bigint, coalesce(b.other_fen, 0)::bigint
        FROM declared d FULL JOIN received r USING (employer_id) FULL JOIN booked b USING (employer_id) JOIN :area.employer e USING (employer_id)
        ORDER BY e.number COLLATE "C"
        """;

    /// <summary>
    /// The tables <c>taken</c> and <c>last_employer</c> of a query that has the postings in <c>moved</c>: which employer's line the runs posted up to a month took last for a
    /// person and contribution month.
    /// </summary>
    /// <param name="columns">More columns of that line, each with a comma before it: <c>, c.base_fen</c>.</param>
    internal static string LastEmployers(string until, string months, string columns = "") =>
        $"""
        {TakenUntil(until)},
        last_employer AS (
            SELECT DISTINCT ON (c.contribution_month, c.person_id) c.contribution_month, c.person_id, c.employer_id{columns}
            FROM :area.contribution c JOIN moved m USING (contribution_month, person_id) JOIN taken USING (submission_id)
            WHERE c.contribution_month = ANY ({months})
            ORDER BY c.contribution_month, c.person_id, {FactVersions.TakenLast})
        """;

    private static string TakenUntil(string month) =>
        $"taken AS MATERIALIZED (SELECT DISTINCT s.submission_id FROM :area.run_submission s JOIN :area.posted_run r USING (run_id) WHERE r.posting_month <= {month})";

    internal async Task<ThreeWayDocument> ReadAsync(CheckedMonth of, CancellationToken cancellation)
    {
        YearMonth[] months = await MonthsAsync(of, cancellation);
        List<ThreeWayLine> lines = await LinesAsync(months, of.Month, int.MaxValue, cancellation);
        List<ThreeWayLine> carried = of.Before is { Checked: true } before ? await CarriedAsync(of, before, months, cancellation) : [];
        return new ThreeWayDocument(
            months, lines.Count, new Money(lines.Sum(l => l.Declared.Fen)), new Money(lines.Sum(l => l.Received?.Fen ?? 0)), new Money(lines.Sum(l => l.Booked.Fen)),
            [.. carried.Concat(lines.Where(l => l.Differs)).OrderBy(l => l.Month).ThenBy(l => l.Employer, StringComparer.Ordinal)])
        {
            HasReceipts = lines.Exists(l => l.Received is not null),
            Compared = lines,
        };
    }

    /// <summary>All lines of the contribution months, as known at the end of the posting month.</summary>
    /// <param name="submissions">The last submission that counts: a closed month has those that it was closed with.</param>
    internal async Task<List<ThreeWayLine>> LinesAsync(YearMonth[] months, YearMonth month, int submissions, CancellationToken cancellation)
    {
        // Only the months are read in which something of these was posted.
        ILookup<YearMonth, DateOnly> posted = (await area.ReadAsync(
            $"""
            SELECT DISTINCT t.contribution_month, r.posting_month FROM :area.posted_run r JOIN :area.run_total t USING (run_id)
            WHERE t.component = {Component.Contribution:D} AND t.contribution_month = ANY($1) AND r.posting_month <= $2
            """,
            r => (Of: r.GetFieldValue<DateOnly>(0).Month(), In: r.GetFieldValue<DateOnly>(1)), cancellation, months.Select(m => m.FirstDay()).ToArray(), month.FirstDay()))
            .ToLookup(p => p.Of, p => p.In);
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        // Steps without statistics: nested loops over a city's months took minutes, merges sorted what need not be sorted.
        await connection.DoAsync("SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL work_mem = '96MB'", cancellation);
        List<ThreeWayLine> lines = [];
        foreach (YearMonth of in months.Order())
        {
            lines.AddRange(await connection.ReadAsync(
                area.Sql(Sql),
                r => new ThreeWayLine(
                    r.GetString(0), r.GetString(1), of, new Money(r.GetInt64(2)), r.IsDBNull(3) ? null : new Money(r.GetInt64(3)), new Money(r.GetInt64(4)), r.GetInt32(5))
                { EmployerId = r.GetInt32(6), ToAccounts = new Money(r.GetInt64(7)), ToOthers = new Money(r.GetInt64(8)) },
                cancellation, of.FirstDay(), month.FirstDay(), month.ToDateInterval().End.ToDateOnly(), area.Policy.TryFor(of)?.CreditsOnReceipt ?? false, submissions, posted[of].ToArray()));
        }

        return lines;
    }

    /// <summary>The employers' months with money in suspense, of whatever contribution month, as known at the end of the posting month; of a closed month, as it was closed.</summary>
    public async Task<List<ThreeWayLine>> SuspenseAsync(YearMonth month, CancellationToken cancellation)
    {
        CheckedMonth of = await CheckedMonth.ReadAsync(area, month, cancellation);
        IEnumerable<ThreeWayLine> lines = of.Own switch
        {
            { Checked: true } own => (await new ClosedDifferences(area).ReadAsync(own.Seq, of.End, cancellation))
                .Where(d => d.Kind == MonthDifference.OfEmployer).Select(ThreeWayLine.Of),
            // Closed before checks were kept: all months with money are read.
            { Submissions: var known } => await LinesAsync([.. await WithMoneyAsync(month, cancellation)], month, known, cancellation),
            null => (await ReadAsync(of, cancellation)).Lines,
        };
        return [.. lines.Where(l => !l.InSuspense.IsZero)];
    }

    private Task<List<YearMonth>> WithMoneyAsync(YearMonth until, CancellationToken cancellation) => area.ReadAsync(
        "SELECT DISTINCT month FROM :area.money_for_month WHERE on_date < $1 ORDER BY 1", r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, until.PlusMonths(1).FirstDay());

    // Where the closing before has no check on record, all months with receipts are compared.
    private async Task<YearMonth[]> MonthsAsync(CheckedMonth of, CancellationToken cancellation) => [.. (await area.ReadAsync(
        $"""
        SELECT $1 UNION SELECT m.month FROM :area.submission_month m JOIN :area.filed f USING (submission_id)
        WHERE m.fact IN ('contribution', 'receipt') AND m.month <= $1 AND (m.submission_id > $2 OR f.month >= $3 AND f.month <= $1)
        UNION SELECT month FROM :area.money_for_month WHERE on_date >= $3 AND on_date < $1 + interval '1 month' AND month <= $1
        UNION SELECT t.contribution_month FROM :area.posted_run r JOIN :area.run_total t USING (run_id)
              WHERE r.posting_month >= $3 AND r.posting_month <= $1 AND t.component = {Component.Contribution:D} AND t.contribution_month <= $1
        UNION SELECT receipt_month FROM :area.receipt WHERE NOT $4 AND receipt_month <= $1 ORDER BY 1
        """, r => r.GetFieldValue<DateOnly>(0).Month(), cancellation,
        of.Month.FirstDay(), of.Before?.Submissions ?? 0, of.From.ToDateOnly(), of.Before is { Checked: true }))];

    private async Task<List<ThreeWayLine>> CarriedAsync(CheckedMonth of, ClosedCheck before, YearMonth[] touched, CancellationToken cancellation) =>
        [.. (await new ClosedDifferences(area).ReadAsync(before.Seq, of.End, cancellation))
            .Where(d => d.Kind == MonthDifference.OfEmployer && !touched.Contains(d.Month!.Value)).Select(ThreeWayLine.Of)];
}
