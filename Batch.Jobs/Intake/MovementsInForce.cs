using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// The movements in force that a block names: from the database, and from earlier lines of the same transaction. A first file of a day
/// meets nobody, so it reads nothing: only what is seen twice, or what may have come before, is looked up.
/// </summary>
public sealed class MovementsInForce(AreaSession area)
{
    private readonly Dictionary<(DateOnly, SpendingChannel), PersonSet> _spent = [];
    private readonly PersonSet _openings = new();
    private readonly HashSet<MovementIdentity> _others = [];
    private readonly Dictionary<DateOnly, bool> _daysBefore = [];
    private readonly Dictionary<MovementIdentity, StandingMovement?> _standing = [];
    private bool? _documentsBefore;

    /// <param name="fresh">Months whose tables are new in this transaction.</param>
    public async Task LoadAsync(IEnumerable<MovementFact> facts, IEnumerable<YearMonth> fresh, CancellationToken cancellation)
    {
        _standing.Clear();
        Dictionary<DateOnly, List<int>> days = [];
        List<int> holders = [];
        foreach (MovementFact fact in facts)
        {
            MovementIdentity identity = fact.Identity;
            bool before = identity.Day is { } day ? await HeldBeforeAsync(day, cancellation) : await AnyDocumentsAsync(cancellation);
            if ((!MarkSeen(identity) || before) && _standing.TryAdd(identity, null))
            {
                (identity.Day is { } on ? ListOf(days, on) : holders).Add(identity.Person);
            }
        }

        foreach ((DateOnly day, List<int> persons) in days)
        {
            await ReadDayAsync(day, [.. persons], cancellation);
        }

        if (holders.Count > 0)
        {
            await ReadDocumentsAsync([.. holders], [.. fresh], cancellation);
        }
    }

    /// <summary>Whether a version of the movement may stand, and which.</summary>
    public StandingMovement? For(in MovementIdentity identity) => _standing.GetValueOrDefault(identity);

    /// <summary>A line of this block is in force now; the one before is given back, for when the file is refused.</summary>
    public void Stand(in MovementFact fact, int submission)
    {
        if (_standing.ContainsKey(fact.Identity))
        {
            _standing[fact.Identity] = new StandingMovement(fact, submission);
        }
    }

    public void Restore(in MovementIdentity identity, StandingMovement? before)
    {
        if (_standing.ContainsKey(identity))
        {
            _standing[identity] = before;
        }
    }

    private static List<int> ListOf(Dictionary<DateOnly, List<int>> days, DateOnly day)
    {
        if (!days.TryGetValue(day, out List<int>? persons))
        {
            days.Add(day, persons = []);
        }

        return persons;
    }

    // Bits where there may be millions; true: not seen before.
    private bool MarkSeen(in MovementIdentity identity)
    {
        if (identity.Person < 0)
        {
            return _others.Add(identity);
        }

        if (identity is { Kind: MovementKind.Opening, Member: 0 })
        {
            return _openings.Add(identity.Person);
        }

        if (identity is not { Kind: MovementKind.Spending, Member: 0 })
        {
            return _others.Add(identity);
        }

        if (!_spent.TryGetValue((identity.Day!.Value, identity.Channel), out PersonSet? seen))
        {
            _spent.Add((identity.Day.Value, identity.Channel), seen = new PersonSet());
        }

        return seen.Add(identity.Person);
    }

    private async Task<bool> HeldBeforeAsync(DateOnly day, CancellationToken cancellation)
    {
        if (!_daysBefore.TryGetValue(day, out bool before))
        {
            string part = area.Part("movement", day.Month());
            before = await IsAttachedAsync(part, cancellation) && await AnyAsync($"SELECT EXISTS (SELECT FROM {part} WHERE on_date = $1)", day, cancellation);
            _daysBefore.Add(day, before);
        }

        return before;
    }

