using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
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

    public async Task OnGetAsync()
    {
        MoneyCheck check = new(Area);
        YearMonth month = Show.ReadMonth(Month) ?? await check.LatestAsync(Cancellation) ?? Today.ToYearMonth();
        Told = await check.ReadAsync(month, Cancellation);
        Made = await check.MadeAsync(month, Shown, Cancellation);
        MayMatch = await MayAsync(Permissions.MatchMoney);
        await ReadReturnsAsync(month);
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
            string number = (await act(new HandMatches(Area.Program, Area.Schema))).Match.ToString(CultureInfo.InvariantCulture);
            await record(number);
            (string chinese, string english) = told(number);
            Tell(chinese, english);
            return Redirect($"~/{Code}/reconcile?month={Month}");
        },
        OnGetAsync);
}
