using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

[AllowAnonymous]
internal sealed class SignInModel : BatchPage
{
    /// <summary>Why the session that the browser had is not open any more.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Ended { get; set; }

    [BindProperty]
    public string Name { get; set; } = "";

    [BindProperty]
    public string Password { get; set; } = "";

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public (string Chinese, string English)? Notice => Ended switch
    {
        "idle" => ("超过 30 分钟没有操作，会话已结束。请重新登录；未提交的内容没有保存。", "The session ended after 30 minutes without a request. Sign in again; what was not sent was not kept."),
        "over" => ("登录已满 12 小时，会话已结束。请重新登录。", "The session ended 12 hours after the sign-in. Sign in again."),
        "changed" => ("密码、角色或账号状态已变更，会话已结束。请重新登录。", "The session ended because the password, the roles or the state of the user changed. Sign in again."),
        "ended" => ("会话已结束。请重新登录。", "The session has ended. Sign in again."),
        _ => null,
    };

    public async Task<IActionResult> OnPostAsync()
    {
        try
        {
            SignInAnswer answer = await Service<SignIns>().TryAsync(Name ?? "", Password ?? "", KnownBrowser.PlaceOf(HttpContext, Name ?? ""), Cancellation);
            if (answer.User is { } user)
            {
                await SignedIn.OpenAsync(HttpContext, user);
                KnownBrowser.Remember(HttpContext, user.Name);
                return user.OneTime ? Redirect("~" + SignedIn.PasswordPath) : Url.IsLocalUrl(ReturnUrl) ? LocalRedirect(ReturnUrl) : Redirect("~/");
            }

            Fault = answer.Refusal;
        }
        catch (DataFaultException busy) when (busy.Code == "SIGN_IN_BUSY")
        {
            Refuse(busy);
        }

        Ended = null;
        return Page();
    }
}
