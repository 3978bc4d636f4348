using System.Runtime.CompilerServices;
using NodaTime;

namespace Batch.Rules;

/// <summary>The pure middle of the line: one person, one month, one policy in; the shares out.</summary>
public static partial class Assessment
{
    /// <summary>
    /// What belongs in the account, the pooled fund and other funds for this person and month. The same code computes and explains: when
    /// <paramref name="explanation"/> is given, every component is also written to it with its inputs; without it nothing is allocated.
    /// Every component is rounded once by the policy's rounding; the total is the sum of rounded parts (edges 7 to 9).
    /// </summary>
    /// <exception cref="MissingFigureException">The policy needs a figure (an average wage, a pension) that is not there.</exception>
    /// <exception cref="UnusableFigureException">A pension is zero or negative.</exception>
    /// <exception cref="CategoryOpenException">The policy does not say what people of this category are credited.</exception>
    public static Shares Assess(MonthPolicy policy, in PersonMonth person, Explanation? explanation = null)
    {
        Shares shares = person.Standing == Standing.Active
            ? AssessActive(policy, policy.ActiveOf(person.Category), person, explanation)
            : AssessRetired(policy, policy.RetiredOf(person.Category), person, explanation);
        Assert(shares, person, explanation);
        return shares;
    }

    /// <summary>
    /// What should have been paid on a declared base: the figures that a payroll line is checked against. Where the policy gives no employer rate the
    /// least that covers the credit is given instead.
    /// </summary>
    public static ExpectedContribution Expect(MonthPolicy policy, string category, LocalDate birth, Money declaredBase)
    {
        ActiveRules rules = policy.ActiveOf(category);
        Money clamped = Clamp(policy, declaredBase);
        Money? due = OwnDue(policy, rules, clamped);
        if (rules.EmployerRate is { } employerRate)
        {
            return new ExpectedContribution(clamped, due, policy.Rounding.ToMoney(clamped.Fen * employerRate), false);
        }

        int age = Ages.CompletedYears(birth, policy.AgeReferenceDate);
        Money least = rules.Share is null ? Money.Zero : TierAmount(policy, rules.Share.At(age), clamped, age);
        if (rules.Flat is not null)
        {
            least += TierAmount(policy, rules.Flat.At(age), clamped, age);
        }

        // What the person pays and is not credited may carry the share: someone in flexible employment has no employer.
        return new ExpectedContribution(clamped, due, Money.Max(Money.Zero, rules.OwnCredited || due is null ? least : least - due.Value), true);
    }

    // What the person owes on a base within the limits; null where the policy gives no rate.
    private static Money? OwnDue(MonthPolicy policy, ActiveRules rules, Money clamped) =>
        rules.PersonRate is { } rate ? policy.Rounding.ToMoney(clamped.Fen * rate) : null;

    /// <summary>The person with everything paid that is due on the declared base: what <c>calc</c> and the examples of a policy assess.</summary>
    public static PersonMonth Due(MonthPolicy policy, in PersonMonth person)
    {
        if (person.Standing == Standing.Retired)
        {
            return person;
        }

        ExpectedContribution due = Expect(policy, person.Category, person.Birth, person.Base);
        return person with { PersonPaid = due.Person ?? Money.Zero, EmployerPaid = due.Employer ?? Money.Zero };
    }

    private static Shares AssessActive(MonthPolicy policy, ActiveRules rules, in PersonMonth person, Explanation? explanation)
    {
        Money paid = person.PersonPaid + person.EmployerPaid;
        if (!rules.HasAccount)
        {
            explanation?.Say("该类人员在职期间不建个人账户，缴费全部进入统筹基金", "this category has no account while active; all that is paid goes to the pooled fund");
            explanation?.Add("own", Money.Zero, null, null, rules.OwnClause);
            return new Shares(Money.Zero, paid, Money.Zero, person.PersonPaid, person.EmployerPaid);
        }

        if (IsBarred(policy, person, explanation))
        {
            explanation?.Add("not-credited", Money.Zero, null, null, policy.Rules.Clause?.ToString() ?? "");
            return new Shares(Money.Zero, paid, Money.Zero, person.PersonPaid, person.EmployerPaid);
        }

        Money clamped = Clamp(policy, person.Base);
        int age = AgeOf(policy, person);
        Money gross = Money.Zero;
        if (rules.OwnCredited)
        {
            gross = person.PersonPaid;
            explanation?.Own(rules, person, clamped, OwnDue(policy, rules, clamped));
        }

        if (rules.Share is { } share)
        {
            gross += Credit(policy, "employer-share", share.At(age), person, clamped, age, paid - gross, explanation);
        }

        if (rules.Flat is { } flat)
        {
            gross += Credit(policy, "flat", flat.At(age), person, clamped, age, paid - gross, explanation);
        }

        Money other = Deduct(policy, rules.Deductions, clamped.Fen, gross, explanation);
        return new Shares(gross - other, paid - gross, other, person.PersonPaid, person.EmployerPaid);
    }

