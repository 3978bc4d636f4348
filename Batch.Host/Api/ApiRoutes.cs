using System.Security.Claims;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using NodaTime;

namespace Batch.Host.Api;

/// <summary>The API of version 1: every group of routes, each route with its scope.</summary>
internal static class ApiRoutes
{
    public const string RateLimit = "api";
    public const int PageRows = 50;
    private const string Json = "application/json";
    private const int MostRows = 200;

    /// <summary>The groups of routes, as the OpenAPI document shows them.</summary>
    public static IReadOnlyList<(string Tag, string About, Action<RouteGroupBuilder> Map)> Groups { get; } =
    [
        ("files", "Files that are sent, what became of them, and rows that wait for a decision.", FileRoutes.Map),
        ("runs", "Runs, from their computation to posting and reversal; months and their differences.", RunRoutes.Map),
        ("jobs", "Queued work, and the reports that it writes.", JobRoutes.Map),
        ("accounts", "Balances, statements, explanations and coverage, for systems of the agency itself.", AccountRoutes.Map),
        ("inquiries", "What people ask through a channel, with the least personal data.", InquiryRoutes.Map),
        ("calculator", "One month of somebody, worked out by the policy in force.", CalcRoutes.Map),
        ("trace", "Money followed from the bank's line to credits and back, and credits drawn for auditors.", TraceRoutes.Map),
        ("refunds", "Refunds of surplus contributions, by two keys.", RefundRoutes.Map),
        ("decisions", "Decisions on held rows, and the scans kept with decisions.", DecisionRoutes.Map),
    ];

    public static void Map(WebApplication app)
    {
        RouteGroupBuilder api = app.MapGroup(ApiFaults.Path + "/v1").RequireRateLimiting(RateLimit).DisableAntiforgery();
        foreach (int status in (int[])[400, 401, 403, 404, 409, 415, 429])
        {
            api.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(FaultDocument), ["application/problem+json"]));
        }

        api.AddEndpointFilter(KeepToAreasAsync);
        api.AddEndpointFilter(RecordAsync);
        foreach ((string tag, _, Action<RouteGroupBuilder> map) in Groups)
        {
            map(api.MapGroup("").WithTags(tag));
        }

        app.MapOpenApi(ApiFaults.Path + "/{documentName}/openapi.json").AllowAnonymous();
        ApiPage.Map(app);
    }

    /// <summary>Whether a request is a program's: its answers are ProblemDetails, it comes with a key.</summary>
    public static bool IsAsked(HttpContext context) =>
        context.Request.Path.StartsWithSegments(ApiFaults.Path, StringComparison.Ordinal) && !ApiPage.IsAsked(context);

    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder route, string scope) => route.RequireAuthorization(Scopes.PolicyOf(scope));

    /// <summary>An example of the route's body or parameters, for the OpenAPI document.</summary>
    public static RouteHandlerBuilder Example(this RouteHandlerBuilder route, object example) => route.WithMetadata(new RequestExample(example));

    public static string Who(this ClaimsPrincipal user) => user.Identity!.Name!;

    /// <summary>Records an act beside the request: what it was done to, which the address does not say.</summary>
    public static Task RecordAsync(HttpContext http, string name, (string Area, string Subject, string? Why) act) => http.RequestServices.GetRequiredService<AuditLog>().WriteAsync(
        new Act(http.User.Who(), name, act.Area, act.Subject, act.Why, http.Connection.RemoteIpAddress?.ToString()), http.RequestAborted);

    /// <summary>Whether a body without a Content-Type is JSON would be a guess. What a file is shows in its bytes.</summary>
    public static Task RequireMediaTypeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes.Contains(Json) == true && string.IsNullOrWhiteSpace(context.Request.ContentType)
            && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        return next(context);
    }

    /// <summary>A page's size, at most <see cref="MostRows"/>.</summary>
    public static int Rows(int? limit) => Math.Clamp(limit ?? PageRows, 1, MostRows);

    /// <summary>A page: <c>next</c> goes into <c>before</c> for the one after it; null: there is none.</summary>
    public static object Page<T>(IReadOnlyList<T> items, int limit, Func<T, int> number) =>
        new { items, next = items.Count < limit ? (int?)null : number(items[^1]) };

    // A key that is for some areas works in those, whether the path names the area or the run has it.
    private static async ValueTask<object?> KeepToAreasAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        DatabaseConnection database = http.RequestServices.GetRequiredService<DatabaseConnection>();
        if (http.GetRouteValue("area") is string area)
        {
            // A job for an area that there is not would otherwise be queued.
            RequireForm(area);
            Refuse(http.User, area);
            await Area.RequireAsync(database, area, http.RequestAborted);
        }
        else if (http.GetRouteValue("run") is string run && int.TryParse(run, out int number))
        {
            Refuse(http.User, (await Area.OfRunAsync(database, number, http.RequestAborted)).Schema.Code);
        }

        return await next(context);
    }

    // Whatever the answer, a refusal too.
    private static async ValueTask<object?> RecordAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        finally
        {
            await context.HttpContext.RequestServices.GetRequiredService<Asker>().RecordedAsync();
        }
    }

    private static void RequireForm(string area)
    {
        if (area.Length != 6 || !area.All(char.IsAsciiDigit))
        {
            throw new RequestFault("area", FieldFault.Area);
        }
    }

    /// <summary>A month of an address or a form.</summary>
    /// <exception cref="RequestFault">It is none.</exception>
    public static YearMonth Month(string field, string text)
    {
        try
        {
            return VerbOptions.ParseMonth(text);
        }
        catch (FormatException)
        {
            throw new RequestFault(field, FieldFault.Month);
        }
    }

    public static void Refuse(ClaimsPrincipal user, string area)
    {
        if (user.FindFirst(ApiKeyHandler.Area) is not null && !user.HasClaim(ApiKeyHandler.Area, area))
        {
            throw new DataFaultException("ACCESS_DENIED", $"此密钥不能用于统筹区 {area}。", $"The key is not for area {area}.");
        }
    }
}
