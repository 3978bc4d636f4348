using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

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
}

/// <summary>The three-way check 三方对账 of the contribution months of a month's files and of the money received in it, and of the month itself.</summary>
/// <param name="Lines">Those that differ, the oldest first.</param>
public sealed record ThreeWayDocument(IReadOnlyList<YearMonth> Months, long Employers, Money Declared, Money Received, Money Booked, IReadOnlyList<ThreeWayLine> Lines)
{
    /// <summary>Receipts are among what is compared: of a month whose credits wait for them, or because some were sent.</summary>
    public bool HasReceipts { get; init; }
}

/// <summary>Puts declared, received and booked side by side, by employer and contribution month.</summary>
public sealed class ThreeWay(Area area)
{
    // A booked amount is the employer's whose line the posted runs took last for that person and month, as in the report by employers.
    private static readonly string Sql =
        $"""
        WITH lines AS (
            SELECT DISTINCT ON (contribution_month, person_id, employer_id) contribution_month AS month, employer_id, state, person_paid_fen + employer_paid_fen AS fen
            FROM :area.contribution WHERE contribution_month = ANY($1) AND submission_id IN (SELECT submission_id FROM :area.filed WHERE month <= $2)
            ORDER BY contribution_month, person_id, employer_id, submission_id DESC, (row_no <= 0) DESC, row_no DESC),
        declared AS (
            SELECT month, employer_id, sum(fen) AS fen FROM lines WHERE state = 1 GROUP BY 1, 2),
        received AS (
            SELECT month, employer_id, sum(amount_fen) AS fen FROM :area.money_for_month WHERE month = ANY($1) AND on_date <= $3 GROUP BY 1, 2),
        moved AS MATERIALIZED (
            SELECT a.person_id, e.contribution_month, sum(e.person_paid_fen + e.employer_paid_fen) AS fen
            FROM :area.entry e JOIN :area.account a USING (account_id)
            WHERE e.posting_month <= $2 AND e.component = 1 AND e.contribution_month = ANY($1) GROUP BY 1, 2),
        {EmployerReport.LastEmployers("$2", "$1")},
        booked AS (SELECT contribution_month AS month, employer_id, sum(fen) AS fen FROM moved JOIN last_employer USING (contribution_month, person_id) GROUP BY 1, 2)
        SELECT e.number, e.name, month, coalesce(d.fen, 0)::bigint,
               CASE WHEN month = ANY($4) OR month IN (SELECT m.month FROM :area.money_for_month m WHERE m.month = ANY($1)) THEN coalesce(r.fen, 0)::bigint END, coalesce(b.fen, 0)::bigint,
               greatest($3 - (month + interval '1 month' - interval '1 day')::date, 0)
        FROM declared d FULL JOIN received r USING (month, employer_id) FULL JOIN booked b USING (month, employer_id) JOIN :area.employer e USING (employer_id)
        ORDER BY month, e.number COLLATE "C"
        """;

    public async Task<ThreeWayDocument> ReadAsync(YearMonth month, LocalDate end, CancellationToken cancellation)
    {
        YearMonth[] months = await MonthsAsync(month, cancellation);
        List<ThreeWayLine> lines = await LinesAsync(months, month, end, cancellation);
        return new ThreeWayDocument(
            months, lines.Count, new Money(lines.Sum(l => l.Declared.Fen)), new Money(lines.Sum(l => l.Received?.Fen ?? 0)), new Money(lines.Sum(l => l.Booked.Fen)),
            [.. lines.Where(l => l.Differs)])
        {
            HasReceipts = lines.Exists(l => l.Received is not null),
        };
    }

    /// <summary>All lines of the contribution months, as known at the end of the posting month.</summary>
    public Task<List<ThreeWayLine>> LinesAsync(YearMonth[] months, YearMonth month, LocalDate end, CancellationToken cancellation) => area.ReadAsync(
        Sql,
        r => new ThreeWayLine(
            r.GetString(0), r.GetString(1), r.GetFieldValue<DateOnly>(2).Month(), new Money(r.GetInt64(3)), r.IsDBNull(4) ? null : new Money(r.GetInt64(4)), new Money(r.GetInt64(5)),
            r.GetInt32(6)),
        cancellation, months.Select(m => m.FirstDay()).ToArray(), month.FirstDay(), end.ToDateOnly(),
        months.Where(m => area.Policy.TryFor(m)?.CreditsOnReceipt ?? false).Select(m => m.FirstDay()).ToArray());

    /// <summary>The employers' months with money in suspense, of whatever contribution month, as known at the end of the posting month.</summary>
    public async Task<List<ThreeWayLine>> SuspenseAsync(YearMonth month, CancellationToken cancellation)
    {
        YearMonth[] months = [.. await area.ReadAsync(
            "SELECT DISTINCT month FROM :area.money_for_month WHERE on_date < $1 ORDER BY 1", r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, month.PlusMonths(1).FirstDay())];
        List<ThreeWayLine> lines = await LinesAsync(months, month, month.OnDayOfMonth(1).PlusMonths(1).PlusDays(-1), cancellation);
        return [.. lines.Where(l => !l.InSuspense.IsZero)];
    }

    private async Task<YearMonth[]> MonthsAsync(YearMonth month, CancellationToken cancellation) => [.. (await area.ReadAsync(
        """
        SELECT $1 UNION SELECT m.month FROM :area.submission_month m JOIN :area.filed f USING (submission_id)
        WHERE f.month = $1 AND m.fact IN ('contribution', 'receipt') AND m.month <= $1
        UNION SELECT month FROM :area.money_for_month WHERE on_date >= $1 AND on_date < $1 + interval '1 month' AND month <= $1 ORDER BY 1
        """, r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, month.FirstDay()))];
}
