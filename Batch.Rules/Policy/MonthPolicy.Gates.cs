using NodaTime;

namespace Batch.Rules;

/// <summary>What a run has to know of a person besides the month's own facts, because the month's policy gates on it.</summary>
[Flags]
public enum Gates : byte
{
    None = 0,

    /// <summary>The month in which a contribution was paid.</summary>
    PaymentMonth = 1,

    /// <summary>When the person was enrolled.</summary>
    Enrolment = 2,

    /// <summary>Whether the month follows a break.</summary>
    Resumption = 4,

    /// <summary>A retiree's accumulated years.</summary>
    Years = 8,

    /// <summary>The amount frozen for a retiree.</summary>
    FrozenAmount = 16,

    /// <summary>Which of the months before are paid for, because credits wait for the receipt.</summary>
    Receipts = 32,

    /// <summary>What a retiree's other months of the year say, because the year is credited in advance.</summary>
    Advance = 64,
}

public sealed partial class MonthPolicy
{
    private const int MonthsAYear = 12;

    /// <summary>What a run has to know to compute the month; none for most areas, which then read nothing more.</summary>
    public Gates Gates { get; }

    /// <summary>
    /// The first posting month whose run credits this contribution month: the month itself, or the last month of its half insurance year or
    /// insurance year where the area credits by those. What is credited yearly in advance is credited with the month that brings it; without
    /// <c>advance</c> month by month, when the month's facts are in hand: no credit comes before its money (edge 32).
    /// </summary>
    public YearMonth CreditedIn { get; }

    /// <summary>Years of contribution missing to the minimum: only completed years count 不足一年不计.</summary>
    public int MissingYears(Sex sex, int accumulatedMonths) =>
        MinimumYears(sex) is { } years ? Math.Max(0, years - (Math.Max(0, accumulatedMonths) / MonthsAYear)) : 0;

    private Gates FindGates()
    {
        Gates gates = _rules.ArrearsCredited != ArrearsCredited.Yes || _rules.ArrearsAge == ArrearsAge.Payment || _rules.ArrearsMaxMonths is not null
            ? Gates.PaymentMonth
            : Gates.None;
        gates |= _rules.FirstMonthOffset > 0 || _rules.ArrearsCredited == ArrearsCredited.OnlyAfterEnrolment ? Gates.Enrolment : Gates.None;
        gates |= _rules.ResumptionOffset > 0 ? Gates.Resumption : Gates.None;
        gates |= GatesOnYears ? Gates.Years : Gates.None;
        gates |= PaysInAdvance ? Gates.Advance : Gates.None;
        gates |= CreditsOnReceipt && (gates & (Gates.Resumption | Gates.Years)) != 0 ? Gates.Receipts : Gates.None;
        return gates | (_categories.Any(c => c.Retired is { Credit: RetireeCredit.Frozen }) ? Gates.FrozenAmount : Gates.None);
    }

    private YearMonth FindCreditedIn()
    {
        int months = Rhythm switch { Rhythm.Yearly => MonthsAYear, Rhythm.HalfYearly => MonthsAYear / 2, _ => 1 };
        int sinceStart = (Month.Month - InsuranceYearStart + MonthsAYear) % MonthsAYear;
        return Month.PlusMonths(months - 1 - (sinceStart % months));
    }
}
