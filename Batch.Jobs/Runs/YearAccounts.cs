using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// What bears interest in a year, for a range of accounts: the balance carried over into it, what moved month by month, and the interest that the
/// ledger has for it. By posting month, so that it is settled when the year's months are closed. Interest of earlier years belongs to what was carried over, and so
/// does, from its month on, an opening balance; that of the year itself, paid out with a closing, comes in and goes out. Arrays by account; memory does not grow with the area.
/// </summary>
public sealed class YearAccounts(AreaSession area, InsuranceYear year, PolicyInForce policy)
{
    public const int MonthsAYear = 12;

    private long[] _carriedOver = [];
    private long[] _flows = [];
    private long[] _takenOver = [];
    private long[] _earlierInterest = [];
    private long[] _posted = [];
    private bool[] _stated = [];
    private Dictionary<int, YearMonth> _closed = [];
    private int _first;

    public int Count => _stated.Length;

    /// <summary>The account in a place of the range; null when the year has no statement of it.</summary>
    public int? AccountAt(int place) => _stated[place] ? _first + place : null;

    /// <summary>Whether a pay-out closed the account in the year and took the interest up to its month.</summary>
    public bool IsClosed(int place) => _closed.ContainsKey(_first + place);

    public Money Posted(int place) => new(_posted[place]);

    /// <summary>The interest of the year; of an account that a pay-out closed in it, up to its month where the policy of that month says so.</summary>
    public YearInterest Interest(int place, MonthPolicy settlement, Explanation? explanation = null)
    {
        if (_closed.TryGetValue(_first + place, out YearMonth month))
        {
            return UpTo(place, month, explanation);
        }

        Span<Money> flows = stackalloc Money[MonthsAYear], takenOver = stackalloc Money[MonthsAYear];
        Money earlier = Fill(place, flows, takenOver);
        return Rules.Interest.OfYear(settlement, earlier, flows, takenOver, explanation);
    }

    /// <summary>The interest up to a closing in the month: by what was posted in the months before.</summary>
    public YearInterest UpTo(int place, YearMonth month, Explanation? explanation = null)
    {
        int before = Period.Between(year.First.OnDayOfMonth(1), month.OnDayOfMonth(1), PeriodUnits.Months).Months;
        Span<Money> flows = stackalloc Money[MonthsAYear], takenOver = stackalloc Money[MonthsAYear];
        Money earlier = Fill(place, flows[..before], takenOver[..before]);
        return Rules.Interest.UpToClosing(policy.For(month), earlier, flows[..before], takenOver[..before], explanation);
    }

    // What was carried over, with the interest of earlier years that was posted in the months given.
    private Money Fill(int place, Span<Money> flows, Span<Money> takenOver)
    {
        long earlier = _carriedOver[place];
        for (int i = 0; i < flows.Length; i++)
        {
            flows[i] = new Money(_flows[(place * MonthsAYear) + i]);
            takenOver[i] = new Money(_takenOver[(place * MonthsAYear) + i]);
            earlier += _earlierInterest[(place * MonthsAYear) + i];
        }

        return new Money(earlier);
    }

    public async Task ReadAsync(int first, int last, CancellationToken cancellation)
    {
        await ReadRangeAsync(first, last, cancellation);
        foreach ((int from, int to) in await JoinedAccounts.ReadAsync(area, year, cancellation))
        {
            await JoinAsync(from, to, cancellation);
        }
    }

    // Two accounts that became one in the year bear interest as one: what moved from the one to the other comes to nothing.
    private async Task JoinAsync(int from, int to, CancellationToken cancellation)
    {
        bool has = from >= _first && from < _first + Count;
        if (to >= _first && to < _first + Count)
        {
            YearAccounts other = this;
            if (!has)
            {
                other = new YearAccounts(area, year, policy);
                await other.ReadRangeAsync(from, from, cancellation);
            }

            Add(other, from - other._first, to - _first);
        }

        if (has)
        {
            int place = from - _first;
            _stated[place] = false;
            (_carriedOver[place], _posted[place]) = (0, 0);
            foreach (long[] months in new[] { _flows, _takenOver, _earlierInterest })
            {
                Array.Clear(months, place * MonthsAYear, MonthsAYear);
            }
        }
    }

    private void Add(YearAccounts other, int from, int to)
    {
        _stated[to] |= other._stated[from];
        _carriedOver[to] += other._carriedOver[from];
        _posted[to] += other._posted[from];
        foreach ((long[] own, long[] others) in new[] { (_flows, other._flows), (_takenOver, other._takenOver), (_earlierInterest, other._earlierInterest) })
        {
            for (int month = 0; month < MonthsAYear; month++)
            {
                own[(to * MonthsAYear) + month] += others[(from * MonthsAYear) + month];
            }
        }
    }

