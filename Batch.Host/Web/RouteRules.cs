using Batch.Host.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Batch.Host.Web;

/// <summary>A route of the running host and who may use it.</summary>
/// <param name="Permissions">Names of the policies that it asks for: permissions of people, scopes of keys.</param>
internal sealed record RouteRule(string Route, string Methods, IReadOnlyList<string> Permissions, bool IsOpen, bool IsPage)
{
    public bool HasRule => IsOpen || Permissions.Count > 0;

    /// <summary>Roles of people that may use it; none for routes of keys.</summary>
    public IReadOnlyList<string> Roles =>
        [.. UserRoles.All.Where(role => Permissions.Count > 0 && Permissions.All(p => Access.Permissions.Table.TryGetValue(p, out string[]? roles) && roles.Contains(role)))];
}

/// <summary>The table of routes and roles, made from the host itself.</summary>
internal static class RouteRules
{
    public static IReadOnlyList<RouteRule> Of(WebApplication app) =>
    [
        .. ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Select(Of)
            .OrderBy(r => r.Route, StringComparer.Ordinal).ThenBy(r => r.Methods, StringComparer.Ordinal),
    ];

    public static void Write(VerbOutput output, IReadOnlyList<RouteRule> rules)
    {
        output.Document(new { routes = rules.Select(r => new { r.Route, r.Methods, r.Permissions, r.Roles, open = r.IsOpen }) });
        output.Table(
            ["路径 route", "", "权限 permission", .. UserRoles.All],
            rules.Select(r => new[] { r.Route, r.Methods, r.IsOpen ? "公开 open" : string.Join(", ", r.Permissions) }.Concat(UserRoles.All.Select(role => r.IsOpen || r.Roles.Contains(role) ? "x" : "")).ToArray()));
    }

    private static RouteRule Of(RouteEndpoint endpoint)
    {
        IReadOnlyList<IAuthorizeData> asked = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>();
        string methods = string.Join(' ', endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []);
        return new RouteRule(
            "/" + endpoint.RoutePattern.RawText?.TrimStart('/'), methods, [.. asked.Select(a => a.Policy).OfType<string>().Distinct()],
            endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null, endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null);
    }
}
