using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Batch.Jobs.Facts;
using Batch.Rules;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NodaTime;

namespace Batch.Host.Api;

/// <summary>A fault as the OpenAPI document describes it: ProblemDetails (RFC 9457) with the stable code and both languages.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Zh">The sentence in Chinese.</param>
/// <param name="En">The sentence in English.</param>
internal sealed record FaultDocument(int Status, string Title, string Detail, string Code, string Zh, string En)
{
    /// <summary>Of a 400: each field that is missing or wrong, with what it must be.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
}

/// <summary>What a route is asked with, for the OpenAPI document: fields of its body, or its parameters.</summary>
internal sealed record RequestExample(object Value);

/// <summary>What the OpenAPI document says of itself and of the values that are texts in JSON.</summary>
internal static class OpenApiTexts
{
    private static readonly Dictionary<Type, string> Texts = new()
    {
        [typeof(Money)] = @"^-?\d+\.\d{2}$",
        [typeof(YearMonth)] = @"^\d{4}-\d{2}$",
        [typeof(LocalDate)] = @"^\d{4}-\d{2}-\d{2}$",
        [typeof(Instant)] = @"^\d{4}-\d{2}-\d{2}T",
    };

    // Of parameters: their text is read by the routes, so that a wrong one is named in the answer.
    private static readonly Dictionary<string, OpenApiSchema> Parameters = new(StringComparer.Ordinal)
    {
        ["area"] = new() { Type = JsonSchemaType.String, Pattern = "^[0-9]{6}$" },
        ["month"] = new() { Type = JsonSchemaType.String, Pattern = Texts[typeof(YearMonth)] },
        ["kind"] = new() { Type = JsonSchemaType.String, Enum = [.. EnumWords.Of(typeof(SubmissionKind)).Select(n => (JsonNode)n)] },
        [FileRoutes.KeyHeader] = new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = FileRoutes.LongestKey },
    };

    public static void Configure(OpenApiOptions options)
    {
        // Each where it is used: a reference to a value that may be left out would read as one that may be null where it is required.
        options.CreateSchemaReferenceId = static type => IsText(type.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info.Title = "Batch 职工医保个人账户划入";
            document.Info.Description = "Amounts are texts in yuan with two places, months YYYY-MM, words in upper or lower case. Faults are ProblemDetails with code, zh and en; "
                + "of a 400 errors names each field. Keys: Authorization: Bearer bk_...";
            return Task.CompletedTask;
        });
        OpenApiFrame.Configure(options);
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            Type type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (Texts.TryGetValue(type, out string? pattern))
            {
                schema.Type = JsonSchemaType.String;
                schema.Pattern = pattern;
                schema.Properties?.Clear();
            }

            if (context.JsonPropertyInfo?.AttributeProvider?.IsDefined(typeof(RequiredAttribute), false) == true)
            {
                schema.Type &= ~JsonSchemaType.Null;
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            JsonObject? example = context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestExample>().SingleOrDefault() is { } given
                ? JsonSerializer.SerializeToNode(given.Value, JsonConventions.Options)!.AsObject() : null;
            if (operation.RequestBody?.Content is { } bodies && bodies.TryGetValue("application/json", out OpenApiMediaType? body))
            {
                body.Example = example;
            }

            foreach (OpenApiParameter parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
            {
                parameter.Schema = Parameters.GetValueOrDefault(parameter.Name ?? "") ?? parameter.Schema;
                parameter.Required |= parameter.Name == FileRoutes.KeyHeader;
                parameter.Example = operation.RequestBody is null && example?.ContainsKey(parameter.Name ?? "") == true ? example[parameter.Name!]!.DeepClone() : null;
            }

            return Task.CompletedTask;
        });
    }

    private static bool IsText(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is { } of && (of.IsEnum || Texts.ContainsKey(of));
}
