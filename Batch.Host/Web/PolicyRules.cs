using System.Globalization;
using System.Text.Json;
using Batch.Rules;

namespace Batch.Host.Web;

/// <summary>One rule in force, in both languages.</summary>
/// <param name="Value">A number with its unit, or a word.</param>
internal sealed record PolicyRule((string Chinese, string English) Subject, (string Chinese, string English) Rule, (string Chinese, string English) Value);

/// <summary>What a month's policy says, for people: read from the canonical slice that the runs are computed with.</summary>
internal static partial class PolicyRules
{
    private static readonly string[] Averages = [FigureNames.AverageWage, FigureNames.AveragePension];
    private static readonly (string Chinese, string English) AgesOn = ("计算年龄的日期", "ages are taken on");
    private static readonly (string Chinese, string English) LowestBase = Show.Word(FigureNames.BaseMinimum);
    private static readonly (string Chinese, string English) HighestBase = Show.Word(FigureNames.BaseMaximum);

    public static IReadOnlyList<PolicyRule> Of(MonthPolicy policy)
    {
        using JsonDocument slice = JsonDocument.Parse(policy.CanonicalJson);
        JsonElement root = slice.RootElement;
        return [.. root.GetProperty("categories").EnumerateObject().SelectMany(c => Category(c.Name, c.Value)), .. Figures(policy), .. General(root)];
    }

    /// <summary>The same without what changes within a version: the figures, and the date on which ages are taken in the month.</summary>
    public static IReadOnlyList<PolicyRule> OfRules(MonthPolicy policy)
    {
        using JsonDocument slice = JsonDocument.Parse(policy.CanonicalJson);
        JsonElement root = slice.RootElement;
        return [.. root.GetProperty("categories").EnumerateObject().SelectMany(c => Category(c.Name, c.Value)), .. General(root).Where(r => r.Rule != LowestBase && r.Rule != HighestBase && r.Rule != AgesOn)];
    }

    private static IEnumerable<PolicyRule> Category(string name, JsonElement category)
    {
        (string Chinese, string English) who = Show.Word(name);
        if (category.TryGetProperty("active", out JsonElement active))
        {
            (string, string) subject = ($"{who.Chinese}（在职）", $"{who.English} (active)");
            foreach (PolicyRule rule in Active(subject, active))
            {
                yield return rule;
            }
        }

        for (JsonElement retired = category.TryGetProperty("retired", out JsonElement r) ? r : default; retired.ValueKind == JsonValueKind.Object;
             retired = retired.TryGetProperty("otherwise", out JsonElement o) ? o : default)
        {
            foreach (PolicyRule rule in Retired(($"{who.Chinese}（退休）", $"{who.English} (retired)"), retired))
            {
                yield return rule;
            }
        }
    }

    private static IEnumerable<PolicyRule> Active((string, string) subject, JsonElement active)
    {
        if (Number(active, "personPays") is { } person)
        {
            yield return new PolicyRule(subject, ("个人缴费", "the person pays"), Both(Percent(person)));
        }

        if (Number(active, "employerPays") is { } employer)
        {
            yield return new PolicyRule(subject, ("单位缴费", "the employer pays"), Both(Percent(employer)));
        }

        yield return new PolicyRule(subject, ("个人缴费划入账户", "own contribution credited"), active.GetProperty("own").GetString() == "whole" ? ("全部", "whole") : ("不划入", "not credited"));
        foreach (PolicyRule tier in Tiers(subject, active, "share", ("单位缴费划入（按基数）", "share of the employer's, of the base"))
            .Concat(Tiers(subject, active, "flat", ("定额划入", "flat amount"))).Concat(Deductions(subject, active)))
        {
            yield return tier;
        }
    }

    private static IEnumerable<PolicyRule> Retired((string, string) subject, JsonElement retired)
    {
        yield return new PolicyRule(subject, ("划入方式", "credit"), retired.GetProperty("credit").GetString() switch
        {
            "none" => ("不划入", "none"),
            "pension-rate" => ("养老金的比例", "rate of the pension"),
            "amount" => ("定额", "amount"),
            "age-amount" => ("按年龄定额", "amount by age"),
            "frozen" => ("按冻结金额", "frozen amount"),
            var other => (other ?? "", other ?? ""),
        });
        if (Number(retired, "floor") is { } floor)
        {
            yield return new PolicyRule(subject, ("划入基数下限", "base at least"), Yuan(floor));
        }

        foreach (PolicyRule lessened in ByYears(subject, retired))
        {
            yield return lessened;
        }

        foreach (PolicyRule tier in Tiers(subject, retired, "tiers", ("划入", "credited")).Concat(Deductions(subject, retired)))
        {
            yield return tier;
        }
    }

    private static IEnumerable<PolicyRule> Tiers((string, string) subject, JsonElement of, string key, (string Chinese, string English) rule)
    {
        foreach (JsonElement tier in of.TryGetProperty(key, out JsonElement tiers) ? tiers.EnumerateArray() : default)
        {
            (int from, int to) = ((int)Number(tier, "from")!.Value, (int)Number(tier, "to")!.Value);
            (string Chinese, string English) ages = (from, to) switch
            {
                (0, Ages.Oldest) => ("不分年龄", "all ages"),
                (0, _) => ($"{to} 岁及以下", $"up to {to}"),
                (_, Ages.Oldest) => ($"{from} 岁及以上", $"{from} and over"),
                _ => ($"{from} 至 {to} 岁", $"{from} to {to}"),
            };
            (string Chinese, string English) value = Number(tier, "rate") is { } rate ? Both(Percent(rate))
                : Number(tier, "amount") is { } amount ? Yuan(amount)
                : Number(tier, "perYearOfAge") is { } year ? ($"每岁 {Plain(year)} 元", $"{Plain(year)} yuan a year of age")
                : ("缺少数值", "figure missing");
            yield return new PolicyRule(subject, ($"{rule.Chinese}，{ages.Chinese}", $"{rule.English}, {ages.English}"), value);
        }
    }

