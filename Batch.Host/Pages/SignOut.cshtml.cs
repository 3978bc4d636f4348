using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

[Authorize(Permissions.Anyone)]
internal sealed class SignOutModel : BatchPage
{
    public async Task<IActionResult> OnPostAsync()
    {
        await SignedIn.CloseAsync(HttpContext);
        return Redirect("~" + SignedIn.SignInPath);
    }
}
