using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// What bears interest in a year, for a range of accounts: the balance carried over into it, what moved month by month, and the interest that the
/// ledger has for it. By posting month, so that it is settled when the year's months are closed. Interest posted in the year is of an earlier one:
/// it belongs to what was carried over, and so does, from its month on, an opening balance. Arrays by account; memory does not grow with the area.
/// </summary>
public sealed class YearAccounts(NpgsqlConnection connection, AreaSchema area, InsuranceYear year)
{
    public const int MonthsAYear = 12;

    private long[] _carriedOver = [];
    private long[] _flows = [];
    private long[] _takenOver = [];
    private long[] _posted = [];
    private bool[] _stated = [];
    private int _first;

    public int Count => _stated.Length;

    /// <summary>The account in a place of the range; null when the year has no statement of it.</summary>
    public int? AccountAt(int place) => _stated[place] ? _first + place : null;

    public Money Posted(int place) => new(_posted[place]);

    public YearInterest Interest(int place, MonthPolicy policy, Explanation? explanation = null)
    {
        Span<Money> flows = stackalloc Money[MonthsAYear], takenOver = stackalloc Money[MonthsAYear];
        for (int i = 0; i < MonthsAYear; i++)
        {
            flows[i] = new Money(_flows[(place * MonthsAYear) + i]);
            takenOver[i] = new Money(_takenOver[(place * MonthsAYear) + i]);
        }

        return Rules.Interest.OfYear(policy, new Money(_carriedOver[place]), flows, takenOver, explanation);
    }

    public async Task ReadAsync(int first, int last, CancellationToken cancellation)
    {
        int count = last - first + 1;
        (_first, _carriedOver, _flows, _takenOver) = (first, new long[count], new long[count * MonthsAYear], new long[count * MonthsAYear]);
        (_posted, _stated) = (new long[count], new bool[count]);
        await ReadAsync($"SELECT account_id, opening_fen, 0::smallint FROM :area.statement WHERE year = {year.Year} AND account_id BETWEEN $1 AND $2", last, (place, fen, _) =>
        {
            _stated[place] = true;
            _carriedOver[place] += fen;
        }, cancellation);
        for (int i = 0; i < MonthsAYear; i++)
        {
            await ReadMonthAsync(i, last, cancellation);
        }

        string months = await PostedInAsync(cancellation);
        if (months.Length > 0)
        {
            await ReadAsync(
                $"""
                SELECT account_id, account_fen, component FROM :area.entry
                WHERE posting_month IN ({months}) AND contribution_month = '{year.Last.Text()}-01' AND component = 3 AND account_id BETWEEN $1 AND $2
                """, last, (place, fen, _) => _posted[place] += fen, cancellation);
        }
    }

    private Task ReadMonthAsync(int month, int last, CancellationToken cancellation) => ReadAsync(
        $"""
        SELECT account_id, account_fen, component FROM :area.entry
        WHERE posting_month = '{year.First.PlusMonths(month).Text()}-01' AND account_id BETWEEN $1 AND $2
        """, last, (place, fen, component) =>
        {
            switch (component)
            {
                case Component.Interest:
                    _carriedOver[place] += fen;
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
        await using NpgsqlCommand command = new(area.Sql(sql), connection);
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
        await using NpgsqlCommand command = new(area.Sql(
            """
            SELECT coalesce(string_agg(DISTINCT quote_literal(r.posting_month), ', '), '') FROM :area.run_total t JOIN :area.posted_run r USING (run_id)
            WHERE t.contribution_month = $1 AND t.component = 3
            """), connection);
        command.Parameters.AddWithValue(year.Last.FirstDay());
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
