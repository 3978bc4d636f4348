using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Batch.Host.Api;

/// <summary>What a client made from the OpenAPI document needs beside the schemas: the names of the operations, their groups, the key and its scopes, the licence.</summary>
internal static class OpenApiFrame
{
    private const string Key = "key";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info.License = new OpenApiLicense { Name = "Apache License 2.0", Identifier = "Apache-2.0" };
            document.Tags = ApiRoutes.Groups.Select(g => new OpenApiTag { Name = g.Tag, Description = g.About }).ToHashSet();
            document.AddComponent<IOpenApiSecurityScheme>(Key, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "bk_...",
                Description = "A key made with batch key add. Each operation names the scope that it needs; see: any of the scopes that work on runs, submissions and jobs.",
            });
            foreach (OpenApiServer server in document.Servers ?? [])
            {
                server.Url = server.Url?.TrimEnd('/');
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            operation.OperationId = NameOf(context.Description);
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, context.Document)] = ScopesOf(context.Description) }];
            return Task.CompletedTask;
        });
    }

    // POST /api/v1/areas/{area}/runs is postAreasRuns; a parameter is part of the name where the address ends with it.
    private static string NameOf(ApiDescription route)
    {
        string[] parts = route.RelativePath!.Split('/')[2..];
        IEnumerable<string> words = parts.Where((part, at) => part[0] != '{' || at == parts.Length - 1).SelectMany(part => part.Trim('{', '}').Split('-'));
        return route.HttpMethod!.ToLowerInvariant() + string.Concat(words.Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static List<string> ScopesOf(ApiDescription route) =>
        [.. route.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Select(a => a.Policy).OfType<string>().Select(Scopes.OfPolicy).Distinct()];
}
