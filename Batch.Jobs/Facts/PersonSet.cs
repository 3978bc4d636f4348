namespace Batch.Jobs.Facts;

/// <summary>A set of persons as one bit each; person numbers are dense, so five million take 640 kB.</summary>
public sealed class PersonSet
{
    private ulong[] _bits = new ulong[1024];

    /// <summary>Adds the person; false when the person was in the set already.</summary>
    public bool Add(int person)
    {
        int word = person >> 6;
        if (word >= _bits.Length)
        {
            Array.Resize(ref _bits, Math.Max(word + 1, _bits.Length * 2));
        }

        ulong bit = 1UL << (person & 63);
        bool added = (_bits[word] & bit) == 0;
        _bits[word] |= bit;
        return added;
    }

    public bool Contains(int person) => (person >> 6) < _bits.Length && (_bits[person >> 6] & (1UL << (person & 63))) != 0;
}
