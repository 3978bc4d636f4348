using Batch.Jobs.Facts;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>All that is in force for one person in one month: what was declared, what changed of the person's status, and what the ledger has.</summary>
public struct PersonFacts
{
    public int Account;
    public LocalDate Birth;

    /// <summary>A submission of this run names the person, or everybody is computed.</summary>
    public bool Touched;
    public YearMonth? DiedIn;
    public YearMonth? RetiredIn;
    public string? Category;

    /// <summary>The earliest change of status on record, and whether this run brings one.</summary>
    public LocalDate? FirstEvent;
    public bool HasNewEvent;

    /// <summary>This run brings another number, and with it perhaps another birth date.</summary>
    public bool HasNewNumber;

    /// <summary>This run brings word of a retirement: it ends the credit of pensions for months before it, too.</summary>
    public bool HasNewRetirement;

    public DeclaredContribution Contribution;
    public DeclaredPension Pension;

    /// <summary>The prior-year average that another month of the year brought, in fen; 0: none, or the month has its own.</summary>
    public long YearsPriorYearFen;
    public Legs PostedContribution;
    public Legs PostedRetiree;

    /// <summary>The contribution being read: the latest version of one employer.</summary>
    public DeclaredContribution Reading;

    /// <summary>What other months of the year say, where retirees are credited a year in advance; null: not read.</summary>
    public AdvanceMonths? Advance;

    /// <summary>What the month's policy gates on; null where it gates on nothing, or nothing is known.</summary>
    public GatedFacts? Gated;
}

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

    /// <summary>This run brings a fact that the month is gated on.</summary>
    public bool HasNew { get; set; }

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
    public ContributionYears Years(in PersonFacts facts, YearMonth month, MonthPolicy policy)
    {
        bool paid = Paid(policy).Any();
        int? earlier = EarlierMonths is { } months ? Math.Max(months, EarlierActualMonths ?? 0) : EarlierActualMonths;
        return new ContributionYears(
            IsMale ? Sex.Male : Sex.Female, paid || earlier is not null ? Accumulated(earlier, facts, month, policy) : null,
            policy.CountsActualMonths && (paid || EarlierActualMonths is not null) ? Accumulated(EarlierActualMonths, facts, month, policy) : null, facts.RetiredIn);
    }

    /// <summary>Months accumulated up to the month: those before the system's start, and those paid since, as the policy's breaks leave them.</summary>
    private int Accumulated(int? earlier, in PersonFacts facts, YearMonth month, MonthPolicy policy) => Coverage.Fold(
        CoverageOpening.None with { Accumulated = earlier ?? 0 }, Paid(policy), facts.RetiredIn?.PlusMonths(policy.RetirementOffset), facts.DiedIn, month, policy).Accumulated;
}

/// <summary>A declared contribution in force; <see cref="Employer"/> 0: none.</summary>
public record struct DeclaredContribution(
    int Employer, int Submission, int Row, FactState State, Money Base, Money PersonPaid, Money EmployerPaid, bool Received);

/// <summary>A reported pension in force; <see cref="Submission"/> 0: none.</summary>
public record struct DeclaredPension(int Submission, int Row, FactState State, Money? PriorYear, Money? ThisYear, Money? Month);

/// <summary>The legs of an entry, in fen: account + pool + other = person paid + employer paid - paid out.</summary>
public readonly record struct Legs(long Account, long Pool, long Other, long PersonPaid, long EmployerPaid, long PaidOut)
{
    public bool IsZero => Account == 0 && Pool == 0 && Other == 0 && PersonPaid == 0 && EmployerPaid == 0 && PaidOut == 0;

    public static Legs operator -(in Legs left, in Legs right) => new(
        left.Account - right.Account, left.Pool - right.Pool, left.Other - right.Other, left.PersonPaid - right.PersonPaid,
        left.EmployerPaid - right.EmployerPaid, left.PaidOut - right.PaidOut);

    public static Legs Of(in Shares shares) => new(
        shares.Account.Fen, shares.Pool.Fen, shares.Other.Fen, shares.PersonPaid.Fen, shares.EmployerPaid.Fen, 0);
}

/// <summary>What one person should have for one month: the pure step between the facts in force and the ledger.</summary>
public static class Entitlement
{
    /// <summary>
    /// A contribution in force makes its month an employed one; a pension makes it a retired one when there is no contribution and, where the
    /// retirement is on record, from the policy's offset after it (edge 20); nothing after the month of death (edge 23): money received for
    /// such a month is kept apart to be refunded, and so is money of a category that the policy leaves open (it may have become that of the
    /// person after the line was taken in). Exactly one of the two results is not zero, or none. Who needs an amount frozen for him
    /// and has none on record yet gets nothing until it is there.
    /// </summary>
    public static (Legs Contribution, Legs Retiree) Of(in PersonFacts facts, YearMonth month, MonthPolicy policy, Explanation? explanation = null)
    {
        if (HasContribution(facts, policy))
        {
            if (IsDead(facts, month, policy) || !policy.Covers(CategoryOf(facts), Standing.Active))
            {
                (Money person, Money employer) = (facts.Contribution.PersonPaid, facts.Contribution.EmployerPaid);
                return (new Legs(0, 0, (person + employer).Fen, person.Fen, employer.Fen, 0), default);
            }

            return (Legs.Of(Assessment.Assess(policy, Employed(facts, month, policy), explanation)), default);
        }

        if (!IsRetired(facts, month, policy) || IsDead(facts, month, policy) || !policy.Covers(CategoryOf(facts), Standing.Retired))
        {
            return default;
        }

        return facts.Gated?.FrozenFen is null && policy.NeedsFrozenAmount(CategoryOf(facts))
            ? default
            : (default, Legs.Of(Assessment.Assess(policy, Retired(facts, month, policy), explanation)));
    }

