namespace Batch.Jobs.Intake;

/// <summary>
/// Numbers by keys, both in one word: a key of 39 bits and a number of 25 take 8 bytes a place, where a dictionary takes four times that, so that what
/// is known of a city of millions fits the memory that intake may take. Neither a key nor a number is ever 0.
/// </summary>
internal sealed class PackedNumbers
{
    public const ulong MostNumber = (1UL << NumberBits) - 1;

    private const int NumberBits = 25;
    private const int Smallest = 1024;

    // What belongs to one block after the other; more is given back.
    private const int MostKept = 65_536;
    private const double Fullest = 0.75;

    private ulong[] places = [];
    private int used;

    private int Room => (int)(places.Length * Fullest);

    /// <summary>Places taken: those of keys that were removed again stay taken.</summary>
    public int Count => used;

    /// <summary>So many more find a place without growing.</summary>
    public bool HasRoomFor(int more) => used + more < Room;

    /// <summary>The key's number; 0: there is none.</summary>
    public int Of(ulong key) => used == 0 ? 0 : (int)(places[Place(key)] & MostNumber);

    /// <summary>Adds a key, or gives one that is there another number.</summary>
    public void Set(ulong key, int number)
    {
        if (used >= Room)
        {
            Grow(Math.Max(Smallest, places.Length + (places.Length / 2)));
        }

        ref ulong place = ref places[Place(key)];
        used += place == 0 ? 1 : 0;
        place = (key << NumberBits) | (uint)number;
    }

    public void Remove(ulong key)
    {
        if (used > 0)
        {
            places[Place(key)] &= ~MostNumber;
        }
    }

    /// <summary>Makes room for so many in one step, and for some more so that it is not made again for a few.</summary>
    public void EnsureCapacity(int count, int more)
    {
        if (count >= Room)
        {
            Grow(Math.Max(Smallest, (int)((count + more + 1) / Fullest) + 1));
        }
    }

    public void Clear()
    {
        if (places.Length > MostKept)
        {
            places = [];
        }

        Array.Clear(places);
        used = 0;
    }

    /// <summary>Where the key is, or would be: the places from the first one on are tried in their order.</summary>
    private int Place(ulong key)
    {
        ulong mixed = unchecked(key * 0x9E37_79B9_7F4A_7C15);
        int place = (int)Math.BigMul(mixed, (ulong)places.Length, out _);
        while (places[place] >> NumberBits != key && places[place] != 0)
        {
            place = place + 1 == places.Length ? 0 : place + 1;
        }

        return place;
    }

    private void Grow(int length)
    {
        ulong[] before = places;
        places = new ulong[length];
        used = 0;
        foreach (ulong taken in before)
        {
            if ((taken & MostNumber) != 0)
            {
                places[Place(taken >> NumberBits)] = taken;
                used++;
            }
        }
    }
}
