namespace Batch.Host.Web;

/// <summary>
/// The language of a request: Chinese, unless the cookie or <c>?lang=en</c> says English. Every text of a page is written in both languages where it
/// is used: <c>@L["登录", "Sign in"]</c>, so neither can be forgotten.
/// </summary>
internal sealed class Language(IHttpContextAccessor http)
{
    private const string Cookie = "lang";
    private const string English = "en";
    private const string Chinese = "zh";

    public bool IsEnglish { get; } = Asked(http.HttpContext) == English;

    /// <summary>For the <c>lang</c> attribute of the document.</summary>
    public string Code => IsEnglish ? "en" : "zh-CN";

    public string this[string chinese, string english] => IsEnglish ? english : chinese;

    public string this[(string Chinese, string English) pair] => this[pair.Chinese, pair.English];

    /// <summary>Remembers what <c>?lang=</c> asked for.</summary>
    public static Task RememberAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Query["lang"].ToString() is English or Chinese)
        {
            // A page that is shown in the place of another one has other words in its address.
            context.Items[Cookie] = context.Request.Query["lang"].ToString();
            context.Response.Cookies.Append(Cookie, context.Request.Query["lang"].ToString(), new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = context.Request.IsHttps,
                MaxAge = TimeSpan.FromDays(365),
                IsEssential = true,
            });
        }

        return next(context);
    }

    /// <summary>The address of this page in the other language, with all else that it asks for but what a form that was sent did.</summary>
    public string Other(HttpRequest request) => QueryString.Create(
        request.Query.Where(q => q.Key is not (Cookie or "handler")).SelectMany(q => q.Value.Select(v => KeyValuePair.Create(q.Key, v)))
            .Append(KeyValuePair.Create<string, string?>(Cookie, IsEnglish ? Chinese : English))).ToUriComponent();

    private static string Asked(HttpContext? context) => context?.Items[Cookie] as string ?? context?.Request.Cookies[Cookie] ?? Chinese;
}