    /// <summary>What the month's facts in force say of the person, received or not; null: there is neither a contribution nor a pension.</summary>
    public static PersonMonth? RecordOf(in PersonFacts facts, YearMonth month, MonthPolicy policy) =>
        facts.Contribution.Employer != 0 && facts.Contribution.State == FactState.Accepted ? Employed(facts, month, policy)
        : IsRetired(facts, month, policy) ? Retired(facts, month, policy)
        : null;

    /// <summary>
    /// What a run of the posting month posts of an entitlement: all of it, or, before the month in which the area's rhythm credits it, what is due to
    /// the account set aside in other funds.
    /// </summary>
    public static Legs Credited(in Legs entitled, YearMonth postingMonth, MonthPolicy policy) =>
        postingMonth < policy.CreditedIn ? entitled with { Account = 0, Other = entitled.Other + entitled.Account } : entitled;

    public static bool HasContribution(in PersonFacts facts, MonthPolicy policy) =>
        facts.Contribution.Employer != 0 && facts.Contribution.State == FactState.Accepted && (facts.Contribution.Received || !policy.CreditsOnReceipt);

    private static bool IsRetired(in PersonFacts facts, YearMonth month, MonthPolicy policy) =>
        facts.Pension.Submission != 0 && facts.Pension.State == FactState.Accepted
        && (facts.RetiredIn is not { } retired || month >= retired.PlusMonths(policy.RetirementOffset));

    private static bool IsDead(in PersonFacts facts, YearMonth month, MonthPolicy policy) =>
        facts.DiedIn is { } died && (month > died || (month == died && !policy.CreditsDeathMonth));

    private static PersonMonth Employed(in PersonFacts facts, YearMonth month, MonthPolicy policy)
    {
        PersonMonth person = new()
        {
            Standing = Standing.Active,
            Birth = facts.Birth,
            Category = CategoryOf(facts),
            Base = facts.Contribution.Base,
            PersonPaid = facts.Contribution.PersonPaid,
            EmployerPaid = facts.Contribution.EmployerPaid,
        };
        return facts.Gated is not { } gated
            ? person
            : person with
            {
                PaidIn = gated.PaidIn,
                AgedIn = policy.ArrearsAge == ArrearsAge.Payment ? gated.PaidIn : null,
                EnrolledIn = gated.EnrolledIn,
                BeforeEnrolment = gated.BeforeEnrolment,
                ResumedIn = policy.ResumptionOffset > 0 ? gated.ResumedIn(month, RetiredFrom(facts, policy), policy) : null,
            };
    }

    private static PersonMonth Retired(in PersonFacts facts, YearMonth month, MonthPolicy policy)
    {
        PersonMonth person = new()
        {
            Standing = Standing.Retired,
            Birth = facts.Birth,
            Category = CategoryOf(facts),
            PensionPriorYear = IsTrued(facts, policy) ? new Money(facts.YearsPriorYearFen) : facts.Pension.PriorYear,
            PensionTrued = IsTrued(facts, policy),
            PensionThisYear = facts.Pension.ThisYear,
            PensionMonth = facts.Pension.Month,
            AdvanceMonths = AdvanceOf(facts, policy),
        };
        if (facts.Gated is not { } gated)
        {
            return person;
        }

        ContributionYears years = policy.GatesOnYears ? gated.Years(facts, month, policy) : default;
        return person with
        {
            FrozenAmount = gated.FrozenFen is { } fen ? new Money(fen) : null,
            MissingYears = policy.MissingYears(years),
            PaidMonths = policy.ProRatesOnActual(person.Category) ? years.ActualMonths : years.CountedMonths,
            RetiredIn = facts.RetiredIn,
        };
    }

    private static int? AdvanceOf(in PersonFacts facts, MonthPolicy policy) => policy.PaysInAdvance && facts.Advance is { } year
        ? AdvanceYear.MonthsOf(policy, new AdvanceFacts(
            year.Pensions, year.Contributions, year.Leaves, RetiredFrom(facts, policy), policy.CreditsDeathMonth ? facts.DiedIn : facts.DiedIn?.PlusMonths(-1)))
        : null;

    private static YearMonth? RetiredFrom(in PersonFacts facts, MonthPolicy policy) => facts.RetiredIn?.PlusMonths(policy.RetirementOffset);

    private static bool IsTrued(in PersonFacts facts, MonthPolicy policy) => policy.TruesUpPension && facts.YearsPriorYearFen > 0;

    private static string CategoryOf(in PersonFacts facts) => facts.Category ?? Categories.Unit;
}
