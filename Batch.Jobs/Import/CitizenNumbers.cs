namespace Batch.Jobs.Import;

/// <summary>
/// Person numbers by the first seventeen digits of their citizen numbers: 12 bytes a place in two arrays, where a dictionary takes more than twice
/// that, so that a city of millions fits the memory that intake may take. Neither a citizen number nor a person number is ever 0.
/// </summary>
internal sealed class CitizenNumbers
{
    private const int Smallest = 1024;

    // The persons of one block after the other; more is given back.
    private const int MostKept = 65_536;
    private const double Fullest = 0.75;

    private long[] citizens = [];
    private int[] persons = [];
    private int used;

    /// <summary>Places taken: those of persons who were removed again stay taken.</summary>
    public int Count => used;

    public bool TryGetValue(long citizen, out int person)
    {
        person = citizens.Length == 0 ? 0 : persons[Place(citizen)];
        return person != 0;
    }

    /// <summary>Adds a person, or gives the one who is there another number.</summary>
    public void Set(long citizen, int person)
    {
        if (used >= (int)(citizens.Length * Fullest))
        {
            Grow(Math.Max(Smallest, citizens.Length + (citizens.Length / 2)));
        }

        int place = Place(citizen);
        used += citizens[place] == 0 ? 1 : 0;
        citizens[place] = citizen;
        persons[place] = person;
    }

    public void Remove(long citizen)
    {
        if (citizens.Length > 0)
        {
            persons[Place(citizen)] = 0;
        }
    }

    /// <summary>Makes room for so many in one step, and for some more so that it is not made again for a few.</summary>
    public void EnsureCapacity(int count, int more)
    {
        if (count >= (int)(citizens.Length * Fullest))
        {
            Grow(Math.Max(Smallest, (int)((count + more + 1) / Fullest) + 1));
        }
    }

    public void Clear()
    {
        if (citizens.Length > MostKept)
        {
            (citizens, persons) = ([], []);
        }

        Array.Clear(citizens);
        Array.Clear(persons);
        used = 0;
    }

    /// <summary>Where the citizen is, or would be: the places from the first one on are tried in their order.</summary>
    private int Place(long citizen)
    {
        ulong mixed = unchecked((ulong)citizen * 0x9E37_79B9_7F4A_7C15);
        int place = (int)Math.BigMul(mixed, (ulong)citizens.Length, out _);
        while (citizens[place] != citizen && citizens[place] != 0)
        {
            place = place + 1 == citizens.Length ? 0 : place + 1;
        }

        return place;
    }

    private void Grow(int length)
    {
        (long[] before, int[] numbers) = (citizens, persons);
        citizens = new long[length];
        persons = new int[length];
        used = 0;
        for (int i = 0; i < before.Length; i++)
        {
            if (before[i] != 0 && numbers[i] != 0)
            {
                int place = Place(before[i]);
                citizens[place] = before[i];
                persons[place] = numbers[i];
                used++;
            }
        }
    }
}
