namespace Batch.Jobs.Intake;

/// <summary>
/// Person numbers by the first seventeen digits of their citizen numbers. A citizen number is an area that thousands share, a day of birth and
/// three digits, so that it can be packed; what does not fit is held as it is. Neither a citizen number nor a person number is ever 0.
/// </summary>
internal sealed class CitizenNumbers
{
    private readonly CitizenKeys keys = new();
    private readonly PackedNumbers packed = new();
    private readonly Dictionary<long, int> others = [];

    /// <summary>Those who were removed again may be counted.</summary>
    public int Count => packed.Count + others.Count;

    /// <summary>So many more find a place without growing.</summary>
    public bool HasRoomFor(int more) => packed.HasRoomFor(more);

    public bool TryGetValue(long citizen, out int person)
    {
        person = keys.TryFind(citizen, out ulong key) ? packed.Of(key) : 0;
        return person != 0 || (others.Count > 0 && others.TryGetValue(citizen, out person));
    }

    /// <summary>Adds a person, or gives the one who is there another number.</summary>
    public void Set(long citizen, int person)
    {
        if ((uint)person > PackedNumbers.MostNumber || !keys.TryAdd(citizen, out ulong key))
        {
            Remove(citizen);
            others[citizen] = person;
            return;
        }

        packed.Set(key, person);
        if (others.Count > 0)
        {
            others.Remove(citizen);
        }
    }

    public void Remove(long citizen)
    {
        if (keys.TryFind(citizen, out ulong key))
        {
            packed.Remove(key);
        }

        others.Remove(citizen);
    }

    /// <summary>Makes room for so many in one step, and for some more so that it is not made again for a few.</summary>
    public void EnsureCapacity(int count, int more) => packed.EnsureCapacity(count, more);

    public void Clear()
    {
        packed.Clear();
        others.Clear();
    }
}

/// <summary>Citizen numbers in 39 bits: which of the areas met so far (from 1, so that no key is 0), day of birth, sequence.</summary>
internal sealed class CitizenKeys
{
    private const int AreaBits = 13;
    private const int DayBits = 16;
    private const int SequenceBits = 10;
    private const long AreaUnit = 100_000_000_000;
    private static readonly int FirstDay = new DateOnly(1880, 1, 1).DayNumber;

    private ushort[] areas = [];
    private int met;

    /// <summary>False: no such number was added.</summary>
    public bool TryFind(long citizen, out ulong key)
    {
        int area = (int)(citizen / AreaUnit);
        int number = area < areas.Length ? areas[area] : 0;
        key = 0;
        return number != 0 && TryPack(number, citizen, out key);
    }

    /// <summary>False: it does not fit, being of more areas than there have ever been, of another time, or of another document.</summary>
    public bool TryAdd(long citizen, out ulong key)
    {
        int area = (int)(citizen / AreaUnit);
        if (areas.Length == 0)
        {
            areas = new ushort[1_000_000];
        }

        if (area >= areas.Length)
        {
            key = 0;
            return false;
        }

        if (areas[area] == 0 && met + 1 < 1 << AreaBits)
        {
            areas[area] = (ushort)++met;
        }

        key = 0;
        return areas[area] != 0 && TryPack(areas[area], citizen, out key);
    }

    private static bool TryPack(int area, long citizen, out ulong key)
    {
        int date = (int)(citizen / 1000 % 100_000_000);
        (int year, int month, int day) = (date / 10000, date / 100 % 100, date % 100);
        key = 0;
        if (year is < 1880 or > 2058 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        int days = new DateOnly(year, month, day).DayNumber - FirstDay;
        key = ((((ulong)area << DayBits) | (uint)days) << SequenceBits) | (uint)(citizen % 1000);
        return true;
    }
}
