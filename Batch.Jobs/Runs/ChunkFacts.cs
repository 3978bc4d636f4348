using Batch.Jobs.Import;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>All that stands for one person in one month: what was declared, what changed of his status, and what the ledger has.</summary>
public struct PersonFacts
{
    public int Account;
    public LocalDate Birth;

    /// <summary>A submission of this run speaks of him, or everybody is computed.</summary>
    public bool Touched;
    public YearMonth? DiedIn;
    public YearMonth? RetiredIn;
    public string? Category;

    /// <summary>The earliest change of status on record, and whether this run brings one.</summary>
    public LocalDate? FirstEvent;
    public bool HasNewEvent;

    /// <summary>This run brings word of a retirement: it ends the credit of pensions for months before it, too.</summary>
    public bool HasNewRetirement;

    public DeclaredContribution Contribution;
    public DeclaredPension Pension;
    public Legs PostedContribution;
    public Legs PostedRetiree;

    /// <summary>The contribution being read: the latest version of one employer.</summary>
    public DeclaredContribution Reading;
}

/// <summary>A declared contribution in force; <see cref="Employer"/> 0: none.</summary>
public record struct DeclaredContribution(
    int Employer, int Submission, int Row, FactState State, long BaseFen, long PersonPaidFen, long EmployerPaidFen, bool Received);

/// <summary>A reported pension in force; <see cref="Submission"/> 0: none.</summary>
public record struct DeclaredPension(int Submission, int Row, FactState State, long PriorYearFen, long ThisYearFen, long MonthFen);

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

/// <summary>What an entry is for; the numbers stand in the ledger.</summary>
public enum Component : short
{
    Contribution = 1,
    Retiree = 2,

    /// <summary>A year's interest: account + I, other funds - I, tagged with the year's last month.</summary>
    Interest = 3,

    /// <summary>From here on movements, one component each kind: 040_movements.sql has their legs.</summary>
    Opening = 4,
    Spending = 5,
    PayOut = 6,
    TransferIn = 7,
    TransferOut = 8,
    Correction = 9,
}

/// <summary>What one person should have for one month: the pure step between what stands and the ledger.</summary>
public static class Entitlement
{
    /// <summary>
    /// A contribution in force makes its month an employed one; a pension makes it a retired one when there is no contribution and, where the
    /// retirement is on record, from the policy's offset after it (edge 20); nothing after the month of death (edge 23): money received for
    /// such a month is kept apart to be refunded, and so is money of a category that the policy leaves open (it may have become that of the
    /// person after the line was taken in). Exactly one of the two results is not zero, or none.
    /// </summary>
    public static (Legs Contribution, Legs Retiree) Of(in PersonFacts facts, YearMonth month, MonthPolicy policy, Explanation? explanation = null)
    {
        if (HasContribution(facts, policy))
        {
            if (IsDead(facts, month, policy) || !policy.Covers(CategoryOf(facts), Standing.Active))
            {
                long paid = facts.Contribution.PersonPaidFen + facts.Contribution.EmployerPaidFen;
                return (new Legs(0, 0, paid, facts.Contribution.PersonPaidFen, facts.Contribution.EmployerPaidFen, 0), default);
            }

            return (Legs.Of(Assessment.Assess(policy, Employed(facts), explanation)), default);
        }

        return IsRetired(facts, month, policy) && !IsDead(facts, month, policy) && policy.Covers(CategoryOf(facts), Standing.Retired)
            ? (default, Legs.Of(Assessment.Assess(policy, Retired(facts), explanation)))
            : default;
    }

    public static bool HasContribution(in PersonFacts facts, MonthPolicy policy) =>
        facts.Contribution.Employer != 0 && facts.Contribution.State == FactState.Accepted && (facts.Contribution.Received || !policy.CreditsOnReceipt);

    private static bool IsRetired(in PersonFacts facts, YearMonth month, MonthPolicy policy) =>
        facts.Pension.Submission != 0 && facts.Pension.State == FactState.Accepted
        && (facts.RetiredIn is not { } retired || month >= retired.PlusMonths(policy.RetirementOffset));

    private static bool IsDead(in PersonFacts facts, YearMonth month, MonthPolicy policy) =>
        facts.DiedIn is { } died && (month > died || (month == died && !policy.CreditsDeathMonth));

    public static PersonMonth Employed(in PersonFacts facts) => new()
    {
        Standing = Standing.Active,
        Birth = facts.Birth,
        Category = CategoryOf(facts),
        Base = new Money(facts.Contribution.BaseFen),
        PersonPaid = new Money(facts.Contribution.PersonPaidFen),
        EmployerPaid = new Money(facts.Contribution.EmployerPaidFen),
    };

    public static PersonMonth Retired(in PersonFacts facts) => new()
    {
        Standing = Standing.Retired,
        Birth = facts.Birth,
        Category = CategoryOf(facts),
        PensionPriorYear = Figure(facts.Pension.PriorYearFen),
        PensionThisYear = Figure(facts.Pension.ThisYearFen),
        PensionMonth = Figure(facts.Pension.MonthFen),
    };

    private static string CategoryOf(in PersonFacts facts) => facts.Category ?? Categories.Unit;

    private static Money? Figure(long fen) => fen == FactRow.None ? null : new Money(fen);
}
