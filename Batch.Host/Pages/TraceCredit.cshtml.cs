using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>Where an account's credit for a month came from: the entries with their rows and runs, and the money. The look is recorded.</summary>
[Authorize(Permissions.TraceMoney)]
internal sealed class TraceCreditModel : AreaPage
{
    public CreditTrace Told { get; private set; } = null!;

    /// <summary>The account as the address has it.</summary>
    [BindProperty(SupportsGet = true)]
    public string Token { get; set; } = "";

    public async Task OnGetAsync(string? month)
    {
        int account = AccountLinks.Read(HttpContext, Code, Token) ?? throw new DataFaultException(
            "ACCOUNT_UNKNOWN", "此链接只在生成它的会话中有效，请从“追溯”页重新进入。", "This address is of use only in the session that made it; begin again on the page “Trace”.");
        YearMonth of = Show.NeedMonth(month);
        await Service<InquiryLog>().WriteAsync(
            new Inquired(Who, "page", Code, AccountNumbers.PersonOf(account), "trace", Show.Month(of), account), Service<WebOptions>().AccountsAnHour, Cancellation);
        Told = await new Tracing(Area).CreditAsync(account, of, Cancellation);
    }
}
