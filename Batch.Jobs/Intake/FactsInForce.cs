using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>A version that stands for a person, month and employer, with where it came from.</summary>
public sealed class StandingFact(FactRow row, int submission)
{
    public FactRow Row { get; set; } = row;
    public int Submission { get; set; } = submission;

    /// <summary>The row of a file of this transaction that said the same again.</summary>
    public (int Submission, int Row) SaidAgain { get; set; }
}

/// <summary>
/// What stands for the people of a block: from the database, and from earlier lines of the same transaction. A first file of a month meets
/// nobody, so it reads nothing: only people seen twice, or months that held facts before, are looked up.
/// </summary>
public sealed class FactsInForce(IntakeConnection connection, AreaSchema area, FactKind kind)
{
    private readonly Dictionary<YearMonth, PersonSet> _seen = [];
    private readonly Dictionary<YearMonth, bool> _heldFactsBefore = [];
    private readonly Dictionary<PersonMonthKey, List<StandingFact>> _standing = [];

    public string Table => kind == FactKind.Contribution ? "contribution" : "pension";

    /// <summary>Marks the pairs of a block and reads what stands for those that may have something.</summary>
    public async Task LoadAsync(IReadOnlyList<PersonMonthKey> pairs, CancellationToken cancellation)
    {
        _standing.Clear();
        Dictionary<YearMonth, List<int>> wanted = [];
        YearMonth? current = null;
        PersonSet seen = new();
        bool before = false;
        foreach (PersonMonthKey pair in pairs)
        {
            // Rows of one month come together, so the month is looked up when it changes.
            if (current != pair.Month)
            {
                current = pair.Month;
                before = await HeldFactsBeforeAsync(pair.Month, cancellation);
                seen = SeenIn(pair.Month);
            }

            if ((pair.Person < 0 || !seen.Add(pair.Person) || before) && _standing.TryAdd(pair, []))
            {
                if (!wanted.TryGetValue(pair.Month, out List<int>? persons))
                {
                    wanted.Add(pair.Month, persons = []);
                }

                persons.Add(pair.Person);
            }
        }

        foreach ((YearMonth month, List<int> persons) in wanted)
        {
            await ReadAsync(month, [.. persons], cancellation);
        }
    }

    private PersonSet SeenIn(YearMonth month)
    {
        if (!_seen.TryGetValue(month, out PersonSet? seen))
        {
            _seen.Add(month, seen = new PersonSet());
        }

        return seen;
    }

    /// <summary>What stands for the pair, or null when nothing can.</summary>
    public List<StandingFact>? For(PersonMonthKey pair) => _standing.GetValueOrDefault(pair);

    private async Task<bool> HeldFactsBeforeAsync(YearMonth month, CancellationToken cancellation)
    {
        if (!_heldFactsBefore.TryGetValue(month, out bool before))
        {
            await using NpgsqlCommand command = new("SELECT to_regclass($1) IS NOT NULL", await connection.IdleAsync());
            command.Parameters.AddWithValue(area.Part(Table, month));
            before = (bool)(await command.ExecuteScalarAsync(cancellation))!;
            _heldFactsBefore.Add(month, before);
        }

        return before;
    }

    private async Task ReadAsync(YearMonth month, int[] persons, CancellationToken cancellation)
    {
        await using (NpgsqlCommand exists = new("SELECT to_regclass($1) IS NOT NULL", await connection.IdleAsync()))
        {
            exists.Parameters.AddWithValue(area.Part(Table, month));
            if (!(bool)(await exists.ExecuteScalarAsync(cancellation))!)
            {
                return;
            }
        }

        string columns = kind == FactKind.Contribution
            ? "employer_id, base_fen, person_paid_fen, employer_paid_fen, received_on"
            : "0, prior_year_fen, this_year_fen, month_fen, NULL::date";
        string employer = kind == FactKind.Contribution ? "employer_id" : "person_id";
        await using NpgsqlCommand command = new(
            $"""
            SELECT DISTINCT ON (person_id, {employer}) person_id, row_no, state, submission_id, {columns}
            FROM {area.Part(Table, month)} WHERE person_id = ANY($1)
            ORDER BY person_id, {employer}, {FactVersions.LatestFirst}
            """, await connection.IdleAsync());
        command.Parameters.AddWithValue(persons);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            FactRow row = new(
                month, reader.GetInt32(0), reader.GetInt32(4), reader.GetInt32(1), (FactState)reader.GetInt16(2),
                Figure(reader, 5), Figure(reader, 6), Figure(reader, 7), reader.IsDBNull(8) ? null : reader.GetFieldValue<DateOnly>(8));
            _standing[new PersonMonthKey(row.Person, month)].Add(new StandingFact(row, reader.GetInt32(3)));
        }
    }

    private static long Figure(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? FactRow.None : reader.GetInt64(column);
}
