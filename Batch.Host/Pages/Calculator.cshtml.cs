using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>
/// What somebody would get, from which month on and at which age, with the explanation: <c>calc</c> on a page. It reads no person's data but what an account's page hands over. What is typed is
/// posted, so that no birth date and no amount is part of an address.
/// </summary>
[Authorize(Permissions.Anyone)]
internal sealed class CalculatorModel : AreaPage
{
    private readonly Dictionary<string, string> _known = [];

    /// <summary>The account that the boxes are filled in from, as in the address of its page.</summary>
    [BindProperty(SupportsGet = true, Name = "account")]
    public string? FromAccount { get; set; }

    /// <summary>The month whose record the boxes are filled in from; null: none.</summary>
    public YearMonth? FilledInFrom { get; private set; }

    public CalculatorForm Form { get; private set; } = null!;

    /// <summary>Null: nothing has been worked out.</summary>
    public CalculatorResult? Result { get; private set; }

    /// <summary>Boxes are needed that the form did not have when it was sent.</summary>
    public bool AsksMore { get; private set; }

    public bool MaySeePolicies { get; private set; }

    public async Task OnGetAsync()
    {
        _known[CalculatorFields.Month] = Show.Month(new YearMonth(Today.Year, Today.Month));
        if (!string.IsNullOrEmpty(FromAccount))
        {
            await FillInAsync(FromAccount);
        }

        Form = new CalculatorForm(Area.Policy, box => _known.GetValueOrDefault(box));
        Form.Prepare();
        MaySeePolicies = await MayAsync(Permissions.SeeWork);
    }

    public async Task<IActionResult> OnPostAsync()
    {
        Form = new CalculatorForm(Area.Policy, box => Request.Form.TryGetValue(box, out var text) ? text.ToString() : null);
        MaySeePolicies = await MayAsync(Permissions.SeeWork);
        CalculatorAsked? asked = Form.Read();
        try
        {
            Result = asked is null ? null : CalculatorResult.Of(Area.Policy.Policy, Form, asked);
        }
        catch (ArgumentException) when (Form.Tried.Count > 0)
        {
            Form.Refuse(CalculatorFields.Set + Form.Tried.Keys.Last(), "缴费基数下限不得高于上限（另一项可能来自政策）。", "The lowest base is above the highest (the other one may be the policy's).");
        }

        if (Form.Faults.Count > 0)
        {
            Result = null;
            Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        else if (Result?.Now.Refusal is not null)
        {
            Response.StatusCode = StatusCodes.Status409Conflict;
        }

        AsksMore = Form.Faults.Count == 0 && Result is null;
        return Page();
    }

    /// <summary>The text of a box; of the birth date nothing but what the role may see.</summary>
    private async Task FillInAsync(string token)
    {
        if (!await MayAsync(Permissions.LookUpAccounts))
        {
            return;
        }

        int account = AccountLinks.Read(HttpContext, Code, token) ?? throw new DataFaultException(
            "ACCOUNT_UNKNOWN", "此链接只在查询时的会话中有效，请重新查询账户。", "This address is of use only in the session in which the account was looked up; look it up again.");
        PersonSummary person = await new ContributionRecord(Area).WhoAsync(account, Cancellation);
        await Service<InquiryLog>().WriteAsync(new Inquired(Who, "page", Code, person.Person, "calculate", null, account), Service<WebOptions>().AccountsAnHour, Cancellation);
        BalanceDocument balance = await new Balances(Area).BalanceAsync(account, null, Cancellation);
        YearMonth month = balance.LastCredit?.Month ?? balance.AsOf ?? new YearMonth(Today.Year, Today.Month);
        if (await new RecordedMonth(Area).ReadAsync(person.Person, month, Cancellation) is not { } known)
        {
            return;
        }

        FilledInFrom = month;
        _known[CalculatorFields.Month] = Show.Month(month);
        _known[CalculatorFields.Status] = known.Standing == Standing.Retired ? "retired" : "active";
        _known[CalculatorFields.Category] = known.Category;
        _known[CalculatorFields.Base] = known.Standing == Standing.Active ? known.Base.ToString() : "";
        _known[CalculatorFields.PensionPriorYear] = known.PensionPriorYear?.ToString() ?? "";
        _known[CalculatorFields.PensionThisYear] = known.PensionThisYear?.ToString() ?? "";
        _known[CalculatorFields.PensionMonth] = known.PensionMonth?.ToString() ?? "";
        _known[CalculatorFields.Frozen] = known.FrozenAmount?.ToString() ?? "";
        _known[CalculatorFields.MissingYears] = known.MissingYears > 0 ? $"{known.MissingYears}" : "";
        _known[CalculatorFields.RetiredOn] = known.RetiredIn is { } retired ? Show.Month(retired) : "";
        _known[CalculatorFields.PaidMonths] = $"{known.PaidMonths}";
        // An age beside a masked number narrows it down.
        _known[CalculatorFields.Birth] = await MayAsync(Permissions.Unmask) ? Show.Month(new YearMonth(known.Birth.Year, known.Birth.Month)) : "";
    }
}
