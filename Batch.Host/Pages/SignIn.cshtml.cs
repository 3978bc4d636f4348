using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace Batch.Host.Pages;

[AllowAnonymous, EnableRateLimiting(SignedIn.RateLimit)]
internal sealed class SignInModel : BatchPage
{
    public bool IsRefused { get; private set; }

    [BindProperty]
    public string Name { get; set; } = "";

    [BindProperty]
    public string Password { get; set; } = "";

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public async Task<IActionResult> OnPostAsync()
    {
        string? origin = HttpContext.Connection.RemoteIpAddress?.ToString();
        if (await Service<SignIns>().TryAsync(Name ?? "", Password ?? "", origin, Cancellation) is not { } user)
        {
            IsRefused = true;
            return Page();
        }

        await SignedIn.OpenAsync(HttpContext, user);
        return user.OneTime ? Redirect("~" + SignedIn.PasswordPath) : Url.IsLocalUrl(ReturnUrl) ? LocalRedirect(ReturnUrl) : Redirect("~/");
    }
}
