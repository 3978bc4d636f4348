using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;

namespace Batch.Host.Verbs;

/// <summary>How the answers about one person are shown.</summary>
internal static class InquiryText
{
    public static void Write(VerbOutput output, BalanceDocument balance)
    {
        output.Line($"余额 balance {balance.Balance}  截至 as of {balance.AsOf?.Text() ?? "-"}");
        if (balance.LastCredit is { } credit)
        {
            output.Line($"最近划入 last credit {credit.Amount}，所属 for {credit.Month.Text()}，入账 posted in {credit.PostingMonth.Text()}");
        }
    }

    /// <summary>Which account it is where that is not plain: one that is frozen or closed, or one of several.</summary>
    public static void Write(VerbOutput output, HeldAccount account, IReadOnlyList<HeldAccount> accounts)
    {
        if (account.State != AccountState.Open || accounts.Count > 1)
        {
            output.Line($"第 {account.Ordinal} 个账户 account {account.Ordinal}：{Told(account)}");
        }

        foreach (HeldAccount other in accounts.Where(a => a != account))
        {
            output.Line($"另有第 {other.Ordinal} 个账户 there is also account {other.Ordinal} (--account {other.Ordinal})：{Told(other)}，余额 balance {other.Balance}");
        }
    }

    private static string Told(HeldAccount account) =>
        LedgerWords.Of(account.State).Both()
        + (account.Opened is { } opened ? $"，开户 opened {opened.Text()}" : "") + (account.ClosedOn is { } closed ? $"，销户 closed on {closed.Text()}" : "");

    public static void Write(VerbOutput output, ExplanationDocument told)
    {
        ExplanationText.Write(output, told.Chinese);
        output.Line($"账上 posted {told.Net}  政策 policy {told.Policy ?? "-"}  来源 source {(told.Source is { } s ? $"{s.File}:{s.Row}" : "-")}");
        if (told.ReasonChinese.Length > 0)
        {
            output.Line($"{told.ReasonChinese} {told.ReasonEnglish}");
        }

        foreach (ExplainedMovement moved in told.Movements)
        {
            output.Line($"{moved.Chinese} {moved.Component} {moved.Amount}  {moved.On.Text()}  凭证 document {moved.Document ?? "-"}  来源 source {moved.Source.File}:{moved.Source.Row}");
        }
    }

    public static void Write(VerbOutput output, CoverageDocument coverage)
    {
        output.Line(
            $"截至 as of {coverage.AsOf.Text()}：连续 continuous {coverage.Continuous}，累计 accumulated {coverage.Accumulated}，待遇暂停自 suspended from {coverage.SuspendedFrom?.Text() ?? "-"}");
        if (coverage.Breaks.Count > 0)
        {
            output.Table(
                ["断缴自 from", "至 to", "月数 months", "类别 class", "影响 effect"],
                coverage.Breaks.Select(b => new[] { b.From.Text(), coverage.IsOpen(b) ? $"{b.To.Text()} 未结束 not ended" : b.To.Text(), b.Months.ToString(CultureInfo.InvariantCulture), b.Class, b.Effect }));
        }
    }
}
