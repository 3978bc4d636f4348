using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>What a changed policy would do to the people of a contribution month. All amounts are what reaches the accounts.</summary>
/// <param name="Policy">Name of the version that the file has in force in the month.</param>
/// <param name="InForce">Name of the version that is in force now.</param>
/// <param name="People">Whom either policy gives something, or whose contribution either divides.</param>
/// <param name="PoolDifference">What the pooled fund would have more, or less.</param>
public sealed record SimulationDocument(
    string Area, YearMonth Month, string Policy, string InForce, int People, int Gainers, int Losers, int Unchanged, Money Before, Money After, Money Difference,
    Money PoolDifference, IReadOnlyList<SimulatedTier> Tiers, IReadOnlyList<SimulatedPerson> Largest)
{
    /// <summary>The month is computed by the same rules either way: the change is for other months.</summary>
    public bool SameRules { get; init; }
}

/// <summary>What a changed policy would do to every month that it touches: those posted whose rules it changes, oldest first.</summary>
public sealed record SimulatedMonths(string Area, string Policy, IReadOnlyList<SimulationDocument> Months)
{
    public Money Before => Months.Aggregate(Money.Zero, (sum, m) => sum + m.Before);

    public Money After => Months.Aggregate(Money.Zero, (sum, m) => sum + m.After);

    /// <summary>What the next run would post to the accounts.</summary>
    public Money Difference => After - Before;

    public Money PoolDifference => Months.Aggregate(Money.Zero, (sum, m) => sum + m.PoolDifference);
}

/// <summary>The people of one standing and of one age tier of the policy in force.</summary>
/// <param name="Tier">Ages in completed years: <c>36-45</c>, <c>71+</c>, or <c>all</c> where the credit does not depend on age.</param>
public sealed record SimulatedTier(
    Standing Standing, string Tier, int People, int Gainers, int Losers, Money Before, Money After, Money Difference);

/// <param name="Id">Masked.</param>
public sealed record SimulatedPerson(string Id, Standing Standing, string Tier, Money Before, Money After, Money Difference);
