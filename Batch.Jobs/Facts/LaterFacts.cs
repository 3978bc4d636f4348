using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>The latest month for which contributions or pensions of persons stand: what contradicts the closing of an account before it.</summary>
public sealed class LaterFacts(AreaSession area)
{
    private readonly Dictionary<int, YearMonth> _latest = [];

    public YearMonth? After(int person, YearMonth month) => _latest.TryGetValue(person, out YearMonth latest) && latest > month ? latest : null;

    /// <summary>Reads the months after those given, of the few persons whose accounts may be closed.</summary>
    public async Task LoadAsync(IReadOnlyList<(int Person, YearMonth Month)> closings, CancellationToken cancellation)
    {
        _latest.Clear();
        if (closings.Count == 0)
        {
            return;
        }

        int[] persons = [.. closings.Select(c => c.Person).Distinct()];
        YearMonth first = closings.Min(c => c.Month);
        List<(string Table, YearMonth Month)> tables = await new MonthTables(area).ListAsync(["contribution", "pension"], cancellation);
        foreach ((string fact, YearMonth month) in tables.Where(t => t.Month > first))
        {
            string key = fact == "contribution" ? "person_id, employer_id" : "person_id";
            await using NpgsqlCommand command = area.Command(
                $"""
                SELECT DISTINCT person_id FROM (
                    SELECT DISTINCT ON ({key}) person_id, state FROM {area.Part(fact, month)} WHERE person_id = ANY($1)
                    ORDER BY {key}, {FactVersions.LatestFirst}) latest
                WHERE state = {FactState.Accepted:D}
                """);
            command.Parameters.AddWithValue(persons);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                int person = reader.GetInt32(0);
                _latest[person] = _latest.TryGetValue(person, out YearMonth known) && known > month ? known : month;
            }
        }
    }
}
