namespace Batch.Rules;

/// <summary>The date on which an age is taken (edge 2). Ages are completed years; who is born on 29 February ages on 1 March in common years.</summary>
public enum AgeReference : byte
{
    /// <summary>The first of the credited month: a birthday on the 1st counts in that month.</summary>
    MonthStart,
    MonthEnd,

    /// <summary>The first day of the insurance year that the month belongs to.</summary>
    InsuranceYearStart,

    /// <summary>Year of the month less year of birth, whatever the day.</summary>
    BirthYear,
}

/// <summary>What a credit waits for (edge 32).</summary>
public enum CreditOn : byte
{
    Receipt,
    Declaration,
}

/// <summary>How often the area pays its credits. An entitlement is always a month's.</summary>
public enum Rhythm : byte
{
    Monthly,
    HalfYearly,
    YearlyInAdvance,
    Yearly,
}

public enum UnknownPeople : byte
{
    Register,
    Hold,
}

/// <summary>Two employers declare the same person for the same month (edge 26).</summary>
public enum TwoEmployers : byte
{
    Hold,
    First,
    Higher,
}

/// <summary>What a break does to a count of months.</summary>
public enum BreakEffect : byte
{
    Keep,

    /// <summary>The count begins again with the month of resumption.</summary>
    Restart,

    /// <summary>As restart, for the accumulated years 累计年限: what was there is lost.</summary>
    Zero,
}

public enum ArrearsCredited : byte
{
    Yes,
    No,
    OnlyAfterEnrolment,
}

/// <summary>The age that a back-paid month is credited by (docs/policies/edges.md, arrears).</summary>
public enum ArrearsAge : byte
{
    /// <summary>The age in the month the contribution belongs to.</summary>
    Accrual,

    /// <summary>The age in the month of payment.</summary>
    Payment,
}

/// <summary>From when benefits go on once a short break is wholly paid in arrears (docs/policies/edges.md, breaks and arrears).</summary>
public enum BackPayment : byte
{
    /// <summary>From the month after the payment.</summary>
    NextMonth,

    /// <summary>As if there had been no break.</summary>
    Retroactive,
}

/// <summary>A relative whom an account may pay for 家庭共济 (docs/policies/edges.md, family sharing).</summary>
public enum Relative : byte
{
    Spouse,
    Parent,
    Child,
    Sibling,
    Grandparent,
    Grandchild,
}

/// <summary>Who is credited a year in advance; of the employed a policy may not say it.</summary>
public enum AdvanceOf : byte
{
    Retired,
    Active,
    All,
}

/// <summary>The age by which the months of a year in advance are credited; of each month a policy may not say it.</summary>
public enum AdvanceAges : byte
{
    FirstMonth,
    EachMonth,
}

/// <summary>What of the balance is paid out for a listed severe illness 重大疾病 (docs/policies/edges.md, account closed or frozen).</summary>
public enum SevereIllnessPays : byte
{
    Whole,
    Part,
}

/// <summary>What bears interest (docs/policies/edges.md, interest).</summary>
public enum InterestOn : byte
{
    /// <summary>What lay in the account in each month of the year 积数.</summary>
    MonthlyProducts,

    /// <summary>The balance at the end of the year.</summary>
    YearEndBalance,
}

/// <summary>When the interest of the year in which a pay-out closed an account is due (docs/policies/edges.md, interest).</summary>
public enum ClosedAccount : byte
{
    /// <summary>With everybody's, at the end of the year; it is paid out by another pay-out.</summary>
    YearEnd,

    /// <summary>With the pay-out, up to its month.</summary>
    WithPayOut,
}

/// <summary>What becomes of credits on a later step of the pension chain when the prior-year average arrives within the year.</summary>
public enum ProvisionalPension : byte
{
    /// <summary>They stay: each month is credited on what its own file says (edge 15).</summary>
    Keep,

    /// <summary>They were provisional: the months of the year without the average are credited on it, by the difference.</summary>
    TrueUp,
}

/// <summary>Which months of contribution a proportion is taken of.</summary>
public enum CountedMonths : byte
{
    /// <summary>Those paid and those counted as paid 视同缴费.</summary>
    Counted,

    /// <summary>Only those actually paid 实际缴费.</summary>
    Actual,
}

/// <summary>What becomes of a retiree whose years of contribution are fewer than the area's minimum.</summary>
public enum ShortOfYears : byte
{
    Credited,
    NotCredited,
}

/// <summary>Whether a month's credit of the employee's own payment is all of it or nothing.</summary>
public enum OwnCredit : byte
{
    Whole,
    None,
}

/// <summary>What a rate is a rate of.</summary>
public enum RateBase : byte
{
    /// <summary>The person's own contribution base; for a retiree the pension base.</summary>
    Base,
    AverageWage,
    AveragePension,
}

/// <summary>The ways in which areas credit a retiree.</summary>
public enum RetireeCredit : byte
{
    None,

    /// <summary>A rate of the own pension, found by a chain of sources, perhaps lifted to a floor.</summary>
    PensionRate,

    /// <summary>A rate of (a share of) the area's average wage.</summary>
    WageRate,

    /// <summary>A rate of the area's average pension of a named year.</summary>
    AveragePensionRate,
    Flat,

    /// <summary>An amount frozen for each person by a transition.</summary>
    Frozen,

    /// <summary>An amount for each completed year of age.</summary>
    AgeAmount,
}

/// <summary>
/// The pension that a rate is taken of. The first three words are read from the prior-year figure of a person, the next two from this year's,
/// the last from the month's: an area that means another month of the year has its files carry that month's pension there.
/// </summary>
public enum PensionSource : byte
{
    PriorYearAverage,
    PriorYearLastMonth,
    ReferenceMonth,
    ThisYearAverage,
    FirstPension,
    Month,
}

/// <summary>How well a value is sourced.</summary>
public enum Grade : byte
{
    /// <summary>Official text or a verbatim copy.</summary>
    A,

    /// <summary>Official text seen through one excerpt.</summary>
    AMinus,

    /// <summary>Local information site, news, HR firm.</summary>
    B,

    /// <summary>Machine-written site; the rule often is not right.</summary>
    C,

    /// <summary>General knowledge, unverified.</summary>
    GK,

    /// <summary>Decided for this project where no source decides.</summary>
    Choice,

    /// <summary>No source: a figure for samples only.</summary>
    Sample,
}
