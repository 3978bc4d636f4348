using NodaTime;

namespace Batch.Rules;

/// <summary>Employed 在职 or retired 退休 in the month; never both.</summary>
public enum Standing : byte
{
    Active,
    Retired,
}

/// <summary>
/// All that is known of one insured person in one contribution month and that the policy may look at. Amounts a month, in fen.
/// A missing figure is null: zero is a figure. For the employed the contribution fields are set, for the retired the pension fields.
/// </summary>
public readonly record struct PersonMonth
{
    public required Standing Standing { get; init; }
    public required LocalDate Birth { get; init; }

    /// <summary>Category of person: <c>unit</c>, <c>flexible</c>, <c>veteran</c> or one that the area adds.</summary>
    public required string Category { get; init; }

    /// <summary>The declared contribution base 缴费基数, before the area's limits.</summary>
    public Money Base { get; init; }
    public Money PersonPaid { get; init; }
    public Money EmployerPaid { get; init; }
    public Money? PensionPriorYear { get; init; }
    /// <summary>The prior-year average came with another month of the year: the month was credited provisionally without it.</summary>
    public bool PensionTrued { get; init; }
    public Money? PensionThisYear { get; init; }
    public Money? PensionMonth { get; init; }

    /// <summary>The amount frozen for this person by an area's transition rule (for instance the credit of December 2022).</summary>
    public Money? FrozenAmount { get; init; }

    /// <summary>Years of contribution missing to the area's minimum, for areas that reduce a retiree's credit by them.</summary>
    public int MissingYears { get; init; }

    /// <summary>The month of retirement; null: not on record.</summary>
    public YearMonth? RetiredIn { get; init; }

    /// <summary>
    /// Months of contribution that a retiree's pro-rata credit is worked out by: the counted ones, or, where the policy says so, only those actually paid; null: nothing is known of them, and nobody is credited less for months that were never told.
    /// </summary>
    public int? PaidMonths { get; init; }

    /// <summary>How many months a retiree's credit of this month is for, where a year is paid in advance; null: the month itself.</summary>
    public int? AdvanceMonths { get; init; }

    /// <summary>
    /// The month whose reference date the age is taken on, for arrears in an area that credits them by the age at payment; null: the contribution month.
    /// </summary>
    public YearMonth? AgedIn { get; init; }

    /// <summary>The month in which the contribution was paid, where that is later than the month it is for (补缴); null: paid in time.</summary>
    public YearMonth? PaidIn { get; init; }

    /// <summary>The latest enrolment 新参保 on record that is not after the month; null: none is on record, so he has been there before.</summary>
    public YearMonth? EnrolledIn { get; init; }

    /// <summary>Enrolments are on record, and all of them are after the month.</summary>
    public bool BeforeEnrolment { get; init; }

    /// <summary>The month of resumption when every month since is paid; null: there is no break before those months.</summary>
    public YearMonth? ResumedIn { get; init; }
}

/// <summary>
/// Where the money of one person and month goes. Invariant: <c>Account + Pool + Other = PersonPaid + EmployerPaid</c>; a retiree's
/// credit is paid by the pool, so there Pool is negative.
/// </summary>
public readonly record struct Shares(Money Account, Money Pool, Money Other, Money PersonPaid, Money EmployerPaid);
