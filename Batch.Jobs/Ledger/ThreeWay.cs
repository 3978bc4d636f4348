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
public sealed class ThreeWay(NpgsqlDataSource program, AreaSchema area, PolicyInForce policy)
{
    // A booked amount is the employer's whose line the posted runs took last for that person and month, as in the report by employers.
    private static readonly string Sql =
        $"""
        WITH lines AS (
            SELECT DISTINCT ON (contribution_month, person_id, employer_id) contribution_month AS month, employer_id, state, person_paid_fen + employer_paid_fen AS fen
            FROM :area.contribution WHERE contribution_month = ANY($1) AND submission_id IN (SELECT submission_id FROM :area.filed WHERE month <= $2 AND submission_id <= $5)
            ORDER BY contribution_month, person_id, employer_id, {FactVersions.LatestFirst}),
        declared AS (
            SELECT month, employer_id, sum(fen) AS fen FROM lines WHERE state = 1 GROUP BY 1, 2),
        receipts AS (
            SELECT DISTINCT ON (receipt_month, employer_id, document) receipt_month AS month, employer_id, state, amount_fen, received_on
            FROM :area.receipt WHERE receipt_month = ANY($1) AND submission_id <= $5
            ORDER BY receipt_month, employer_id, document, submission_id DESC, row_no),
        money AS (
            SELECT month, employer_id, amount_fen, received_on AS on_date FROM receipts WHERE state = 1
            UNION ALL SELECT month, employer_id, -amount_fen, on_date FROM :area.money_returned WHERE month = ANY($1)),
        received AS (SELECT month, employer_id, sum(amount_fen) AS fen FROM money WHERE on_date <= $3 GROUP BY 1, 2),
        moved AS MATERIALIZED (
            SELECT a.person_id, e.contribution_month, sum(e.person_paid_fen + e.employer_paid_fen) AS fen, sum(e.account_fen) AS account_fen, sum(e.other_fen) AS other_fen
            FROM :area.entry e JOIN :area.account a USING (account_id)
            WHERE e.posting_month = ANY($6) AND e.component = 1 AND e.contribution_month = ANY($1) GROUP BY 1, 2),
        {LastEmployers("$2", "$1")},
        booked AS (
            SELECT contribution_month AS month, employer_id, sum(fen) AS fen, sum(account_fen) AS account_fen, sum(other_fen) AS other_fen
            FROM moved JOIN last_employer USING (contribution_month, person_id) GROUP BY 1, 2)
        SELECT e.number, e.name, month, coalesce(d.fen, 0)::bigint,
               CASE WHEN month = ANY($4) OR month IN (SELECT m.month FROM money m) THEN coalesce(r.fen, 0)::bigint END, coalesce(b.fen, 0)::bigint,
               greatest($3 - (month + interval '1 month' - interval '1 day')::date, 0), employer_id,
               coalesce(b.account_fen, 0)::bigint, coalesce(b.other_fen, 0)::bigint
        FROM declared d FULL JOIN received r USING (month, employer_id) FULL JOIN booked b USING (month, employer_id) JOIN :area.employer e USING (employer_id)
        ORDER BY month, e.number COLLATE "C"
        """;

    public ThreeWay(Area area)
        : this(area.Program, area.Schema, area.Policy)
    {
    }

