namespace Batch.Jobs.Tools;

/// <summary>What a draw decides. Each purpose has numbers of its own, so that a new one changes nothing that others drew.</summary>
internal enum Purpose : ulong
{
    Employer = 1,
    Employed,
    Retired,
    PayrollFault,
    PensionFault,
    Movement,
    MemberSpending,
    Correction,
    PaymentFault,
}

/// <summary>
/// Numbers that depend on nothing but seed, purpose and index (SplitMix64), so that any person can be drawn again at any time without remembering anyone.
/// </summary>
internal struct Draw
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong state;

    public Draw(long seed, Purpose purpose, long index)
    {
        unchecked
        {
            state = Mix((ulong)seed + ((ulong)purpose * Step)) ^ Mix((ulong)index);
        }
    }

    /// <summary>The next number from 0 up to, but not including, <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    public ulong Next()
    {
        unchecked
        {
            state += Step;
            return Mix(state);
        }
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
