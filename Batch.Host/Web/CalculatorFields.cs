using Batch.Rules;

namespace Batch.Host.Web;

/// <summary>A box of the calculator that is asked for where the policy needs it.</summary>
/// <param name="Name">As the option of <c>calc</c> is called.</param>
internal sealed record CalculatorField(string Name, string Chinese, string English, PersonInputs Input, string Example);

/// <summary>The boxes of the calculator.</summary>
internal static class CalculatorFields
{
    public const string Month = "month";
    public const string Status = "status";
    public const string Category = "category";
    public const string Retires = "retires";
    public const string Birth = "birth";
    public const string Base = "base";
    public const string PensionPriorYear = "pension-prior-year";
    public const string PensionThisYear = "pension-this-year";
    public const string PensionMonth = "pension-month";
    public const string Frozen = "frozen";
    public const string MissingYears = "missing-years";
    public const string PaidMonths = "paid-months";
    public const string RetiredOn = "retired-on";

    /// <summary>Before the name of a figure that is tried in the place of the one in force.</summary>
    public const string Set = "set-";

    public static IReadOnlyList<CalculatorField> All { get; } =
    [
        new(Birth, "出生日期", "Date of birth", PersonInputs.Birth, "1985-06-02"),
        new(Base, "缴费基数（元/月）", "Contribution base (yuan a month)", PersonInputs.Base, "6000.00"),
        new(PensionPriorYear, "上年度月平均养老金（元）", "Average monthly pension of the prior year (yuan)", PersonInputs.PensionPriorYear, "4000.00"),
        new(PensionThisYear, "本年度月平均养老金（元）", "Average monthly pension of this year (yuan)", PersonInputs.PensionThisYear, "4000.00"),
        new(PensionMonth, "当月养老金（元）", "Pension of the month (yuan)", PersonInputs.PensionMonth, "4000.00"),
        new(Frozen, "本人冻结金额（元，没有的留空）", "Amount frozen for the person (yuan; empty if none)", PersonInputs.FrozenAmount, ""),
        new(MissingYears, "缴费年限缺几年（不缺的留空）", "Years of contribution missing (empty if none)", PersonInputs.MissingYears, ""),
        new(RetiredOn, "退休年月（规定的缴费年限按它分段；没有记录的留空）", "Month of retirement (the years asked for depend on it; empty if not on record)", PersonInputs.RetiredIn, ""),
        new(PaidMonths, "缴费月数，含以前年限；政策只计实际缴费的，填实际缴费月数（不知道的留空，按全额）",
            "Months of contribution, earlier ones too; only those actually paid where the policy counts only these (empty if not known: the whole credit)", PersonInputs.PaidMonths, ""),
    ];
}
