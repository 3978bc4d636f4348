using System.Text.RegularExpressions;
using Batch.Jobs.Files;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

/// <summary>docs/files.md, which senders of files read, names every column, every code and every limit, and no other.</summary>
public sealed partial class FileDocumentTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(BatchCli.Root, "docs", "files.md"));

    [Test]
    public void Each_column_stands_there_with_all_its_names()
    {
        IEnumerable<string> told = Rows("## Columns and their names").Select(r => $"{r[0]}: {r[1]}");
        IEnumerable<string> known = Enum.GetValues<Column>().Select(c => $"{ColumnNames.All(c)[0]}: {string.Join(" · ", ColumnNames.All(c).Skip(1))}");
        Assert.That(told, Is.EquivalentTo(known));
    }

    [TestCase("### The file as a whole", CodeLevel.File)]
    [TestCase("### A row by itself", CodeLevel.Row)]
    [TestCase("### A row under the policy of its month", CodeLevel.Policy)]
    [TestCase("### A row against the register", CodeLevel.Register)]
    [TestCase("### Held for a decision", CodeLevel.Held)]
    public void Each_code_stands_there_at_its_level(string heading, CodeLevel level) =>
        Assert.That(Rows(heading).Select(r => r[0].Trim('`')), Is.EquivalentTo(RejectionCodes.All.Where(c => c.Level == level).Select(c => c.Code)));

    [Test]
    public void Each_limit_stands_there() => Assert.That(Rows("## Limits").Select(r => r[0].Trim('`')), Is.EquivalentTo(IntakeLimits.Names));

    /// <summary>The rows of the first table below a heading, without its head.</summary>
    private static IEnumerable<string[]> Rows(string heading)
    {
        string below = Page[(Page.IndexOf($"\n{heading}\n", StringComparison.Ordinal) + 1)..];
        return Table().Match(below).Value.TrimEnd('\n').Split('\n').Skip(2).Select(l => l.Trim('|', ' ').Split(" | "));
    }

    [GeneratedRegex(@"(^\|.*\n)+", RegexOptions.Multiline)]
    private static partial Regex Table();
}
