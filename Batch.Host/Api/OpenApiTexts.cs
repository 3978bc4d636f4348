using Batch.Rules;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NodaTime;

namespace Batch.Host.Api;

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

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info.Title = "Batch 职工医保个人账户划入";
            document.Info.Description = "Amounts are texts in yuan with two places, months YYYY-MM. Faults are ProblemDetails with code, zh and en. Keys: Authorization: Bearer bk_...";
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            Type type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (Texts.TryGetValue(type, out string? pattern))
            {
                schema.Type = JsonSchemaType.String;
                schema.Pattern = pattern;
                schema.Properties?.Clear();
            }

            return Task.CompletedTask;
        });
    }
}
