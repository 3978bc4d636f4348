using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Batch.Host.Access;
using Microsoft.AspNetCore.DataProtection;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>
/// Addresses of account pages. They name an account by a protected text that only the session of the look-up can read, so that nobody counts through the
/// accounts or passes an address on. It is written in hexadecimal digits, because routing writes the addresses of forms in lower case.
/// </summary>
internal static class AccountLinks
{
    private const string Purpose = "batch.account";

    public static string Of(HttpContext context, string area, int account) => $"/{area}/accounts/{TokenOf(context, area, account)}";

    /// <summary>Where an account's credit for a month came from.</summary>
    public static string TraceOf(HttpContext context, string area, int account, YearMonth month) => $"/{area}/trace/credit/{TokenOf(context, area, account)}?month={Show.Month(month)}";

    private static string TokenOf(HttpContext context, string area, int account) =>
        Convert.ToHexStringLower(Protector(context, area).Protect(Encoding.ASCII.GetBytes(account.ToString(CultureInfo.InvariantCulture)), Sessions.Longest.ToTimeSpan()));

    /// <summary>The account; null: the text was not made for this session, or is no such text.</summary>
    public static int? Read(HttpContext context, string area, string token)
    {
        try
        {
            return int.Parse(Protector(context, area).Unprotect(Convert.FromHexString(token)), NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static ITimeLimitedDataProtector Protector(HttpContext context, string area) => context.RequestServices.GetRequiredService<IDataProtectionProvider>()
        .CreateProtector(Purpose, area, SignedIn.SecretOf(context.User) ?? throw new InvalidOperationException("Nobody is signed in.")).ToTimeLimitedDataProtector();
}
