using System.Globalization;
using System.Security.Claims;
using Batch.Host.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>
/// The session of a signed-in user: a protected cookie, made anew at each sign-in, that ends after half an hour without a request, after twelve
/// hours, and as soon as the user is changed.
/// </summary>
internal static class SignedIn
{
    public const string SignInPath = "/sign-in";
    public const string PasswordPath = "/password";
    public const string RateLimit = "sign-in";
    private const string Version = "version";
    private const string OneTime = "one-time";
    private const string Since = "since";
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);
    private static readonly Duration Longest = Duration.FromHours(12);

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "batch";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = Idle;
        options.SlidingExpiration = true;
        options.LoginPath = SignInPath;
        options.AccessDeniedPath = "/refused";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnValidatePrincipal = ValidateAsync;
        options.Events.OnRedirectToLogin = context =>
        {
            // A program is told, not sent to a page.
            if (context.Request.Path.StartsWithSegments(Api.ApiFaults.Path, StringComparison.Ordinal))
            {
                context.Response.StatusCode = context.HttpContext.GetEndpoint() is null ? StatusCodes.Status404NotFound : StatusCodes.Status401Unauthorized;
            }
            else
            {
                context.Response.Redirect(context.RedirectUri);
            }

            return Task.CompletedTask;
        };
    }

    public static Task OpenAsync(HttpContext context, User user)
    {
        Instant now = context.RequestServices.GetRequiredService<IClock>().GetCurrentInstant();
        Claim[] claims =
        [
            new(ClaimTypes.Name, user.Name), .. user.Roles.Select(r => new Claim(ClaimTypes.Role, r)),
            new(Version, user.Version.ToString(CultureInfo.InvariantCulture)), new(OneTime, user.OneTime ? "yes" : "no"),
            new(Since, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        ];
        ClaimsIdentity identity = new(claims, CookieAuthenticationDefaults.AuthenticationScheme, ClaimTypes.Name, ClaimTypes.Role);
        return context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
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
        IServiceProvider services = context.HttpContext.RequestServices;
        ClaimsPrincipal principal = context.Principal!;
        long since = long.Parse(principal.FindFirstValue(Since) ?? "0", CultureInfo.InvariantCulture);
        bool over = services.GetRequiredService<IClock>().GetCurrentInstant() - Instant.FromUnixTimeSeconds(since) > Longest;
        User? user = over ? null : await services.GetRequiredService<UserRegister>().FindAsync(principal.Identity!.Name!, context.HttpContext.RequestAborted);
        if (user is null || user.Disabled || user.Version.ToString(CultureInfo.InvariantCulture) != principal.FindFirstValue(Version))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        }
    }
}
