using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Finds an account by citizen number or card number. Numbers are posted, never part of an address; each look-up is recorded.</summary>
[Authorize(Permissions.LookUpAccounts)]
internal sealed class AccountsModel : AreaPage
{
    public async Task<IActionResult> OnPostAsync(string? number, string? card) => await TryAsync(
        async () =>
        {
            (string id, string no) = ((number ?? "").Trim().ToUpperInvariant(), (card ?? "").Trim());
            if ((id.Length == 0) == (no.Length == 0))
            {
                throw new DataFaultException("NUMBER_MISSING", "请填写公民身份号码或卡号其中一项。", "Give the citizen number or the card number, one of them.");
            }

            AccountHolder? holder = null;
            try
            {
                holder = await AccountHolder.FindAsync(Database, Code, id.Length > 0 ? id : null, no.Length > 0 ? no : null, Today, Cancellation);
            }
            finally
            {
                // Also of numbers that nobody has: trying numbers is counted as well.
                await Service<InquiryLog>().WriteAsync(
                    new Inquired(Who, "page", Code, holder?.Person, "look-up", null, holder?.Account), Service<WebOptions>().AccountsAnHour, CancellationToken.None);
            }

            await AuditAsync("account.look-up", Code, $"account {holder.Account}");
            if (holder.NumberNow is not null)
            {
                Tell("所查的证件号码已变更，现号码与原号码见下。", "The number that was asked for has changed; the number now and the earlier ones are below.");
            }

            return Redirect("~" + AccountLinks.Of(HttpContext, Code, holder.Account));
        },
        () => Task.CompletedTask);
}
