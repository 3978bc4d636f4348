using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Areas;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

[Authorize(Permissions.Anyone)]
internal sealed class PasswordModel : BatchPage
{
    public async Task<IActionResult> OnPostAsync(string? present, string? wanted, string? again)
    {
        try
        {
            if (wanted != again)
            {
                throw new DataFaultException("PASSWORD_DIFFERS", "两次输入的新密码不同。", "The new password is not the same both times.");
            }

            // A wrong present password counts like a wrong sign-in: a session left open is not a way to try passwords.
            if (await Service<SignIns>().TryAsync(Who, present ?? "", HttpContext.Connection.RemoteIpAddress?.ToString(), Cancellation) is null)
            {
                throw new DataFaultException("PASSWORD_WRONG", "原密码不对。", "The present password is wrong.");
            }

            User user = await Service<UserRegister>().ChangePasswordAsync(Who, present ?? "", wanted ?? "", Cancellation);
            await SignedIn.OpenAsync(HttpContext, user);
            return Redirect("~/");
        }
        catch (DataFaultException fault)
        {
            Fault = fault;
            return Page();
        }
    }
}
