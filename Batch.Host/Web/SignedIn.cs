using System.Security.Claims;
using Batch.Host.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Batch.Host.Web;

/// <summary>
/// The session of a signed-in user: a protected cookie, made anew at each sign-in, with the secret of a row in the database that every request is checked
/// against. It ends after half an hour without a request, after twelve hours, at the sign-out, and as soon as the user is changed.
/// </summary>
internal static class SignedIn
{
    public const string SignInPath = "/sign-in";
    public const string PasswordPath = "/password";
    private const string Secret = "session";
    private const string OneTime = "one-time";
    private const string Ended = "session-ended";

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "batch";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        // The database says how long a session lasts; the cookie only has to outlive it, so that the sign-in page can say why it ended.
        options.ExpireTimeSpan = TimeSpan.FromDays(2);
        options.SlidingExpiration = false;
        options.LoginPath = SignInPath;
        options.AccessDeniedPath = "/refused";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnValidatePrincipal = ValidateAsync;
        options.Events.OnRedirectToLogin = context =>
        {
            // A program is told, not sent to a page.
            if (Api.ApiRoutes.IsAsked(context.HttpContext))
            {
                context.Response.StatusCode = context.HttpContext.GetEndpoint() is null ? StatusCodes.Status404NotFound : StatusCodes.Status401Unauthorized;
            }
            else
            {
                context.Response.Redirect(context.RedirectUri + (context.HttpContext.Items[Ended] is SessionEnd end ? $"&ended={end.ToString().ToLowerInvariant()}" : ""));
            }

            return Task.CompletedTask;
        };
        // Recorded here: a program that does not follow to the page of refusals has tried as well.
        options.Events.OnRedirectToAccessDenied = async context =>
        {
            await EveryAct.RefuseAsync(context.HttpContext);
            context.Response.Redirect(context.RedirectUri);
        };
    }

    /// <summary>Opens a session; one that the browser still had ends.</summary>
    public static async Task OpenAsync(HttpContext context, User user)
    {
        Sessions sessions = context.RequestServices.GetRequiredService<Sessions>();
        if (SecretOf(context.User) is { } before)
        {
            await sessions.EndAsync(before, user.Name, context.RequestAborted);
        }

        Claim[] claims =
        [
            new(ClaimTypes.Name, user.Name), .. user.Roles.Select(r => new Claim(ClaimTypes.Role, r)), new(OneTime, user.OneTime ? "yes" : "no"),
            new(Secret, await sessions.OpenAsync(user, context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted)),
        ];
        ClaimsIdentity identity = new(claims, CookieAuthenticationDefaults.AuthenticationScheme, ClaimTypes.Name, ClaimTypes.Role);
        await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
    }

    /// <summary>The secret of the session that a request came with; null: none.</summary>
    public static string? SecretOf(ClaimsPrincipal user) => user.FindFirstValue(Secret);

    public static async Task CloseAsync(HttpContext context)
    {
        if (SecretOf(context.User) is { } secret)
        {
            await context.RequestServices.GetRequiredService<Sessions>().SignOutAsync(
                secret, context.User.Identity!.Name!, context.Connection.RemoteIpAddress?.ToString(), CancellationToken.None);
        }

        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
    }

    /// <summary>Whoever came in with a one-time password sees nothing but the page that changes it.</summary>
    public static Task RequireOwnPasswordAsync(HttpContext context, RequestDelegate next)
    {
        bool oneTime = context.User.HasClaim(OneTime, "yes");
        bool allowed = context.Request.Path.StartsWithSegments(PasswordPath, StringComparison.Ordinal) || context.Request.Path.StartsWithSegments("/sign-out", StringComparison.Ordinal);
        if (oneTime && !allowed)
        {
            context.Response.Redirect(context.Request.PathBase + PasswordPath);
            return Task.CompletedTask;
        }

        return next(context);
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        ClaimsPrincipal principal = context.Principal!;
        SessionEnd end = SecretOf(principal) is { } secret && principal.Identity?.Name is { } name
            ? await context.HttpContext.RequestServices.GetRequiredService<Sessions>().CheckAsync(secret, name, context.HttpContext.RequestAborted)
            : SessionEnd.Ended;
        if (end != SessionEnd.None)
        {
            context.HttpContext.Items[Ended] = end;
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        }
    }
}
