using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>A balance as this year's money 本年 and what was carried over 上年结转.</summary>
public sealed record AccountParts(Money CarriedOver, Money ThisYear);

/// <summary>What the span's posted lines come to, by what they are.</summary>
public sealed record StatementSummary(
    Money Contributions, Money Retiree, Money Interest, Money OpeningBalances, Money Spending, Money PayOuts, Money TransfersIn, Money TransfersOut, Money Corrections)
{
    /// <summary>Wallet 医保钱包: transfers out, in and returned, net.</summary>
    public Money Wallet { get; init; }
    public Money EmergenciesPaidBack { get; init; }
}

/// <summary>Spending of the span's days by channel: the holder's own, and that of the family members whom the account pays for.</summary>
public sealed record SpendingDocument(SpendingChannel Channel, Money Own, Money Members);

/// <summary>One month of the contribution record 缴费明细.</summary>
public sealed record PaidContribution(YearMonth Month, string Employer, string EmployerName, Money Base, Money PersonPaid, Money EmployerPaid, Money Credited);

/// <summary>An account over any span of months. The first six are what scripts have always read.</summary>
public sealed record AccountStatementDocument(
    YearMonth From, YearMonth To, Money Opening, IReadOnlyList<StatementLine> Lines, Money Movements, Money Closing, AccountParts OpeningParts, AccountParts ClosingParts,
    StatementSummary Summary, IReadOnlyList<SpendingDocument> SpendingByChannel, IReadOnlyList<PaidContribution> Contributions);

/// <summary>
/// The printable statement of an account: opening, contributions, spending by channel, interest, transfers, closing, with this year's part and what was
/// carried over. What leaves the account is taken from this year's money first, and what was carried over is touched only when the balance falls
/// below it: so the published interest rules have it (docs/policies/edges.md, QD3 and INT2), and so the product's interest is computed.
/// </summary>
public sealed class AccountStatements(Area area)
{
    public async Task<AccountStatementDocument> ReadAsync(int account, YearMonth from, YearMonth to, CancellationToken cancellation)
    {
        YearMonth yearFrom = YearOf(from);
        Balances balances = new(area);
        StatementDocument sinceYear = await balances.StatementAsync(account, yearFrom, to, cancellation);
        Parts parts = new(sinceYear.Opening, yearFrom, YearOf);
        AccountParts? opening = null;
        Money before = sinceYear.Opening;
        foreach (StatementLine line in sinceYear.Lines)
        {
            if (line.PostingMonth >= from)
            {
                opening ??= parts.At(from);
            }
            else
            {
                before = line.Balance;
            }

            parts.Take(line);
        }

        opening ??= parts.At(from);
        HashSet<(YearMonth, string)> credited = [];
        List<StatementLine> lines = [.. sinceYear.Lines.Select(l => Mark(l, credited)).Where(l => l.PostingMonth >= from)];
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return new AccountStatementDocument(
            from, to, before, lines, sinceYear.Closing - before, sinceYear.Closing, opening, parts.At(to), Summarise(lines),
            await SpendingAsync(connection, account, from, to, cancellation), await ContributionsAsync(connection, account, from, to, cancellation));
    }

    // A credit that takes money back, or that follows another one for the same month.
    private static StatementLine Mark(StatementLine line, HashSet<(YearMonth, string)> credited) =>
        line.Component is "contribution" or "retiree" or "interest" && (!credited.Add((line.Month, line.Component)) || line.Amount < Money.Zero) ? line with { Corrects = true } : line;

    private YearMonth YearOf(YearMonth month) => area.Policy.TryFor(month)?.InsuranceYearFrom ?? new YearMonth(month.Year, 1);

    private static StatementSummary Summarise(List<StatementLine> lines)
    {
        Money Of(string component) => new(lines.Where(l => l.Component == component).Sum(l => l.Amount.Fen));
        return new StatementSummary(
            Of("contribution"), Of("retiree"), Of("interest"), Of("opening"), Of("spending"), Of("pay-out"), Of("transfer-in"), Of("transfer-out"), Of("correction"))
        {
            Wallet = Of("wallet-out") + Of("wallet-in") + Of("wallet-return"),
            EmergenciesPaidBack = Of("emergency-return"),
        };
    }

