using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>
/// The accounts of the persons of a block, with their states, and their deaths. Most people have nothing on record: what there is is read once
/// when it is little, and block by block when it is much.
/// </summary>
public sealed class AccountLives(AreaSession area)
{
    private const long MostPreloaded = 300_000;

    private readonly Dictionary<int, AccountLife> _lives = [];
    private readonly Dictionary<int, AccountLife> _changed = [];
    private bool? _preloaded;
    private bool _withDeaths;

    /// <summary>What is on record of one person, for an inquiry or a decision: nothing of anybody else is counted or read.</summary>
    public static async Task<AccountLives> OfOneAsync(AreaSession area, int person, CancellationToken cancellation)
    {
        AccountLives lives = new(area) { _preloaded = false, _withDeaths = true };
        await lives.LoadAsync([person], cancellation);
        return lives;
    }

    /// <summary>Everybody's closings are read.</summary>
    public bool AllRead => _preloaded == true;

    /// <summary>Reads what is on record of these persons.</summary>
    public Task LoadAsync(IEnumerable<int> persons, CancellationToken cancellation) => LoadAsync(persons, deaths: true, cancellation);

    /// <summary>For those who only ask whether an account is closed: deaths, which become ever more, are left out where nobody has asked for them.</summary>
    public Task LoadClosingsAsync(IEnumerable<int> persons, CancellationToken cancellation) => LoadAsync(persons, deaths: false, cancellation);

    private async Task LoadAsync(IEnumerable<int> persons, bool deaths, CancellationToken cancellation)
    {
        if (_preloaded is null || (_preloaded.Value && deaths && !_withDeaths))
        {
            _withDeaths = deaths;
            _lives.Clear();
            await using NpgsqlCommand count = area.Command($"SELECT count(*) FROM (SELECT FROM :area.person_event WHERE {Events} LIMIT $1) e");
            count.Parameters.AddWithValue(MostPreloaded + 1);
            _preloaded = (long)(await count.ExecuteScalarAsync(cancellation))! <= MostPreloaded;
            if (_preloaded.Value)
            {
                await ReadAsync(null, cancellation);
            }
        }

        if (!_preloaded.Value)
        {
            _withDeaths |= deaths;
            _lives.Clear();
            await ReadAsync([.. persons.Distinct()], cancellation);
        }
    }

    /// <summary>A person's accounts as they stand, with what earlier lines of the same transaction changed.</summary>
    public AccountLife Of(int person) => _changed.GetValueOrDefault(person) ?? _lives.GetValueOrDefault(person) ?? Plain(person);

    /// <summary>Whether anything but one open account is on record.</summary>
    public bool IsPlain(int person) => !_changed.ContainsKey(person) && !_lives.ContainsKey(person);

    /// <summary>The account that a month of a person belongs to.</summary>
    public int AccountIn(int person, YearMonth month) => IsPlain(person) ? person : Of(person).In(month).Account;

    /// <summary>A line of this transaction changes the accounts of a person.</summary>
    public AccountLife Change(int person)
    {
        if (!_changed.TryGetValue(person, out AccountLife? life))
        {
            _changed.Add(person, life = _lives.GetValueOrDefault(person) ?? Plain(person));
        }

        return life;
    }

    private static AccountLife Plain(int person)
    {
        AccountLife life = new();
        life.Accounts.Add(new AccountSpan(person, new LocalDate(1900, 1, 1)));
        return life;
    }

    private AccountLife Known(int person)
    {
        if (!_lives.TryGetValue(person, out AccountLife? life))
        {
            _lives.Add(person, life = Plain(person));
        }

        return life;
    }

    private string Events => _withDeaths ? $"event IN {PersonEvents.OfAccountOrDeath}" : $"event IN {PersonEvents.OfAccount}";

    private async Task ReadAsync(int[]? persons, CancellationToken cancellation)
    {
        string some = persons is null ? "" : "AND person_id = ANY($1)";
        await ReadAsync($"SELECT person_id, account_id, opened FROM :area.account WHERE account_id >= {AccountNumbers.Step} {some} ORDER BY account_id", persons, reader =>
            Known(reader.GetInt32(0)).Accounts.Add(new AccountSpan(reader.GetInt32(1), LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(2)))), cancellation);
        await ReadAsync(
            $"SELECT person_id, event, on_date, value FROM :area.person_event WHERE {Events} {some} ORDER BY person_id, submission_id, row_no", persons, reader =>
            Known(reader.GetInt32(0)).Take(
                (PersonEvent)reader.GetInt16(1), LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(2)), reader.Text(3)), cancellation);
    }

    private async Task ReadAsync(string sql, int[]? persons, Action<NpgsqlDataReader> take, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(sql);
        if (persons is not null)
        {
            command.Parameters.AddWithValue(persons);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            take(reader);
        }
    }
}
