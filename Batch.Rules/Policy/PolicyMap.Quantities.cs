using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

/// <summary>Values with their unit: <c>1.1 %</c>, <c>83 yuan/month</c>, <c>1680 yuan/year</c>, <c>0.35 %/year</c>.</summary>
internal static class PolicyQuantities
{
    /// <summary>No rule or example has more yuan than this; a typing error has.</summary>
    private const decimal Most = 1_000_000_000m;

    /// <summary>A share of something as a fraction: <c>80 %</c> is 0.8.</summary>
    public static decimal? Percent(this PolicyMap map, string key, bool required = false) =>
        map.Quantity(key, required, "1.1 %", "%") is var (number, _) ? number / 100m : null;

    public static decimal? PercentAYear(this PolicyMap map, string key, bool required = false) =>
        map.Quantity(key, required, "0.35 %/year", "%/year") is var (number, _) ? number / 100m : null;

    /// <summary>Yuan a month; an amount a year is a twelfth of it a month, unrounded.</summary>
    public static decimal? YuanAMonth(this PolicyMap map, string key, bool required = false) =>
        map.Quantity(key, required, "83 yuan/month", "yuan/month", "yuan/year") is var (number, unit)
            ? unit == "yuan/year" ? number / 12m : number
            : null;

    /// <summary>Yuan without a period, as the examples of a file give them.</summary>
    public static decimal? Yuan(this PolicyMap map, string key, bool required = false)
    {
        string? text = map.Text(key, "186.00", required);
        if (text is null)
        {
            return null;
        }

        const NumberStyles Signed = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (decimal.TryParse(text, Signed, CultureInfo.InvariantCulture, out decimal yuan) && Math.Abs(yuan) <= Most)
        {
            return yuan;
        }

        map.Faults.Add(map.Child(key)!, "NUMBER_WRONG", $"{map.What} 的 {key} 不能是“{text}”，应为元，例如 186.00",
            $"{key} of {map.What} cannot be '{text}'; write yuan such as 186.00");
        return null;
    }

    private static (decimal Number, string Unit)? Quantity(this PolicyMap map, string key, bool required, string example, params ReadOnlySpan<string> units)
    {
        string? text = map.Text(key, example, required);
        if (text is null)
        {
            return null;
        }

        YamlNode at = map.Child(key)!;
        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        string digits = blank < 0 ? text : text[..blank];
        decimal most = units[0][0] == '%' ? 100m : Most;
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) || number > most)
        {
            map.Faults.Add(at, "NUMBER_WRONG", $"{map.What} 的 {key} 不能是“{text}”，应为数字加单位，例如 {example}",
                $"{key} of {map.What} cannot be '{text}'; write a number and its unit such as {example}");
            return null;
        }

        string unit = blank < 0 ? "" : text[(blank + 1)..].Trim();
        if (units.Contains(unit))
        {
            return (number, unit);
        }

        string all = string.Join(", ", units.ToArray());
        (string code, string zh, string en) = unit.Length == 0
            ? ("UNIT_MISSING", "没有单位", "has no unit")
            : ("UNIT_WRONG", $"单位不能是“{unit}”", $"cannot have the unit '{unit}'");
        map.Faults.Add(at, code, $"{map.What} 的 {key} {zh}，应为 {all}，例如 {example}", $"{key} of {map.What} {en}; write {all}, for example {example}");
        return null;
    }
}