    private Task<List<SpendingDocument>> SpendingAsync(NpgsqlConnection connection, int account, YearMonth from, YearMonth to, CancellationToken cancellation) =>
        connection.ReadAsync(area.Schema.Sql(
            $"""
            SELECT channel, coalesce(-sum(amount_fen) FILTER (WHERE member = 0), 0)::bigint, coalesce(-sum(amount_fen) FILTER (WHERE member <> 0), 0)::bigint FROM (
                SELECT DISTINCT ON (on_date, channel, member) channel, member, amount_fen, state FROM :area.movement
                WHERE kind = {MovementKind.Spending:D} AND movement_month BETWEEN '{from.Text()}-01' AND '{to.Text()}-01' AND person_id = $1 % 100000000
                      AND submission_id NOT IN (SELECT submission_id FROM :area.waiting_submission)
                ORDER BY on_date, channel, member, {FactVersions.LatestFirst}) s
            WHERE state = {FactState.Accepted:D} GROUP BY channel ORDER BY channel
            """),
            r => new SpendingDocument((SpendingChannel)r.GetInt16(0), new Money(r.GetInt64(1)), new Money(r.GetInt64(2))), cancellation, account);

    private Task<List<PaidContribution>> ContributionsAsync(NpgsqlConnection connection, int account, YearMonth from, YearMonth to, CancellationToken cancellation) =>
        connection.ReadAsync(area.Schema.Sql(
            $"""
            WITH credited AS (
                SELECT contribution_month, sum(account_fen)::bigint AS fen FROM :area.entry
                WHERE account_id = $1 AND component = {Component.Contribution:D} AND contribution_month BETWEEN '{from.Text()}-01' AND '{to.Text()}-01' GROUP BY 1)
            SELECT contribution_month, e.number, e.name, base_fen, person_paid_fen, employer_paid_fen, coalesce(c.fen, 0) FROM (
                SELECT DISTINCT ON (contribution_month, employer_id) * FROM :area.contribution
                WHERE contribution_month BETWEEN '{from.Text()}-01' AND '{to.Text()}-01' AND person_id = $1 % 100000000
                      AND submission_id NOT IN (SELECT submission_id FROM :area.waiting_submission)
                ORDER BY contribution_month, employer_id, {FactVersions.LatestFirst}) l
            JOIN :area.employer e USING (employer_id) LEFT JOIN credited c USING (contribution_month) WHERE state = {FactState.Accepted:D} ORDER BY contribution_month
            """),
            r => new PaidContribution(
                r.GetFieldValue<DateOnly>(0).Month(), r.GetString(1), r.GetString(2), new Money(r.GetInt64(3)), new Money(r.GetInt64(4)), new Money(r.GetInt64(5)), new Money(r.GetInt64(6))),
            cancellation, account);

    /// <summary>The two parts of a balance, line by line.</summary>
    private sealed class Parts(Money opening, YearMonth yearFrom, Func<YearMonth, YearMonth> yearOf)
    {
        private YearMonth _year = yearFrom;
        private Money _carried = opening;
        private Money _balance = opening;

        public void Take(StatementLine line)
        {
            Turn(line.PostingMonth);
            _balance += line.Amount;
            // The interest of a year that has ended belongs to what that year carried over; what was taken over is money of earlier years.
            if ((line.Component == "interest" && line.Month < _year) || line.Component == "opening")
            {
                _carried += line.Amount;
            }

            if (_carried > Money.Zero && _balance < _carried)
            {
                _carried = _balance < Money.Zero ? Money.Zero : _balance;
            }
        }

        public AccountParts At(YearMonth month)
        {
            Turn(month);
            return new AccountParts(_carried, _balance - _carried);
        }

        // A new insurance year: all that is there is carried over.
        private void Turn(YearMonth month)
        {
            if (yearOf(month) is { } year && year > _year)
            {
                (_year, _carried) = (year, _balance);
            }
        }
    }
}
