using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Store;
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
            SignInAnswer answer = await Service<SignIns>().TryAsync(Who, present ?? "", KnownBrowser.PlaceOf(HttpContext, Who), Cancellation);
            if (answer.User is null)
            {
                throw answer.Locked is { } left ? SignInAnswer.LockedFor(left) : new DataFaultException("PASSWORD_WRONG", "原密码不对。", "The present password is wrong.");
            }

            User user = await Service<UserRegister>().ChangePasswordAsync(Who, present ?? "", wanted ?? "", Cancellation);
            await SignedIn.OpenAsync(HttpContext, user);
            return Redirect("~/");
        }
        catch (DataFaultException fault)
        {
            if (fault.Code == "SIGN_IN_BUSY")
            {
                Refuse(fault);
            }

            Fault = fault;
            return Page();
        }
    }
}
