namespace Batch.Rules;

public static partial class Assessment
{
    /// <summary>The column of a person's facts that a word for a pension is read from: <c>prior-year</c>, <c>this-year</c> or <c>month</c>.</summary>
    internal static string ColumnOf(PensionSource source) => source switch
    {
        PensionSource.PriorYearAverage or PensionSource.PriorYearLastMonth or PensionSource.ReferenceMonth => "prior-year",
        PensionSource.ThisYearAverage or PensionSource.FirstPension => "this-year",
        _ => "month",
    };

    /// <summary>A retiree's credit is paid by the pooled fund, premiums are taken from it; retiree credits need no contribution (edge 22).</summary>
    private static Shares AssessRetired(MonthPolicy policy, RetiredRules rules, in PersonMonth person, Explanation? explanation)
    {
        Money paid = person.PersonPaid + person.EmployerPaid;
        int age = AgeOf(policy, person);
        RetireeAmount whole = RetiredFen(policy, rules, person, age, explanation);
        decimal monthFen = Lessen(policy, whole, person);
        Money gross = policy.Rounding.ToMoney(monthFen * (person.AdvanceMonths ?? 1));
        explanation?.Advance(policy, person.AdvanceMonths, monthFen);
        explanation?.Retiree(policy, whole, person, age, gross);
        Money other = Deduct(policy, Deductions(policy, rules, person), whole.BaseFen, gross, explanation);
        return new Shares(gross - other, paid - gross, other, person.PersonPaid, person.EmployerPaid);
    }

    private static Deduction[] Deductions(MonthPolicy policy, RetiredRules rules, in PersonMonth person) =>
        person.AdvanceMonths is { } months ? Times(policy.Rounding, rules.Deductions, months) : rules.Deductions;

    // Of a year in advance a premium is a month's, rounded, times the months.
    private static Deduction[] Times(Rounding rounding, Deduction[] deductions, int months) =>
        [.. deductions.Select(d => d.Fen is { } fen ? d with { Fen = rounding.ToMoney(fen).Fen * months } : d)];

    private static RetireeAmount RetiredFen(
        MonthPolicy policy, RetiredRules rules, in PersonMonth person, int age, Explanation? explanation)
    {
        switch (rules.Credit)
        {
            case RetireeCredit.None:
                return new RetireeAmount(0m, 0m, null, rules);
            case RetireeCredit.Frozen when person.FrozenAmount is { } frozen:
                return new RetireeAmount(frozen.Fen, 0m, null, rules);
            case RetireeCredit.Frozen:
                if (rules.Otherwise is not { } otherwise)
                {
                    throw new MissingFigureException("frozen-amount", policy.Month);
                }

                explanation?.Say("没有冻结金额，按新退休人员计算", "no amount is frozen for this person; the rule for new retirees applies");
                return RetiredFen(policy, otherwise, person, age, explanation);
            case RetireeCredit.PensionRate:
                decimal baseFen = PensionBase(policy, rules, person, explanation);
                Tier tier = rules.Tiers!.At(age);
                return new RetireeAmount(TierFen(policy, tier, baseFen, age), baseFen, tier, rules);
            default:
                Tier flat = rules.Tiers!.At(age);
                return new RetireeAmount(TierFen(policy, flat, 0m, age), 0m, flat, rules);
        }
    }

    /// <summary>
    /// The retiree base in fen: the first pension of the chain that is there, lifted to the floor whichever step it came from (edge 16), unrounded
    /// (edge 9). A missing pension goes on to the next step; a zero one is an error (edge 12). No pension at all is refused (edge 19), unless the
    /// file gives the floor to a missing one.
    /// </summary>
    private static decimal PensionBase(MonthPolicy policy, RetiredRules rules, in PersonMonth person, Explanation? explanation)
    {
        foreach (PensionSource source in rules.Pension)
        {
            if (PensionOf(source, person) is not { } pension)
            {
                continue;
            }

            if (pension.Fen <= 0)
            {
                throw new UnusableFigureException(Words.Of(source), policy.Month);
            }

            explanation?.Pension(source, pension);
            explanation?.Provisional(policy, rules, source, person);
            return AtLeastFloor(policy, rules, pension.Fen, explanation);
        }

        return rules.FloorIfMissing ? AtLeastFloor(policy, rules, 0m, explanation) : throw new MissingFigureException("pension", policy.Month);
    }

    private static Money? PensionOf(PensionSource source, in PersonMonth person) => source switch
    {
        PensionSource.PriorYearAverage or PensionSource.PriorYearLastMonth or PensionSource.ReferenceMonth => person.PensionPriorYear,
        PensionSource.ThisYearAverage or PensionSource.FirstPension => person.PensionThisYear,
        _ => person.PensionMonth,
    };

    private static decimal AtLeastFloor(MonthPolicy policy, RetiredRules rules, decimal fen, Explanation? explanation)
    {
        if (rules.FloorMissing is not null)
        {
            throw new MissingFigureException(rules.FloorMissing, policy.Month);
        }

        if (rules.FloorFen is not { } floor)
        {
            return fen;
        }

        explanation?.Floor(rules, fen, floor);
        return Math.Max(fen, floor);
    }

    /// <summary>
    /// The part of the whole credit that the years of contribution give, in fen with its fraction: nothing for those whom the area does not credit at all, in proportion to the
    /// months, or less for each year missing and never below zero.
    /// </summary>
    private static decimal Lessen(MonthPolicy policy, in RetireeAmount whole, in PersonMonth person)
    {
        if (IsRefusedForYears(policy, person))
        {
            return 0m;
        }

        RetiredRules rules = whole.Rules;
        if (rules.ProRata is { } proRata && person.PaidMonths < proRata.OfMonths)
        {
            // Multiplied first: the quotient may have no end.
            return whole.Fen * person.PaidMonths.Value / proRata.OfMonths;
        }

        return person.MissingYears <= 0 || !rules.IsReduced ? whole.Fen
            : Math.Max(0m, whole.Fen * (1m - rules.ReductionRate * person.MissingYears) - rules.ReductionFen * person.MissingYears);
    }

    internal static bool IsRefusedForYears(MonthPolicy policy, in PersonMonth person) =>
        person.MissingYears > 0 && policy.Rules.MinimumYearsMale is not null && policy.Rules.ShortOfYears == ShortOfYears.NotCredited;
}

/// <summary>A retiree's credit before the years of contribution and the rounding.</summary>
/// <param name="BaseFen">The pension base that it is a rate of; 0 where there is none.</param>
/// <param name="Tier">Null: nothing, or an amount frozen for the person.</param>
/// <param name="Rules">The rule that gave it: the one for new retirees where no amount is frozen.</param>
internal readonly record struct RetireeAmount(decimal Fen, decimal BaseFen, Tier? Tier, RetiredRules Rules);
