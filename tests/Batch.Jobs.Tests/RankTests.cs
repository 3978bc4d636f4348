using System.Text.RegularExpressions;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Jobs.Tests;

/// <summary>The folders of Batch.Jobs are ranks: each is a namespace and uses only those before it, so there is no cycle.</summary>
public sealed partial class RankTests
{
    /// <summary>From the lowest to the highest.</summary>
    private static readonly string[] Ranks = ["Store", "Facts", "Files", "Intake", "Ledger", "Runs", "Reading", "Proof", "Work", "Tools"];

    private static readonly string Project = Path.Combine(BatchCli.Root, "Batch.Jobs");

    private static readonly HashSet<string?> Types = [.. typeof(Jobs.Store.Area).Assembly.GetTypes().Select(t => t.FullName)];

    [Test]
    public void Each_folder_is_a_rank() => Assert.That(
        Directory.GetDirectories(Project).Select(d => Path.GetFileName(d)!).Except(["Database", "bin", "obj"]), Is.EquivalentTo(Ranks));

    [TestCaseSource(nameof(Ranks))]
    public void A_rank_is_a_namespace_and_uses_only_those_before_it(string rank)
    {
        int own = Array.IndexOf(Ranks, rank);
        List<string> faults = [];
        string[] files = Directory.GetFiles(Path.Combine(Project, rank), "*.cs", SearchOption.AllDirectories);
        foreach (string file in files)
        {
            string code = File.ReadAllText(file), name = Path.GetFileName(file);
            if (!code.Contains($"namespace Batch.Jobs.{rank};", StringComparison.Ordinal))
            {
                faults.Add($"{name} is in another namespace");
            }

            faults.AddRange(Using().Matches(code).Concat(Qualified().Matches(code).Where(IsType)).Select(m => m.Groups["rank"].Value)
                .Where(r => Array.IndexOf(Ranks, r) > own).Select(r => $"{name} uses {r}"));
        }

        Assert.Multiple(() =>
        {
            Assert.That(files, Is.Not.Empty);
            Assert.That(faults, Is.Empty);
        });
    }

    private static bool IsType(Match name) => Types.Contains($"Batch.Jobs.{name.Groups["rank"].Value}.{name.Groups["type"].Value}");

    [GeneratedRegex(@"^using (static )?Batch\.Jobs\.(?<rank>\w+)[.;]", RegexOptions.Multiline)]
    private static partial Regex Using();

    /// <summary>A type named with its namespace, in full or from the common part on.</summary>
    [GeneratedRegex(@"\b(?<rank>[A-Z][a-z]+)\.(?<type>[A-Z]\w+)")]
    private static partial Regex Qualified();
}
