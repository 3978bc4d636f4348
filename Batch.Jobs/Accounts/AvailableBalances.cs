using Batch.Jobs.Areas;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Accounts;

/// <summary>
/// What accounts can be spent from: the posted balance (last statement and the entries since) and the accepted movements that wait to be posted,
/// with those of the transaction itself.
/// </summary>
public sealed class AvailableBalances(NpgsqlConnection connection, AreaSchema area, AccountLives lives)
{
    private readonly Dictionary<int, long> _known = [];
    private readonly Dictionary<int, long> _changed = [];
    private string? _entries;
    private int? _statement;
    private List<(YearMonth Month, DateOnly[] Days)> _waitingDays = [];
    private int[] _waiting = [];

    /// <summary>Reads the balances of the persons' accounts.</summary>
    /// <param name="own">Submissions of this transaction, whose movements are told by <see cref="Change"/>.</param>
    public async Task LoadAsync(int[] persons, int[] own, CancellationToken cancellation)
    {
        if (_entries is null)
        {
            await PrepareAsync(cancellation);
        }

        _known.Clear();
        int[] accounts = [.. persons.SelectMany(p => lives.IsPlain(p) ? [p] : lives.Of(p).Accounts.Select(a => a.Account))];
        if (_statement is { } year)
        {
            await AddAsync($"SELECT account_id, closing_fen FROM :area.statement WHERE year = {year} AND account_id = ANY($1)", accounts, cancellation);
        }

        if (_entries!.Length > 0)
        {
            await AddAsync($"SELECT account_id, sum(account_fen)::bigint FROM :area.entry WHERE posting_month IN ({_entries}) AND account_id = ANY($1) GROUP BY 1", accounts, cancellation);
        }

        foreach ((YearMonth month, DateOnly[] days) in _waitingDays)
        {
            await AddWaitingAsync(month, days, persons, own, cancellation);
        }
    }

    public long Of(int account) => _known.GetValueOrDefault(account) + _changed.GetValueOrDefault(account);

    /// <summary>A line of this transaction changes what there is.</summary>
    public void Change(int account, long fen)
    {
        if (fen != 0)
        {
            _changed[account] = _changed.GetValueOrDefault(account) + fen;
        }
    }

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        await using (NpgsqlCommand command = new(area.Sql(
            """
            WITH stated AS (SELECT year, through FROM :area.statement_year ORDER BY year DESC LIMIT 1)
            SELECT (SELECT year FROM stated), coalesce(string_agg(DISTINCT quote_literal(l.month), ', '), '')
            FROM :area.ledger l WHERE l.act = 'post' AND l.month > coalesce((SELECT through FROM stated), '-infinity')
            """), connection))
        {
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            _statement = reader.IsDBNull(0) ? null : reader.GetInt32(0);
            _entries = reader.GetString(1);
        }

        await using NpgsqlCommand waiting = new(area.Sql(
            "SELECT m.month, m.submission_id FROM :area.submission_month m JOIN :area.waiting_submission w USING (submission_id) WHERE m.fact = 'movement'"), connection);
        List<(DateOnly Day, int Submission)> found = [];
        await using NpgsqlDataReader rows = await waiting.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            found.Add((rows.GetFieldValue<DateOnly>(0), rows.GetInt32(1)));
        }

        _waiting = [.. found.Select(f => f.Submission).Distinct()];
        _waitingDays = [.. found.Select(f => f.Day).Distinct().GroupBy(d => d.Month()).Select(g => (g.Key, g.ToArray()))];
    }

    private async Task AddAsync(string sql, int[] accounts, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(sql), connection);
        command.Parameters.AddWithValue(accounts);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            Add(reader.GetInt32(0), reader.GetInt64(1));
        }
    }

    private async Task AddWaitingAsync(YearMonth month, DateOnly[] days, int[] persons, int[] own, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(MovementSql.Difference(area.Part("movement", month), "on_date = ANY($3) AND person_id = ANY($4)"), connection);
        command.Parameters.AddWithValue(_waiting);
        command.Parameters.AddWithValue(own);
        command.Parameters.AddWithValue(days);
        command.Parameters.AddWithValue(persons);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            Add(lives.AccountIn(reader.GetInt32(0), month), reader.GetInt64(2));
        }
    }

    private void Add(int account, long fen) => _known[account] = _known.GetValueOrDefault(account) + fen;
}
