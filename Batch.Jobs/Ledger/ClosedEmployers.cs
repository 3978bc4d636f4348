using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>
/// What an employer's contributions came to in a month. In suspense before and received are allocated, refunded, written off or in suspense still. Late fee and interest
/// are the funds' and never in suspense.
/// </summary>
/// <param name="Employer">In the database; null: allocated by runs, and no employer is known of.</param>
/// <param name="Carried">Set against another month of the employer: still in suspense.</param>
internal sealed record EmployerMoney(
    int? Employer, Money Before, Money Received, Money ToAccounts, Money ToPool, Money ToOthers, Money Refunded, Money WrittenOff, Money Carried, Money LateFee, Money Interest)
{
    public Money After => Before + Received - ToAccounts - ToPool - ToOthers - Refunded - WrittenOff;

    public bool IsNought => this == new EmployerMoney(Employer, default, default, default, default, default, default, default, default, default, default);
}

/// <summary>
/// Works out what each employer's money came to between two closings, and keeps it with the later one. It starts from what the closing before kept, so that the time it
/// takes does not grow with the months.
/// </summary>
internal sealed class ClosedEmployers(Area area)
{
    private sealed class Sums
    {
        public long Before, Received, Accounts, Pool, Others, Refunded, WrittenOff, Carried, LateFee, Interest;

        public void Allocate(ThreeWayLine line, int sign)
        {
            Accounts += sign * line.ToAccounts.Fen;
            Others += sign * line.ToOthers.Fen;
            Pool += sign * (line.Booked - line.ToAccounts - line.ToOthers).Fen;
        }
    }

    /// <summary>Whether the area has receipts at all.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellation) =>
        (await area.ReadAsync("SELECT EXISTS (SELECT FROM :area.receipt)", r => r.GetBoolean(0), cancellation))[0];

    /// <param name="compared">The lines of the month's three-way check.</param>
    public async Task<IReadOnlyList<EmployerMoney>> ReadAsync(CheckedMonth of, IReadOnlyList<ThreeWayLine> compared, CancellationToken cancellation)
    {
        Dictionary<int, Sums> employers = [];
        foreach ((int employer, long fen) in of.Before is { } before ? await BeforeAsync(before, cancellation) : [])
        {
            Of(employers, employer).Before += fen;
        }

        foreach ((int employer, MoneyCame came) in await new MoneySums(area).CameByEmployerAsync(of, cancellation))
        {
            Sums sums = Of(employers, employer);
            (sums.Received, sums.LateFee, sums.Interest) = (came.AmountFen, came.LateFeeFen, came.InterestFen);
        }

        await ReturnedAsync(of, employers, cancellation);
        await AllocatedAsync(of, compared, employers, cancellation);
        await WithoutEmployerAsync(of, employers, cancellation);
        return [.. employers.Select(e => Money(e.Key, e.Value)).Where(e => !e.IsNought)];
    }

    public async Task WriteAsync(NpgsqlConnection connection, long seq, IReadOnlyList<EmployerMoney> money, CancellationToken cancellation)
    {
        if (money.Count == 0)
        {
            return;
        }

        long[] Fen(Func<EmployerMoney, Money> of) => [.. money.Select(m => of(m).Fen)];
        await connection.DoAsync(
            // In the order of the employers' own numbers: those of the database differ where a transaction was done again.
            area.Sql(
                """
                INSERT INTO :area.closing_employer
                SELECT $1, row_number() OVER (ORDER BY e.number COLLATE "C"), t.*
                FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) t (employer) LEFT JOIN :area.employer e ON e.employer_id = t.employer
                """), cancellation,
            seq, money.Select(m => m.Employer).ToArray(), Fen(m => m.Before), Fen(m => m.Received), Fen(m => m.ToAccounts), Fen(m => m.ToPool),
            Fen(m => m.ToOthers), Fen(m => m.Refunded), Fen(m => m.WrittenOff), Fen(m => m.Carried), Fen(m => m.After), Fen(m => m.LateFee), Fen(m => m.Interest));
    }

    // Number 0: no employer.
    private static Sums Of(Dictionary<int, Sums> employers, int employer)
    {
        if (!employers.TryGetValue(employer, out Sums? sums))
        {
            employers.Add(employer, sums = new Sums());
        }

        return sums;
    }

    private static EmployerMoney Money(int employer, Sums s) => new(
        employer == 0 ? null : employer, new Money(s.Before), new Money(s.Received), new Money(s.Accounts), new Money(s.Pool), new Money(s.Others), new Money(s.Refunded),
        new Money(s.WrittenOff), new Money(s.Carried), new Money(s.LateFee), new Money(s.Interest));

