using NodaTime;

namespace Batch.Rules;

public sealed partial class MonthPolicy
{
    private static readonly string[] Limits = ["base-min", "base-max"];

    /// <summary>
    /// Whether a retired person of the category cannot be credited without a pension figure. False where the floor is given to a missing one, and where
    /// an amount frozen for the person may stand in for it.
    /// </summary>
    public bool NeedsPension(string category) => Find(category)?.Retired is { Credit: RetireeCredit.PensionRate, FloorIfMissing: false };

    /// <summary>Whether a retired person of the category cannot be credited without an amount frozen for him.</summary>
    public bool NeedsFrozenAmount(string category) => Find(category)?.Retired is { Credit: RetireeCredit.Frozen, Otherwise: null };

    /// <summary>The figures that the month needs for anybody and does not have, or has from a year ago or earlier.</summary>
    public IReadOnlyList<FigureGap> FigureGaps => GapsOf(_version.Categories.Values.SelectMany(c => FiguresOf(c.Active).Concat(FiguresOf(c.Retired))));

    /// <summary>As <see cref="FigureGaps"/>, of those that decide the amount of one category and standing.</summary>
    public IReadOnlyList<FigureGap> FigureGapsOf(string category, Standing standing) => !_version.Categories.TryGetValue(category, out CategoryText? text)
        ? []
        : GapsOf(standing == Standing.Active ? FiguresOf(text.Active) : FiguresOf(text.Retired));

    private IReadOnlyList<FigureGap> GapsOf(IEnumerable<string> needed)
    {
        HashSet<string> names = [.. needed];
        return [.. FigureNames.All.Where(names.Contains).Select(GapOf).OfType<FigureGap>()];
    }

    private FigureGap? GapOf(string name)
    {
        if (_figures[name] is not { } figure)
        {
            bool refuses = !Limits.Contains(name);
            return new FigureGap(name, FigureFault.Missing, Month, Month, _policy.LastKnown(name, Month), refuses);
        }

        return figure.OpenSince is { } since && since.PlusMonths(FigureGap.MonthsOfAnOpenFigure).CompareTo(Month) <= 0
            ? new FigureGap(name, FigureFault.Old, Month, Month, since, false)
            : null;
    }

    // Limits decide what is due of everybody who pays for an account, whatever is credited of it.
    private static IEnumerable<string> FiguresOf(ActiveText? active) => active is not { HasAccount: true }
        ? []
        : Limits.Concat(FiguresOf(active.Share));

    private static IEnumerable<string> FiguresOf(RetiredText? retired)
    {
        for (; retired is not null; retired = retired.Otherwise)
        {
            foreach (string name in FiguresOf(retired.Tiers))
            {
                yield return name;
            }

            if (retired.Floor is not null)
            {
                yield return MonthFigures.NameOf(retired.FloorOf);
            }
        }
    }

    private static IEnumerable<string> FiguresOf(TiersText? tiers) =>
        tiers is { Of: not RateBase.Base } && tiers.Tiers.Any(t => t.IsRate) ? [MonthFigures.NameOf(tiers.Of)] : [];
}
