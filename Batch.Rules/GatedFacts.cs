using NodaTime;

namespace Batch.Rules;

/// <summary>What is known of a person besides a month's own facts; read only where the policy gates on it.</summary>
public sealed class GatedFacts
{
    public bool IsMale { get; set; }

    /// <summary>The latest enrolment not after the month, and whether all of those on record are after it.</summary>
    public YearMonth? EnrolledIn { get; set; }
    public bool BeforeEnrolment { get; set; }

    /// <summary>The month in which the contribution was paid, where that is a later one.</summary>
    public YearMonth? PaidIn { get; set; }

    /// <summary>Months before this one with a contribution in force, and whether its money is received.</summary>
    public SortedDictionary<YearMonth, bool> Declared { get; } = [];

    /// <summary>Months accumulated before the system's start; null: none were told.</summary>
    public int? EarlierMonths { get; set; }

    /// <summary>Of them those actually paid; null: none were told.</summary>
    public int? EarlierActualMonths { get; set; }
    public long? FrozenFen { get; set; }

    /// <summary>The month of resumption when every month from it on is paid; a gap that ends in retirement is no break.</summary>
    public YearMonth? ResumedIn(YearMonth month, YearMonth? retiredFrom, MonthPolicy policy)
    {
        YearMonth since = month;
        YearMonth? before = null;
        foreach (YearMonth paid in Paid(policy).Reverse())
        {
            if (paid != since.PlusMonths(-1))
            {
                before = paid;
                break;
            }

            since = paid;
        }

        return before is null || retiredFrom <= before.Value.PlusMonths(1) ? null : since;
    }

    /// <summary>Months paid: where a credit waits for the receipt, a month does too.</summary>
    private IEnumerable<YearMonth> Paid(MonthPolicy policy) => Declared.Where(d => d.Value || !policy.CreditsOnReceipt).Select(d => d.Key);

    /// <summary>
    /// What is known of a retiree's months and years up to the month. Of a retiree with neither earlier years on record nor a month paid here nothing is: nobody is
    /// credited less for years that were never told (the agency pays the pension).
    /// </summary>
    public ContributionYears Years(in MonthFacts facts, YearMonth month, MonthPolicy policy)
    {
        bool paid = Paid(policy).Any();
        int? earlier = EarlierMonths is { } months ? Math.Max(months, EarlierActualMonths ?? 0) : EarlierActualMonths;
        return new ContributionYears(
            IsMale ? Sex.Male : Sex.Female, paid || earlier is not null ? Accumulated(earlier, facts, month, policy) : null,
            policy.CountsActualMonths && (paid || EarlierActualMonths is not null) ? Accumulated(EarlierActualMonths, facts, month, policy) : null, facts.RetiredIn);
    }

    /// <summary>Months accumulated up to the month: those before the system's start, and those paid since, as the policy's breaks leave them.</summary>
    private int Accumulated(int? earlier, in MonthFacts facts, YearMonth month, MonthPolicy policy) => Coverage.Fold(
        CoverageOpening.None with { Accumulated = earlier ?? 0 }, Paid(policy), facts.RetiredIn?.PlusMonths(policy.RetirementOffset), facts.DiedIn, month, policy).Accumulated;
}
