using System.Text.Json;

namespace Batch.Host.Web;

/// <summary>What years and months of contribution decide, and the waits after years missed.</summary>
internal static partial class PolicyRules
{
    private static IEnumerable<PolicyRule> ByYears((string, string) subject, JsonElement retired)
    {
        if (Number(retired, "lessPerMissingYearRate") is { } rate)
        {
            yield return new PolicyRule(subject, ("缴费年限每缺一年减", "less for each year of contribution missing"), Both(Percent(rate)));
        }

        if (Number(retired, "lessPerMissingYearAmount") is { } amount)
        {
            yield return new PolicyRule(subject, ("缴费年限每缺一年减", "less for each year of contribution missing"), Yuan(amount));
        }

        if (retired.TryGetProperty("proRata", out JsonElement proRata))
        {
            int months = proRata.GetProperty("ofMonths").GetInt32();
            yield return new PolicyRule(subject, ("按月数比例", "in proportion to the months"), proRata.TryGetProperty("months", out _)
                ? ($"实际缴费月数 / {months}，不超过全额", $"months actually paid of {months}, at most whole")
                : ($"缴费月数 / {months}，不超过全额", $"months of contribution of {months}, at most whole"));
        }
    }

    private static IEnumerable<PolicyRule> MinimumYears((string, string) subject, JsonElement root)
    {
        if (!root.TryGetProperty("minimumYears", out JsonElement years))
        {
            yield break;
        }

        (string zh, string en) = years.GetProperty("short").GetString() == "not-credited" ? ("，不足的不划入", "; nothing is credited to who has fewer") : ("", "");
        (string, string) Asked(JsonElement of) => ($"{Years(of).Chinese}{zh}", $"{Years(of).English}{en}");
        yield return new PolicyRule(subject, ("退休最低缴费年限", "years of contribution that a retiree needs"), Asked(years));
        foreach (JsonElement cohort in years.TryGetProperty("cohorts", out JsonElement cohorts) ? cohorts.EnumerateArray() : default)
        {
            string from = cohort.TryGetProperty("from", out JsonElement f) ? f.GetString()! : "", to = cohort.TryGetProperty("to", out JsonElement t) ? t.GetString()! : "";
            string months = (from.Length > 0, to.Length > 0) switch { (true, true) => $"{from} 至 {to} 退休的", (true, false) => $"{from} 起退休的", (false, true) => $"{to} 及以前退休的", _ => "所有退休的" };
            string english = $"of who retired{(from.Length > 0 ? $" from {from}" : "")}{(to.Length > 0 ? $" to {to}" : "")}";
            yield return new PolicyRule(subject, ($"{months}最低缴费年限", $"years of contribution needed {english}"), Asked(cohort));
        }
    }

    private static IEnumerable<PolicyRule> Waits((string, string) subject, JsonElement root)
    {
        if (!root.TryGetProperty("benefits", out JsonElement benefits))
        {
            yield break;
        }

        (JsonElement after, JsonElement longer) = (benefits.GetProperty("waitingAfterShortBreak"), benefits.GetProperty("waitingAfterLongBreak"));
        yield return new PolicyRule(subject, ("断缴后待遇等待期（短期／长期断缴）", "wait for benefits after a short / long break"), ($"{after} / {longer} 个月", $"{after} / {longer} months"));
        if (!benefits.TryGetProperty("missedYears", out JsonElement missed))
        {
            yield break;
        }

        (JsonElement adds, JsonElement off) = (missed.GetProperty("adds"), missed.GetProperty("paidTakesOff"));
        (string zh, string en) = missed.TryGetProperty("longFromYears", out JsonElement years)
            ? ($"；断缴 {years} 年及以上的合计不少于 {missed.GetProperty("least")} 个月", $"; at least {missed.GetProperty("least")} in all from {years} years missed on")
            : ("", "");
        yield return new PolicyRule(subject, ("每断缴一年的等待期", "wait for each year missed"), ($"加 {adds} 个月，补缴一年减 {off} 个月{zh}", $"{adds} months more, {off} less for each of them paid{en}"));
    }

    private static (string Chinese, string English) Years(JsonElement of)
    {
        (string zh, string en) = ($"男 {of.GetProperty("male")} 年、女 {of.GetProperty("female")} 年", $"{of.GetProperty("male")} for men, {of.GetProperty("female")} for women");
        return of.TryGetProperty("actual", out JsonElement actual)
            ? ($"{zh}，其中实际缴费男 {actual.GetProperty("male")} 年、女 {actual.GetProperty("female")} 年", $"{en}, of them {actual.GetProperty("male")} and {actual.GetProperty("female")} actually paid")
            : (zh, en);
    }
}
