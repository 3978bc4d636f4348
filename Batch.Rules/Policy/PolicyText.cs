using NodaTime;

namespace Batch.Rules;

// What a policy file says, as read: amounts in yuan, months as written, every clause with its reference. Nothing is computed here.

/// <summary>Where a value comes from: codes of the file's own list of sources, and how good they are.</summary>
public sealed record Clause(string References, Grade Grade, int Line)
{
    /// <summary><c>INS, WX (B)</c></summary>
    public override string ToString() => $"{References} ({Words.Of(Grade)})";
}

/// <summary>A figure in the file itself, in force from a month to a month.</summary>
/// <param name="Of">The year that the figure describes, where it is not the year before.</param>
internal sealed record FileFigure(string Name, YearMonth From, YearMonth? To, decimal Value, int? Of, Clause Clause);

internal sealed record VersionText(
    YearMonth? From, YearMonth? To, bool StartKnown, int Line, RulesText Rules,
    IReadOnlyDictionary<string, CategoryText> Categories, IReadOnlyList<OpenQuestion> Open);

/// <summary>What a source leaves open, said by the file itself or found by its proof.</summary>
public sealed record OpenQuestion(string File, int Line, string Text);

/// <summary>The years of contribution that are asked of those who retired from a month to a month; either side may be open.</summary>
/// <param name="ActualMale">Of them to be actually paid; null: none.</param>
internal sealed record Cohort(YearMonth? From, YearMonth? To, int Male, int Female, int? ActualMale, int? ActualFemale, int Line)
{
    public bool Holds(YearMonth retired) => !(retired < From) && !(retired > To);
}

internal sealed record BreakRule(BreakEffect Continuous, BreakEffect Accumulated);

/// <summary>The rules that hold for all categories. The defaults are those of docs/policies/edges.md, edge by edge.</summary>
internal sealed record RulesText
{
    public AgeReference AgeOn { get; init; } = AgeReference.MonthStart;
    public Rounding Rounding { get; init; } = Rounding.HalfUp;
    public CreditOn CreditOn { get; init; } = CreditOn.Receipt;
    public Rhythm Rhythm { get; init; } = Rhythm.Monthly;

    /// <summary>The month in which retirees are credited a year in advance; null: month by month.</summary>
    public AdvanceText? Advance { get; init; }
    public int InsuranceYearStart { get; init; } = 1;
    public UnknownPeople UnknownPeople { get; init; } = UnknownPeople.Hold;
    public TwoEmployers TwoEmployers { get; init; } = TwoEmployers.Hold;
    public int FirstMonthOffset { get; init; }
    public int RetirementOffset { get; init; } = 1;
    public int ResumptionOffset { get; init; }
    public bool CreditsDeathMonth { get; init; } = true;
    public int SuspendedAfterMonths { get; init; } = 1;
    public int LongBreakFromMonths { get; init; } = 4;
    public BreakRule ShortBreak { get; init; } = new(BreakEffect.Keep, BreakEffect.Keep);
    public BreakRule LongBreak { get; init; } = new(BreakEffect.Restart, BreakEffect.Keep);
    public ArrearsCredited ArrearsCredited { get; init; } = ArrearsCredited.Yes;
    public ArrearsAge ArrearsAge { get; init; } = ArrearsAge.Accrual;
    public int? ArrearsMaxMonths { get; init; }
    public int? MinimumYearsMale { get; init; }
    public int? MinimumYearsFemale { get; init; }

    /// <summary>Years that have to be actually paid 实际缴费年限, among the counted ones; null: none.</summary>
    public int? ActualYearsMale { get; init; }
    public int? ActualYearsFemale { get; init; }

    /// <summary>Other years for those who retired in certain months.</summary>
    public IReadOnlyList<Cohort> Cohorts { get; init; } = [];
    public ShortOfYears ShortOfYears { get; init; } = ShortOfYears.Credited;
    public InterestText? Interest { get; init; }
    public BenefitsText? Benefits { get; init; }

    /// <summary>Whom an account may pay for; null: spouse, parents and children.</summary>
    public FamilyText? Family { get; init; }

    /// <summary>Limits of the wallet 医保钱包; null: the area has none.</summary>
    public WalletText? Wallet { get; init; }

    /// <summary>Null: the ground is not accepted.</summary>
    public SevereIllnessText? SevereIllness { get; init; }

    /// <summary>Money for an emergency that is paid back into the account; null: it is not.</summary>
    public EmergencyText? Emergency { get; init; }
    public ProvisionalPension ProvisionalPension { get; init; } = ProvisionalPension.Keep;
    public Clause? Clause { get; init; }
}

/// <param name="PaysPremium">Whether an account may also pay a relative's premium of the residents' insurance 居民医保.</param>
internal sealed record FamilyText(IReadOnlyList<Relative> Relatives, bool PaysPremium, Clause Clause);

/// <param name="EachAtMost">In yuan.</param>
internal sealed record WalletText(decimal EachAtMost, int ADayAtMost, Clause Clause);

internal sealed record SevereIllnessText(SevereIllnessPays Pays, Clause Clause);

