namespace Batch.Rules;

/// <summary>Ages in completed years that are credited alike, both ends included; the last tier ends at <see cref="Ages.Oldest"/>.</summary>
public readonly record struct AgeTier(int From, int To);

public sealed partial class MonthPolicy
{
    /// <summary>The age tiers of a category and standing, youngest first; empty where the credit does not depend on age. For reports.</summary>
    public IReadOnlyList<AgeTier> TiersOf(string category, Standing standing)
    {
        CategoryRules? rules = Find(category);
        TierTable? tiers = standing == Standing.Active
            ? rules?.Active?.Share ?? rules?.Active?.Flat
            : rules?.Retired?.Tiers ?? rules?.Retired?.Otherwise?.Tiers;
        return tiers is null ? [] : [.. tiers.Tiers.Select(t => new AgeTier(t.From, t.To)).OrderBy(t => t.From)];
    }
}
