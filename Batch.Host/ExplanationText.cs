using System.Globalization;
using Batch.Rules;

namespace Batch.Host;

/// <summary>How an explanation is shown: the lines that make up an amount, each with the way to it.</summary>
internal static class ExplanationText
{
    public static object Document(ExplanationLine chinese, ExplanationLine english, object? source = null) => new
    {
        chinese.Component,
        chinese.Amount,
        chinese.Rate,
        Base = YuanOf(chinese.Base),
        chinese.Clause,
        chinese.Steps,
        stepsEn = english.Steps,
        source,
    };

    public static void Write(VerbOutput output, Explanation explanation)
    {
        output.Table(
            ["项目 component", "金额 amount", "费率 rate", "基数 base", "依据 clause"],
            explanation.Lines.Select(l => new[] { l.Component, l.Amount.ToString(), PercentOf(l.Rate), YuanOf(l.Base) ?? "", l.Clause }));
        foreach (ExplanationLine line in explanation.Lines.Where(l => l.Steps.Count > 0))
        {
            output.Line($"{line.Component}:");
            foreach (string step in line.Steps)
            {
                output.Line($"  - {step}");
            }
        }

        output.Line($"应划 gross {explanation.Gross}  扣除 deductions {explanation.Deductions}  划入账户 net {explanation.Net}");
    }

    /// <summary>A base is shown as it was computed with: a floor of 80 % may have more than two places.</summary>
    private static string? YuanOf(decimal? yuan) => yuan?.ToString("0.00##", CultureInfo.InvariantCulture);

    private static string PercentOf(decimal? rate) => rate is { } share ? (share * 100m).ToString("0.######", CultureInfo.InvariantCulture) + "%" : "";
}
