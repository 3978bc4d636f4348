namespace Batch.Rules;

internal static partial class PolicyProof
{
    private static void ProveCohorts(VersionText version, FaultList faults)
    {
        RulesText rules = version.Rules;
        if (rules.ActualYearsMale > rules.MinimumYearsMale || rules.ActualYearsFemale > rules.MinimumYearsFemale)
        {
            ActualAbove(rules.Clause?.Line ?? version.Line, faults);
        }

        foreach ((Cohort cohort, int place) in rules.Cohorts.Select((c, i) => (c, i)))
        {
            if (cohort.ActualMale > cohort.Male || cohort.ActualFemale > cohort.Female)
            {
                ActualAbove(cohort.Line, faults);
            }

            if (cohort.From > cohort.To)
            {
                faults.Add(cohort.Line, "COHORT_EMPTY", "retired-to 早于 retired-from，没有人属于这一段", "retired-to is before retired-from and nobody is in it; swap them");
            }
            else if (rules.Cohorts.Take(place).Any(c => Meet(c, cohort)))
            {
                faults.Add(cohort.Line, "COHORT_OVERLAP", "同一退休月份属于两段，请改 retired-from 或 retired-to", "a month of retirement is in two cohorts; change retired-from or retired-to");
            }
        }
    }

    private static void ActualAbove(int line, FaultList faults) => faults.Add(
        line, "ACTUAL_ABOVE_COUNTED", "实际缴费年限多于规定的年限，请改 actual", "more years are to be actually paid than are asked for at all; change actual");

    private static bool Meet(Cohort a, Cohort b) => !(a.From > b.To) && !(b.From > a.To);

    // What comes first would decide the amount, and no source says it.
    private static void ProveOneReduction(RetiredText retired, FaultList faults)
    {
        if (retired.ProRata is { } proRata && (retired.ReductionRate is not null || retired.ReductionAmount is not null))
        {
            faults.Add(proRata.Clause.Line, "PRO_RATA_WITH_REDUCTION", "pro-rata 与 less-per-missing-year 都按年限减少划入，只能写其中一项",
                "pro-rata and less-per-missing-year both lessen the credit by the years; write one of them");
        }
    }
}