internal sealed record EmergencyText(bool PaidBack, Clause Clause);

/// <summary>Retirees' credits of twelve months from the month on, paid at once (docs/policies/edges.md, rhythms).</summary>
internal sealed record AdvanceText(int Month, Clause Clause);

/// <summary>What bears interest and at which rates a year (docs/policies/edges.md, interest).</summary>
/// <param name="Rate">The one rate on the balance at the end of the year.</param>
/// <param name="Rates">Rates of monthly products: one pair without a month, or pairs in the order of their months.</param>
internal sealed record InterestText(InterestOn On, ClosedAccount Closed, decimal? Rate, IReadOnlyList<InterestRatesText> Rates, Clause Clause);

/// <summary>Rates a year on the money that came in this year and on what was carried over, from a month on; null: always.</summary>
internal sealed record InterestRatesText(YearMonth? From, decimal? CurrentYear, decimal? CarriedOver);

/// <summary>Months without benefits from the month of resumption on, by the break's length, and what a payment in arrears restores (docs/policies/edges.md, breaks).</summary>
internal sealed record BenefitsText(int WaitingAfterShortBreak, int WaitingAfterLongBreak, BackPayment BackPayment, Clause Clause)
{
    public MissedYearsText? MissedYears { get; init; }
    public RewardsText? Rewards { get; init; }
}

/// <summary>Months that the wait after a break is longer for each whole year missed, and shorter for each of them paid afterwards 缴费修复.</summary>
/// <param name="LongFromYears">From as many years missed on the whole wait is at least <paramref name="Least"/> months, however much is paid; null: no such limit.</param>
internal sealed record MissedYearsText(int Adds, int PaidTakesOff, int? LongFromYears, int Least);

/// <summary>What years without a break, and without a claim, add to the limit of the large-expense insurance 大病保险, in yuan. Told, and without an effect on accounts.</summary>
/// <param name="AfterYears">Years without a break before the first that adds something.</param>
/// <param name="AtMost">Of the limit, all rewards together.</param>
internal sealed record RewardsText(int AfterYears, decimal? EachYear, decimal? NoClaimsYear, decimal? AtMost);

/// <param name="OpenActive">Set when the source leaves the employed of this category open: what is not known.</param>
internal sealed record CategoryText(ActiveText? Active, RetiredText? Retired, string? OpenActive, string? OpenRetired, int Line);

internal sealed record ActiveText(
    bool HasAccount, PaysText Pays, OwnCredit Own, Clause OwnClause, TiersText? Share, TiersText? Flat, IReadOnlyList<DeductionText> Deductions, int Line);

/// <summary>What is due: rates of the base after limits. Null: the policy says nothing.</summary>
internal sealed record PaysText(decimal? Person, decimal? Employer, Clause? PersonClause, Clause? EmployerClause);

/// <summary>Tiers by age and what their rates are rates of.</summary>
/// <param name="OfShare">The share of the average wage that rates are taken of: <c>4 % of 60 % of the average wage</c>. 1 where nothing is said.</param>
/// <param name="Year">The year whose average is meant, where the text names one.</param>
internal sealed record TiersText(RateBase Of, decimal OfShare, int? Year, IReadOnlyList<TierText> Tiers, Clause Clause);

/// <summary>One tier: completed years from..to, both included, whichever way the file writes the bounds.</summary>
/// <param name="Value">A fraction for a rate, yuan a month for an amount.</param>
internal sealed record TierText(int From, int To, bool IsRate, decimal Value, decimal? Minimum, decimal? Maximum, int Line);

internal sealed record RetiredText(RetireeCredit Credit, TiersText? Tiers, int Line)
{
    public IReadOnlyList<PensionSource> Pension { get; init; } = [];

    /// <summary>The floor of the pension base as a rate of the average wage or the average pension.</summary>
    public decimal? Floor { get; init; }
    public RateBase FloorOf { get; init; } = RateBase.AverageWage;
    public Clause? FloorClause { get; init; }
    public bool FloorIfMissing { get; init; }

    /// <summary>Taken off for each year of contribution missing: a fraction of the credit, or yuan a month.</summary>
    public decimal? ReductionRate { get; init; }
    public decimal? ReductionAmount { get; init; }
    public ProRataText? ProRata { get; init; }
    public RetiredText? Otherwise { get; init; }
    public IReadOnlyList<DeductionText> Deductions { get; init; } = [];
    public required Clause Clause { get; init; }
}

/// <summary>The credit is taken in proportion to the months of contribution, at most whole.</summary>
/// <param name="OfMonths">The months of contribution for which the credit is whole.</param>
/// <param name="Months">Which months are counted.</param>
internal sealed record ProRataText(int OfMonths, CountedMonths Months, Clause Clause);

/// <summary>A premium taken from the credit and paid to another fund, as a line of its own (finding 7).</summary>
/// <param name="Rate">A rate of the person's base, or null.</param>
/// <param name="Amount">Yuan a month, or null.</param>
internal sealed record DeductionText(string Name, decimal? Rate, decimal? Amount, Clause Clause);
