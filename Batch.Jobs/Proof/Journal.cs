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
/// Writes the ledger as an hledger journal, so that an auditor can check it with a program that is not ours: a transaction an entry, dated on the last
/// day of its posting month; opening balances when it does not begin with the first month; what was closed and what every account holds as
/// assertions. Streamed; equal ledgers give equal bytes.
/// </summary>
public sealed class Journal(Area area, YearMonth from, YearMonth to)
{
    private sealed record PostedMonth(YearMonth Month, IReadOnlyList<int> Runs);

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
        text.Begin(_schema.Code, from, to);
        (long pool, long other) = await OpenAsync(text, cancellation);
        Queue<PostedMonth> posted = new(await PostedAsync(cancellation));
        foreach ((YearMonth month, string seal, long accounts, long poolThen, long otherThen, int? year) in await ClosingsAsync(cancellation))
        {
            while (posted.TryPeek(out PostedMonth? next) && next.Month <= month)
            {
                (pool, other) = await WriteMonthAsync(text, posted.Dequeue(), pool, other, cancellation);
            }

            text.Transaction(LastDay(month), "", $"结账 closing {month.Text()}  ; seal:{seal}");
            text.Assert(JournalText.Accounts, accounts, whole: true);
            text.Assert(JournalText.Pool, poolThen, whole: true);
            text.Assert(JournalText.Other, otherThen, whole: true);
            if (year is { } closed && month < to)
            {
                text.Transaction(LastDay(month), "", $"对账单 statements {closed.ToString(CultureInfo.InvariantCulture)}");
                await AssertAsync(text, $"SELECT account_id, closing_fen FROM :area.statement WHERE year = {closed.ToString(CultureInfo.InvariantCulture)} ORDER BY account_id", cancellation);
            }
        }

        while (posted.TryDequeue(out PostedMonth? open))
        {
            (pool, other) = await WriteMonthAsync(text, open, pool, other, cancellation);
        }

        text.Transaction(LastDay(to), "", $"期末余额 balances at the end of {to.Text()}");
        (long count, long total) = await AssertAsync(text, await BalancesAsync(to, cancellation), cancellation);
        text.Assert(JournalText.Accounts, total, whole: true);
        return new JournalDocument(_schema.Code, from, to, path, _transactions, count, new Money(total), new Money(pool), new Money(other));
    }

    // What was posted before the first month: every account by itself, so that it can be looked up; pool and other funds from the totals of the runs.
    private async Task<(long Pool, long Other)> OpenAsync(JournalText text, CancellationToken cancellation)
    {
        await using NpgsqlCommand totals = new(_schema.Sql(
            """
            SELECT coalesce(sum(t.pool_fen), 0)::bigint, coalesce(sum(t.other_fen), 0)::bigint, count(*) FROM :area.run_total t JOIN :area.posted_run r USING (run_id)
            WHERE r.posting_month < $1
            """), _connection);
        totals.Parameters.AddWithValue(from.FirstDay());
        (long pool, long other, long before) = (await totals.ListAsync(r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), cancellation))[0];
        if (before == 0)
        {
            return (0, 0);
        }

        text.Transaction(from.OnDayOfMonth(1), "", $"期初余额 balances before {from.Text()}");
        long total = pool + other;
        await using NpgsqlCommand command = new(_schema.Sql(await BalancesAsync(from.PlusMonths(-1), cancellation)), _connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            text.Post(JournalText.AccountOf(reader.GetInt32(0)), reader.GetInt64(1));
            total += reader.GetInt64(1);
        }

        text.Post(JournalText.Pool, pool);
        text.Post(JournalText.Other, other);
        text.Post(JournalText.Opening, -total);
        return (pool, other);
    }

    private async Task<(long Pool, long Other)> WriteMonthAsync(JournalText text, PostedMonth month, long pool, long other, CancellationToken cancellation)
    {
        LocalDate day = LastDay(month.Month);
        foreach (int run in month.Runs)
        {
            string code = run.ToString(CultureInfo.InvariantCulture);
            await using NpgsqlCommand command = new(_schema.Sql(
                $"""
                SELECT account_id, contribution_month, component, account_fen, pool_fen, other_fen, person_paid_fen, employer_paid_fen, paid_out_fen
                FROM :area.entry WHERE posting_month = '{month.Month.Text()}-01' AND run_id = {code} ORDER BY account_id, contribution_month, component
                """), _connection);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                text.Transaction(day, code, $"{LedgerWords.Of((Facts.Component)reader.GetInt16(2)).Both()}  ; contribution-month:{reader.GetFieldValue<DateOnly>(1).Month().Text()}");
                text.Post(JournalText.AccountOf(reader.GetInt32(0)), reader.GetInt64(3));
                text.Post(JournalText.Pool, reader.GetInt64(4));
                text.Post(JournalText.Other, reader.GetInt64(5));
                text.Post(JournalText.PersonPaid, -reader.GetInt64(6));
                text.Post(JournalText.EmployerPaid, -reader.GetInt64(7));
                text.Post(JournalText.PaidOut, reader.GetInt64(8));
                pool += reader.GetInt64(4);
                other += reader.GetInt64(5);
                _transactions++;
            }
        }

        return (pool, other);
    }

    private async Task<(long Accounts, long Total)> AssertAsync(JournalText text, string sql, CancellationToken cancellation)
    {
        (long accounts, long total) = (0, 0);
        await using NpgsqlCommand command = new(_schema.Sql(sql), _connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            text.Assert(JournalText.AccountOf(reader.GetInt32(0)), reader.GetInt64(1), whole: false);
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
    private async Task<List<(YearMonth Month, string Seal, long Accounts, long Pool, long Other, int? Year)>> ClosingsAsync(CancellationToken cancellation)
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
            r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetString(1), r.GetInt64(2), (long)r.GetDecimal(3), (long)r.GetDecimal(4), r.IsDBNull(5) ? (int?)null : r.GetInt32(5)),
            cancellation);
    }

    private static LocalDate LastDay(YearMonth month) => month.OnDayOfMonth(month.Calendar.GetDaysInMonth(month.Year, month.Month));
}
