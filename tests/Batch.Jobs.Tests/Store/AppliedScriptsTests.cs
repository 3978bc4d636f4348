using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Store;

/// <summary>
/// A script that was applied anywhere stays as it is: every database records its hash and refuses another text. applied-scripts.txt has the hash and the name
/// of each; a new script gets a line, a line is never changed or removed.
/// </summary>
public sealed class AppliedScriptsTests
{
    private const string List = "tests/Batch.Jobs.Tests/Store/applied-scripts.txt";

    private static readonly Dictionary<string, string> Listed = File.ReadLines(Path.Combine(BatchCli.Root, List))
        .Select(line => line.Split("  ")).ToDictionary(words => words[1], words => words[0]);

    private static readonly Dictionary<string, string> Shipped = new[] { Migrator.CommonSeries, "area" }
        .SelectMany(series => MigrationScript.SeriesOf(typeof(Migrator).Assembly, series).Select(s => (Name: $"{series}/{s.Number:000}_{s.Name}.sql", s.Sha256)))
        .ToDictionary(s => s.Name, s => s.Sha256);

    [Test]
    public void No_listed_script_is_missing() => Assert.That(Listed.Keys.Except(Shipped.Keys), Is.Empty, "Databases have these scripts. Put them back.");

    [Test]
    public void No_listed_script_is_changed() => Assert.That(
        Listed.Where(l => Shipped.TryGetValue(l.Key, out string? now) && now != l.Value).Select(l => l.Key), Is.Empty,
        "Databases have these scripts as they were. Restore their text and put the change into a new script.");

    [Test]
    public void Every_script_is_listed() => Assert.That(
        Shipped.Where(s => !Listed.ContainsKey(s.Key)).Select(s => $"{s.Value}  {s.Key}"), Is.Empty, $"Add the line of each new script to {List}.");
}