    /// <summary>
    /// The tables <c>taken</c> and <c>last_employer</c> of a query that has the postings in <c>moved</c>: which employer's line the runs posted up to a month took last for a
    /// person and contribution month.
    /// </summary>
    /// <param name="columns">More columns of that line, each with a comma before it: <c>, c.base_fen</c>.</param>
    internal static string LastEmployers(string until, string months, string columns = "") =>
        $"""
        taken AS MATERIALIZED (
            SELECT DISTINCT s.submission_id FROM :area.run_submission s JOIN :area.posted_run r USING (run_id) WHERE r.posting_month <= {until}),
        last_employer AS (
            SELECT DISTINCT ON (c.contribution_month, c.person_id) c.contribution_month, c.person_id, c.employer_id{columns}
            FROM :area.contribution c JOIN moved m USING (contribution_month, person_id) JOIN taken USING (submission_id)
            WHERE c.contribution_month = ANY ({months})
            ORDER BY c.contribution_month, c.person_id, (c.state = 1) DESC, c.submission_id DESC, c.row_no DESC)
        """;

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
        DateOnly[] named = [.. months.Select(m => m.FirstDay())];
        // Only the months are read in which something of these was posted.
        List<DateOnly> posted = await program.ReadAsync(
            area.Sql("SELECT DISTINCT r.posting_month FROM :area.posted_run r JOIN :area.run_total t USING (run_id) WHERE t.component = 1 AND t.contribution_month = ANY($1) AND r.posting_month <= $2"),
            r => r.GetFieldValue<DateOnly>(0), cancellation, named, month.FirstDay());
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        // Steps without statistics: nested loops over a city's months took minutes.
        await connection.DoAsync("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '96MB'", cancellation);
        return await connection.ReadAsync(
            area.Sql(Sql),
            r => new ThreeWayLine(
                r.GetString(0), r.GetString(1), r.GetFieldValue<DateOnly>(2).Month(), new Money(r.GetInt64(3)), r.IsDBNull(4) ? null : new Money(r.GetInt64(4)), new Money(r.GetInt64(5)),
                r.GetInt32(6))
            { EmployerId = r.GetInt32(7), ToAccounts = new Money(r.GetInt64(8)), ToOthers = new Money(r.GetInt64(9)) },
            cancellation, named, month.FirstDay(), month.ToDateInterval().End.ToDateOnly(),
            months.Where(m => policy.TryFor(m)?.CreditsOnReceipt ?? false).Select(m => m.FirstDay()).ToArray(), submissions, posted.ToArray());
    }

    /// <summary>The employers' months with money in suspense, of whatever contribution month, as known at the end of the posting month; of a closed month, as it was closed.</summary>
    public async Task<List<ThreeWayLine>> SuspenseAsync(YearMonth month, CancellationToken cancellation)
    {
        CheckedMonth of = await CheckedMonth.ReadAsync(program, area, month, cancellation);
        IEnumerable<ThreeWayLine> lines = of.Own switch
        {
            { Checked: true } own => (await new ClosedDifferences(program, area).ReadAsync(own.Seq, of.End, cancellation))
                .Where(d => d.Kind == MonthDifference.OfEmployer).Select(ThreeWayLine.Of),
            // Closed before checks were kept: all months with money are read.
            { Submissions: var known } => await LinesAsync([.. await WithMoneyAsync(month, cancellation)], month, known, cancellation),
            null => (await ReadAsync(of, cancellation)).Lines,
        };
        return [.. lines.Where(l => !l.InSuspense.IsZero)];
    }

    private Task<List<YearMonth>> WithMoneyAsync(YearMonth until, CancellationToken cancellation) => program.ReadAsync(
        area.Sql("SELECT DISTINCT month FROM :area.money_for_month WHERE on_date < $1 ORDER BY 1"), r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, until.PlusMonths(1).FirstDay());

    // Where the closing before has no check on record, all months with receipts are compared.
    private async Task<YearMonth[]> MonthsAsync(CheckedMonth of, CancellationToken cancellation) => [.. (await program.ReadAsync(
        area.Sql(
            """
            SELECT $1 UNION SELECT m.month FROM :area.submission_month m JOIN :area.filed f USING (submission_id)
            WHERE m.fact IN ('contribution', 'receipt') AND m.month <= $1 AND (m.submission_id > $2 OR f.month >= $3 AND f.month <= $1)
            UNION SELECT month FROM :area.money_for_month WHERE on_date >= $3 AND on_date < $1 + interval '1 month' AND month <= $1
            UNION SELECT t.contribution_month FROM :area.posted_run r JOIN :area.run_total t USING (run_id)
                  WHERE r.posting_month >= $3 AND r.posting_month <= $1 AND t.component = 1 AND t.contribution_month <= $1
            UNION SELECT receipt_month FROM :area.receipt WHERE NOT $4 AND receipt_month <= $1 ORDER BY 1
            """), r => r.GetFieldValue<DateOnly>(0).Month(), cancellation,
        of.Month.FirstDay(), of.Before?.Submissions ?? 0, of.From.ToDateOnly(), of.Before is { Checked: true }))];

    private async Task<List<ThreeWayLine>> CarriedAsync(CheckedMonth of, ClosedCheck before, YearMonth[] touched, CancellationToken cancellation) =>
        [.. (await new ClosedDifferences(program, area).ReadAsync(before.Seq, of.End, cancellation))
            .Where(d => d.Kind == MonthDifference.OfEmployer && !touched.Contains(d.Month!.Value)).Select(ThreeWayLine.Of)];
}
