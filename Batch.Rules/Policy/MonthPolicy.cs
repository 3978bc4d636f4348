using NodaTime;

namespace Batch.Rules;

/// <summary>What is in force in one area in one month: the slice of a policy that a run computes with.</summary>
public sealed partial class MonthPolicy
{
    private readonly AreaPolicy _policy;
    private readonly VersionText _version;
    private readonly RulesText _rules;
    private readonly MonthFigures _figures;
    private readonly CategoryRules[] _categories;
    private readonly Cohort _others;
    private readonly Lazy<string> _json;
    private readonly Lazy<string> _hash;

    internal MonthPolicy(AreaPolicy policy, VersionText version, YearMonth month, MonthFigures figures)
    {
        _policy = policy;
        _version = version;
        _rules = version.Rules;
        _figures = figures;
        Month = month;
        Version = policy.NameOf(version);
        var builder = new MonthRulesBuilder(figures);
        // "unit" first: nearly everybody is in it, and the look-up is a walk.
        _categories = [.. version.Categories
            .OrderBy(c => c.Key != "unit").ThenBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => builder.Build(c.Key, c.Value))];
        BaseMinimum = figures["base-min"] is { } least ? _rules.Rounding.ToMoney(least.Value * 100m) : null;
        BaseMaximum = figures["base-max"] is { } most ? _rules.Rounding.ToMoney(most.Value * 100m) : null;
        AgeReferenceDate = ReferenceDate(_rules, month);
        _others = new Cohort(null, null, _rules.MinimumYearsMale ?? 0, _rules.MinimumYearsFemale ?? 0, _rules.ActualYearsMale, _rules.ActualYearsFemale, 0);
        CountsActualMonths = FindActual();
        Gates = FindGates();
        CreditedIn = FindCreditedIn();
        Interest = InterestTerms.Of(_rules.Interest, InsuranceYearFrom, month);
        _json = new Lazy<string>(() => CanonicalPolicy.Write(this));
        _hash = new Lazy<string>(() => CanonicalPolicy.Hash(CanonicalJson));
    }

    public string Area => _policy.Area;
    public YearMonth Month { get; }

    /// <summary>Name of the version in force, for people: <c>420100 from 2023-02</c>.</summary>
    public string Version { get; }

    /// <summary>
    /// The slice as canonical JSON: what the ledger keeps of it and what the second path in SQL reads. Its keys are described in Policies/README.md.
    /// </summary>
    public string CanonicalJson => _json.Value;

    /// <summary>SHA-256 of <see cref="CanonicalJson"/>, lower-case hex. Equal hashes mean equal entitlements.</summary>
    public string Hash => _hash.Value;

    /// <summary>Whether an unknown person in a file is registered (true) or held for an operator.</summary>
    public bool RegistersUnknownPeople => _rules.UnknownPeople == UnknownPeople.Register;

    /// <summary>What to do with two employers for one person and month (edge 26).</summary>
    public TwoEmployers TwoEmployers => _rules.TwoEmployers;

    /// <summary>Months between enrolment and the first month credited (edge 25; 0: the month itself).</summary>
    public int FirstMonthOffset => _rules.FirstMonthOffset;

    /// <summary>Months between retirement and the first month credited as a retiree (edge 20; 1: the month after).</summary>
    public int RetirementOffset => _rules.RetirementOffset;

    /// <summary>Months between resumption and the first month credited again (0: the month itself).</summary>
    public int ResumptionOffset => _rules.ResumptionOffset;

    /// <summary>Whether the month of death is still credited (edge 23).</summary>
    public bool CreditsDeathMonth => _rules.CreditsDeathMonth;

    /// <summary>Whether a credit waits for the receipt of the money (edge 32).</summary>
    public bool CreditsOnReceipt => _rules.CreditOn == CreditOn.Receipt;

    /// <summary>First month of the insurance year, 1 to 12 (edge 6).</summary>
    public int InsuranceYearStart => _rules.InsuranceYearStart;

    public Rhythm Rhythm => _rules.Rhythm;

    /// <summary>Whether retirees are credited a year in advance.</summary>
    public bool PaysInAdvance => _rules.Advance is not null;

    /// <summary>The first month of the year that is paid in advance and that the month belongs to.</summary>
    public YearMonth AdvanceFrom
    {
        get
        {
            int first = _rules.Advance?.Month ?? InsuranceYearStart;
            return new YearMonth(Month.Month >= first ? Month.Year : Month.Year - 1, first);
        }
    }
    public Rounding Rounding => _rules.Rounding;

    /// <summary>A break of this many months or more is long.</summary>
    public int LongBreakFromMonths => _rules.LongBreakFromMonths;

    /// <summary>Months from the first month unpaid to the first without pooled benefits (1: the month after).</summary>
    public int SuspendedAfterMonths => _rules.SuspendedAfterMonths;

    /// <summary>Months without benefits from the month of resumption on, after a short and after a long break (0: none).</summary>
    public int WaitingAfterShortBreak => _rules.Benefits?.WaitingAfterShortBreak ?? 0;
    public int WaitingAfterLongBreak => _rules.Benefits?.WaitingAfterLongBreak ?? 0;
    /// <summary>Months that the wait depends on beside the length of the break; null: on none.</summary>
    internal MissedYearsText? MissedYears => _rules.Benefits?.MissedYears;

    /// <summary>
    /// Months of the wait after a break of as many whole years, of which some are paid: the fixed wait, more for each year missed, less for each of them paid, and after a very long break never
    /// less than the policy's least.
    /// </summary>
    public int WaitAfter(int fixedMonths, int missedYears, int paidYears)
    {
        if (MissedYears is not { } rule || missedYears <= 0)
        {
            return fixedMonths;
        }

        int wait = fixedMonths + Math.Max(0, (missedYears * rule.Adds) - (paidYears * rule.PaidTakesOff));
        return missedYears >= rule.LongFromYears ? Math.Max(wait, rule.Least) : wait;
    }

    /// <summary>Whether a month credited without the prior-year average is trued up when another month of the insurance year brings it.</summary>
    public bool TruesUpPension => _rules.ProvisionalPension == ProvisionalPension.TrueUp;

    /// <summary>Whether some retirees are credited on a chain of pensions with the prior year's in it.</summary>
    public bool ReadsPriorYearPension => _categories.Any(c => c.Retired is { Credit: RetireeCredit.PensionRate } r && r.Pension.Any(s => Assessment.ColumnOf(s) == "prior-year"));

    /// <summary>The first month of the insurance year that the month belongs to.</summary>
    public YearMonth InsuranceYearFrom => new(Month.Month >= InsuranceYearStart ? Month.Year : Month.Year - 1, InsuranceYearStart);

    public BackPayment BackPayment => _rules.Benefits?.BackPayment ?? BackPayment.NextMonth;

    /// <summary>Whether months paid late are credited at all.</summary>
    public ArrearsCredited ArrearsCredited => _rules.ArrearsCredited;
    public ArrearsAge ArrearsAge => _rules.ArrearsAge;

    /// <summary>How many months back a payment may reach and still be credited; null: any.</summary>
    public int? ArrearsMaxMonths => _rules.ArrearsMaxMonths;

    /// <summary>Whether a run has to know the accumulated years: somebody's credit depends on them.</summary>
    public bool GatesOnYears => (_rules.MinimumYearsMale is not null && _rules.ShortOfYears == ShortOfYears.NotCredited)
        || _categories.Any(c => Reduces(c.Retired) || ProRates(c.Retired));

    /// <summary>Whether the credit of a retiree of the category is in proportion to the months actually paid alone.</summary>
    public bool ProRatesOnActual(string category) => ProRatesOnActual(Find(category)?.Retired);

    /// <summary>Years of contribution that a retiree needs; null where the area asks for none.</summary>
    public int? MinimumYears(Sex sex) => sex == Sex.Male ? _rules.MinimumYearsMale : _rules.MinimumYearsFemale;

    /// <summary>Limits on the contribution base in force, null where none is known (edge 11).</summary>
    public Money? BaseMinimum { get; }
    public Money? BaseMaximum { get; }

    /// <summary>The figure of this name in force, yuan a month: <c>average-wage</c>, <c>average-pension</c>, <c>base-min</c>, <c>base-max</c>; null where none is known.</summary>
    public decimal? FigureOf(string name) => _figures[name]?.Value;

    /// <summary>What accounts bear from the beginning of the insurance year to the end of the month; null where a month of it has no rate.</summary>
    public InterestTerms? Interest { get; }

    /// <summary>Whether a pay-out that closes an account takes the interest up to its month with it.</summary>
    public bool PaysInterestWithClosing => _rules.Interest?.Closed == ClosedAccount.WithPayOut;

    /// <summary>The date on which ages are taken; for birth-year the last day of the year, on which the two ways agree.</summary>
    public LocalDate AgeReferenceDate { get; }

    /// <summary>Whether the policy says what people of this category and standing are credited; who is not covered is held.</summary>
    public bool Covers(string category, Standing standing) =>
        Find(category) is { } rules && (standing == Standing.Active ? rules.Active is not null : rules.Retired is not null);

    /// <summary>Categories of people that the version names.</summary>
    public IReadOnlyList<string> Categories => [.. _categories.Select(c => c.Name)];

    internal CategoryRules[] CategoryRules => _categories;
    internal RulesText Rules => _rules;
    internal VersionText VersionText => _version;
    internal AreaPolicy Policy => _policy;

    internal CategoryRules? Find(string category)
    {
        foreach (CategoryRules rules in _categories)
        {
            if (rules.Name == category)
            {
                return rules;
            }
        }

        return null;
    }

    internal ActiveRules ActiveOf(string category) => Find(category)?.Active ?? throw new CategoryOpenException(category, Standing.Active, Month, OpenOf(category, Standing.Active));

    internal RetiredRules RetiredOf(string category) => Find(category)?.Retired ?? throw new CategoryOpenException(category, Standing.Retired, Month, OpenOf(category, Standing.Retired));

    private static bool Reduces(RetiredRules? retired) =>
        retired is not null && (retired.IsReduced || Reduces(retired.Otherwise));

    private static bool ProRates(RetiredRules? retired) => retired is not null && (retired.ProRata is not null || ProRates(retired.Otherwise));

    private static bool ProRatesOnActual(RetiredRules? retired) => retired is not null && (retired.ProRata?.OfActual == true || ProRatesOnActual(retired.Otherwise));

    internal static LocalDate ReferenceDate(RulesText rules, YearMonth month) => rules.AgeOn switch
    {
        AgeReference.MonthStart => month.OnDayOfMonth(1),
        AgeReference.MonthEnd => month.ToDateInterval().End,
        AgeReference.InsuranceYearStart => new LocalDate(month.Month >= rules.InsuranceYearStart ? month.Year : month.Year - 1, rules.InsuranceYearStart, 1),
        _ => new LocalDate(month.Year, 12, 31),
    };
}
