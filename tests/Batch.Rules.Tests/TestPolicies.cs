using NodaTime;

namespace Batch.Rules.Tests;

/// <summary>Shipped files with a line written otherwise; their own examples, which would no longer hold, make way for some that always do.</summary>
public static class TestPolicies
{
    private const int AreaDigits = 6;

    private const string Always = """
        examples:
          - {name: nothing comes of nothing, month: 2000-01, standing: active, birth: 1980-01-01, base: 0, net: 0.00}
          - {name: nothing comes of nothing, month: 2023-02, standing: active, category: flexible, birth: 1980-01-01, base: 0, net: 0.00}

        """;

    /// <summary>Files that are not shipped, for rules that no shipped area needs: by name, without the ending.</summary>
    public static IEnumerable<string> Files =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Policies"), "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    /// <summary>A file of <see cref="Files"/>, or the shipped one of an area.</summary>
    public static AreaPolicy Load(string name) => name.Length == AreaDigits
        ? ShippedPolicies.Load(name)
        : AreaPolicy.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Policies", $"{name}.yaml")), $"{name}.yaml");

    public static AreaPolicy Wuhan { get; } = ShippedPolicies.Load("420100");

    /// <summary>Changes written <c>this =&gt; that; this =&gt; that</c>.</summary>
    public static AreaPolicy WuhanWith(string changes)
    {
        if (changes.Length == 0)
        {
            return Wuhan;
        }

        string text = ShippedPolicies.Text("420100");
        text = text[..text.IndexOf("examples:", StringComparison.Ordinal)] + Always;
        foreach (string change in changes.Split("; "))
        {
            string[] sides = change.Split(" => ");
            if (!text.Contains(sides[0], StringComparison.Ordinal))
            {
                throw new InvalidDataException($"The Wuhan file does not say '{sides[0]}'.");
            }

            text = text.Replace(sides[0], sides[1], StringComparison.Ordinal);
        }

        return AreaPolicy.Parse(text, "changed.yaml");
    }

    public static MonthPolicy June2021 { get; } = Wuhan.For(new YearMonth(2021, 6), []);
}
