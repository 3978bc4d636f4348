namespace Batch.Host.Web;

/// <summary>
/// How a browser shows the pages: light or dark, wide or dense. Kept in a cookie of this browser alone; a form in the head of each page sets it. It changes nothing of the agency's,
/// so it is no act of the audit log. Paper is always light.
/// </summary>
internal sealed class Looks(IHttpContextAccessor http)
{
    public const string Path = "/looks";
    public const string Dark = "dark";
    public const string Light = "light";
    public const string Dense = "dense";
    public const string Wide = "wide";
    private const string Theme = "theme";
    private const string Density = "density";
    private const string Back = "back";

    private static readonly Dictionary<string, string[]> Choices = new() { [Theme] = [Light, Dark], [Density] = [Wide, Dense] };

    public bool IsDark { get; } = Chosen(http.HttpContext, Theme) == Dark;

    public bool IsDense { get; } = Chosen(http.HttpContext, Density) == Dense;

    /// <summary>Keeps what the form chose and shows the page again that it was chosen on.</summary>
    public static async Task RememberAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || request.Path != Path || !request.HasFormContentType)
        {
            await next(context);
            return;
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        foreach ((string name, string[] values) in Choices)
        {
            if (values.Contains(form[name].ToString()))
            {
                context.Response.Cookies.Append(name, form[name].ToString(), new CookieOptions
                {
                    HttpOnly = true,
                    SameSite = SameSiteMode.Strict,
                    Secure = request.IsHttps,
                    MaxAge = TimeSpan.FromDays(365),
                    IsEssential = true,
                });
            }
        }

        context.Response.Redirect(request.PathBase + BackTo(form[Back].ToString()));
    }

    // A page of ours alone: nothing that a browser would take for another host's address.
    private static string BackTo(string address) =>
        address.StartsWith('/') && !address.StartsWith("//", StringComparison.Ordinal) && !address.Contains('\\') && !address.Any(char.IsControl)
            && Uri.IsWellFormedUriString(address, UriKind.Relative) ? address : "/";

    private static string? Chosen(HttpContext? context, string name) => context?.Request.Cookies[name];
}
