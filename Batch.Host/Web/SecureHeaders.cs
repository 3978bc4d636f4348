using Batch.Host.Api;

namespace Batch.Host.Web;

/// <summary>Headers of every answer: nothing from elsewhere, no script in the markup, no frame, no guessing, no copies of what is personal.</summary>
internal static class SecureHeaders
{
    // Charts place their tooltips with style attributes; attributes cannot load anything.
    private const string Content = "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; " + Everywhere;
    private const string Everywhere = "img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        // As the answer starts: what handles a fault begins it anew.
        context.Response.OnStarting(() =>
        {
            Add(context, context.Response.Headers);
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static void Add(HttpContext context, IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ApiPage.NonceOf(context) is { } nonce ? ContentOfApiPage(nonce) : Content;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        // Static files say for themselves how long they keep.
        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }
    }

    // One inline script that only this answer allows, and style sheets that the page's script makes.
    private static string ContentOfApiPage(string nonce) => $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; " + Everywhere;
}
