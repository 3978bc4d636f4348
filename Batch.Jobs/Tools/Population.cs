using Batch.Rules;

namespace Batch.Jobs.Tools;

/// <summary>
/// Everyone, drawn anew whenever asked: three quarters employed, by employers one after the other, one quarter retired. Nothing is remembered, so memory does not
/// grow with people.
/// </summary>
internal sealed class Population
{
    private const int YoungestEmployed = 18;
    private const int YoungestRetired = 50;
    private const int EarliestRetirement = 50;

    /// <summary>People of each age from 18 to 60, and of each age from 50 to 90, in parts of no particular whole.</summary>
    private static ReadOnlySpan<int> EmployedAges =>
    [
        4, 6, 9, 13, 18, 23, 26, 28, 29, 30, 31, 32, 32, 32, 32, 31, 31, 30, 30, 29, 28, 27, 27, 26, 26, 25, 25, 25, 24, 24, 24, 23, 19, 18, 17, 16, 15, 12, 11, 10, 9, 7, 4,
    ];

    private static ReadOnlySpan<int> RetiredAges =>
    [
        6, 8, 10, 11, 12, 16, 18, 20, 22, 24, 30, 32, 33, 33, 32, 31, 30, 29, 28, 27, 26, 24, 22, 21, 20, 18, 17, 15, 14, 12, 11, 10, 9, 7, 6, 5, 4, 4, 3, 2, 2,
    ];

    /// <summary>Seventeen points, a sixteenth of the people apart, of skewed distributions in yuan a month.</summary>
    private static ReadOnlySpan<int> Bases => [3000, 3700, 4100, 4450, 4800, 5150, 5500, 5900, 6300, 6800, 7350, 8000, 8800, 9900, 11500, 14500, 32000];

    private static ReadOnlySpan<int> Pensions => [1800, 2500, 3000, 3400, 3800, 4200, 4600, 5000, 5400, 5800, 6200, 6600, 7100, 7700, 8500, 9800, 14000];

    private readonly long seed;
    private readonly NodaTime.YearMonth first;
    private readonly int months;
    private readonly Numbers employedNumbers;
    private readonly Numbers retiredNumbers;

    public Population(GenerateOptions options)
    {
        seed = options.Seed;
        first = options.Month;
        months = options.Months;
        EmployedCount = (int)((options.People * 3L) + 3) / 4;
        RetiredCount = options.People - EmployedCount;
        var on = options.Month.OnDayOfMonth(1);
        employedNumbers = new Numbers(options.Area, seed, 0, on, YoungestEmployed, EmployedAges);
        retiredNumbers = new Numbers(options.Area, seed, 1, on, YoungestRetired, RetiredAges);
    }

    public int EmployedCount { get; }

    public int RetiredCount { get; }

    /// <summary>One in 120 a month joins, leaves, retires or dies; of the others one in 120 a month begins a break of one to five months.</summary>
    public Person Employed(int index)
    {
        var draw = new Draw(seed, Purpose.Employed, index);
        CitizenId id = employedNumbers.Of(index, out NodaTime.LocalDate birth);
        int name = draw.Below(int.MaxValue);
        long own = Yuan(Bases, ref draw);
        int at = 1 + draw.Below(120);
        Change change = draw.Below(20) switch
        {
            < 7 => Change.Joins,
            < 14 => Change.Leaves,
            < 19 => birth.Year + EarliestRetirement <= first.Year ? Change.Retires : Change.Leaves,
            _ => Change.Dies,
        };
        Person person = new(index, id, birth, name, Within(change, at), at, 1 + draw.Below(28)) { Base = own, Pension = own * 6 / 10 };
        int pausesAt = 1 + draw.Below(120);
        return person.Change == Change.None && pausesAt < months ? person with { Change = Change.Pauses, At = pausesAt, Until = pausesAt + 1 + draw.Below(5) } : person;
    }

    /// <summary>One in 300 a month dies or moves in.</summary>
    public Person Retired(int index)
    {
        var draw = new Draw(seed, Purpose.Retired, index);
        CitizenId id = retiredNumbers.Of(index, out NodaTime.LocalDate birth);
        int name = draw.Below(int.MaxValue);
        long pension = Yuan(Pensions, ref draw);
        int at = 1 + draw.Below(300);
        Change change = draw.Below(4) == 0 ? Change.Joins : Change.Dies;
        PensionKnown known = draw.Below(1000) switch { < 15 => PensionKnown.Month, < 45 => PensionKnown.ThisYear, _ => PensionKnown.PriorYear };
        return new Person(index, id, birth, name, Within(change, at), at, 1 + draw.Below(28)) { Pension = pension, Known = known };
    }

    /// <summary>Who joins after the time that is generated has been there all along.</summary>
    private Change Within(Change change, int at) => at < months ? change : Change.None;

    /// <summary>An amount between two points, in fen: mostly tens of yuan, some whole yuan, a fifth with fen.</summary>
    private static long Yuan(ReadOnlySpan<int> points, ref Draw draw)
    {
        int at = draw.Below((points.Length - 1) * 1000);
        int from = points[at / 1000];
        long fen = (from * 100L) + ((points[(at / 1000) + 1] - from) * (at % 1000) / 10);
        return draw.Below(10) switch
        {
            < 7 => fen / 1000 * 1000,
            < 8 => fen / 100 * 100,
            _ => fen + draw.Below(100),
        };
    }
}