    // A closing that kept nothing is worked out from the beginning, a contribution month at a time: this happens once, when the money files begin or the program is renewed.
    private async Task<List<(int Employer, long Fen)>> BeforeAsync(ClosedCheck before, CancellationToken cancellation)
    {
        if ((await area.ReadAsync("SELECT employers IS NOT NULL FROM :area.closing_money WHERE seq = $1", r => r.GetBoolean(0), cancellation, before.Seq))[0])
        {
            return await area.ReadAsync(
                "SELECT coalesce(employer_id, 0), after_fen FROM :area.closing_employer WHERE seq = $1 AND after_fen <> 0", r => (r.GetInt32(0), r.GetInt64(1)), cancellation, before.Seq);
        }

        List<(int Employer, long Fen)> all = [];
        foreach (YearMonth month in await area.ReadAsync(
            $"""
            SELECT t.contribution_month FROM :area.posted_run r JOIN :area.run_total t USING (run_id) WHERE r.posting_month <= $1 AND t.component = {Component.Contribution:D}
            UNION SELECT month FROM :area.money_for_month WHERE on_date < $1 + interval '1 month' ORDER BY 1
            """,
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, before.Month.FirstDay()))
        {
            all.AddRange((await new ThreeWay(area).LinesAsync([month], before.Month, before.Submissions, cancellation))
                .Select(l => (l.EmployerId, (l.Received ?? default).Fen - l.Booked.Fen)));
        }

        return all;
    }

    private async Task ReturnedAsync(CheckedMonth of, Dictionary<int, Sums> employers, CancellationToken cancellation)
    {
        foreach ((int employer, string kind, long fen) in await area.ReadAsync(
            "SELECT return_employer, kind, sum(amount_fen)::bigint FROM :area.return_state WHERE state = 'confirmed' AND on_date BETWEEN $1 AND $2 GROUP BY 1, 2",
            r => (r.GetInt32(0), r.GetString(1), r.GetInt64(2)), cancellation, of.From.ToDateOnly(), of.End.ToDateOnly()))
        {
            Sums sums = Of(employers, employer);
            _ = kind switch
            {
                "refund" => sums.Refunded += fen,
                "write-off" => sums.WrittenOff += fen,
                _ => sums.Carried += fen,
            };
        }
    }

    // What is booked of each touched month now, less what was booked of it at the closing before: a correction may also say that a person is another employer's.
    private async Task AllocatedAsync(CheckedMonth of, IReadOnlyList<ThreeWayLine> compared, Dictionary<int, Sums> employers, CancellationToken cancellation)
    {
        ThreeWay threeWay = new(area);
        YearMonth[] taken = [.. await area.ReadAsync(
            $"""
            SELECT DISTINCT m.month FROM :area.posted_run r JOIN :area.run_submission s USING (run_id) JOIN :area.submission_month m USING (submission_id)
            WHERE r.posting_month >= $1 AND r.posting_month <= $2 AND m.fact = 'contribution'
            UNION SELECT t.contribution_month FROM :area.posted_run r JOIN :area.run_total t USING (run_id)
            WHERE r.posting_month >= $1 AND r.posting_month <= $2 AND t.component = {Component.Contribution:D}
            """,
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, of.From.ToDateOnly(), of.Month.FirstDay())];
        HashSet<YearMonth> known = [.. compared.Select(l => l.Month)];
        YearMonth[] more = [.. taken.Where(m => !known.Contains(m))];
        IEnumerable<ThreeWayLine> now = more.Length == 0 ? compared : compared.Concat(await threeWay.LinesAsync(more, of.Month, int.MaxValue, cancellation));
        foreach (ThreeWayLine line in now.Where(l => !l.Booked.IsZero))
        {
            Of(employers, line.EmployerId).Allocate(line, 1);
        }

        if (of.Before is not { } before)
        {
            return;
        }

        YearMonth[] then = [.. (await area.ReadAsync(
            $"SELECT DISTINCT t.contribution_month FROM :area.posted_run r JOIN :area.run_total t USING (run_id) WHERE r.posting_month <= $1 AND t.component = {Component.Contribution:D} AND t.contribution_month = ANY($2)",
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, before.Month.FirstDay(), known.Concat(more).Select(m => m.FirstDay()).ToArray()))];
        foreach (ThreeWayLine line in then.Length == 0 ? [] : await threeWay.LinesAsync(then, before.Month, before.Submissions, cancellation))
        {
            Of(employers, line.EmployerId).Allocate(line, -1);
        }
    }

    // The totals of the month's runs are what was allocated: what no employer has of it is shown, not lost.
    private async Task WithoutEmployerAsync(CheckedMonth of, Dictionary<int, Sums> employers, CancellationToken cancellation)
    {
        (long accounts, long pool, long others) = (await area.ReadAsync(
            $"""
            SELECT coalesce(sum(t.account_fen), 0)::bigint, coalesce(sum(t.pool_fen), 0)::bigint, coalesce(sum(t.other_fen), 0)::bigint
            FROM :area.posted_run r JOIN :area.run_total t USING (run_id) WHERE r.posting_month >= $1 AND r.posting_month <= $2 AND t.component = {Component.Contribution:D}
            """,
            r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), cancellation, of.From.ToDateOnly(), of.Month.FirstDay()))[0];
        Sums none = Of(employers, 0);
        none.Accounts += accounts - employers.Values.Sum(e => e.Accounts);
        none.Pool += pool - employers.Values.Sum(e => e.Pool);
        none.Others += others - employers.Values.Sum(e => e.Others);
    }
}