    /// <summary>A credit by tier out of what was paid: never more than is left of it.</summary>
    private static Money Credit(
        MonthPolicy policy, string component, Tier tier, in PersonMonth person, Money clamped, int age, Money room, Explanation? explanation)
    {
        Money entitled = TierAmount(policy, tier, clamped, age);
        Money amount = Money.Min(entitled, Money.Max(room, Money.Zero));
        explanation?.Tier(policy, component, tier, person, clamped, age, entitled, amount);
        return amount;
    }

    /// <summary>One tier's amount, rounded once.</summary>
    private static Money TierAmount(MonthPolicy policy, Tier tier, Money own, int age) => policy.Rounding.ToMoney(TierFen(policy, tier, own.Fen, age));

    /// <summary>One tier's amount in fen with its fraction, between its own minimum and maximum.</summary>
    private static decimal TierFen(MonthPolicy policy, Tier tier, decimal ownFen, int age)
    {
        if (tier.Missing is not null)
        {
            throw new MissingFigureException(tier.Missing, policy.Month);
        }

        decimal fen = tier.Kind switch
        {
            TierKind.Rate => ownFen * tier.Value,
            TierKind.Amount => tier.Value,
            _ => tier.Value * Math.Max(age, 0),
        };
        if (tier.MinimumFen is { } least && fen < least)
        {
            fen = least;
        }

        return tier.MaximumFen is { } most && fen > most ? most : fen;
    }

    /// <summary>Premiums for other funds, one after the other, as far as the credit reaches: an account is never charged more than the month gave it.</summary>
    private static Money Deduct(MonthPolicy policy, Deduction[] deductions, decimal baseFen, Money gross, Explanation? explanation)
    {
        Money taken = Money.Zero;
        foreach (Deduction deduction in deductions)
        {
            Money premium = policy.Rounding.ToMoney(deduction.Fen ?? baseFen * deduction.Rate!.Value);
            Money amount = Money.Min(premium, gross - taken);
            taken += amount;
            explanation?.Deduction(deduction, baseFen, premium, amount);
        }

        return taken;
    }

    private static Money Clamp(MonthPolicy policy, Money declared)
    {
        Money atLeast = policy.BaseMinimum is { } least ? Money.Max(declared, least) : declared;
        return policy.BaseMaximum is { } most ? Money.Min(atLeast, most) : atLeast;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AgeOf(MonthPolicy policy, in PersonMonth person) =>
        Ages.CompletedYears(person.Birth, person.AgedIn is { } month ? MonthPolicy.ReferenceDate(policy.Rules, month) : policy.AgeReferenceDate);

    /// <summary>The invariant of <see cref="Shares"/>, and that the explanation tells the same amount. No personal data in the text.</summary>
    private static void Assert(in Shares shares, in PersonMonth person, Explanation? explanation)
    {
        bool balanced = shares.Account + shares.Pool + shares.Other == person.PersonPaid + person.EmployerPaid
            && shares.PersonPaid == person.PersonPaid && shares.EmployerPaid == person.EmployerPaid;
        if (!balanced || (shares.Account < Money.Zero && person.PersonPaid + person.EmployerPaid >= Money.Zero))
        {
            throw new InvalidOperationException("The shares of a person's month do not add up to what was paid.");
        }

        if (explanation is not null && explanation.Net != shares.Account)
        {
            throw new InvalidOperationException("The explanation of a person's month tells another amount than the account is credited.");
        }
    }
}

/// <summary>
/// Amounts due on a declared base. <see cref="EmployerIsMinimum"/>: the policy gives no employer rate, so only "at least the share
/// credited from it" can be checked. Null: the policy says nothing of that amount.
/// </summary>
public readonly record struct ExpectedContribution(Money ClampedBase, Money? Person, Money? Employer, bool EmployerIsMinimum);
