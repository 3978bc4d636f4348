using System.Globalization;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using Microsoft.AspNetCore.Html;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>How values are shown: thousands separated, two places for yuan, times of Shanghai, words of the database in both languages.</summary>
internal static class Show
{
    public static string Yuan(Money money) => (money.Fen / 100m).ToString("#,##0.00", CultureInfo.InvariantCulture);

    public static string Yuan(Money? money) => money is { } known ? Yuan(known) : "";

    /// <summary>A difference, with its sign.</summary>
    public static string Signed(Money money) => (money.Fen / 100m).ToString("+#,##0.00;-#,##0.00;0.00", CultureInfo.InvariantCulture);

    public static string Signed(long count) => count.ToString("+#,##0;-#,##0;0", CultureInfo.InvariantCulture);

    /// <summary>A difference in per cent of what it is compared with, to one place; empty where that is nothing.</summary>
    public static string Percent(long now, long before) => before == 0 ? "" : (100m * (now - before) / Math.Abs(before)).ToString("+#,##0.0;-#,##0.0;0.0", CultureInfo.InvariantCulture) + "%";

    public static string Count(long count) => count.ToString("#,##0", CultureInfo.InvariantCulture);

    /// <summary>A count with its English noun: 1 file, 2 files.</summary>
    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    public static string Month(YearMonth month) => month.Text();

    public static string Time(DateTime utc) => Time(Instant.FromDateTimeUtc(utc.ToUniversalTime()));

    public static string Time(DateTime? utc) => utc is { } known ? Time(known) : "";

    public static string Time(Instant at) => at.InZone(ShanghaiTime.Zone).ToString("uuuu-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Who did something and when, to the minute; the second is there for who looks closer.</summary>
    public static IHtmlContent When(string? who, DateTime? at) => When(who, at is { } known ? Instant.FromDateTimeUtc(known.ToUniversalTime()) : (Instant?)null);

    public static IHtmlContent When(string? who, Instant? at)
    {
        HtmlContentBuilder html = new();
        if (!string.IsNullOrEmpty(who))
        {
            html.AppendHtml("<span translate=\"no\">").Append(who).AppendHtml("</span> ");
        }

        return at is { } known ? html.AppendFormat("<time title=\"{0}\">{1}</time>", Time(known), Time(known)[..^3]) : html;
    }

    public static string Bytes(long bytes) => bytes < 1024 * 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{(bytes + 1023) / 1024:#,##0} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576m:#,##0.0} MiB");

    /// <summary>Month of a form field or an address; null when it is left empty. A month that cannot be read is never taken for another.</summary>
    /// <exception cref="DataFaultException">MONTH_INVALID.</exception>
    public static YearMonth? ReadMonth(string? text) => string.IsNullOrWhiteSpace(text) ? null : NeedMonth(text);

    /// <exception cref="DataFaultException">MONTH_INVALID, also when it is left empty.</exception>
    public static YearMonth NeedMonth(string? text) => TypedMonth.Read(text);

    /// <summary>The two halves of a text that the reports write in both languages, "在职 active".</summary>
    public static (string Chinese, string English) Halves(string both)
    {
        int end = both.Length;
        while (end > 0 && both[end - 1] < '\u2E80')
        {
            end--;
        }

        // "划账 allocation 2": the number belongs to both; ages, "35 岁及以下 up to 35", have theirs in each half.
        int number = both.Length - both.Reverse().TakeWhile(char.IsAsciiDigit).Count();
        string chinese = both[..end] + (number < both.Length && number > end && !both[..end].Any(char.IsAsciiDigit) ? " " + both[number..] : "");
        return end == 0 ? (both, both) : (chinese, both[end..].Trim() is { Length: > 0 } english ? english : both);
    }

    /// <summary>Why a run was discarded: what the program recorded itself in words, what a person wrote as it is.</summary>
    public static (string Chinese, string English) Reason(string reason) =>
        reason == OpenRun.Stale ? ("计算后有新的报送、决定、政策或账本变动，由重新计算的批次取代", "new files, decisions, policies or acts of the ledger came after it was computed; it was computed again")
        : reason.Split(' ') is ["missing", var figure] && Word(figure) is var (chinese, english) && english != figure ? ($"缺少数值：{chinese}", $"a figure is missing: {english}")
        : (reason, reason);

    /// <summary>An age tier: 0-35, 36-45, 46+ or all.</summary>
    public static (string Chinese, string English) Ages(string tier) => tier.Split('-') switch
    {
        ["all"] => ("不分年龄", "all"),
        [var from] when from.EndsWith('+') => ($"{from[..^1]} 岁及以上", $"{from[..^1]} and over"),
        ["0", var to] => ($"{to} 岁及以下", $"up to {to}"),
        [var from, var to] => ($"{from} 至 {to} 岁", $"{from} to {to}"),
        _ => (tier, tier),
    };

    public static (string Chinese, string English) Word(RunState state) => state switch
    {
        RunState.Computing => ("计算中", "computing"),
        RunState.Computed => ("待复核", "to be approved"),
        RunState.Approved => ("待入账", "to be posted"),
        RunState.Posted => ("已入账", "posted"),
        RunState.Discarded => ("已作废", "discarded"),
        _ => ("无变动", "nothing to post"),
    };

    public static (string Chinese, string English) Word(string word) => word switch
    {
        "allocation" => ("划账", "allocation"),
        "reversal" => ("冲正", "reversal"),
        "interest" => ("计息", "interest"),
        "payroll" => ("缴费", "payroll"),
        "pension" => ("养老金", "pension"),
        "persons" => ("人员变更", "persons"),
        "movements" => ("账户变动", "movements"),
        "receipts" => ("到账", "receipts"),
        "bank" => ("银行流水", "bank statement"),
        "decision" => ("处理决定", "decision"),
        "regular" => ("正常", "regular"),
        "supplementary" => ("补充", "supplementary"),
        "replacement" => ("替换", "replacement"),
        "waiting" => ("等待处理", "waiting"),
        "taking" => ("处理中", "being taken in"),
        "taken" => ("已处理", "taken in"),
        "refused" => ("已拒收", "refused"),
        "failed" => ("处理失败", "failed"),
        "proposed" => ("待复核", "to be approved"),
        "active" => ("在职", "active"),
        "retired" => ("退休", "retired"),
        "short" => ("短期", "short"),
        "long" => ("长期", "long"),
        "unit" => ("单位职工", "employees"),
        "flexible" => ("灵活就业", "flexible workers"),
        "veteran" => ("建国前老工人", "veterans"),
        "flexible-second" => ("灵活就业二档", "flexible workers, second tier"),
        "government" => ("机关事业单位", "agencies and institutions"),
        "paying-retiree" => ("继续缴费的退休人员", "retirees who still pay"),
        "average-wage" => ("上年度社会平均工资", "average wage"),
        "average-pension" => ("平均养老金", "average pension"),
        "base-min" => ("缴费基数下限", "lowest base"),
        "base-max" => ("缴费基数上限", "highest base"),
        _ => (word, word),
    };
}
