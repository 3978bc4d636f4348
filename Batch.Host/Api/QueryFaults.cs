using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Diagnostics;

namespace Batch.Host.Api;

/// <summary>Which values of an address are not of the type that the route asks for. The framework names only the first, in a sentence of its own.</summary>
internal static class QueryFaults
{
    public static Dictionary<string, FieldFault> Of(HttpContext context)
    {
        MethodInfo? handler = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<MethodInfo>();
        return (handler?.GetParameters() ?? [])
            .SelectMany(p => p.IsDefined(typeof(AsParametersAttribute)) ? p.ParameterType.GetProperties().Select(f => (f.Name, Type: f.PropertyType)) : [(p.Name!, p.ParameterType)])
            .Where(p => context.Request.Query.ContainsKey(p.Item1) && !Reads(p.Item2, context.Request.Query[p.Item1].ToString()))
            .ToDictionary(p => char.ToLowerInvariant(p.Item1[0]) + p.Item1[1..], _ => FieldFault.Unreadable);
    }

    private static bool Reads(Type type, string text) =>
        type == typeof(int?) ? int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) : type != typeof(bool?) || bool.TryParse(text, out _);
}
