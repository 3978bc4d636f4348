using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>What of the area's register is held between the files of an import.</summary>
public sealed class KnownRegister
{
    private const int MostKept = 200_000;

    public KnownPersons Persons { get; } = new();
    public KnownRecords Records { get; } = new();
    public KnownEmployers Employers { get; } = new();

    public async Task ReadAsync(AreaSession area, CancellationToken cancellation)
    {
        // Where the persons are too many to be held, their changes are read with those of each block.
        if (await Persons.ReadAsync(area, cancellation))
        {
            await Records.ReadAsync(area, cancellation);
        }

        await Employers.ReadAsync(area, cancellation);
    }

    public void Forget()
    {
        Persons.Forget();
        Records.Forget();
        Employers.Forget();
    }

    /// <summary>
    /// An import has ended. What was held of a city is by far the largest thing in the program, and the next import of the same host reads it anew: it is
    /// given back now, or both would be held until the collector sees reason to look.
    /// </summary>
    public void GiveBack()
    {
        bool large = Persons.Numbers.Count > MostKept;
        Forget();
        if (large)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
