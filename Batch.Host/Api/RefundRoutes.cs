using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Api;

/// <summary>Contributions that a month does not need: refunded, carried over or written off. One key proposes, another confirms.</summary>
internal static class RefundRoutes
{
    private const string Document = "TK0701", Day = "2021-07-02";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/areas/{area}/months/{month}/refunds", ListAsync).Needs(Scopes.See)
            .WithSummary("Refunds, carry-overs and write-offs of a month by their day, and those that wait to be confirmed.");
        api.MapPost("/areas/{area}/refunds", ProposeAsync).Needs(Scopes.Refunds)
            .Example(new { employer = "4201000001", month = "2021-06", amount = "50.00", on = Day, document = Document, why = "多缴" })
            .WithSummary("Propose that surplus contributions of an employer's month are refunded, carried over or written off.");
        api.MapPost("/areas/{area}/refunds/{refund:int}/confirm", ConfirmAsync).Needs(Scopes.Refunds).WithSummary("Confirm what another key or person proposed.");
        api.MapPost("/areas/{area}/refunds/{refund:int}/withdraw", WithdrawAsync).Needs(Scopes.Refunds).Example(new { why = "单位要求结转" })
            .WithSummary("Take back one's own proposal, or decline another's.");
        api.MapPost("/areas/{area}/refunds/{refund:int}/cancel", CancelAsync).Needs(Scopes.Refunds).Example(new { on = Day, document = "TP0701", why = "退票" })
            .WithSummary("Propose the counter-entry of a confirmed one, to be confirmed by another key or person.");
    }

    private static async Task<object> ListAsync(string area, string month, DatabaseConnection database, CancellationToken cancellation)
    {
        YearMonth of = ApiRoutes.Month("month", month);
        return new { area, month = of, returns = await ReturnList.OfMonthAsync(await Area.OpenAsync(database, area, cancellation), of, cancellation) };
    }

    private static Task<ReturnDocument> ProposeAsync(string area, Body<RefundRequest> body, HttpContext http)
    {
        RefundRequest asked = body.Value;
        ReturnKind[] kinds = Enum.GetValues<ReturnKind>();
        string words = asked.As?.Trim() ?? MoneyReturns.NameOf(ReturnKind.Refund);
        ReturnKind kind = kinds.Where(k => MoneyReturns.NameOf(k).Equals(words, StringComparison.OrdinalIgnoreCase)).Select(k => (ReturnKind?)k).SingleOrDefault()
            ?? throw new RequestFault("as", FieldFault.OneOf(kinds.Select(MoneyReturns.NameOf)));
        ReturnWanted wanted = new(
            kind, asked.Employer!, asked.Month!.Value, asked.To, Amounts.Read(asked.Amount)!.Value, asked.On!.Value,
            asked.Document!);
        return ActAsync(area, http, ("refund.proposed", asked.Why), returns => returns.ProposeAsync(wanted, asked.Why!, http.User.Who(), http.RequestAborted));
    }

    private static Task<ReturnDocument> ConfirmAsync(string area, int refund, HttpContext http) =>
        ActAsync(area, http, ("refund.confirmed", null), returns => returns.ConfirmAsync(refund, http.User.Who(), http.RequestAborted));

    private static Task<ReturnDocument> WithdrawAsync(string area, int refund, Body<ReasonRequest> body, HttpContext http) => ActAsync(
        area, http, ("refund.withdrawn", body.Value.Why), returns => returns.WithdrawAsync(refund, body.Value.Why!, http.User.Who(), http.RequestAborted));

    private static Task<ReturnDocument> CancelAsync(string area, int refund, Body<CancelRequest> body, HttpContext http) => ActAsync(
        area, http, ("refund.cancelled", body.Value.Why),
        returns => returns.CancelAsync(refund, body.Value.On!.Value, body.Value.Document!, (body.Value.Why!, http.User.Who()), http.RequestAborted));

    private static async Task<ReturnDocument> ActAsync(string area, HttpContext http, (string Name, string? Why) act, Func<MoneyReturns, Task<ReturnDocument>> does)
    {
        Area open = await Area.OpenAsync(http.RequestServices.GetRequiredService<DatabaseConnection>(), area, http.RequestAborted);
        ReturnDocument done = await does(new MoneyReturns(open));
        await ApiRoutes.RecordAsync(http, act.Name, (area, done.Return.ToString(CultureInfo.InvariantCulture), act.Why));
        return done;
    }
}

/// <summary>What is to become of an employer's surplus.</summary>
internal sealed record RefundRequest
{
    [StringLength(20), Description("refund (when left out), carry-over (with to) or write-off.")]
    public string? As { get; init; }

    [Required, StringLength(40), Description("Number of the employer.")]
    public string? Employer { get; init; }

    [Required, Description("The contribution month that has the surplus.")]
    public YearMonth? Month { get; init; }

    [Description("Of a carry-over: the month that it is set against.")]
    public YearMonth? To { get; init; }

    [Required, RegularExpression(Amounts.Form), Description("In yuan with two places.")]
    public string? Amount { get; init; }

    [Required, Description("The day of the payment or of the decision.")]
    public LocalDate? On { get; init; }

    [Required, StringLength(40), Description("Number of the bank's document or of the decision.")]
    public string? Document { get; init; }

    [Required, StringLength(MoneyReturns.LongestReason), Description("The reason, which is recorded.")]
    public string? Why { get; init; }
}

/// <summary>The counter-entry of a refund, carry-over or write-off.</summary>
internal sealed record CancelRequest
{
    [Required, Description("The day of the counter-entry.")]
    public LocalDate? On { get; init; }

    [Required, StringLength(40), Description("Number of its document.")]
    public string? Document { get; init; }

    [Required, StringLength(MoneyReturns.LongestReason), Description("The reason, which is recorded.")]
    public string? Why { get; init; }
}
