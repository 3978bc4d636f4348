using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>What has changed of a person's benefits since the last file: the spells from the first month on that differs.</summary>
public static class BenefitChanges
{
    private static readonly BenefitSpell None = new(BenefitStatus.NotEnrolled, new YearMonth(1, 1), null, null);

    /// <param name="told">As it stood in the files before, in order; none: the person was never in one.</param>
    /// <param name="now">As it is now, in order, up to <paramref name="through"/>.</param>
    /// <returns>Empty: nothing changed.</returns>
    public static IReadOnlyList<BenefitSpell> Between(IReadOnlyList<BenefitSpell> told, IReadOnlyList<BenefitSpell> now, YearMonth through)
    {
        List<YearMonth> starts = [.. told.Concat(now).Select(s => s.From).Distinct().Order()];
        // Between two starts nothing changes on either side, so that the first differing month is one of them.
        foreach (YearMonth month in starts.Where(m => m <= through))
        {
            BenefitSpell before = At(told, month), after = At(now, month);
            if ((before.Status, before.WaitingUntil) != (after.Status, after.WaitingUntil))
            {
                return [after with { From = month }, .. now.Where(s => s.From > month)];
            }
        }

        return [];
    }

    /// <summary>What was told before with a later file's word on it.</summary>
    public static List<BenefitSpell> Apply(List<BenefitSpell> told, IReadOnlyList<BenefitSpell> changes) =>
        [.. told.Where(s => s.From < changes[0].From), .. changes];

    private static BenefitSpell At(IReadOnlyList<BenefitSpell> spells, YearMonth month) => spells.LastOrDefault(s => s.From <= month) ?? None;
}
