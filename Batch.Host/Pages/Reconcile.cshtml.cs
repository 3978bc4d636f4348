using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>A month's money: the bank's statement against the receipts, and what people match by hand.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed partial class ReconcileModel : AreaPage
{
    /// <summary>Rows of one list that the page shows; the reports have all.</summary>
    public const int Shown = 200;

    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    public ReconcileDocument Told { get; private set; } = null!;

    public IReadOnlyList<MadeMatch> Made { get; private set; } = [];

    public bool MayMatch { get; private set; }

    public bool MayTrace { get; private set; }

    /// <summary>The user may accept differences, and the month is still open.</summary>
    public bool MayAccept { get; private set; }

    /// <summary>The acceptances by the keys of their differences.</summary>
    private Dictionary<string, MonthDifference> Differences { get; set; } = [];

    /// <summary>How a difference is shown; null: it is none that the month is closed by.</summary>
    public MonthDifference? DifferenceOf(string kind, string called) => Differences.GetValueOrDefault($"{kind}:{called}");

    public async Task OnGetAsync()
    {
        MoneyCheck check = new(Area);
        YearMonth month = Show.ReadMonth(Month) ?? await check.LatestAsync(Cancellation) ?? Today.ToYearMonth();
        Told = await check.ReadAsync(month, Cancellation);
        Made = await check.MadeAsync(month, Shown, Cancellation);
        MayMatch = await MayAsync(Permissions.MatchMoney);
        MayTrace = await MayAsync(Permissions.TraceMoney);
        MayReturn = await MayAsync(Permissions.ReturnMoney);
        MayAccept = Told.Closed is null && Told.Check.Applies && await MayAsync(Permissions.AcceptDifferences);
        Differences = Told.Check.Differences.ToDictionary(d => d.Key);
    }

    public Task<IActionResult> OnPostProposeAsync(string[]? line, string[]? receipt, string? reason) => ActAsync(
        hand => hand.ProposeAsync(line ?? [], [.. (receipt ?? []).Select(TypedReceipt.Read)], Needed(reason), Who, Cancellation),
        n => AuditAsync("money.proposed", Code, n, reason), n => ($"已提出核对 {n}，由另一人确认后计入。", $"Match {n} is proposed; it counts once another person has confirmed it."));

    public Task<IActionResult> OnPostConfirmAsync(int match) => ActAsync(
        hand => hand.ConfirmAsync(match, Who, Cancellation), n => AuditAsync("money.matched", Code, n), n => ($"核对 {n} 已确认。", $"Match {n} is confirmed."));

    public Task<IActionResult> OnPostRefuseAsync(int match, string? reason) => ActAsync(
        hand => hand.RefuseAsync(match, Needed(reason), Who, Cancellation), n => AuditAsync("money.refused", Code, n, reason), n => ($"核对 {n} 未同意。", $"Match {n} is refused."));

    public Task<IActionResult> OnPostUndoAsync(int match, string? reason) => ActAsync(
        hand => hand.UndoAsync(match, Needed(reason), Who, Cancellation), n => AuditAsync("money.undone", Code, n, reason), n => ($"核对 {n} 已撤销。", $"Match {n} is undone."));

    public Task<IActionResult> OnPostAcceptAsync(string[]? difference, string[]? line, string[]? receipt, string? reason) =>
        AcceptAsync((money, month) => money.AcceptAsync(month, Keys(difference, line, receipt), Needed(reason), Who, Cancellation));

    public Task<IActionResult> OnPostAcceptAllAsync(string? reason) =>
        AcceptAsync((money, month) => money.AcceptAsync(month, null, Needed(reason), Who, Cancellation));

    public Task<IActionResult> OnPostWithdrawAsync(string[]? difference, string[]? line, string[]? receipt, string? reason) =>
        AcceptAsync((money, month) => money.WithdrawAsync(month, Keys(difference, line, receipt), Needed(reason), Who, Cancellation));

    private static string[] Keys(string[]? difference, string[]? line, string[]? receipt) =>
    [
        .. difference ?? [], .. (line ?? []).Select(l => $"{MonthDifference.OfLine}:{l}"), .. (receipt ?? []).Select(r => $"{MonthDifference.OfReceipt}:{r}"),
    ];

    private Task<IActionResult> AcceptAsync(Func<MoneyDifferences, YearMonth, Task<MonthDifferences>> act) => TryAsync(
        Permissions.AcceptDifferences,
        async () =>
        {
            MonthDifferences now = await act(new MoneyDifferences(Area), Show.NeedMonth(Month ?? ""));
            string of = Show.Month(now.Month);
            Tell(
                now.Open == 0 ? $"{of} 的 {now.Differences.Count} 项差异都已说明。" : $"{of} 还有 {now.Open} 项差异没有说明。",
                now.Open == 0 ? $"All differences of {of} are accepted." : $"{now.Open} of the {now.Differences.Count} differences of {of} are not accepted yet.");
            return Redirect($"~/{Code}/reconcile?month={of}");
        },
        OnGetAsync);

    public static (string Chinese, string English) WayOf(string way) => way switch
    {
        "document" => ("凭证号", "voucher"),
        "day" => ("单位、金额、日期", "employer, amount, day"),
        "sum" => ("多笔合计", "several receipts"),
        "parts" => ("分笔到账", "several lines"),
        _ => ("人工", "by hand"),
    };

    private Task<IActionResult> ActAsync(
        Func<HandMatches, Task<MatchDocument>> act, Func<string, Task> record, Func<string, (string Chinese, string English)> told) => TryAsync(
        Permissions.MatchMoney,
        async () =>
        {
            string number = (await act(new HandMatches(Area))).Match.ToString(CultureInfo.InvariantCulture);
            await record(number);
            (string chinese, string english) = told(number);
            Tell(chinese, english);
            return Redirect($"~/{Code}/reconcile?month={Month}");
        },
        OnGetAsync);
}
