using System.Data;
using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>What an exported journal holds, and what it ends with.</summary>
public sealed record JournalDocument(string Area, YearMonth From, YearMonth To, string File, long Transactions, long Accounts, Money Balance, Money Pool, Money Other);

/// <summary>
/// Writes the books as an hledger journal, so that an auditor can check them with a program that is not ours: a transaction a day of money in, a day of returns and a transfer
/// at the end of the month as the vouchers have them, and one an entry, dated on the last day of its posting month; opening balances when it does not begin with the first
/// month; what was closed, what each account of the books has at the end of each month and what every person's account holds as assertions. Streamed; equal ledgers give
/// equal bytes.
/// </summary>
public sealed class Journal(Area area, YearMonth from, YearMonth to)
{
    private sealed record PostedMonth(YearMonth Month, IReadOnlyList<int> Runs);

    private sealed record MonthClosing(YearMonth Month, string Seal, long AccountsFen, long PoolFen, long OtherFen, int? Year);

    private readonly record struct Legs(long Account, long Pool, long Other, long Paid, long PaidOut);

    private readonly AreaSchema _schema = area.Schema;
    private NpgsqlConnection _connection = null!;
    private long _transactions;

    /// <summary>Under its name when it is whole.</summary>
    public async Task<JournalDocument> WriteAsync(string path, CancellationToken cancellation)
    {
        using UnfinishedFile unfinished = new(path);
        JournalDocument document;
        await using (NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation))
        await using (NpgsqlTransaction view = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation))
        {
            _connection = connection;
            await using FileStream file = unfinished.Open();
            using JournalText text = new(file);
            document = await WriteAsync(text, path, cancellation);
            text.Complete();
        }

        unfinished.Finish();
        return document;
    }

    private async Task<JournalDocument> WriteAsync(JournalText text, string path, CancellationToken cancellation)
    {
        JournalBooks books = new(_schema.On(_connection));
        await books.LoadAsync(from, to, cancellation);
        text.Begin(_schema.Code, from, to, books.Accounts);
        (long pool, long other) = await OpenAsync(text, books, cancellation);
        Dictionary<YearMonth, IReadOnlyList<int>> posted = (await PostedAsync(cancellation)).ToDictionary(p => p.Month, p => p.Runs);
        Dictionary<YearMonth, MonthClosing> closings = (await ClosingsAsync(cancellation)).ToDictionary(c => c.Month);
        foreach (YearMonth month in posted.Keys.Union(closings.Keys).Union(books.Months).Order())
        {
            _transactions += books.WriteDays(text, month);
            (pool, other) = await WriteMonthAsync(text, month, posted.GetValueOrDefault(month) ?? [], (pool, other), cancellation);
            books.WriteEnd(text, month);
            if (closings.TryGetValue(month, out MonthClosing? closing))
            {
                await WriteClosingAsync(text, closing, cancellation);
            }
        }

        text.Transaction(LastDay(to), "", $"期末余额 balances at the end of {to.Text()}");
        (long count, long total) = await AssertAsync(text, await BalancesAsync(to, cancellation), cancellation);
        text.Assert(JournalText.Accounts, -total, whole: true);
        return new JournalDocument(_schema.Code, from, to, path, _transactions, count, new Money(total), new Money(pool), new Money(other));
    }

    private async Task WriteClosingAsync(JournalText text, MonthClosing closing, CancellationToken cancellation)
    {
        text.Transaction(LastDay(closing.Month), "", $"结账 closing {closing.Month.Text()}  ; seal:{closing.Seal}");
        text.Assert(JournalText.Accounts, -closing.AccountsFen, whole: true);
        text.Assert(JournalText.Pool, -closing.PoolFen, whole: true);
        text.Assert(JournalText.Other, -closing.OtherFen, whole: true);
        if (closing.Year is { } closed && closing.Month < to)
        {
            text.Transaction(LastDay(closing.Month), "", $"对账单 statements {closed.ToString(CultureInfo.InvariantCulture)}");
            await AssertAsync(text, $"SELECT account_id, closing_fen FROM :area.statement WHERE year = {closed.ToString(CultureInfo.InvariantCulture)} ORDER BY account_id", cancellation);
        }
    }

    // What was there before the first month: each person by itself, so that it can be looked up, the other accounts from the books.
    private async Task<(long Pool, long Other)> OpenAsync(JournalText text, JournalBooks books, CancellationToken cancellation)
    {
        await using NpgsqlCommand totals = new(_schema.Sql(
            """
            SELECT coalesce(sum(t.pool_fen), 0)::bigint, coalesce(sum(t.other_fen), 0)::bigint, count(*) FROM :area.run_total t JOIN :area.posted_run r USING (run_id)
            WHERE r.posting_month < $1
            """), _connection);
        totals.Parameters.AddWithValue(from.FirstDay());
        (long pool, long other, long before) = (await totals.ListAsync(r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), cancellation))[0];
        if (before == 0 && books.Opening.Count == 0)
        {
            return (0, 0);
        }

        text.Transaction(from.OnDayOfMonth(1), "", $"期初余额 balances before {from.Text()}");
        await using NpgsqlCommand command = new(_schema.Sql(await BalancesAsync(from.PlusMonths(-1), cancellation)), _connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            text.Post(JournalText.AccountOf(reader.GetInt32(0)), -reader.GetInt64(1));
        }

        foreach ((string account, long fen) in books.Opening)
        {
            text.Post(account, fen);
        }

        return (pool, other);
    }

    private async Task<(long Pool, long Other)> WriteMonthAsync(
        JournalText text, YearMonth month, IReadOnlyList<int> runs, (long Pool, long Other) funds, CancellationToken cancellation)
    {
        foreach (int run in runs)
        {
            string code = run.ToString(CultureInfo.InvariantCulture);
            await using NpgsqlCommand command = new(_schema.Sql(
                $"""
                SELECT account_id, contribution_month, component, account_fen, pool_fen, other_fen, person_paid_fen + employer_paid_fen, paid_out_fen
                FROM :area.entry WHERE posting_month = '{month.Text()}-01' AND run_id = {code} ORDER BY account_id, contribution_month, component
                """), _connection);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                Facts.Component component = (Facts.Component)reader.GetInt16(2);
                text.Transaction(LastDay(month), code, $"{LedgerWords.Of(component).Both()}  ; contribution-month:{reader.GetFieldValue<DateOnly>(1).Month().Text()}");
                Legs legs = new(reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7));
                Post(text, component, JournalText.AccountOf(reader.GetInt32(0)), legs);
                funds = (funds.Pool + legs.Pool, funds.Other + legs.Other);
                _transactions++;
            }
        }

        return funds;
    }

    // As the vouchers have it. Income and expense of a person's account are transferred at once, the others at the end of the month.
    private static void Post(JournalText text, Facts.Component component, string account, Legs legs)
    {
        bool contribution = component == Facts.Component.Contribution;
        text.Post(JournalText.Suspense, legs.Paid);
        text.Post(account, -legs.Account);
        text.Post(contribution ? JournalText.PoolIncome : JournalText.Pool, -legs.Pool);
        text.Post(contribution ? JournalText.OtherIncome : JournalText.Other, -legs.Other);
        string money = component switch
        {
            Facts.Component.Opening => JournalText.Fiscal,
            Facts.Component.TransferIn or Facts.Component.WalletIn => JournalText.ToBeChecked,
            _ => JournalText.Expenditure,
        };
        text.Post(money, -legs.PaidOut);
        (string? through, long fen) = component switch
        {
            Facts.Component.Contribution => (JournalText.AccountIncome, -legs.Account),
            Facts.Component.TransferIn or Facts.Component.WalletIn => (JournalText.TransferIncome, legs.PaidOut),
            Facts.Component.Spending or Facts.Component.EmergencyReturn => (JournalText.Spent, legs.PaidOut),
            Facts.Component.PayOut => (JournalText.PaidOut, legs.PaidOut),
            Facts.Component.TransferOut or Facts.Component.WalletOut or Facts.Component.WalletReturn => (JournalText.TransferredOut, legs.PaidOut),
            _ => ((string?)null, 0L),
        };
        if (through is not null)
        {
            text.Post(through, fen);
            text.Post(through, -fen);
        }
    }

    private async Task<(long Accounts, long Total)> AssertAsync(JournalText text, string sql, CancellationToken cancellation)
    {
        (long accounts, long total) = (0, 0);
        await using NpgsqlCommand command = new(_schema.Sql(sql), _connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            text.Assert(JournalText.AccountOf(reader.GetInt32(0)), -reader.GetInt64(1), whole: false);
            accounts++;
            total += reader.GetInt64(1);
        }

        return (accounts, total);
    }

    /// <summary>What every account holds at the end of a month, as an inquiry reads it: its last statement and the entries since.</summary>
    private async Task<string> BalancesAsync(YearMonth at, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(_schema.Sql(
            """
            WITH last AS (SELECT year, through FROM :area.statement_year WHERE through <= $1 ORDER BY year DESC LIMIT 1)
            SELECT (SELECT year FROM last), ARRAY(SELECT DISTINCT month FROM :area.ledger WHERE act = 'post' AND month <= $1
                                                  AND month > coalesce((SELECT through FROM last), '-infinity') ORDER BY 1)
            """), _connection);
        command.Parameters.AddWithValue(at.FirstDay());
        (int? year, DateOnly[] months) = (await command.ListAsync(r => (r.IsDBNull(0) ? (int?)null : r.GetInt32(0), r.GetFieldValue<DateOnly[]>(1)), cancellation))[0];
        string carried = year is { } statement
            ? string.Create(CultureInfo.InvariantCulture, $"SELECT account_id, closing_fen AS fen FROM :area.statement WHERE year = {statement}")
            : "SELECT 0 AS account_id, 0 AS fen WHERE false";
        string moved = months.Length > 0
            ? $" UNION ALL SELECT account_id, account_fen FROM :area.entry WHERE posting_month IN ({months.Select(m => m.Month()).Literals()})"
            : "";
        return $"SELECT account_id, sum(fen)::bigint FROM ({carried}{moved}) held GROUP BY account_id ORDER BY account_id";
    }

    private async Task<List<PostedMonth>> PostedAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(_schema.Sql(
            "SELECT month, array_agg(run_id ORDER BY seq) FROM :area.ledger WHERE act = 'post' AND month BETWEEN $1 AND $2 GROUP BY month ORDER BY month"), _connection);
        command.Parameters.AddWithValue(from.FirstDay());
        command.Parameters.AddWithValue(to.FirstDay());
        return await command.ListAsync(r => new PostedMonth(r.GetFieldValue<DateOnly>(0).Month(), r.GetFieldValue<int[]>(1)), cancellation);
    }

    // A closing says what the accounts hold, and what its month moved in pool and other funds.
    private async Task<List<MonthClosing>> ClosingsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(_schema.Sql(
            """
            SELECT * FROM (
                SELECT c.month, c.seal, c.closing_fen, sum(c.pool_fen) OVER w, sum(c.other_fen) OVER w, y.year
                FROM :area.closing_in_force c LEFT JOIN :area.statement_year y ON y.through = c.month WINDOW w AS (ORDER BY c.month)) closings
            WHERE month BETWEEN $1 AND $2 ORDER BY month
            """), _connection);
        command.Parameters.AddWithValue(from.FirstDay());
        command.Parameters.AddWithValue(to.FirstDay());
        return await command.ListAsync(
            r => new MonthClosing(r.GetFieldValue<DateOnly>(0).Month(), r.GetString(1), r.GetInt64(2), (long)r.GetDecimal(3), (long)r.GetDecimal(4), r.IsDBNull(5) ? null : r.GetInt32(5)),
            cancellation);
    }

    internal static LocalDate LastDay(YearMonth month) => month.OnDayOfMonth(month.Calendar.GetDaysInMonth(month.Year, month.Month));
}
