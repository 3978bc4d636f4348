using NodaTime;

namespace Batch.Rules;

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
    public static (Legs Contribution, Legs Retiree) Of(in MonthFacts facts, YearMonth month, MonthPolicy policy, Explanation? explanation = null)
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
    public static PersonMonth? RecordOf(in MonthFacts facts, YearMonth month, MonthPolicy policy) =>
        facts.Contribution.Employer != 0 && facts.Contribution.IsAccepted ? Employed(facts, month, policy)
        : IsRetired(facts, month, policy) ? Retired(facts, month, policy)
        : null;

    /// <summary>
    /// What a run of the posting month posts of an entitlement: all of it, or, before the month in which the area's rhythm credits it, what is due to
    /// the account set aside in other funds.
    /// </summary>
    public static Legs Credited(in Legs entitled, YearMonth postingMonth, MonthPolicy policy) =>
        postingMonth < policy.CreditedIn ? entitled with { Account = 0, Other = entitled.Other + entitled.Account } : entitled;

    public static bool HasContribution(in MonthFacts facts, MonthPolicy policy) =>
        facts.Contribution.Employer != 0 && facts.Contribution.IsAccepted && (facts.Contribution.Received || !policy.CreditsOnReceipt);

    private static bool IsRetired(in MonthFacts facts, YearMonth month, MonthPolicy policy) =>
        facts.Pension.Submission != 0 && facts.Pension.IsAccepted
        && (facts.RetiredIn is not { } retired || month >= retired.PlusMonths(policy.RetirementOffset));

    private static bool IsDead(in MonthFacts facts, YearMonth month, MonthPolicy policy) =>
        facts.DiedIn is { } died && (month > died || (month == died && !policy.CreditsDeathMonth));

    private static PersonMonth Employed(in MonthFacts facts, YearMonth month, MonthPolicy policy)
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

    private static PersonMonth Retired(in MonthFacts facts, YearMonth month, MonthPolicy policy)
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

    private static int? AdvanceOf(in MonthFacts facts, MonthPolicy policy) => policy.PaysInAdvance && facts.Advance is { } year
        ? AdvanceYear.MonthsOf(policy, new AdvanceFacts(
            year.Pensions, year.Contributions, year.Leaves, RetiredFrom(facts, policy), policy.CreditsDeathMonth ? facts.DiedIn : facts.DiedIn?.PlusMonths(-1)))
        : null;

    private static YearMonth? RetiredFrom(in MonthFacts facts, MonthPolicy policy) => facts.RetiredIn?.PlusMonths(policy.RetirementOffset);

    private static bool IsTrued(in MonthFacts facts, MonthPolicy policy) => policy.TruesUpPension && facts.YearsPriorYearFen > 0;

    private static string CategoryOf(in MonthFacts facts) => facts.Category ?? Categories.Unit;
}
