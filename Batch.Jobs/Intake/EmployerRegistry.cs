using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Finds employers by their declared number and registers the unknown with the name they declare.</summary>
public sealed class EmployerRegistry(IntakeConnection connection, KnownEmployers employers)
{
    private readonly EmployerNumbers _known = employers.Numbers;
    private (string? Number, int Employer) _last;

    /// <exception cref="KeyNotFoundException">The number is not among those that were loaded.</exception>
    public int Find(string number)
    {
        // Rows of one employer come together.
        if (!ReferenceEquals(number, _last.Number))
        {
            _last = (number, _known.TryGetValue(number, out int employer) ? employer : throw new KeyNotFoundException("An employer was not loaded."));
        }

        return _last.Employer;
    }

    public async Task LoadAsync(IEnumerable<(string Number, string? Name)> employers, CancellationToken cancellation)
    {
        Dictionary<string, string> wanted = new(StringComparer.Ordinal);
        string? last = null;
        foreach ((string number, string? name) in employers)
        {
            if (!ReferenceEquals(number, last) && !_known.TryGetValue(number, out _))
            {
                wanted.TryAdd(number, name ?? "");
            }

            last = number;
        }

        if (wanted.Count == 0)
        {
            return;
        }

        await ReadAsync("SELECT number, employer_id FROM :area.employer WHERE number = ANY($1)", [.. wanted.Keys], null, cancellation);
        string[] unknown = [.. wanted.Keys.Where(n => !_known.TryGetValue(n, out _))];
        if (unknown.Length > 0)
        {
            await ReadAsync(
                "INSERT INTO :area.employer (number, name) SELECT * FROM unnest($1, $2) RETURNING number, employer_id", unknown, [.. unknown.Select(n => wanted[n])], cancellation);
        }
    }

    private async Task ReadAsync(string sql, string[] numbers, string[]? names, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = (await connection.IdleAsync()).Command(sql);
        command.Parameters.AddWithValue(numbers);
        if (names is not null)
        {
            command.Parameters.AddWithValue(names);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            _known.Set(reader.GetString(0), reader.GetInt32(1));
        }
    }
}
