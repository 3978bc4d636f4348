namespace Batch.Rules;

/// <summary>The words of a policy file for the members of an enum: <c>HalfUp</c> is written <c>half-up</c>.</summary>
internal static class Words
{
    public static string Of<T>(T value)
        where T : struct, Enum => Table<T>.Names[Array.IndexOf(Table<T>.Values, value)];

    public static T? Read<T>(string word)
        where T : struct, Enum
    {
        int at = Array.IndexOf(Table<T>.Names, word);
        return at < 0 ? null : Table<T>.Values[at];
    }

    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Table<T>.Names;

    private static string Kebab(string name) => name switch
    {
        nameof(Grade.A) or nameof(Grade.B) or nameof(Grade.C) or nameof(Grade.GK) => name,
        nameof(Grade.AMinus) => "A-",
        _ => string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString())),
    };

    private static class Table<T>
        where T : struct, Enum
    {
        public static readonly T[] Values = Enum.GetValues<T>();
        public static readonly string[] Names = [.. Values.Select(v => Kebab(v.ToString()))];
    }
}
