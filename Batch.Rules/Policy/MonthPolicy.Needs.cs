namespace Batch.Rules;

public sealed partial class MonthPolicy
{
    /// <summary>
    /// Whether a retired person of the category cannot be credited without a pension figure. False where the floor is given to a missing one, and where
    /// an amount frozen for the person may stand in for it.
    /// </summary>
    public bool NeedsPension(string category) => Find(category)?.Retired is { Credit: RetireeCredit.PensionRate, FloorIfMissing: false };

    /// <summary>Whether a retired person of the category cannot be credited without an amount frozen for him.</summary>
    public bool NeedsFrozenAmount(string category) => Find(category)?.Retired is { Credit: RetireeCredit.Frozen, Otherwise: null };
}
