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
        (decimal fen, decimal baseFen, Tier? tier) = RetiredFen(policy, rules, person, age, explanation);
        fen = Reduce(policy, rules, person, fen, explanation);
        Money gross = policy.Rounding.ToMoney(fen);
        explanation?.Retiree(policy, rules, tier, person, baseFen, age, gross);
        Money other = Deduct(policy, rules.Deductions, baseFen, gross, explanation);
        return new Shares(gross - other, paid - gross, other, person.PersonPaid, person.EmployerPaid);
    }

    /// <summary>The credit in fen before reduction and rounding, the pension base that it is a rate of (0 where there is none), and the tier.</summary>
    private static (decimal Fen, decimal BaseFen, Tier? Tier) RetiredFen(
        MonthPolicy policy, RetiredRules rules, in PersonMonth person, int age, Explanation? explanation)
    {
        switch (rules.Credit)
        {
            case RetireeCredit.None:
                return (0m, 0m, null);
            case RetireeCredit.Frozen when person.FrozenAmount is { } frozen:
                return (frozen.Fen, 0m, null);
            case RetireeCredit.Frozen:
                if (rules.Otherwise is not { } otherwise)
                {
                    throw new MissingFigureException("frozen-amount", policy.Month);
                }

                explanation?.Say("没有冻结金额，按新退休人员计算", "no amount is frozen for this person; the rule for new retirees applies");
                (decimal other, decimal otherBase, Tier? otherTier) = RetiredFen(policy, otherwise, person, age, explanation);
                return (Reduce(policy, otherwise, person, other, explanation), otherBase, otherTier);
            case RetireeCredit.PensionRate:
                decimal baseFen = PensionBase(policy, rules, person, explanation);
                Tier tier = rules.Tiers!.At(age);
                return (TierFen(policy, tier, baseFen, age), baseFen, tier);
            default:
                Tier flat = rules.Tiers!.At(age);
                return (TierFen(policy, flat, 0m, age), 0m, flat);
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

    /// <summary>Less for each year of contribution missing, never below zero; nothing for those whom the area does not credit at all.</summary>
    private static decimal Reduce(MonthPolicy policy, RetiredRules rules, in PersonMonth person, decimal fen, Explanation? explanation)
    {
        if (person.MissingYears <= 0)
        {
            return fen;
        }

        if (policy.Rules.MinimumYearsMale is not null && policy.Rules.ShortOfYears == ShortOfYears.NotCredited)
        {
            explanation?.Say($"缴费年限缺 {person.MissingYears} 年，不划入", $"{person.MissingYears} years of contribution are missing; nothing is credited");
            return 0m;
        }

        if (rules.ReductionRate == 0m && rules.ReductionFen == 0m)
        {
            return fen;
        }

        explanation?.Reduction(rules, person.MissingYears);
        return Math.Max(0m, fen * (1m - rules.ReductionRate * person.MissingYears) - rules.ReductionFen * person.MissingYears);
    }
}
