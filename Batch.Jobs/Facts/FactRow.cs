using System.Runtime.InteropServices;
using NodaTime;

namespace Batch.Jobs.Facts;

/// <summary>
/// A version of what was declared for a person and month. Figures in fen: base, person's and employer's payment of a contribution; prior-year
/// average, this-year average and the month's pension (<see cref="None"/>: not given).
/// </summary>
/// <param name="Person">Below zero: a line that waits beside what the person has, since it may not be the person's. Nothing else reads it until it is decided.</param>
/// <param name="Employer">Zero for pensions.</param>
/// <param name="Row">Line of the file; 0 for a consequence of the file that is no row of it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FactRow(
    YearMonth Month, int Person, int Employer, int Row, FactState State, long First, long Second, long Third, DateOnly? ReceivedOn)
{
    public const long None = long.MinValue;

    /// <summary>Both say the same of the person and month, whoever sent them and when.</summary>
    public bool SaysTheSameAs(in FactRow other) =>
        First == other.First && Second == other.Second && Third == other.Third && ReceivedOn == other.ReceivedOn;
}

/// <summary>A person and month in one number: the key of everything that is declared.</summary>
public readonly record struct PersonMonthKey(int Person, YearMonth Month);

/// <summary>A set of persons as one bit each; person numbers are dense, so five million take 640 kB.</summary>
public sealed class PersonSet
{
    private ulong[] _bits = new ulong[1024];

    /// <summary>Adds the person; false when he was in the set already.</summary>
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
