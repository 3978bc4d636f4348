using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>The employers by the numbers that they declare, read once for the large files that are taken in one after the other.</summary>
public sealed class KnownEmployers
{
    // The others are looked up as the blocks name them.
    private const int Most = 1_000_000;

    private int _last;

    internal EmployerNumbers Numbers { get; } = new();

    /// <summary>Reads those who came since the last time.</summary>
    public async Task ReadAsync(AreaSession area, CancellationToken cancellation)
    {
        await MakeRoomAsync(area, cancellation);
        await using NpgsqlCommand command = area.Command("SELECT number, employer_id FROM :area.employer WHERE employer_id > $1 ORDER BY employer_id LIMIT $2");
        command.Parameters.AddWithValue(_last);
        command.Parameters.AddWithValue(Most);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            _last = reader.GetInt32(1);
            Numbers.Set(reader.GetString(0), _last);
        }
    }

    private async Task MakeRoomAsync(AreaSession area, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT coalesce(max(employer_id), 0) FROM :area.employer");
        int last = (int)(await command.ExecuteScalarAsync(cancellation))!;
        if (last > _last)
        {
            // With room for those whom a month brings.
            Numbers.EnsureCapacity(Math.Min(last, Most) + (last / 64));
        }
    }

    /// <summary>What was read or registered does not stand: the transaction was taken back.</summary>
    public void Forget()
    {
        Numbers.Clear();
        _last = 0;
    }
}
