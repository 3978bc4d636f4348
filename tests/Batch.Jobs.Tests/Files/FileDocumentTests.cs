using System.Text.RegularExpressions;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;
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

    // The table's second column says in words what tells the kind; the sets of the third and fourth are the code's.
    [TestCase("payroll", FileContent.Payroll)]
    [TestCase("pension", FileContent.Pension)]
    [TestCase("persons", FileContent.Persons)]
    [TestCase("movements", FileContent.Movements)]
    [TestCase("receipts", FileContent.Receipts)]
    [TestCase("bank", FileContent.Bank)]
    public void Each_kind_of_file_has_the_columns_of_the_code(string kind, FileContent content)
    {
        string[] row = Table().Match(Page).Value.TrimEnd('\n').Split('\n').Skip(2).Select(l => l.Trim('|', ' ').Split(" | ")).Single(r => r[0].StartsWith(kind + " ", StringComparison.Ordinal));
        IReadOnlyList<ContentColumn> columns = ContentColumns.Of(content);
        Assert.That(row[2].Split(", "), Is.EquivalentTo(columns.Where(c => c.IsRequired).Select(c => c.Name)));
        Assert.That(row[3].Split(", "), Is.EquivalentTo(columns.Where(c => !c.IsRequired).Select(c => c.Name)));
    }

    [Test]
    public void Each_example_row_is_read_as_its_kind_without_a_rejection([Values] FileContent content)
    {
        IReadOnlyList<ContentColumn> columns = ContentColumns.Of(content);
        Reading reading = SampleFile.Read($"{string.Join(',', columns.Select(c => c.Name))}\n{string.Join(',', columns.Select(c => c.Example))}\n");
        Assert.That(reading.Refusal, Is.Null);
        Assert.That(reading.Rejections, Is.Empty);
        Assert.That((reading.Content, reading.Rows), Is.EqualTo(((FileContent?)content, 1)));
        AreaPolicy policy = ShippedPolicies.Load("420100");
        List<Rejection> judged = [];
        reading.Payroll.ForEach(l => LineChecks.CheckPayroll(l, policy.For(l.Month, []), "unit", judged));
        reading.Pension.ForEach(l => LineChecks.CheckPension(l, policy.For(l.Month, []), "unit", judged));
        Assert.That(judged, Is.Empty);
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
