namespace Batch.Host;

/// <summary>The values of an enum as words that people write: in upper or lower case, never by their numbers, which the framework's own parsing takes as well.</summary>
internal static class EnumWords
{
    public static IReadOnlyList<string> Of(Type type) => [.. Enum.GetNames(Nullable.GetUnderlyingType(type) ?? type).Select(n => n.ToLowerInvariant())];

    /// <summary>Null: the text is none of them.</summary>
    public static T? Read<T>(string text)
        where T : struct, Enum => Of(typeof(T)).Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<T>(text, ignoreCase: true) : null;
}
