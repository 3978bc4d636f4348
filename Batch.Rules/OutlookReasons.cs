using System.Globalization;
using NodaTime;

namespace Batch.Rules;

/// <summary>Why a month's amount differs from that of the month before, in words.</summary>
internal static class OutlookReasons
{
    public static IReadOnlyList<(string Chinese, string English)> Of(OutlookMonth before, OutlookMonth now, OutlookPerson person)
    {
        if (now.Refusal is not null)
        {
            return [.. OfRefusal(now, person.Facts)];
        }

        if (before.Refusal is not null || before.Policy is not { } then || now.Policy is not { } policy)
        {
            return [($"自 {Text(now.Month)} 起可以计算", $"from {Text(now.Month)} on it can be computed")];
        }

        List<(string, string)> reasons = [];
        if (before.Standing != now.Standing || before.Calculation is null || now.Calculation is null)
        {
            reasons.AddRange(OfRetirement(now, person, policy));
        }

        if (then.VersionText != policy.VersionText)
        {
            reasons.Add(($"政策自 {Text(now.Month)} 起改变", $"the policy changes in {Text(now.Month)}"));
        }
        else if (before.Standing == now.Standing)
        {
            reasons.AddRange(OfAge(then, policy, now, person.Facts));
        }

        if (before.Standing == now.Standing)
        {
            reasons.AddRange(policy.FigureNamesOf(person.Facts.Category, now.Standing).SelectMany(name => OfFigure(name, then, policy, person.Facts, now.Standing)));
        }

        return reasons;
    }

    /// <summary>The tier of an age, by its first age; where each year of age counts, the age itself.</summary>
    public static int TierOf(TierTable table, int age) => table.At(age) is { Kind: TierKind.YearOfAge } ? Math.Clamp(age, 0, Ages.Oldest) : table.At(age).From;

    private static IEnumerable<(string, string)> OfRefusal(OutlookMonth month, PersonMonth facts)
    {
        string at = Text(month.Month);
        switch (month.Refusal)
        {
            case PolicyGapException:
                yield return ($"{at} 没有有效的政策，不能计算", $"no policy covers {at}; it cannot be computed");
                break;
            case CategoryOpenException:
                string open = month.Policy!.OpenOf(facts.Category, month.Standing) is { } said ? $"：{said}" : "";
                yield return ($"{at} 的政策没有规定此类人员的划入办法{open}", $"the policy of {at} does not say what this category is credited");
                break;
            case MissingFigureException { Figure: "pension" }:
                yield return ($"{at} 需要养老金金额", $"{at} needs the amount of a pension");
                break;
            case MissingFigureException { Figure: "frozen-amount" }:
                yield return ($"{at} 需要本人冻结金额", $"{at} needs the amount frozen for the person");
                break;
            case UnusableFigureException:
                yield return ("养老金为零，不能使用", "a pension of zero cannot be used");
                break;
            default:
                foreach (FigureGap gap in month.Policy!.FigureGapsOf(facts.Category, month.Standing).Where(g => g.Refuses))
                {
                    yield return (gap.Chinese.TrimEnd('。'), gap.English.TrimEnd('.'));
                }

                break;
        }
    }

    private static IEnumerable<(string, string)> OfRetirement(OutlookMonth now, OutlookPerson person, MonthPolicy policy)
    {
        string retired = Text(person.RetiresIn!.Value), month = Text(now.Month);
        yield return now.Calculation is null
            ? ($"{retired} 退休，退休后第 {policy.RetirementOffset} 个月起按退休划入", $"retired in {retired}; credited as retired {policy.RetirementOffset} months after it")
            : ($"{retired} 退休，自 {month} 起按退休划入", $"retired in {retired}, credited as retired from {month} on");
    }

    private static IEnumerable<(string, string)> OfAge(MonthPolicy then, MonthPolicy policy, OutlookMonth now, PersonMonth facts)
    {
        int before = Ages.CompletedYears(facts.Birth, then.AgeReferenceDate), age = Ages.CompletedYears(facts.Birth, policy.AgeReferenceDate);
        string on = policy.AgeReferenceDate.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);
        foreach (TierTable table in policy.TablesOf(facts.Category, now.Standing).Where(t => TierOf(t, before) != TierOf(t, age)))
        {
            Tier tier = table.At(age);
            (string zh, string en) = tier.Kind == TierKind.YearOfAge ? ("按周岁计", "each year of age counts")
                : tier.To == Ages.Oldest ? ($"进入 {tier.From} 周岁及以上一档", $"the tier of {tier.From} and over begins")
                : ($"进入 {tier.From} 至 {tier.To} 周岁一档", $"the tier of {tier.From} to {tier.To} begins");
            yield return ($"{on} 时满 {age} 周岁，{zh}", $"age {age} on {on}: {en}");
        }
    }

    // A limit is a reason only where it holds the declared base.
    private static IEnumerable<(string, string)> OfFigure(string name, MonthPolicy then, MonthPolicy policy, PersonMonth facts, Standing standing)
    {
        (decimal? before, decimal? now) = (then.FigureOf(name), policy.FigureOf(name));
        bool bears = name switch
        {
            FigureNames.BaseMinimum => standing == Standing.Active && (facts.Base.Yuan < before || facts.Base.Yuan < now),
            FigureNames.BaseMaximum => standing == Standing.Active && (facts.Base.Yuan > before || facts.Base.Yuan > now),
            _ => true,
        };
        if (before == now || !bears)
        {
            yield break;
        }

        string zh = FigureNames.Chinese(name), en = FigureNames.English(name);
        yield return (before, now) switch
        {
            (null, { } begins) => ($"自此月有{zh} {Yuan(begins)} 元", $"from this month on there is a {en}: {Yuan(begins)}"),
            ({ } ended, null) => ($"{zh} {Yuan(ended)} 元止于上月，此月起没有，按申报基数计算", $"the {en} of {Yuan(ended)} ended last month; there is none from now on, and the base is taken as declared"),
            _ => ($"{zh}由 {Yuan(before!.Value)} 元改为 {Yuan(now!.Value)} 元", $"the {en} changes from {Yuan(before.Value)} to {Yuan(now.Value)}"),
        };
    }

    private static string Yuan(decimal value) => value.ToString("#,##0.00", CultureInfo.InvariantCulture);

    private static string Text(YearMonth month) => $"{month.Year:0000}-{month.Month:00}";
}
