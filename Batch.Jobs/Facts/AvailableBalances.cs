using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>
/// What accounts can be spent from: the posted balance and the accepted movements that wait to be posted, with those of the transaction itself. For
/// a large file everybody's is read once, from a snapshot that is carried on to the head of the ledger; else those of a block.
/// </summary>
public sealed class AvailableBalances(AreaSession area, AccountLives lives)
{
    private const int MostPreloaded = 4_000_000;

    private readonly Dictionary<int, long> _known = [];
    private readonly Dictionary<int, long> _changed = [];
    private long[] _everybody = [];
    private PostedBalances? _posted;
    private List<(YearMonth Month, DateOnly[] Days)> _waitingDays = [];
    private int[] _waiting = [];

    /// <summary>Reads the balances of the persons' accounts.</summary>
    /// <param name="own">Submissions of this transaction, whose movements are told by <see cref="Change"/>.</param>
    /// <param name="large">They are a block of a large file.</param>
    public async Task LoadAsync(int[] persons, int[] own, bool large, CancellationToken cancellation)
    {
        bool first = _posted is null;
        if (first)
        {
            await PrepareAsync(large, cancellation);
        }

        if (first && large && await LastPersonAsync(cancellation) is <= MostPreloaded and int last)
        {
            // Persons registered by this transaction have no money yet but what it brings.
            _everybody = new long[last + 1];
            await _posted!.ReadAsync(null, Add, cancellation);
            await AddWaitingAsync(null, own, cancellation);
        }
        else if (_everybody.Length == 0)
        {
            _known.Clear();
            int[] accounts = [.. persons.SelectMany(p => lives.IsPlain(p) ? [p] : lives.Of(p).Accounts.Select(a => a.Account))];
            await _posted!.ReadAsync(accounts, Add, cancellation);
            await AddWaitingAsync(persons, own, cancellation);
        }
    }

    public long Of(int account) => account < _everybody.Length ? _everybody[account] : _known.GetValueOrDefault(account) + _changed.GetValueOrDefault(account);

    /// <summary>A line of this transaction changes what there is.</summary>
    public void Change(int account, long fen)
    {
        if (account < _everybody.Length)
        {
            _everybody[account] += fen;
        }
        else if (fen != 0)
        {
            _changed[account] = _changed.GetValueOrDefault(account) + fen;
        }
    }

    private async Task PrepareAsync(bool large, CancellationToken cancellation)
    {
        _posted = await PostedBalances.PrepareAsync(area, large, cancellation);
        List<(DateOnly Day, int Submission)> found = await area.ReadAsync(
            "SELECT m.month, m.submission_id FROM :area.submission_month m JOIN :area.waiting_submission w USING (submission_id) WHERE m.fact = 'movement'",
            r => (r.GetFieldValue<DateOnly>(0), r.GetInt32(1)), cancellation);

        _waiting = [.. found.Select(f => f.Submission).Distinct()];
        _waitingDays = [.. found.Select(f => f.Day).Distinct().GroupBy(d => d.Month()).Select(g => (g.Key, g.ToArray()))];
    }

    /// <param name="persons">Null: everybody.</param>
    private async Task AddWaitingAsync(int[]? persons, int[] own, CancellationToken cancellation)
    {
        foreach ((YearMonth month, DateOnly[] days) in _waitingDays)
        {
            await using NpgsqlCommand command = area.Command(
                MovementSql.Difference(area.Part("movement", month), "on_date = ANY($3)" + (persons is null ? "" : " AND person_id = ANY($4)")));
            command.Parameters.AddWithValue(_waiting);
            command.Parameters.AddWithValue(own);
            command.Parameters.AddWithValue(days);
            if (persons is not null)
            {
                command.Parameters.AddWithValue(persons);
            }

            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (reader.Read())
            {
                Add(lives.AccountIn(reader.GetInt32(0), month), reader.GetInt64(2));
            }
        }
    }

    private void Add(int account, long fen)
    {
        if (account < _everybody.Length)
        {
            _everybody[account] += fen;
        }
        else
        {
            _known[account] = _known.GetValueOrDefault(account) + fen;
        }
    }

    private async Task<int> LastPersonAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT coalesce(max(person_id), 0) FROM :area.person");
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
