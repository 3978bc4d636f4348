using Batch.Jobs.Areas;
using Batch.Jobs.Intake;
using Npgsql;

namespace Batch.Jobs.Import;

/// <summary>
/// The numbers of all persons by their citizen numbers, read once for the large files that are taken in one after the other: persons are only
/// ever added, in the order of their numbers. Not held for more people than fit the memory that the program may take (11 bytes each).
/// </summary>
public sealed class KnownPersons
{
    private const int Most = 6_000_000;

    // Growing takes both copies at once, so those who are registered by the file fill less.
    private const int MostGrown = 1_500_000;

    internal CitizenNumbers Numbers { get; } = new();

    /// <summary>The number that the next person registered will have, as of the last reading.</summary>
    public int Next { get; private set; } = 1;

    /// <summary>A block's persons may find no place without growing.</summary>
    public bool IsFull => Numbers.Count > MostGrown && !Numbers.HasRoomFor(LineBlock.Capacity);

    /// <summary>Reads those who came since the last time; false when they are too many to be held.</summary>
    public async Task<bool> ReadAsync(NpgsqlConnection connection, AreaSchema area, CancellationToken cancellation)
    {
        int next;
        await using (NpgsqlCommand last = new(area.Sql("SELECT coalesce(max(person_id), 0) + 1 FROM :area.person"), connection))
        {
            next = (int)(await last.ExecuteScalarAsync(cancellation))!;
        }

        if (next - 1 > Most)
        {
            Forget();
            return false;
        }

        // All of them from end to end of the table: in the order of its key it takes twice as long.
        await using NpgsqlCommand command = new(area.Sql("SELECT citizen, person_id FROM :area.person" + (Next == 1 ? "" : " WHERE person_id >= $1")), connection);
        if (Next > 1)
        {
            command.Parameters.AddWithValue(Next);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        // With room for those whom a month brings.
        Numbers.EnsureCapacity(next, next / 16);
        while (reader.Read())
        {
            Numbers.Set(reader.GetInt64(0), reader.GetInt32(1));
        }

        Next = next;
        return true;
    }

    /// <summary>What was read or registered does not stand: the transaction was taken back, or memory is wanted.</summary>
    public void Forget()
    {
        Numbers.Clear();
        Next = 1;
    }
}
