using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>The one change that happens to a person in the time that is generated.</summary>
internal enum Change : byte
{
    None,
    Joins,
    Leaves,
    Retires,
    Dies,

    /// <summary>A break: nobody pays for some months, then an employer does again.</summary>
    Pauses,
}

/// <summary>A drawn person. <see cref="At"/> is the month of the change, counted from the first month generated, <see cref="Day"/> its day.</summary>
internal readonly record struct Person(int Index, CitizenId Id, LocalDate Birth, int Name, Change Change, int At, int Day)
{
    /// <summary>The first month paid again after a break.</summary>
    public int Until { get; init; }

    /// <summary>First-year base of the employed, in fen.</summary>
    public long Base { get; init; }

    /// <summary>First-year monthly pension, in fen, and which of the three figures the agency knows.</summary>
    public long Pension { get; init; }
    public PensionKnown Known { get; init; }

    /// <summary>Whether an employer pays for the person in a month: from the month joined, up to the month before leaving or the month of retirement or death, but not in a break.</summary>
    public bool IsEmployed(int month) => Change switch
    {
        Change.Joins => month >= At,
        Change.Leaves => month < At,
        Change.Retires or Change.Dies => month <= At,
        Change.Pauses => month < At || month >= Until,
        _ => true,
    };

    /// <summary>Whether a person of the retired group has a pension in a month.</summary>
    public bool HasPension(int month) => Change switch
    {
        Change.Joins => month >= At,
        Change.Dies => month <= At,
        _ => true,
    };
}

/// <summary>Which pension figures there are: all, this year's only (retired lately), or the month's only.</summary>
internal enum PensionKnown : byte
{
    PriorYear,
    ThisYear,
    Month,
}
