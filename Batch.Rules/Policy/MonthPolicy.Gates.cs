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

/// <summary>What is known of a retiree's contributions.</summary>
/// <param name="CountedMonths">Those paid and those counted as paid; null: nothing is known.</param>
/// <param name="ActualMonths">Of them those actually paid; null: nothing is known.</param>
/// <param name="RetiredIn">Null: not on record.</param>
public readonly record struct ContributionYears(Sex Sex, int? CountedMonths, int? ActualMonths, YearMonth? RetiredIn);

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

    /// <summary>Whether years or months actually paid have to be known beside the counted ones.</summary>
    public bool CountsActualMonths { get; }

    /// <summary>Years of contribution missing to the minimum: only completed years count 不足一年不计.</summary>
    public int MissingYears(Sex sex, int accumulatedMonths) => MissingYears(new ContributionYears(sex, accumulatedMonths, null, null));

    /// <summary>
    /// Years of contribution missing to what is asked of those who retired in the person's month: of the counted years or of those actually paid, whichever is more. Of months that nobody told
    /// none is missing.
    /// </summary>
    public int MissingYears(in ContributionYears years)
    {
        if (_rules.MinimumYearsMale is null)
        {
            return 0;
        }

        Cohort asked = AskedOf(years.RetiredIn);
        (int counted, int? actual) = years.Sex == Sex.Male ? (asked.Male, asked.ActualMale) : (asked.Female, asked.ActualFemale);
        return Math.Max(Missing(counted, years.CountedMonths), Missing(actual ?? 0, years.ActualMonths));
    }

    /// <summary>The years asked of who retired in the month; the ones beside the cohorts where no cohort holds it, or it is not on record.</summary>
    internal Cohort AskedOf(YearMonth? retired) => (retired is { } month ? _rules.Cohorts.FirstOrDefault(c => c.Holds(month)) : null)
        ?? _others;

    private static int Missing(int years, int? months) => months is { } known ? Math.Max(0, years - (Math.Max(0, known) / MonthsAYear)) : 0;

    private bool FindActual() =>
        _rules.ActualYearsMale is not null || _rules.Cohorts.Any(c => c.ActualMale is not null) || _categories.Any(c => ProRatesOnActual(c.Retired));

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
