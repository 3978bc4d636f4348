using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace Batch.Host.Api;

/// <summary>
/// The JSON object that a request carries, read field by field so that the answer names each field that is missing, of the wrong type or too long. The framework's
/// own binding stops at the first, and leaves a field that is missing at its default. What a field must be is said by its attributes, which the OpenAPI document
/// reads too.
/// </summary>
internal sealed class Body<T>(T value) : IEndpointParameterMetadataProvider
    where T : class, new()
{
    private const int MostBytes = 64 * 1024;
    private const string Whole = "body";

    private static readonly PropertyInfo[] Fields = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    public T Value { get; } = value;

    public static async ValueTask<Body<T>> BindAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }

        Dictionary<string, FieldFault> faults = [];
        T read = new();
        using JsonDocument? document = await ParseAsync(context.Request.Body, context.RequestAborted);
        JsonElement? given = document?.RootElement is { ValueKind: JsonValueKind.Object } found && HasReadableNames(found) ? found : null;
        if (given is null)
        {
            faults.Add(Whole, new FieldFault("应为一个 JSON 对象", "a JSON object"));
        }

        JsonSerializerOptions options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        foreach (PropertyInfo field in Fields)
        {
            string name = JsonNamingPolicy.CamelCase.ConvertName(field.Name);
            if (Read(read, field, Named(given, name), options) is { } fault)
            {
                faults.Add(name, fault);
            }
        }

        return faults.Count == 0 ? new Body<T>(read) : throw new RequestFault(faults);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

    private static async Task<JsonDocument?> ParseAsync(Stream body, CancellationToken cancellation)
    {
        try
        {
            return await JsonDocument.ParseAsync(body, cancellationToken: cancellation);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The parser takes half of a character in a name, and reading the name fails.
    private static bool HasReadableNames(JsonElement document)
    {
        try
        {
            return document.EnumerateObject().All(p => p.Name is not null);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static List<JsonElement> Named(JsonElement? given, string name) =>
        given is { } all ? [.. all.EnumerateObject().Where(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(p => p.Value)] : [];

    private static FieldFault? Read(T into, PropertyInfo field, List<JsonElement> values, JsonSerializerOptions options)
    {
        if (values.Count > 1)
        {
            return FieldFault.Twice;
        }

        bool required = field.IsDefined(typeof(RequiredAttribute));
        if (values is not [{ ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value])
        {
            return required ? FieldFault.Missing : null;
        }

        try
        {
            field.SetValue(into, value.Deserialize(field.PropertyType, options));
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            return Nullable.GetUnderlyingType(field.PropertyType) is { } type ? type == typeof(NodaTime.YearMonth) ? FieldFault.Month : Words(type) : FieldFault.Unreadable;
        }

        return field.GetValue(into) is string text ? Check(field, text, required) : null;
    }

    private static FieldFault Words(Type type) => type.IsEnum ? FieldFault.OneOf(Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)) : FieldFault.Unreadable;

    private static FieldFault? Check(PropertyInfo field, string text, bool required) =>
        required && string.IsNullOrWhiteSpace(text) ? FieldFault.Missing
        : field.GetCustomAttribute<StringLengthAttribute>() is { MaximumLength: var most } && text.Length > most ? FieldFault.TooLong(most)
        : text.Contains('\0', StringComparison.Ordinal) ? FieldFault.NotText
        : field.GetCustomAttribute<RegularExpressionAttribute>() is { } form && !Regex.IsMatch(text, form.Pattern, RegexOptions.None, TimeSpan.FromSeconds(1))
            ? field.Name == "Area" ? FieldFault.Area : FieldFault.Unreadable
        : null;
}
