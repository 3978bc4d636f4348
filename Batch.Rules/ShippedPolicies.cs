using System.Reflection;

namespace Batch.Rules;

/// <summary>
/// The policy files that come with the product, built into it. An area is created with its file; what is adopted later lives in the database.
/// </summary>
public static class ShippedPolicies
{
    private const string Prefix = "Batch.Rules.Policies.";

    /// <summary>Six-digit codes of the areas with a file, in order.</summary>
    public static IReadOnlyList<string> Areas { get; } =
        [.. Names().Select(n => n.Substring(Prefix.Length, 6)).Order(StringComparer.Ordinal)];

    /// <summary>Parses and proves the file of an area.</summary>
    /// <exception cref="ArgumentException">No file comes with the product for this area.</exception>
    public static AreaPolicy Load(string area) => AreaPolicy.Parse(Text(area), FileName(area));

    /// <summary>Name of the area's file: <c>420100-wuhan.yaml</c>.</summary>
    public static string FileName(string area) => ResourceName(area)[Prefix.Length..];

    /// <summary>The area's file as it is.</summary>
    public static string Text(string area)
    {
        using Stream file = Assembly.GetManifestResourceStream(ResourceName(area))!;
        using var text = new StreamReader(file);
        return text.ReadToEnd();
    }

    private static Assembly Assembly => typeof(ShippedPolicies).Assembly;

    private static string ResourceName(string area) =>
        Names().FirstOrDefault(n => area.Length == 6 && n.StartsWith(Prefix + area, StringComparison.Ordinal))
        ?? throw new ArgumentException($"No policy file for area {area} comes with the product; known are {string.Join(", ", Areas)}.", nameof(area));

    private static IEnumerable<string> Names() => Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal));
}
