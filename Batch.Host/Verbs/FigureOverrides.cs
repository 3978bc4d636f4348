using System.CommandLine;
using System.Globalization;
using Batch.Rules;

namespace Batch.Host.Verbs;

/// <summary><c>--set NAME=VALUE</c>: figures that replace those of the policy file.</summary>
internal static class FigureOverrides
{
    public static Option<string[]> Option() => new("--set")
    {
        Description = $"改用给定数值，元/月 / overrides, yuan a month: {string.Join(", ", FigureNames.All)}",
        HelpName = "NAME=VALUE",
    };

    public static Dictionary<string, decimal> Of(VerbCall call, Option<string[]> set)
    {
        var overrides = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (string pair in call.Get(set) ?? [])
        {
            string[] parts = pair.Split('=', 2);
            if (parts.Length != 2 || !FigureNames.All.Contains(parts[0])
                || !decimal.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) || value <= 0)
            {
                throw VerbFault.OfUsage(
                    $"--set {pair}: write NAME=VALUE with an amount above zero in yuan a month and a name of {string.Join(", ", FigureNames.All)}.",
                    $"--set {pair}：应写成 名称=数值，数值为大于零的元/月，名称为 {string.Join("、", FigureNames.All)} 之一。");
            }

            overrides[parts[0]] = value;
        }

        return overrides;
    }
}
