using System.Text.RegularExpressions;
using Batch.Jobs.Facts;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Facts;

/// <summary>The codes of the database have their numbers in the enums alone: SQL in C# is made from them.</summary>
public sealed partial class CodesInSqlTests
{
    private static readonly string Project = Path.Combine(BatchCli.Root, "Batch.Jobs");

    [Test]
    public void No_statement_compares_a_code_with_a_bare_number()
    {
        IEnumerable<string> found = Directory.GetFiles(Project, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => File.ReadLines(f).Where(l => BareNumber().IsMatch(l)).Select(l => $"{Path.GetFileName(f)}: {l.Trim()}"));
        Assert.That(found, Is.Empty);
    }

    [Test]
    public void Groups_of_events_are_written_as_their_indexes_are() => Assert.Multiple(() =>
    {
        Assert.That(Script("142_identities.sql"), Does.Contain($"WHERE event IN {PersonEvents.Assessed};"));
        Assert.That(Script("040_movements.sql"), Does.Contain($"WHERE event IN {PersonEvents.OfAccount};"));
    });

    private static string Script(string name) => File.ReadAllText(Path.Combine(Project, "Database", "area", name));

    [GeneratedRegex(@"\b(event|state|channel|ground|component|outcome|kind|status)\)? *(=|<>|<=?|>=?|(NOT )?IN) \(?\d|\bCASE (\w\.)?(event|channel|ground|component|outcome) WHEN \d")]
    private static partial Regex BareNumber();
}
