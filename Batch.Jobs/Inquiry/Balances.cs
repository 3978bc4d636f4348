using Batch.Jobs.Areas;
using Batch.Jobs.Ledger;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Inquiry;

/// <param name="AsOf">The latest posting month that is in the balance; null when nothing was ever posted.</param>
public sealed record BalanceDocument(Money Balance, YearMonth? AsOf, CreditDocument? LastCredit);

/// <summary>A credit: the month that it is for, the month that it was posted in, and how much.</summary>
public sealed record CreditDocument(YearMonth Month, YearMonth PostingMonth, Money Amount);

/// <summary>A posted movement of an account.</summary>
public sealed record StatementLine(YearMonth PostingMonth, YearMonth Month, string Component, Money PersonPaid, Money EmployerPaid, Money Amount, Money Balance);

public sealed record StatementDocument(YearMonth From, YearMonth To, Money Opening, IReadOnlyList<StatementLine> Lines, Money Movements, Money Closing);

/// <summary>What an account holds: the last year-end statement plus the entries since, read from named months only.</summary>
public sealed class Balances(NpgsqlDataSource program, AreaSchema area)
{
    private const int MonthsAtOnce = 12;

    // Interest and movements are the person's, but they are no credit 划入 of a month.
    private static readonly string[] Credits = [LedgerWords.NameOf(Runs.Component.Contribution), LedgerWords.NameOf(Runs.Component.Retiree)];

    public async Task<BalanceDocument> BalanceAsync(int account, YearMonth? at, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        (int Year, YearMonth Through)? carried = await LastStatementAsync(connection, at, cancellation);
        List<YearMonth> posted = await PostedMonthsAsync(connection, new YearMonth(1900, 1), at ?? new YearMonth(9999, 12), cancellation);
        long balance = carried is { } statement ? await ClosingAsync(connection, account, statement.Year, cancellation) : 0;
        List<StatementLine> lines = await LinesAsync(connection, account, posted.FindAll(m => !(m <= carried?.Through)), cancellation);
        balance += lines.Sum(l => l.Amount.Fen);
        return new BalanceDocument(
            new Money(balance), posted.Count > 0 ? posted[^1] : null, Latest(lines) ?? await EarlierCreditAsync(connection, account, posted, cancellation));
    }

    public async Task<StatementDocument> StatementAsync(int account, YearMonth from, YearMonth to, CancellationToken cancellation)
    {
        Money balance = (await BalanceAsync(account, from.PlusMonths(-1), cancellation)).Balance;
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        List<StatementLine> lines = [];
        Money opening = balance;
        foreach (StatementLine line in await LinesAsync(connection, account, await PostedMonthsAsync(connection, from, to, cancellation), cancellation))
        {
            balance += line.Amount;
            lines.Add(line with { Balance = balance });
        }

        return new StatementDocument(from, to, opening, lines, balance - opening, balance);
    }

    /// <summary>The last statement that the date allows.</summary>
    private async Task<(int Year, YearMonth Through)?> LastStatementAsync(NpgsqlConnection connection, YearMonth? at, CancellationToken cancellation)
    {
        List<(int, YearMonth)> last = await connection.ReadAsync(
            area.Sql("SELECT year, through FROM :area.statement_year WHERE through <= $1 ORDER BY year DESC LIMIT 1"),
            r => (r.GetInt32(0), r.GetFieldValue<DateOnly>(1).Month()), cancellation, (at ?? new YearMonth(9999, 12)).FirstDay());
        return last is [var statement] ? statement : null;
    }

    private Task<List<YearMonth>> PostedMonthsAsync(NpgsqlConnection connection, YearMonth from, YearMonth to, CancellationToken cancellation) =>
        connection.ReadAsync(
            area.Sql("SELECT DISTINCT month FROM :area.ledger WHERE act = 'post' AND month BETWEEN $1 AND $2 ORDER BY 1"),
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, from.FirstDay(), to.FirstDay());

    private async Task<long> ClosingAsync(NpgsqlConnection connection, int account, int year, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql($"SELECT closing_fen FROM :area.statement WHERE year = {year} AND account_id = $1"), connection);
        command.Parameters.AddWithValue(account);
        return (long?)await command.ExecuteScalarAsync(cancellation) ?? 0;
    }

    // Prepared: to plan a look-up in twelve months takes ten times as long as to make it, and everybody asks for the same ones.
    private async Task<List<StatementLine>> LinesAsync(NpgsqlConnection connection, int account, List<YearMonth> months, CancellationToken cancellation)
    {
        if (months.Count == 0)
        {
            return [];
        }

        await using NpgsqlCommand command = new(
            area.Sql(
                $"""
                SELECT posting_month, contribution_month, component, person_paid_fen, employer_paid_fen, account_fen FROM :area.entry
                WHERE posting_month IN ({months.Literals()}) AND account_id = $1
                ORDER BY posting_month, run_id, contribution_month, component
                """), connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = account });
        await command.PrepareAsync(cancellation);
        return await command.ListAsync(
            r => new StatementLine(
                r.GetFieldValue<DateOnly>(0).Month(), r.GetFieldValue<DateOnly>(1).Month(), LedgerWords.NameOf((Runs.Component)r.GetInt16(2)),
                new Money(r.GetInt64(3)), new Money(r.GetInt64(4)), new Money(r.GetInt64(5)), Money.Zero),
            cancellation);
    }

    // A year at a time and backwards, so that only named months are read: most people have a credit in the latest.
    private async Task<CreditDocument?> EarlierCreditAsync(NpgsqlConnection connection, int account, List<YearMonth> posted, CancellationToken cancellation)
    {
        foreach (YearMonth[] year in Enumerable.Reverse(posted).Chunk(MonthsAtOnce))
        {
            if (Latest(await LinesAsync(connection, account, [.. year], cancellation)) is { } earlier)
            {
                return earlier;
            }
        }

        return null;
    }

    private static CreditDocument? Latest(List<StatementLine> lines) =>
        lines.FindLast(l => l.Amount > Money.Zero && Credits.Contains(l.Component)) is { } credit
            ? new CreditDocument(credit.Month, credit.PostingMonth, credit.Amount)
            : null;
}
