using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Proof;

/// <summary>What a journal takes from the books (321_books.sql): the accounts, the days of money in and of returns, the transfers at the end of a month and what each account then has.</summary>
internal sealed class JournalBooks(AreaSession area)
{
    private sealed record Line(YearMonth Month, LocalDate Day, int Part, string Summary, string Account, long Fen);

    private ILookup<YearMonth, Line> _days = null!, _transfers = null!;
    private ILookup<YearMonth, (string Account, long Fen)> _ends = null!;

    /// <summary>Number and name, and the type that hledger gives it.</summary>
    public IReadOnlyList<(string Account, char Type)> Accounts { get; private set; } = [];

    /// <summary>What each account had before the first month, but for those of persons.</summary>
    public IReadOnlyList<(string Account, long Fen)> Opening { get; private set; } = [];

    public IEnumerable<YearMonth> Months => _ends.Select(e => e.Key);

    public async Task LoadAsync(YearMonth from, YearMonth to, CancellationToken cancellation)
    {
        object[] range = [from.FirstDay(), to.FirstDay()];
        Accounts = await area.ReadAsync(
            "SELECT account || ' ' || name, kind FROM :area.book_account ORDER BY account COLLATE \"C\"",
            r => (r.GetString(0), r.GetString(1) switch { "asset" => 'A', "liability" => 'L', "fund" => 'E', "income" => 'R', _ => 'X' }), cancellation);
        Opening = await area.ReadAsync(
            """
            SELECT account || ' ' || name, sum(debit_fen - credit_fen)::bigint FROM :area.book_line JOIN :area.book_account USING (account)
            WHERE month < $1 AND account <> '300102' GROUP BY account, name HAVING sum(debit_fen - credit_fen) <> 0 ORDER BY account COLLATE "C"
            """, r => (r.GetString(0), r.GetInt64(1)), cancellation, range[0]);
        _days = (await LinesAsync(
            """
            SELECT month, day, part::int, summary, account || ' ' || name, debit_fen - credit_fen FROM :area.book_entry JOIN :area.book_account USING (account)
            WHERE part IN (1, 2) AND month BETWEEN $1 AND $2 ORDER BY day, part, line
            """, range, cancellation)).ToLookup(l => l.Month);
        _transfers = (await LinesAsync(
            """
            WITH ended AS (
                SELECT e.month, a.account, a.name, a.closes_to, sum(e.credit_fen - e.debit_fen)::bigint AS fen FROM :area.book_entry e JOIN :area.book_account a USING (account)
                WHERE a.closes_to IS NOT NULL AND a.closes_to <> '300102' AND e.month BETWEEN $1 AND $2 GROUP BY 1, 2, 3, 4)
            SELECT month, month, 4, '', account || ' ' || name, fen FROM ended
            UNION ALL SELECT e.month, e.month, 4, '', f.account || ' ' || f.name, -e.fen FROM ended e JOIN :area.book_account f ON f.account = e.closes_to ORDER BY 1, 5
            """, range, cancellation)).ToLookup(l => l.Month);
        _ends = (await area.ReadAsync(
            """
            WITH moved AS (SELECT account, month, sum(debit_fen - credit_fen) AS fen FROM :area.book_line WHERE month <= $2 GROUP BY 1, 2),
            months AS (SELECT DISTINCT month FROM moved WHERE month >= $1)
            SELECT m.month, a.account || ' ' || a.name, sum(v.fen)::bigint FROM months m JOIN moved v ON v.month <= m.month JOIN :area.book_account a USING (account)
            GROUP BY m.month, a.account, a.name ORDER BY m.month, a.account COLLATE "C"
            """, r => (r.GetFieldValue<DateOnly>(0).Month(), (Account: r.GetString(1), Fen: r.GetInt64(2))), cancellation, range)).ToLookup(e => e.Item1, e => e.Item2);
    }

    /// <returns>How many transactions it wrote.</returns>
    public int WriteDays(JournalText text, YearMonth month)
    {
        int written = 0;
        foreach (IGrouping<(LocalDate Day, int Part), Line> day in _days[month].GroupBy(l => (l.Day, l.Part)))
        {
            text.Transaction(day.Key.Day, "", day.Key.Part == 1 ? "银行流水与到账 bank lines and receipts" : "退款、结转与核销 refunds, carry-overs and write-offs");
            foreach (Line line in day)
            {
                text.Post(line.Account, line.Fen);
            }

            written++;
        }

        return written;
    }

    /// <summary>The transfer of income to the funds, and what each account then has.</summary>
    public void WriteEnd(JournalText text, YearMonth month)
    {
        LocalDate day = Journal.LastDay(month);
        if (_transfers[month].Any())
        {
            text.Transaction(day, "", $"结转本月收支 income and expense of {month.Text()} to the funds");
            foreach (Line line in _transfers[month])
            {
                text.Post(line.Account, line.Fen);
            }
        }

        if (_ends[month].Any())
        {
            text.Transaction(day, "", $"试算平衡表 trial balance {month.Text()}");
            foreach ((string account, long fen) in _ends[month])
            {
                text.Assert(account, fen, whole: true);
            }
        }
    }

    private Task<List<Line>> LinesAsync(string sql, object[] range, CancellationToken cancellation) => area.ReadAsync(
        sql,
        r => new Line(r.GetFieldValue<DateOnly>(0).Month(), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(1)), r.GetInt32(2), r.GetString(3), r.GetString(4), r.GetInt64(5)), cancellation, range);
}