    private async Task<bool> AnyDocumentsAsync(CancellationToken cancellation) =>
        _documentsBefore ??= await AnyAsync(area.Sql($"SELECT EXISTS (SELECT FROM :area.movement WHERE kind <> {MovementKind.Spending:D} AND $1 IS NOT NULL)"), default, cancellation);

    private async Task<bool> AnyAsync(string sql, DateOnly day, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(sql);
        command.Parameters.AddWithValue(day);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private Task<bool> IsAttachedAsync(string part, CancellationToken cancellation) => IsThereAsync(area.Connection, part, cancellation);

    private static async Task<bool> IsThereAsync(NpgsqlConnection connection, string part, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT to_regclass($1) IS NOT NULL", connection);
        command.Parameters.AddWithValue(part);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The wallets' transfers out and returns of people in a month, those that wait beside their accounts too.</summary>
    internal static async Task<List<StandingMovement>> OfWalletsAsync(NpgsqlConnection connection, string part, int[] persons, CancellationToken cancellation) =>
        await IsThereAsync(connection, part, cancellation)
            ? await connection.ReadAsync(
                Latest(part, $"person_id = ANY($1) AND kind IN ({MovementKind.WalletOut:D}, {MovementKind.WalletReturn:D})"), r => new StandingMovement(Read(r), r.GetInt32(12)), cancellation, persons.Concat(persons.Select(p => -p)).ToArray())
            : [];

    private async Task ReadDayAsync(DateOnly day, int[] persons, CancellationToken cancellation)
    {
        string part = area.Part("movement", day.Month());
        if (await IsAttachedAsync(part, cancellation))
        {
            await using NpgsqlCommand command = area.Command(Latest(part, $"on_date = $2 AND person_id = ANY($1) AND kind = {MovementKind.Spending:D}"));
            command.Parameters.AddWithValue(persons);
            command.Parameters.AddWithValue(day);
            await TakeAsync(command, cancellation);
        }
    }

    private async Task ReadDocumentsAsync(int[] persons, YearMonth[] fresh, CancellationToken cancellation)
    {
        foreach (string table in fresh.Select(m => area.Part("movement", m)).Prepend(area.Schema.Name + ".movement"))
        {
            await using NpgsqlCommand command = area.Command(Latest(table, $"person_id = ANY($1) AND kind <> {MovementKind.Spending:D}"));
            command.Parameters.AddWithValue(persons);
            await TakeAsync(command, cancellation);
        }
    }

    // What is withdrawn does not stand; a corrected day leaves its former one withdrawn.
    private static string Latest(string table, string which) =>
        $"""
        SELECT person_id, kind, on_date, channel, member, reference, row_no, state, amount_fen, ground, document, counterpart, submission_id FROM (
            SELECT DISTINCT ON (on_date, person_id, kind, channel, member, reference) * FROM {table} WHERE {which}
            ORDER BY on_date, person_id, kind, channel, member, reference, {FactVersions.LatestFirst}) latest
        WHERE state <> {FactState.Withdrawn:D}
        """;

    private async Task TakeAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            MovementFact fact = Read(reader);
            if (_standing.ContainsKey(fact.Identity))
            {
                _standing[fact.Identity] = new StandingMovement(fact, reader.GetInt32(12));
            }
        }
    }

    internal static MovementFact Read(NpgsqlDataReader reader)
    {
        MovementKind kind = (MovementKind)reader.GetInt16(1);
        DateOnly on = reader.GetFieldValue<DateOnly>(2);
        MovementIdentity identity = new(
            reader.GetInt32(0), kind, kind == MovementKind.Spending ? on : null, (SpendingChannel)reader.GetInt16(3), reader.GetInt64(4), reader.GetString(5));
        return new MovementFact(
            identity, on, reader.GetInt32(6), (FactState)reader.GetInt16(7), reader.GetInt64(8), (Ground)reader.GetInt16(9), reader.Text(10), reader.Text(11));
    }
}
