namespace Batch.Rules;

// A month's rules with every figure put in: what the hot path reads. Amounts in fen with their fraction; nothing is rounded before the last multiplication.

/// <summary>What an amount or a floor was taken of, told in both languages.</summary>
internal sealed record Note(string Chinese, string English)
{
    public static readonly Note None = new("", "");
}

internal enum TierKind : byte
{
    /// <summary>A rate of the person's own base.</summary>
    Rate,

    /// <summary>An amount that is the same for all in the tier.</summary>
    Amount,

    /// <summary>An amount for each completed year of age.</summary>
    YearOfAge,
}

/// <param name="Value">A fraction, or fen.</param>
/// <param name="Missing">Name of the figure that the tier needs and that nobody has given; who falls into the tier is refused.</param>
/// <param name="ShownRate">The rate as written, for the explanation of an amount that came of one.</param>
/// <param name="ShownBase">What it is a rate of, in yuan.</param>
internal sealed record Tier(
    int From, int To, TierKind Kind, decimal Value, string? Missing, decimal? MinimumFen, decimal? MaximumFen, decimal? ShownRate, decimal? ShownBase,
    string Clause, Note? Note);

internal sealed class TierTable
{
    private readonly Tier[] _byAge = new Tier[Ages.Oldest + 1];

    public TierTable(IReadOnlyList<Tier> tiers)
    {
        Tiers = tiers;
        foreach (Tier tier in tiers)
        {
            Array.Fill(_byAge, tier, tier.From, tier.To - tier.From + 1);
        }
    }

    public IReadOnlyList<Tier> Tiers { get; }

    /// <summary>The tier of an age; someone not yet born on the reference date is in the first, who is past 150 in the last.</summary>
    public Tier At(int age) => _byAge[Math.Clamp(age, 0, Ages.Oldest)];
}

/// <param name="Rate">A rate of the person's base, or null.</param>
/// <param name="Fen">An amount, or null.</param>
internal sealed record Deduction(string Name, decimal? Rate, decimal? Fen, string Clause);

internal sealed record ActiveRules(
    bool HasAccount, decimal? PersonRate, decimal? EmployerRate, bool OwnCredited, string OwnClause, TierTable? Share, TierTable? Flat, Deduction[] Deductions);

internal sealed record RetiredRules(RetireeCredit Credit, TierTable? Tiers, string Clause)
{
    public PensionSource[] Pension { get; init; } = [];

    /// <summary>Floor of the pension base in fen, unrounded.</summary>
    public decimal? FloorFen { get; init; }
    public string? FloorMissing { get; init; }
    public bool FloorIfMissing { get; init; }
    public Note FloorNote { get; init; } = Note.None;
    public decimal ReductionRate { get; init; }
    public decimal ReductionFen { get; init; }
    public ProRata? ProRata { get; init; }

    /// <summary>Less is credited for each missing year.</summary>
    public bool IsReduced => ReductionRate != 0m || ReductionFen != 0m;
    public RetiredRules? Otherwise { get; init; }
    public Deduction[] Deductions { get; init; } = [];
}

/// <param name="OfMonths">The months of contribution for which the credit is whole.</param>
/// <param name="OfActual">Only months that were actually paid count.</param>
internal sealed record ProRata(int OfMonths, bool OfActual, string Clause);

internal sealed record CategoryRules(string Name, ActiveRules? Active, RetiredRules? Retired);