    private static IEnumerable<PolicyRule> Deductions((string, string) subject, JsonElement of)
    {
        foreach (JsonElement deduction in of.TryGetProperty("deductions", out JsonElement deductions) ? deductions.EnumerateArray() : default)
        {
            yield return new PolicyRule(subject, ("代扣", "deduction"), Number(deduction, "rate") is { } rate ? Both(Percent(rate)) : Yuan(Number(deduction, "amount") ?? 0m));
        }
    }

    // The limits on the base stand among the general rules, as the slice has them.
    private static IEnumerable<PolicyRule> Figures(MonthPolicy policy) => Averages
        .Where(name => policy.FigureOf(name) is not null)
        .Select(name => new PolicyRule(("当月数值", "figures of the month"), Show.Word(name), Yuan(policy.FigureOf(name)!.Value)));

    private static IEnumerable<PolicyRule> General(JsonElement root)
    {
        (string, string) subject = ("一般规则", "general");
        PolicyRule Rule(string zh, string en, (string, string) value) => new(subject, (zh, en), value);
        yield return new PolicyRule(subject, AgesOn, Both(root.GetProperty("ageOn").GetString()!));
        yield return Rule("舍入", "rounding", root.GetProperty("rounding").GetString() switch { "half-up" => ("四舍五入", "half up"), "down" => ("舍去", "down"), _ => ("四舍六入五成双", "half even") });
        yield return Rule("保险年度起始月", "insurance year begins in month", Both(root.GetProperty("insuranceYearFrom").ToString()));
        yield return Rule("何时划入", "credited on", root.GetProperty("creditOn").GetString() == "receipt" ? ("到账后", "receipt of the money") : ("申报接受后", "declaration"));
        yield return Rule("退休后第几个月起按退休划入", "months after retirement until credited as retired", Both(root.GetProperty("retirementOffset").ToString()));
        yield return Rule("死亡当月是否划入", "month of death credited", root.GetProperty("deathMonthCredited").GetBoolean() ? ("是", "yes") : ("否", "no"));
        yield return Rule("断缴多少个月起算长期", "a break is long from months", Both(root.GetProperty("break").GetProperty("longFromMonths").ToString()));
        yield return Rule("断缴后第几个月起暂停统筹待遇", "months until pooled benefits are suspended", Both(root.GetProperty("suspendedAfterMonths").ToString()));
        foreach (PolicyRule years in MinimumYears(subject, root).Concat(Waits(subject, root)))
        {
            yield return years;
        }

        if (Number(root, "baseMin") is { } least)
        {
            yield return new PolicyRule(subject, LowestBase, Yuan(least));
        }

        if (Number(root, "baseMax") is { } most)
        {
            yield return new PolicyRule(subject, HighestBase, Yuan(most));
        }

        if (root.TryGetProperty("advance", out JsonElement advance))
        {
            yield return Rule("退休人员按年预划的月份", "retirees are credited a year in advance in month", Both(advance.GetProperty("month").ToString()));
        }

        foreach ((string zh, string en, string rates) in InterestRates(root))
        {
            yield return Rule(zh, en, Both(rates));
        }
    }

    private static IEnumerable<(string Zh, string En, string Rates)> InterestRates(JsonElement root)
    {
        if (!root.TryGetProperty("interest", out JsonElement interest))
        {
            yield break;
        }

        if (Number(interest, "rate") is { } one)
        {
            yield return ("利率（年末余额）", "interest (on the balance at the end of the year)", Percent(one));
            yield break;
        }

        if (interest.TryGetProperty("closed", out _))
        {
            yield return ("支付结清账户的利息", "interest of an account that a pay-out closes", "随支付，计至当月 up to its month, with the pay-out");
        }

        bool changes = interest.TryGetProperty("rates", out JsonElement parts);
        foreach (JsonElement part in changes ? [.. parts.EnumerateArray()] : new[] { interest })
        {
            string from = changes ? part.GetProperty("from").GetString()! : "";
            yield return (changes ? $"利率（本年／结转），{from} 起" : "利率（本年／结转）",
                "interest (this year's money / carried over)" + (changes ? $" from {from}" : ""),
                $"{(Number(part, "currentYear") is { } current ? Percent(current) : "–")} / {(Number(part, "carriedOver") is { } carried ? Percent(carried) : "–")}");
        }
    }

    private static decimal? Number(JsonElement of, string key) =>
        of.TryGetProperty(key, out JsonElement value) ? decimal.Parse(value.ToString(), CultureInfo.InvariantCulture) : null;

    private static (string, string) Both(string text) => (text, text);

    private static (string, string) Yuan(decimal amount) => ($"{Plain(amount)} 元/月", $"{Plain(amount)} yuan a month");

    private static string Plain(decimal amount) => amount.ToString("#,##0.00##", CultureInfo.InvariantCulture);

    private static string Percent(decimal rate) => (rate * 100m).ToString("0.####", CultureInfo.InvariantCulture) + "%";
}
