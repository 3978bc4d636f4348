using NodaTime;

namespace Batch.Rules;

public static partial class Assessment
{
    /// <summary>
    /// Whether a rule keeps a contribution that was received from being credited: months paid late, the first months after an enrolment
    /// (edge 25) and after a resumption. It is a contribution all the same: all of it goes to the pooled fund, nothing is refunded.
    /// </summary>
    private static bool IsBarred(MonthPolicy policy, in PersonMonth person, Explanation? explanation)
    {
        if (person.PaidIn is { } paid && BarsArrears(policy, person, MonthsBetween(policy.Month, paid), explanation))
        {
            return true;
        }

        if (person.EnrolledIn is { } enrolled && MonthsBetween(enrolled, policy.Month) < policy.FirstMonthOffset)
        {
            explanation?.Say($"{Text(enrolled)} 参保，第 {policy.FirstMonthOffset} 个月后起划入，本月缴费全部进入统筹基金",
                $"enrolled in {Text(enrolled)}; credits begin {policy.FirstMonthOffset} months later, what is paid for this month goes to the pooled fund");
            return true;
        }

        if (person.ResumedIn is { } resumed && MonthsBetween(resumed, policy.Month) < policy.ResumptionOffset)
        {
            explanation?.Say($"断缴后 {Text(resumed)} 续保，第 {policy.ResumptionOffset} 个月后起划入，本月缴费全部进入统筹基金",
                $"resumed in {Text(resumed)} after a break; credits begin again {policy.ResumptionOffset} months later, what is paid for this month goes to the pooled fund");
            return true;
        }

        return false;
    }

    private static bool BarsArrears(MonthPolicy policy, in PersonMonth person, int late, Explanation? explanation)
    {
        string paid = Text(person.PaidIn!.Value);
        if (policy.ArrearsCredited == ArrearsCredited.No)
        {
            explanation?.Say($"{paid} 补缴，补缴月份不划入，全部进入统筹基金", $"paid in {paid}: months paid late are not credited, all of it goes to the pooled fund");
            return true;
        }

        if (policy.ArrearsCredited == ArrearsCredited.OnlyAfterEnrolment && person.BeforeEnrolment)
        {
            explanation?.Say($"{paid} 补缴参保以前的月份，不划入，全部进入统筹基金",
                $"paid in {paid} for a month before the enrolment: not credited, all of it goes to the pooled fund");
            return true;
        }

        if (late > policy.ArrearsMaxMonths)
        {
            explanation?.Say($"{paid} 补缴，已过 {late} 个月，超过 {policy.ArrearsMaxMonths} 个月不划入，全部进入统筹基金",
                $"paid in {paid}, {late} months late: more than {policy.ArrearsMaxMonths} months back is not credited, all of it goes to the pooled fund");
            return true;
        }

        return false;
    }

    private static int MonthsBetween(YearMonth from, YearMonth to) => ((to.Year - from.Year) * 12) + to.Month - from.Month;

    private static string Text(YearMonth month) => $"{month.Year:0000}-{month.Month:00}";
}
