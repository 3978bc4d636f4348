using NodaTime;

namespace Batch.Rules;

/// <summary>What decides how many months of a year a month's advance covers.</summary>
/// <param name="Pensions">Months of the advance year with a pension in force.</param>
/// <param name="Contributions">Months of it with a contribution that is credited: in those the person is in work.</param>
/// <param name="Leaves">Months in which the person left.</param>
/// <param name="RetiredFrom">The first month credited as a retiree, where a retirement is on record.</param>
/// <param name="LastMonth">The last month credited before a death; null: the person lives.</param>
public readonly record struct AdvanceFacts(
    IReadOnlySet<YearMonth> Pensions, IReadOnlySet<YearMonth> Contributions, IReadOnlySet<YearMonth> Leaves, YearMonth? RetiredFrom, YearMonth? LastMonth);

/// <summary>
/// Retirees' credits paid a year in advance (docs/policies/edges.md, rhythms). The first month of the advance year in which somebody is in the pension file as a retiree
/// brings the credit of all months from it to the end of that year; who leaves or dies keeps the months through that one, and who joins later begins later.
/// </summary>
public static class AdvanceYear
{
    /// <summary>
    /// How many months the credit of the policy's month is for: none when an earlier month of the year has brought it, else those through the end of the year that
    /// the person is a retiree in.
    /// </summary>
    public static int MonthsOf(MonthPolicy policy, in AdvanceFacts facts)
    {
        for (YearMonth earlier = policy.AdvanceFrom; earlier < policy.Month; earlier = earlier.PlusMonths(1))
        {
            if (IsRetiree(facts, earlier) && facts.Pensions.Contains(earlier) && EndOf(policy, facts, earlier) >= policy.Month)
            {
                return 0;
            }
        }

        int months = 0;
        YearMonth end = EndOf(policy, facts, policy.Month);
        for (YearMonth month = policy.Month; month <= end; month = month.PlusMonths(1))
        {
            months += IsRetiree(facts, month) ? 1 : 0;
        }

        return months;
    }

    private static bool IsRetiree(in AdvanceFacts facts, YearMonth month) =>
        !facts.Contributions.Contains(month) && !(facts.RetiredFrom > month) && !(facts.LastMonth < month);

    // The month of leaving is the last one, else the year's last.
    private static YearMonth EndOf(MonthPolicy policy, in AdvanceFacts facts, YearMonth from)
    {
        YearMonth end = policy.AdvanceFrom.PlusMonths(11);
        foreach (YearMonth left in facts.Leaves)
        {
            end = left >= from && left < end ? left : end;
        }

        return end;
    }
}
