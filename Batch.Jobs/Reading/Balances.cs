using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <param name="AsOf">The latest posting month that is in the balance; null when nothing was ever posted.</param>
public sealed record BalanceDocument(Money Balance, YearMonth? AsOf, CreditDocument? LastCredit);

/// <summary>A credit: the month that it is for, the month that it was posted in, and how much.</summary>
public sealed record CreditDocument(YearMonth Month, YearMonth PostingMonth, Money Amount);

/// <summary>A posted movement of an account.</summary>
public sealed record StatementLine(YearMonth PostingMonth, YearMonth Month, string Component, Money PersonPaid, Money EmployerPaid, Money Amount, Money Balance)
{
    /// <summary>The line changes what was credited before for the same month; it is no credit of its own.</summary>
    public bool Corrects { get; init; }

    /// <summary>What the line is, in words.</summary>
    public (string Chinese, string English) Words()
    {
        (string chinese, string english) = LedgerWords.Of(Component);
        return Corrects ? ($"{chinese}（更正）", $"{english} (correction)") : (chinese, english);
    }
}

public sealed record StatementDocument(YearMonth From, YearMonth To, Money Opening, IReadOnlyList<StatementLine> Lines, Money Movements, Money Closing);

/// <summary>What an account holds: the last year-end statement plus the entries since, read from named months only.</summary>
public sealed class Balances(Area area)
{
    // Most people have a credit in the latest of them; for the others more are looked through at once.
    private const int LatestMonths = 12;
    private const int EarlierMonths = 24;

    // Interest and movements are the person's, but they are no credit 划入 of a month.
    private static readonly string[] Credits = [LedgerWords.NameOf(Facts.Component.Contribution), LedgerWords.NameOf(Facts.Component.Retiree)];

    public async Task<BalanceDocument> BalanceAsync(int account, YearMonth? at, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        (List<YearMonth> posted, (int Year, YearMonth Through)? carried) = await PostedAsync(connection, at ?? new YearMonth(9999, 12), cancellation);
        long balance = carried is { } statement ? await ClosingAsync(connection, account, statement.Year, cancellation) : 0;
        // What was posted since the statement, and as much before it as most people's last credit needs: read as one, since to ask takes longer than to look.
        int since = posted.Count(m => !(m <= carried?.Through));
        List<YearMonth> latest = posted[^Math.Min(posted.Count, Math.Max(since, LatestMonths))..];
        List<StatementLine> lines = await LinesAsync(connection, account, latest, cancellation);
        balance += lines.Where(l => !(l.PostingMonth <= carried?.Through)).Sum(l => l.Amount.Fen);
        return new BalanceDocument(
            new Money(balance), posted.Count > 0 ? posted[^1] : null,
            Latest(lines) ?? await EarlierCreditAsync(connection, account, posted[..^latest.Count], cancellation));
    }

    public async Task<StatementDocument> StatementAsync(int account, YearMonth from, YearMonth to, CancellationToken cancellation)
    {
        Money balance = (await BalanceAsync(account, from.PlusMonths(-1), cancellation)).Balance;
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        List<StatementLine> lines = [];
        Money opening = balance;
        foreach (StatementLine line in await LinesAsync(connection, account, await PostedMonthsAsync(connection, from, to, cancellation), cancellation))
        {
            balance += line.Amount;
            lines.Add(line with { Balance = balance });
        }

        return new StatementDocument(from, to, opening, lines, balance - opening, balance);
    }

