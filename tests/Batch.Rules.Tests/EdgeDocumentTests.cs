using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>docs/policies/edges.md holds every edge that code, tests and policy files cite, and every source that it cites itself.</summary>
public sealed partial class EdgeDocumentTests
{
    private const int Edges = 32;

    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "policies", "edges.md"));

    private static readonly int[] Listed = [.. EdgeRow().Matches(Page).Select(m => Number(m.Groups[1].Value))];

    [Test]
    public void Every_number_has_one_row() => Assert.That(Listed, Is.EqualTo(Enumerable.Range(1, Edges)));

    [Test]
    public void Every_edge_that_is_cited_is_there()
    {
        string[] folders = ["Batch.Rules", "Batch.Jobs", "Batch.Host", "tests", "data-samples", "docs"];
        IEnumerable<string> files = folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Root(), f), "*", SearchOption.AllDirectories))
            .Where(f => Path.GetExtension(f) is ".cs" or ".cshtml" or ".yaml" or ".csv" or ".sql" or ".md" && !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
        (string File, int Edge)[] cited = [.. files.SelectMany(f => Cited().Matches(File.ReadAllText(f)).SelectMany(m => Digits().Matches(m.Value)).Select(d => (f, Number(d.Value))))];
        Assert.That(cited, Is.Not.Empty);
        Assert.That(cited.Where(c => !Listed.Contains(c.Edge)), Is.Empty);
    }

    [Test]
    public void Every_row_of_the_table_of_edges_is_one_of_them() => Assert.That(Table.Read("edges.csv").Select(r => Number(r["edge"])).Distinct(), Is.SubsetOf(Listed));

    [Test]
    public void Every_source_that_is_cited_is_listed_and_every_listed_one_is_cited()
    {
        int at = Page.IndexOf("\n## Sources\n", StringComparison.Ordinal);
        IEnumerable<string> listed = SourceRow().Matches(Page[at..]).SelectMany(m => m.Groups[1].Value.Split(", "));
        IEnumerable<string> cited = SourceMark().Matches(Page[..at]).Select(m => m.Groups[1].Value)
            .Concat(InterestRow().Matches(Page[..at]).SelectMany(m => m.Groups[1].Value.Split(", "))).Distinct();
        Assert.That(listed, Is.EquivalentTo(cited));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Batch.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("Batch.sln");
    }

    [GeneratedRegex(@"^\| (\d+) \| ", RegexOptions.Multiline)]
    private static partial Regex EdgeRow();

    [GeneratedRegex(@"\b[Ee]dges?[ _]\d+(?:(?:,| to| and|_and)[ _]\d+)*")]
    private static partial Regex Cited();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"^\| ([0-9A-Z]+(?:, [0-9A-Z]+)*) \| .+ \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex SourceRow();

    [GeneratedRegex(@"\[([0-9A-Z]{2,6})\](?!\()")]
    private static partial Regex SourceMark();

    /// <summary>The table of interest has its sources in a column of their own.</summary>
    [GeneratedRegex(@"^\| .+ \| .+ \| ((?:INT|QD|SH)\d(?:, (?:INT|QD|SH)\d)*) \|$", RegexOptions.Multiline)]
    private static partial Regex InterestRow();
}
