using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// What is in force for the people of a block: from the database, and from earlier lines of the same transaction. The first file of a month finds
/// no facts of it, so it reads nothing: only people seen twice, or months that had facts before, are looked up.
/// </summary>
public sealed class FactsInForce<TFact>(IntakeConnection connection)
    where TFact : struct, IDeclaredFact<TFact>
{
    private readonly Dictionary<YearMonth, PersonSet> _seen = [];
    private readonly Dictionary<YearMonth, bool> _hadFactsBefore = [];
    private readonly Dictionary<PersonMonthKey, List<FactInForce<TFact>>> _inForce = [];

    /// <summary>Marks the pairs of a block and reads what is in force for those that may have something.</summary>
    public async Task LoadAsync(IReadOnlyList<PersonMonthKey> pairs, CancellationToken cancellation)
    {
        _inForce.Clear();
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
                before = await HadFactsBeforeAsync(pair.Month, cancellation);
                seen = SeenIn(pair.Month);
            }

            if ((pair.Person < 0 || !seen.Add(pair.Person) || before) && _inForce.TryAdd(pair, []))
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

    /// <summary>What is in force for the pair; null when nothing can be.</summary>
    public List<FactInForce<TFact>>? For(PersonMonthKey pair) => _inForce.GetValueOrDefault(pair);

    private async Task<bool> HadFactsBeforeAsync(YearMonth month, CancellationToken cancellation)
    {
        if (!_hadFactsBefore.TryGetValue(month, out bool before))
        {
            before = await connection.ExistsAsync(connection.Itself.Part(TFact.Table, month), cancellation);
            _hadFactsBefore.Add(month, before);
        }

        return before;
    }

    private async Task ReadAsync(YearMonth month, int[] persons, CancellationToken cancellation)
    {
        if (!await connection.ExistsAsync(connection.Itself.Part(TFact.Table, month), cancellation))
        {
            return;
        }

        await using NpgsqlCommand command = (await connection.IdleAsync()).Command(DeclaredFacts.InForce<TFact>(connection.Itself.Part(TFact.Table, month), "person_id = ANY($1)"));
        command.Parameters.AddWithValue(persons);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            TFact fact = TFact.Read(reader, month);
            _inForce[new PersonMonthKey(fact.Person, month)].Add(new FactInForce<TFact>(fact, reader.GetInt32(DeclaredFacts.SubmissionColumn)));
        }
    }
}
