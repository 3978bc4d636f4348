namespace Batch.Jobs.Intake;

/// <summary>
/// Our numbers of employers by those that they declare. What fits is held as one number, six bits a character, not as text: a province's
/// hundreds of thousands take a third of the memory, and nothing that a collection has to look at.
/// </summary>
internal sealed class EmployerNumbers
{
    private const int MostPacked = 21;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./";

    private readonly Dictionary<UInt128, int> packed = [];
    private readonly Dictionary<string, int> others = new(StringComparer.Ordinal);

    public int Count => packed.Count + others.Count;

    public bool TryGetValue(string number, out int employer) =>
        TryPack(number, out UInt128 key) ? packed.TryGetValue(key, out employer) : others.TryGetValue(number, out employer);

    public void Set(string number, int employer)
    {
        if (TryPack(number, out UInt128 key))
        {
            packed[key] = employer;
        }
        else
        {
            others[number] = employer;
        }
    }

    /// <summary>Makes room for so many in one step.</summary>
    public void EnsureCapacity(int count) => packed.EnsureCapacity(count);

    public void Clear()
    {
        packed.Clear();
        packed.TrimExcess();
        others.Clear();
    }

    // The one in front tells numbers of different lengths apart.
    private static bool TryPack(string number, out UInt128 key)
    {
        key = 1;
        foreach (char c in number)
        {
            int symbol = Symbol(c);
            if (symbol < 0 || number.Length > MostPacked)
            {
                return false;
            }

            key = (key << 6) | (uint)symbol;
        }

        return true;
    }

    private static int Symbol(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'A' and <= 'Z' => c - 'A' + 10,
        _ => Alphabet.IndexOf(c, StringComparison.Ordinal),
    };
}
