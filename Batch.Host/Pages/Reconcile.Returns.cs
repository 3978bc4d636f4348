using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using NodaTime.Text;

namespace Batch.Host.Pages;

/// <summary>What is typed into the form for a return of money.</summary>
internal sealed record TypedReturn(string? Kind, string? Employer, string? Of, string? To, string? Amount, string? On, string? Document, string? Reason);

/// <summary>The part of the page with money in suspense, and what people refund, carry over or write off of it.</summary>
internal sealed partial class ReconcileModel
{
    public IReadOnlyList<ReturnDocument> Returns => Told.Returns;

    /// <summary>What an employer's month has in suspense at the end of the month: beyond what is booked, and beyond what is declared.</summary>
    public IReadOnlyList<ThreeWayLine> Suspense => [.. Told.ThreeWay.Lines.Where(l => !l.InSuspense.IsZero)];

    public bool MayReturn { get; private set; }

    public static (string Chinese, string English) KindOf(string kind) => kind switch
    {
        "carry-over" => ("结转", "carry-over"),
        "write-off" => ("核销", "write-off"),
        _ => ("退款", "refund"),
    };

    public static (string Chinese, string English) StateOf(ReturnDocument of) => of.State == "proposed" ? ("待确认", "waits")
        : of.IsCancelled ? ("已冲销", "cancelled")
        : ("已确认", "confirmed");

    public Task<IActionResult> OnPostReturnAsync(TypedReturn typed) => ReturnAsync(
        returns => returns.ProposeAsync(Read(typed), Needed(typed.Reason), Who, Cancellation), n => AuditAsync("refund.proposed", Code, n, typed.Reason),
        n => ($"第 {n} 号退款、结转或核销已提出，由另一人确认后生效。", $"Return {n} is proposed; it counts once another person has confirmed it."));

    public Task<IActionResult> OnPostConfirmReturnAsync(int number) => ReturnAsync(
        returns => returns.ConfirmAsync(number, Who, Cancellation), n => AuditAsync("refund.confirmed", Code, n), n => ($"第 {n} 号退款、结转或核销已确认。", $"Return {n} is confirmed."));

    public Task<IActionResult> OnPostWithdrawReturnAsync(int number, string? reason) => ReturnAsync(
        returns => returns.WithdrawAsync(number, Needed(reason), Who, Cancellation), n => AuditAsync("refund.withdrawn", Code, n, reason), n => ($"第 {n} 号退款、结转或核销已撤回。", $"Return {n} is withdrawn."));

    public Task<IActionResult> OnPostCancelReturnAsync(int number, string? on, string? document, string? reason) => ReturnAsync(
        returns => returns.CancelAsync(number, Day(on), document ?? "", (Needed(reason), Who), Cancellation), n => AuditAsync("refund.cancelled", Code, n, reason),
        n => ($"冲销（第 {n} 号）已提出，由另一人确认后生效。", $"Counter-entry {n} is proposed; it counts once another person has confirmed it."));

    private static ReturnWanted Read(TypedReturn typed)
    {
        ReturnKind kind = typed.Kind switch { "carry-over" => ReturnKind.CarryOver, "write-off" => ReturnKind.WriteOff, _ => ReturnKind.Refund };
        decimal yuan = TypedAmount.Read(typed.Amount) is { } read && read * 100m == decimal.Truncate(read * 100m) && read <= 1_000_000_000m ? read
            : throw new DataFaultException("AMOUNT_INVALID", "金额写法不对，请写如 50.00。", "The amount cannot be read; write it like 50.00.");
        return new ReturnWanted(
            kind, typed.Employer ?? "", TypedMonth.Read(typed.Of ?? ""), kind == ReturnKind.CarryOver ? TypedMonth.Read(typed.To ?? "") : null, Money.FromYuan(yuan), Day(typed.On),
            typed.Document ?? "");
    }

    private static LocalDate Day(string? text) => LocalDatePattern.Iso.Parse(HalfWidth.Of(text ?? "").Trim()) is { Success: true } day ? day.Value
        : throw new DataFaultException("DATE_INVALID", "日期请写作 2021-06-30。", "Write the day like 2021-06-30.");

    private Task<IActionResult> ReturnAsync(
        Func<MoneyReturns, Task<ReturnDocument>> act, Func<string, Task> record, Func<string, (string Chinese, string English)> told) => TryAsync(
        Permissions.ReturnMoney,
        async () =>
        {
            string number = (await act(new MoneyReturns(Area))).Return.ToString(CultureInfo.InvariantCulture);
            await record(number);
            (string chinese, string english) = told(number);
            Tell(chinese, english);
            return Redirect($"~/{Code}/reconcile?month={Month}");
        },
        OnGetAsync);
}
