using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Batch.Host.Web;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>The documents say what is so: links lead somewhere, tables hold what the code has, and nothing is cited that is not in the repository.</summary>
public sealed partial class DocumentTests
{
    private const int LinesOfReadme = 150;

    // Where a source names them: the product's folders, and what .NET, git and readers look for.
    private static readonly string[] TopLevel =
    [
        "Batch.Jobs", "Batch.Rules", "Batch.Host", "tests", "data-samples", "docs", ".ci", ".config", "Batch.sln", "README.md", "batch", "LICENSE", "NOTICE", "CHANGELOG.md", ".editorconfig",
        ".gitignore", ".gitattributes", ".dockerignore", "BannedSymbols.txt", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", "nuget.config",
    ];

    // Sources that tell of themselves: patterns, and names of other things.
    private static readonly string[] Sources = ["*.cs", "*.cshtml", "*.sql", "*.csv", "*.yaml", "*.targets", "*.csproj", "*.props", "*.md", "*.js"];

    [TestCaseSource(typeof(Documents), nameof(Documents.All))]
    public void Each_link_leads_somewhere(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(BatchCli.Root, document))!;
        List<string> dead = [];
        foreach ((string path, string anchor) in Documents.Links(document))
        {
            string target = path.Length == 0 ? document : Path.GetRelativePath(BatchCli.Root, Path.GetFullPath(Path.Combine(folder, path)));
            bool there = Path.Exists(Path.Combine(BatchCli.Root, target));
            if (!there || (anchor.Length > 0 && target.EndsWith(".md", StringComparison.Ordinal) && !Documents.Anchors(target).Contains(anchor)))
            {
                dead.Add($"{path}#{anchor}");
            }
        }

        Assert.That(dead, Is.Empty);
    }

    [Test]
    public void Each_document_is_reached_from_the_README()
    {
        HashSet<string> reached = ["README.md"];
        Queue<string> toRead = new(reached);
        while (toRead.TryDequeue(out string? document))
        {
            string folder = Path.GetDirectoryName(Path.Combine(BatchCli.Root, document))!;
            foreach (string linked in Documents.Links(document).Where(l => l.Path.EndsWith(".md", StringComparison.Ordinal)).Select(
                l => Path.GetRelativePath(BatchCli.Root, Path.GetFullPath(Path.Combine(folder, l.Path)))).Where(reached.Add))
            {
                toRead.Enqueue(linked);
            }
        }

        Assert.That(Documents.All.Except(reached), Is.Empty);
    }

    [Test]
    public void The_README_is_short() => Assert.That(File.ReadLines(Path.Combine(BatchCli.Root, "README.md")).Count(), Is.AtMost(LinesOfReadme));

    [Test]
    public void Every_folder_has_a_sentence_and_every_sentence_its_folder()
    {
        string section = Documents.Section("docs/architecture.md", "## Folders");
        IEnumerable<string> there = new[] { "Batch.Rules", "Batch.Jobs", "Batch.Host" }.SelectMany(p => Documents.Folders(Path.Combine(BatchCli.Root, p)))
            .Where(f => Directory.EnumerateFileSystemEntries(f).Any()).Select(f => Path.GetRelativePath(BatchCli.Root, f));
        Assert.That(Documents.FirstCells(section).Where(c => c.StartsWith("Batch.", StringComparison.Ordinal)), Is.EquivalentTo(there));
    }

    [Test]
    public void Every_setting_has_a_row_and_every_row_its_setting()
    {
        IEnumerable<string> code = Documents.Files("*.cs").SelectMany(f => QuotedSetting().Matches(Documents.Text(f))).Select(m => m.Groups[1].Value);
        IEnumerable<string> scripts = new[] { "batch", "tests/run" }.SelectMany(f => Setting().Matches(Documents.Text(f))).Select(m => m.Value);
        IEnumerable<string> told = Documents.FirstCells(Documents.Section("docs/operation.md", "## Settings")).Where(s => s is not ("CI" or "OTEL_EXPORTER_OTLP_ENDPOINT"));
        Assert.That(told, Is.EquivalentTo(code.Concat(scripts).Distinct()));
    }

    [Test]
    public void Every_route_of_the_API_has_a_row()
    {
        string section = Documents.Section("docs/api.md", "## Routes");
        IEnumerable<string> routes = Documents.Files("*Routes.cs").SelectMany(f => Route().Matches(Documents.Text(f))).Select(m => $"{m.Groups[1].Value.ToUpperInvariant()} `{m.Groups[2].Value}`");
        Assert.That(routes, Is.Not.Empty);
        Assert.That(routes.Where(r => !section.Contains($"| {r} |", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Every_page_of_the_menu_has_a_row()
    {
        string page = Documents.Text("docs/pages.md");
        Assert.That(Navigation.Groups.SelectMany(g => g.Entries).Select(e => e.Chinese).Where(name => !page.Contains(name, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Every_package_has_its_licence()
    {
        string page = Documents.Text("docs/licences.md");
        IEnumerable<string> packages = XDocument.Load(Path.Combine(BatchCli.Root, "Directory.Packages.props")).Descendants("PackageVersion").Select(p => p.Attribute("Include")!.Value);
        IEnumerable<string> targets = Documents.Files("*.targets").SelectMany(f => PackageReference().Matches(Documents.Text(f))).Select(m => m.Groups[1].Value);
        IEnumerable<string> npm = JsonDocument.Parse(Documents.Text("Batch.Host/package.json")).RootElement.GetProperty("dependencies").EnumerateObject().Select(p => p.Name);
        Assert.That(packages.Concat(targets).Concat(npm).Distinct().Where(name => !Regex.IsMatch(page, $@"(?<![\w.]){Regex.Escape(name)}(?![\w.]*\w)")), Is.Empty);
    }

    /// <summary>A document that is cited by its name is one of the repository's.</summary>
    [Test]
    public void Nothing_cites_a_document_that_is_not_here()
    {
        HashSet<string> here = [.. Documents.All.Select(d => Path.GetFileName(d)!)];
        IEnumerable<string> cited = Sources.SelectMany(Documents.Files).Where(f => !f.EndsWith(nameof(DocumentTests) + ".cs", StringComparison.Ordinal))
            .SelectMany(f => DocumentName().Matches(Documents.Text(f)).Select(m => m.Value).Where(name => !here.Contains(Path.GetFileName(name))).Select(name => $"{f}: {name}"));
        Assert.That(cited, Is.Empty);
    }

    [Test]
    public void The_top_level_holds_what_it_may_hold() => Assert.That(
        Directory.EnumerateFileSystemEntries(BatchCli.Root).Select(e => Path.GetFileName(e)!).Where(name => name is not (".git" or "data" or "artifacts" or ".vs" or ".vscode" or ".idea"))
            .Where(name => !name.EndsWith(".user", StringComparison.Ordinal)), Is.SubsetOf(TopLevel));

    [GeneratedRegex("\"(BATCH_[A-Z_]+)\"")]
    private static partial Regex QuotedSetting();

    [GeneratedRegex("BATCH_[A-Z_]+")]
    private static partial Regex Setting();

    [GeneratedRegex("api\\.Map(Get|Post)\\(\"([^\"]+)\"")]
    private static partial Regex Route();

    [GeneratedRegex("PackageReference Include=\"([^\"]+)\"")]
    private static partial Regex PackageReference();

    [GeneratedRegex(@"(?<![\w*/.-])[\w./-]*\w\.md\b|\bDESIGN\b|\bpolicy-facts\b")]
    private static partial Regex DocumentName();
}
