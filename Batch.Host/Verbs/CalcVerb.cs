using System.CommandLine;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>calc</c>: one person's month, explained, without a database.</summary>
internal static class CalcVerb
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    private static readonly Option<Standing?> Status = VerbOptions.Parsed<Standing?>("--status", required: true, "active|retired", "在职或退休 / employed or retired", ParseStanding);
    private static readonly Option<LocalDate?> Birth = VerbOptions.Date("--birth", required: true, "出生日期 / date of birth");
    private static readonly Option<string?> Category = new("--category") { Description = "人员类别，缺省 unit / category of person, default unit", HelpName = "C" };
    private static readonly Option<Money?> Base = VerbOptions.Yuan("--base", "缴费基数（月） / contribution base a month");
    private static readonly Option<Money?> PensionPriorYear = VerbOptions.Yuan("--pension-prior-year", "上年度月平均养老金 / average monthly pension of the prior year");
    private static readonly Option<Money?> PensionThisYear = VerbOptions.Yuan("--pension-this-year", "本年度月平均养老金 / average monthly pension of this year");
    private static readonly Option<Money?> PensionMonth = VerbOptions.Yuan("--pension-month", "当月养老金 / pension of the month");
    private static readonly Option<Money?> FrozenAmount = VerbOptions.Yuan("--frozen-amount", "本人冻结金额 / amount frozen for the person");
    private static readonly Option<int?> MissingYears = VerbOptions.Count("--missing-years", PersonInput.MostMissingYears, "缴费年限缺几年 / years of contribution missing to the minimum");
    private static readonly Option<int?> PaidMonths = VerbOptions.Count("--paid-months", PersonInput.MostMonths, "缴费月数，含以前年限；政策只计实际缴费的，填实际缴费月数 / months of contribution, earlier ones too; only those actually paid where the policy counts only these");
    private static readonly Option<LocalDate?> RetiredOn = VerbOptions.Date("--retired-on", required: false, "退休日期 / date of retirement");
    private static readonly Option<string[]> Set = FigureOverrides.Option();

    public static Command Create() => new Verb("calc", "试算一人一月应划入金额并说明依据", "one person's month, explained", RunAsync)
    {
        Area, Month, Status, Birth, Category, Base, PensionPriorYear, PensionThisYear, PensionMonth, FrozenAmount, MissingYears, PaidMonths, RetiredOn, Set,
    };

    private static Task<int> RunAsync(VerbCall call)
    {
        PersonMonth person = PersonOf(call);
        MonthPolicy policy = PolicyOf(call.Need(Area)!, call.Need(Month)!.Value, FigureOverrides.Of(call, Set));
        if (person.Birth > policy.Month.ToDateInterval().End)
        {
            throw VerbFault.OfUsage("--birth lies after the month.", "--birth 晚于所算月份。");
        }

        if (person.RetiredIn > policy.Month)
        {
            throw VerbFault.OfUsage("--retired-on lies after the month.", "--retired-on 晚于所算月份。");
        }

        Calculation calculation = Calculation.Of(policy, person);
        call.Output.Document(CalcDocument.Of(calculation));
        call.Output.Line($"{policy.Version}  {policy.Month.Text()}");
        ExplanationText.Write(call.Output, calculation.Chinese);
        foreach (string unused in calculation.Unused())
        {
            call.Output.Line($"未用到 not used: --{unused}，该政策当月不看此项 / the policy of the month does not look at it");
        }

        FigureText.Write(call.Output, policy.Area, CalcDocument.GapsOf(calculation));
        return Task.FromResult(ExitCode.Done);
    }

    private static PersonMonth PersonOf(VerbCall call)
    {
        Standing standing = call.Need(Status)!.Value;
        if (standing == Standing.Active && call.Get(Base) is null)
        {
            throw VerbFault.OfUsage("--status active needs --base.", "--status active 需要同时给出 --base（缴费基数）。");
        }

        return new PersonMonth
        {
            Standing = standing,
            Birth = call.Need(Birth)!.Value,
            Category = call.Get(Category) ?? "unit",
            Base = call.Get(Base) ?? Money.Zero,
            PensionPriorYear = call.Get(PensionPriorYear),
            PensionThisYear = call.Get(PensionThisYear),
            PensionMonth = call.Get(PensionMonth),
            FrozenAmount = call.Get(FrozenAmount),
            MissingYears = call.Get(MissingYears) ?? 0,
            PaidMonths = call.Get(PaidMonths),
            RetiredIn = call.Get(RetiredOn)?.ToYearMonth(),
        };
    }

    internal static MonthPolicy PolicyOf(string area, YearMonth month, IReadOnlyDictionary<string, decimal>? overrides = null)
    {
        RequireKnown(area);
        try
        {
            return ShippedPolicies.Load(area).For(month, [], overrides);
        }
        catch (ArgumentException fault)
        {
            // The framework adds the parameter's name in brackets, which says nothing here.
            string reason = fault.Message.Split(" (Parameter")[0];
            throw VerbFault.OfUsage($"--set: {reason}", $"--set 的数值不能用：{reason}");
        }
    }

    internal static void RequireKnown(string area)
    {
        if (!ShippedPolicies.Areas.Contains(area))
        {
            throw VerbFault.OfUsage(
                $"No policy is known for area {area}; there are {string.Join(", ", ShippedPolicies.Areas)}.",
                $"没有统筹区 {area} 的政策；已有：{string.Join("、", ShippedPolicies.Areas)}。");
        }
    }

    private static Standing? ParseStanding(string text) => text switch
    {
        "active" => Standing.Active,
        "retired" => Standing.Retired,
        _ => throw new FormatException("write active or retired"),
    };
}
