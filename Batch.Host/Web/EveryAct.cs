using System.Globalization;
using System.Text.RegularExpressions;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Batch.Host.Web;

/// <summary>
/// Records every request that may change something, of people and of keys: that it has begun before it is done, and how it ended before the answer goes out; the
/// route and its numbers, never what was typed. What cannot be recorded is not done. Pages add what they know better.
/// </summary>
internal static partial class EveryAct
{
    /// <summary>In the place of how it ended.</summary>
    public const string Begun = "begun";

    private const int LongestSubject = 200;

    private static readonly object Refused = new();

    // Inquiries change nothing and have a record of their own, which is written before they are answered.
    private static readonly string[] Inquiries = [Api.ApiFaults.Path + "/v1/accounts/", Api.ApiFaults.Path + "/v1/inquiries/"];

    public static async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        if (ActOf(context) is { } act)
        {
            AuditLog log = context.RequestServices.GetRequiredService<AuditLog>();
            await log.WriteAsync(act with { Name = $"{act.Name} {Begun}" }, context.RequestAborted);
            context.Response.OnStarting(() => log.WriteAsync(
                act with { Name = $"{act.Name} {EndOf(context).ToString(CultureInfo.InvariantCulture)}", Subject = SubjectOf(context, act) }, CancellationToken.None));
        }

        await next(context);
    }

    /// <summary>The user has no permission for the address: that is recorded, and that nothing was done.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        context.Items[Refused] = true;
        // Without the query, which may hold what was typed.
        string page = context.Request.Path.Value ?? "";
        return context.RequestServices.GetRequiredService<AuditLog>().WriteAsync(
            new Act(context.User.Identity!.Name!, "refused", null, page[..Math.Min(page.Length, LongestSubject)], null, context.Connection.RemoteIpAddress?.ToString()), CancellationToken.None);
    }

    // Who is refused is sent to a page that says so; what they asked for was not done.
    private static int EndOf(HttpContext context) => context.Items.ContainsKey(Refused) ? StatusCodes.Status403Forbidden : context.Response.StatusCode;

    /// <summary>Adds to the subject of the request what its address does not say: a month, a number or a file's name. Figures as long as a person's number are masked.</summary>
    public static void Tell(HttpContext context, string part, string value) =>
        context.Items[typeof(EveryAct)] = string.Join(' ', [.. new[] { context.Items[typeof(EveryAct)] as string }.OfType<string>(), $"{part}={VerbActs.Masked(Blank().Replace(Shown(value), "_"))}"]);

    // A name as a browser sends it may hold what no text of the database can.
    private static string Shown(string value) => string.Concat(value.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)));

    private static string? SubjectOf(HttpContext context, Act act)
    {
        string subject = string.Join(' ', new[] { act.Subject, context.Items[typeof(EveryAct)] as string }.OfType<string>());
        return subject.Length == 0 ? null : subject[..Math.Min(subject.Length, LongestSubject)];
    }

    /// <summary>Every act that a form of ours or a program sends: the routes that take a POST, each with what its page can be asked to do.</summary>
    public static IReadOnlyList<string> ActsOf(WebApplication app) =>
    [
        .. ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(r => !Inquiries.Any(i => PatternOf(r).StartsWith(i, StringComparison.Ordinal)))
            .SelectMany(r => r.Metadata.GetMetadata<PageActionDescriptor>() is { } page ? HandlersOf(page).Select(h => $"POST {PatternOf(r)}{h}")
                : r.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("POST") == true ? [$"POST {PatternOf(r)}"] : [])
            .Distinct().Order(StringComparer.Ordinal),
    ];

    private static string PatternOf(RouteEndpoint route) => "/" + Constraint().Replace(route.RoutePattern.RawText?.TrimStart('/') ?? "", "}");

    // OnPostApproveAsync is asked for by "Approve"; what a fault is shown on is nothing that is done.
    private static IEnumerable<string> HandlersOf(PageActionDescriptor page) => page.ViewEnginePath == "/Fault" ? []
        : (typeof(EveryAct).Assembly.GetType($"Batch.Host.Pages.{page.ViewEnginePath.TrimStart('/')}Model")?.GetMethods() ?? [])
            .Select(m => Handler().Match(m.Name)).Where(m => m.Success).Select(m => m.Groups[1].Value is { Length: > 0 } name ? " " + name : "");

    private static Act? ActOf(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || context.User.Identity is not { IsAuthenticated: true, Name: { } who }
            || context.GetEndpoint() is not RouteEndpoint route)
        {
            return null;
        }

        string pattern = PatternOf(route);
        if (Inquiries.Any(i => pattern.StartsWith(i, StringComparison.Ordinal)))
        {
            return null;
        }

        // The address says what a page was asked to do: approve, post, discard.
        string handler = (request.RouteValues["handler"] as string ?? request.Query["handler"].ToString()) is { Length: > 0 } asked && HandlerName().IsMatch(asked) ? " " + asked : "";
        string values = string.Join(' ', request.RouteValues.Where(v => v.Key is not ("area" or "code" or "page" or "handler" or "token")).Select(v => $"{v.Key}={v.Value}"));
        return new Act(
            who, $"{request.Method} {pattern}{handler}", request.RouteValues["area"] as string ?? request.RouteValues["code"] as string,
            values.Length == 0 ? null : values[..Math.Min(values.Length, LongestSubject)], null, context.Connection.RemoteIpAddress?.ToString());
    }

    [GeneratedRegex(@"[\s=]+")]
    private static partial Regex Blank();

    [GeneratedRegex("^OnPost(.*?)(Async)?$")]
    private static partial Regex Handler();

    [GeneratedRegex(":[^}]*}")]
    private static partial Regex Constraint();

    [GeneratedRegex("^[A-Za-z]{1,20}$")]
    private static partial Regex HandlerName();
}
