using System.Security.Cryptography;
using Batch.Host.Access;
using Microsoft.AspNetCore.DataProtection;

namespace Batch.Host.Web;

/// <summary>
/// A cookie that tells a browser in which a user has signed in before. Wrong passwords from elsewhere lock the name, but not there: nobody locks the only
/// administrator out by typing wrong passwords.
/// </summary>
internal static class KnownBrowser
{
    private const string Cookie = "batch-known";
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(90);

    public static SignInPlace PlaceOf(HttpContext context, string name) => new(context.Connection.RemoteIpAddress?.ToString(), Of(context, UserNames.Folded(name)));

    public static void Remember(HttpContext context, string name)
    {
        if (Of(context, name) is null)
        {
            string value = Protector(context).Protect($"{name} {RandomNumberGenerator.GetHexString(16, lowercase: true)}", Lasts);
            context.Response.Cookies.Append(Cookie, value, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = context.Request.IsHttps,
                MaxAge = Lasts,
                IsEssential = true,
            });
        }
    }

    private static string? Of(HttpContext context, string name)
    {
        try
        {
            return context.Request.Cookies[Cookie] is { Length: > 0 } value && Protector(context).Unprotect(value).Split(' ') is [var known, var browser] && known == name ? browser : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static ITimeLimitedDataProtector Protector(HttpContext context) =>
        context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector("batch.known-browser").ToTimeLimitedDataProtector();
}
