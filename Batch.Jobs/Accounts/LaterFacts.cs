using Batch.Jobs.Areas;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Accounts;

/// <summary>The latest month for which contributions or pensions of persons stand: what contradicts the closing of an account before it.</summary>
public sealed class LaterFacts(NpgsqlConnection connection, AreaSchema area)
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
        foreach ((string fact, YearMonth month) in await TablesAsync(closings.Min(c => c.Month), cancellation))
        {
            string key = fact == "contribution" ? "person_id, employer_id" : "person_id";
            await using NpgsqlCommand command = new(
                $"""
                SELECT DISTINCT person_id FROM (
                    SELECT DISTINCT ON ({key}) person_id, state FROM {area.Part(fact, month)} WHERE person_id = ANY($1)
                    ORDER BY {key}, submission_id DESC, (row_no <= 0) DESC, row_no DESC) latest
                WHERE state = 1
                """, connection);
            command.Parameters.AddWithValue(persons);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                int person = reader.GetInt32(0);
                _latest[person] = _latest.TryGetValue(person, out YearMonth known) && known > month ? known : month;
            }
        }
    }

    private async Task<List<(string Fact, YearMonth Month)>> TablesAsync(YearMonth after, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(
            """
            SELECT p.relname, to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
            WHERE p.relnamespace = ':area'::regnamespace AND p.relname IN ('contribution', 'pension') AND to_date(right(c.relname, 7), 'YYYY_MM') > $1
            """), connection);
        command.Parameters.AddWithValue(after.FirstDay());
        List<(string, YearMonth)> tables = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            tables.Add((reader.GetString(0), reader.GetFieldValue<DateOnly>(1).Month()));
        }

        return tables;
    }
}
