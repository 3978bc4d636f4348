using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// The numbers of all persons by their citizen numbers, read once for the large files that are taken in one after the other: persons are only
/// ever added, in the order of their numbers, and their changes of number and name come after. Not held for more people than fit the memory that the
/// program may take (11 bytes each, and 4 for the name).
/// </summary>
public sealed class KnownPersons
{
    private const int Most = 6_000_000;

    // Growing takes both copies at once, so those who are registered by the file fill less.
    private const int MostGrown = 1_500_000;

    private int _lastChange;

    internal CitizenNumbers Numbers { get; } = new();

    /// <summary>What the names of lines are compared with.</summary>
    internal KnownNames Names { get; } = new();

    /// <summary>Numbers that find a person who has another number now.</summary>
    internal HashSet<long> OldNumbers { get; } = [];

    /// <summary>The number that the next person registered will have, as of the last reading.</summary>
    public int Next { get; private set; } = 1;

    /// <summary>A block's persons may find no place without growing.</summary>
    public bool IsFull => Numbers.Count > MostGrown && !Numbers.HasRoomFor(LineBlock.Capacity);

    /// <summary>Reads those who came since the last time; false when they are too many to be held.</summary>
    public async Task<bool> ReadAsync(AreaSession area, CancellationToken cancellation)
    {
        int next;
        await using (NpgsqlCommand last = area.Command("SELECT coalesce(max(person_id), 0) + 1 FROM :area.person"))
        {
            next = (int)(await last.ExecuteScalarAsync(cancellation))!;
        }

        if (next - 1 > Most)
        {
            Forget();
            return false;
        }

        // All of them from end to end of the table: in the order of its key it takes twice as long.
        // With room for those whom a month brings.
        Numbers.EnsureCapacity(next, next / 16);
        Names.HoldEverybody(next);
        await ReadRegisteredAsync(area, cancellation);
        _lastChange = await IdentityChanges.ApplyAsync(this, _lastChange, area, cancellation);
        Next = next;
        return true;
    }

    private async Task ReadRegisteredAsync(AreaSession area, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT citizen, person_id, name, birth FROM :area.person" + (Next == 1 ? "" : " WHERE person_id >= $1"));
        if (Next > 1)
        {
            command.Parameters.AddWithValue(Next);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            (long citizen, int person) = (reader.GetInt64(0), reader.GetInt32(1));
            Numbers.Set(citizen, person);
            Names.Set(person, NameKeys.Of(reader.GetString(2)));
            if (!CitizenId.FromDigits17(citizen).TellsBirth)
            {
                Names.SetBirth(person, LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(3)));
            }
        }
    }

    /// <summary>A person of a block with what is on record now.</summary>
    internal void Know(int person, long citizen, string name, LocalDate birth)
    {
        Names.Set(person, NameKeys.Of(name));
        if (!CitizenId.FromDigits17(citizen).TellsBirth)
        {
            Names.SetBirth(person, birth);
        }
    }

    /// <summary>The person has another number from now on, and is found by the earlier ones too.</summary>
    internal void Change(int person, long number, LocalDate? birth)
    {
        Numbers.Set(number, person);
        if (birth is { } day)
        {
            Names.SetBirth(person, day);
        }
    }

    /// <summary>A number that the person has no longer.</summary>
    internal void GiveUp(int person, long number)
    {
        if (Numbers.TryGetValue(number, out int holder) && holder == person)
        {
            Numbers.Remove(number);
        }
    }

    /// <summary>What was read or registered does not stand: the transaction was taken back, or memory is wanted.</summary>
    public void Forget()
    {
        Numbers.Clear();
        Names.Forget();
        OldNumbers.Clear();
        Next = 1;
        _lastChange = 0;
    }
}