    /// <summary>The posting months that the date allows, and the last statement.</summary>
    private async Task<(List<YearMonth> Posted, (int Year, YearMonth Through)? Statement)> PostedAsync(NpgsqlConnection connection, YearMonth at, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(
            area.Sql(
                """
                SELECT DISTINCT l.month, s.year, s.through
                FROM :area.ledger l LEFT JOIN (SELECT year, through FROM :area.statement_year WHERE through <= $1 ORDER BY year DESC LIMIT 1) s ON true
                WHERE l.act = 'post' AND l.month <= $1 ORDER BY 1
                """), connection);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = at.FirstDay() });
        await command.PrepareAsync(cancellation);
        List<(YearMonth Month, (int, YearMonth)? Statement)> rows = await command.ListAsync(
            r => (r.GetFieldValue<DateOnly>(0).Month(), r.IsDBNull(1) ? ((int, YearMonth)?)null : (r.GetInt32(1), r.GetFieldValue<DateOnly>(2).Month())), cancellation);
        return ([.. rows.Select(r => r.Month)], rows.Count > 0 ? rows[0].Statement : null);
    }

    private Task<List<YearMonth>> PostedMonthsAsync(NpgsqlConnection connection, YearMonth from, YearMonth to, CancellationToken cancellation) =>
        connection.ReadAsync(
            area.Sql("SELECT DISTINCT month FROM :area.ledger WHERE act = 'post' AND month BETWEEN $1 AND $2 ORDER BY 1"),
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, from.FirstDay(), to.FirstDay());

    // Prepared, as are all look-ups of a balance: to plan one takes ten times as long as to make it, and everybody asks for the same ones.
    private async Task<long> ClosingAsync(NpgsqlConnection connection, int account, int year, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = await OfAccountAsync(
            connection, $"SELECT closing_fen FROM :area.statement WHERE year = {year} AND account_id = $1", account, cancellation);
        return (long?)await command.ExecuteScalarAsync(cancellation) ?? 0;
    }

    private async Task<NpgsqlCommand> OfAccountAsync(NpgsqlConnection connection, string sql, int account, CancellationToken cancellation)
    {
        NpgsqlCommand command = new(area.Sql(sql), connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = account });
        await command.PrepareAsync(cancellation);
        return command;
    }

    private async Task<List<StatementLine>> LinesAsync(NpgsqlConnection connection, int account, List<YearMonth> months, CancellationToken cancellation)
    {
        if (months.Count == 0)
        {
            return [];
        }

        await using NpgsqlCommand command = await OfAccountAsync(
            connection,
            $"""
            SELECT posting_month, contribution_month, component, person_paid_fen, employer_paid_fen, account_fen FROM :area.entry
            WHERE posting_month IN ({months.Literals()}) AND account_id = $1
            ORDER BY posting_month, run_id, contribution_month, component
            """, account, cancellation);
        return await command.ListAsync(
            r => new StatementLine(
                r.GetFieldValue<DateOnly>(0).Month(), r.GetFieldValue<DateOnly>(1).Month(), LedgerWords.NameOf((Facts.Component)r.GetInt16(2)),
                new Money(r.GetInt64(3)), new Money(r.GetInt64(4)), new Money(r.GetInt64(5)), Money.Zero),
            cancellation);
    }

    private async Task<CreditDocument?> EarlierCreditAsync(NpgsqlConnection connection, int account, List<YearMonth> months, CancellationToken cancellation)
    {
        foreach (YearMonth[] some in Enumerable.Reverse(months).Chunk(EarlierMonths))
        {
            await using NpgsqlCommand command = await OfAccountAsync(
                connection,
                $"""
                SELECT posting_month, contribution_month, account_fen FROM :area.entry
                WHERE posting_month IN ({some.Literals()}) AND account_id = $1 AND component IN ({(int)Facts.Component.Contribution}, {(int)Facts.Component.Retiree}) AND account_fen > 0
                ORDER BY posting_month DESC, run_id DESC, contribution_month DESC, component DESC LIMIT 1
                """, account, cancellation);
            List<CreditDocument> last = await command.ListAsync(
                r => new CreditDocument(r.GetFieldValue<DateOnly>(1).Month(), r.GetFieldValue<DateOnly>(0).Month(), new Money(r.GetInt64(2))), cancellation);
            if (last is [var credit])
            {
                return credit;
            }
        }

        return null;
    }

    private static CreditDocument? Latest(List<StatementLine> lines) =>
        lines.FindLast(l => l.Amount > Money.Zero && Credits.Contains(l.Component)) is { } credit
            ? new CreditDocument(credit.Month, credit.PostingMonth, credit.Amount)
            : null;
}
