using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;
using Scalar.AspNetCore;

namespace Batch.Host.Api;

/// <summary>The page on which people read the API's description and try its routes with a key: Scalar, whose script is in its package and served from here.</summary>
internal static class ApiPage
{
    public const string Path = ApiFaults.Path + "/v1/docs";

    // The package opens its scripts to strangers; nobody who is not signed in needs them.
    public static void Map(WebApplication app) =>
        app.MapScalarApiReference(Path, Configure).RequireAuthorization(Permissions.Anyone).Finally(static route =>
        {
            foreach (object open in route.Metadata.Where(static m => m is IAllowAnonymous).ToArray())
            {
                route.Metadata.Remove(open);
            }
        });

    /// <summary>Whether the request is for this page, which is for people, and not for the API.</summary>
    public static bool IsAsked(HttpContext context) => context.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal);

    /// <summary>What the page's own inline script is allowed by; null: the answer is another page.</summary>
    public static string? NonceOf(HttpContext context) => context.Items[ScalarOptions.NonceHttpContextItemKey] as string;

    // What would ask another host (fonts, telemetry, the assistant, the desktop client) is off.
    private static void Configure(ScalarOptions options, HttpContext context)
    {
        Language language = context.RequestServices.GetRequiredService<Language>();
        options.WithNonce();
        options.OpenApiRoutePattern = ApiFaults.Path + "/{documentName}/openapi.json";
        options.Title = language["接口 · 个人账户划入", "API · Batch"];
        options.Localization = new() { Locale = language.IsEnglish ? "en" : "zh-CN" };
        options.HeaderContent = $"<a style=\"display:block;padding:.5em 1em\" href=\"{context.Request.PathBase}/\">{language["返回首页", "Home"]}</a>";
        options.Favicon = "data:,";
        options.DefaultFonts = false;
        options.Telemetry = false;
        options.HideClientButton = true;
        options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        options.Agent = new() { Disabled = true };
        options.Mcp = new() { Disabled = true };
    }
}