    private async Task ReadRangeAsync(int first, int last, CancellationToken cancellation)
    {
        int count = last - first + 1;
        (_first, _carriedOver, _flows, _takenOver) = (first, new long[count], new long[count * MonthsAYear], new long[count * MonthsAYear]);
        (_posted, _stated, _earlierInterest) = (new long[count], new bool[count], new long[count * MonthsAYear]);
        await ReadClosingsAsync(last, cancellation);
        await ReadOpeningsAsync(last, cancellation);
        for (int i = 0; i < MonthsAYear; i++)
        {
            await ReadMonthAsync(i, last, cancellation);
        }

        await ReadMovedAsync(last, cancellation);
        string months = await PostedInAsync(cancellation);
        if (months.Length > 0)
        {
            await ReadAsync(
                $"""
                SELECT account_id, account_fen, component FROM :area.entry WHERE posting_month IN ({months})
                    AND contribution_month BETWEEN '{year.First.Text()}-01' AND '{year.Last.Text()}-01' AND component = {Component.Interest:D} AND account_id BETWEEN $1 AND $2
                """, last, (place, fen, _) => _posted[place] += fen, cancellation);
        }
    }

    // What moved from one person to another counts where it was posted first. A person who had no account then has one for the year.
    private async Task ReadMovedAsync(int last, CancellationToken cancellation)
    {
        List<(int Account, YearMonth Posted, Component Component, long Fen)> moved = await area.ReadAsync(
            "SELECT account_id, posting_month, component, account_fen FROM :area.moved_entry WHERE account_id BETWEEN $1 AND $2 AND posting_month <= $3",
            r => (r.GetInt32(0), r.GetFieldValue<DateOnly>(1).Month(), (Component)r.GetInt16(2), r.GetInt64(3)), cancellation, _first, last, year.Last.FirstDay());
        foreach ((int account, YearMonth posted, Component component, long fen) in moved)
        {
            int place = account - _first;
            _stated[place] = true;
            if (posted < year.First)
            {
                _carriedOver[place] += fen;
                continue;
            }

            long[] months = component switch { Component.Interest => _earlierInterest, Component.Opening => _takenOver, _ => _flows };
            months[(place * MonthsAYear) + Period.Between(year.First.OnDayOfMonth(1), posted.OnDayOfMonth(1), PeriodUnits.Months).Months] += fen;
        }
    }

    private async Task ReadClosingsAsync(int last, CancellationToken cancellation)
    {
        bool any = Enumerable.Range(0, MonthsAYear).Any(i => policy.TryFor(year.First.PlusMonths(i))?.PaysInterestWithClosing ?? false);
        _closed = any
            ? (await new ClosedAccounts(area).ReadAsync(year, _first, last, cancellation))
                .Where(c => policy.For(c.Month).PaysInterestWithClosing).ToDictionary(c => c.Account, c => c.Month)
            : [];
    }

    // A year without statements yet begins with what the year before ended with.
    private async Task ReadOpeningsAsync(int last, CancellationToken cancellation)
    {
        await ReadAsync($"SELECT account_id, opening_fen, {Component.Opening:D}::smallint FROM :area.statement WHERE year = {year.Year} AND account_id BETWEEN $1 AND $2", last, (place, fen, _) =>
        {
            _stated[place] = true;
            _carriedOver[place] += fen;
        }, cancellation);
        if (!_stated.Contains(true))
        {
            await ReadAsync(
                $"""
                SELECT account_id, closing_fen, {Component.Opening:D}::smallint FROM :area.statement
                WHERE year = {year.Year - 1} AND account_id BETWEEN $1 AND $2 AND NOT EXISTS (SELECT FROM :area.statement_year WHERE year = {year.Year})
                """, last, (place, fen, _) => _carriedOver[place] += fen, cancellation);
        }
    }

    // Interest of the year itself was paid out with a closing.
    private Task ReadMonthAsync(int month, int last, CancellationToken cancellation) => ReadAsync(
        $"""
        SELECT account_id, account_fen, CASE WHEN component = {Component.Interest:D} AND contribution_month >= '{year.First.Text()}-01' THEN {Component.PayOut:D}::smallint ELSE component END FROM :area.entry
        WHERE posting_month = '{year.First.PlusMonths(month).Text()}-01' AND account_id BETWEEN $1 AND $2
        """, last, (place, fen, component) =>
        {
            switch (component)
            {
                case Component.Interest:
                    _earlierInterest[(place * MonthsAYear) + month] += fen;
                    break;
                case Component.Opening:
                    _takenOver[(place * MonthsAYear) + month] += fen;
                    break;
                default:
                    _flows[(place * MonthsAYear) + month] += fen;
                    break;
            }
        }, cancellation);

    private async Task ReadAsync(string sql, int last, Action<int, long, Component> take, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(sql);
        command.Parameters.AddWithValue(_first);
        command.Parameters.AddWithValue(last);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            take(reader.GetInt32(0) - _first, reader.GetInt64(1), (Component)reader.GetInt16(2));
        }
    }

    // The posting months that have interest of this year: named, so that no other month is read.
    private async Task<string> PostedInAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT coalesce(string_agg(DISTINCT quote_literal(r.posting_month), ', '), '') FROM :area.run_total t JOIN :area.posted_run r USING (run_id)
            WHERE t.contribution_month BETWEEN $1 AND $2 AND t.component = {Component.Interest:D}
            """);
        command.Parameters.AddWithValue(year.First.FirstDay());
        command.Parameters.AddWithValue(year.Last.FirstDay());
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
