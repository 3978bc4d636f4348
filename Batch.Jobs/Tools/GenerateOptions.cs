using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>One payroll file for all employers, as an agency would send it, or one for each.</summary>
public enum FileLayout
{
    One,
    Employer,
}

/// <summary>What to generate. Equal options give equal bytes.</summary>
public sealed record GenerateOptions
{
    public const int MostPeople = 20_000_000;
    public const int MostMonths = 240;

    public required string Area { get; init; }

    /// <summary>The population: employed and retired, with those who join later.</summary>
    public required int People { get; init; }

    /// <summary>The first month.</summary>
    public required YearMonth Month { get; init; }

    public int Months { get; init; } = 1;

    public long Seed { get; init; } = 1;

    /// <summary>Share of the payroll and pension rows that are to be rejected. Up to 0.1 no file collects so many of them that it would be refused whole.</summary>
    public decimal Faults { get; init; }

    /// <summary>Share of the employers' payments of a month that come late, short, over, doubled, from a payer who is not the employer, or with no payer known.</summary>
    public decimal ReceiptFaults { get; init; }

    public FileLayout Files { get; init; }

    /// <summary>Figures that replace those of the policy in every month, yuan a month by name; the ledger needs them by <c>policy set</c>.</summary>
    public IReadOnlyDictionary<string, decimal> Figures { get; init; } = new Dictionary<string, decimal>();

    /// <summary>Also movements: opening balances, spending, transfers, pay-outs, corrections, family members bound and paid for, and a few payments that will be held.</summary>
    public bool Movements { get; init; }

    /// <summary>Folder for the files and <c>manifest.json</c>; created if need be.</summary>
    public required string Directory { get; init; }
}

/// <summary>The options cannot be followed; the message says why and what to do instead.</summary>
public sealed class GenerateRefusedException(string message) : Exception(message);

/// <summary>What was written, as <c>manifest.json</c> has it (which lists the single files besides).</summary>
public sealed record GenerateOutcome(
    int People, int Files, long Rows, long Rejected, IReadOnlyDictionary<string, long> RejectedByCode, IReadOnlyList<MonthTotals> Months);

/// <summary>What good rows pay, and what the area's policy credits for them.</summary>
internal readonly record struct ContributionSum(long PersonPaid, long EmployerPaid, long Credited)
{
    public long Paid => PersonPaid + EmployerPaid;

    public ContributionSum With(long person, long employer, long credited) => new(PersonPaid + person, EmployerPaid + employer, Credited + credited);
}

/// <summary>
/// What a month's good rows pay and what the area's policy credits for them, in fen; where credits wait for the money, those whose money has come, in the month in which
/// it came.
/// </summary>
public sealed class MonthTotals(YearMonth month)
{
    public YearMonth Month { get; } = month;
    public long PersonPaid { get; internal set; }
    public long EmployerPaid { get; internal set; }
    public long Credited { get; internal set; }

    /// <summary>Where credits wait for the money: contributions received in the month, late fees with them, and what is not allocated at its end.</summary>
    public long Received { get; internal set; }
    public long LateFees { get; internal set; }
    public long Suspense { get; internal set; }

    /// <summary>Money on the bank's statement of the month that no receipt names.</summary>
    public long Unnamed { get; internal set; }

    /// <summary>Of movements, each without its sign; and the rows that will be held.</summary>
    public long Opening { get; internal set; }
    public long Spent { get; internal set; }
    public long PaidOut { get; internal set; }
    public long TransferredIn { get; internal set; }
    public long TransferredOut { get; internal set; }

    /// <summary>With its sign.</summary>
    public long Corrected { get; internal set; }

    /// <summary>Of what was spent, that of family members.</summary>
    public long SpentByMembers { get; internal set; }
    public int Held { get; internal set; }

    internal void Add(ContributionSum sum)
    {
        PersonPaid += sum.PersonPaid;
        EmployerPaid += sum.EmployerPaid;
        Credited += sum.Credited;
    }
}
