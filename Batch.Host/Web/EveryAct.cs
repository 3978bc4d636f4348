using System.Globalization;
using System.Text.RegularExpressions;
using Batch.Jobs.Server;

namespace Batch.Host.Web;

/// <summary>
/// Records every request that may change something, of people and of keys, with how it ended: the route and its numbers, never what was typed. Pages add what
/// they know better.
/// </summary>
internal static partial class EveryAct
{
    public static async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            HttpRequest request = context.Request;
            if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && context.User.Identity is { IsAuthenticated: true, Name: { } who }
                && context.GetEndpoint() is RouteEndpoint route)
            {
                // What a page was asked to do stands in its address: approve, post, discard.
                string handler = (request.RouteValues["handler"] as string ?? request.Query["handler"].ToString()) is { Length: > 0 } asked && HandlerName().IsMatch(asked) ? " " + asked : "";
                string values = string.Join(' ', request.RouteValues.Where(v => v.Key is not ("area" or "code" or "page" or "handler")).Select(v => $"{v.Key}={v.Value}"));
                await context.RequestServices.GetRequiredService<AuditLog>().WriteAsync(
                    new Act(
                        who, $"{request.Method} /{Constraint().Replace(route.RoutePattern.RawText?.TrimStart('/') ?? "", "}")}{handler} {context.Response.StatusCode.ToString(CultureInfo.InvariantCulture)}",
                        request.RouteValues["area"] as string ?? request.RouteValues["code"] as string, values.Length == 0 ? null : values.Length > 200 ? values[..200] : values, null,
                        context.Connection.RemoteIpAddress?.ToString()),
                    CancellationToken.None);
            }
        }
    }

    [GeneratedRegex(":[^}]*}")]
    private static partial Regex Constraint();

    [GeneratedRegex("^[A-Za-z]{1,20}$")]
    private static partial Regex HandlerName();
}
