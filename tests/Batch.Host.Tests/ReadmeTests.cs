using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>Every command that the README shows works as shown, one after the other, in a data folder of its own.</summary>
public sealed class ReadmeTests
{
    // Named in the README and run elsewhere: the tests themselves, and what never ends.
    private static readonly string[] NotHere = ["./batch test", ".ci/run", "git clone", "cd "];

    [Test]
    [CancelAfter(600_000)]
    public async Task Each_command_ends_with_0(CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("batch-readme-").FullName;
        BatchCli cli = new() { Environment = { ["BATCH_DATA"] = Path.Combine(folder, "data") }, Timeout = TimeSpan.FromMinutes(5) };
        try
        {
            foreach (string command in Commands().Where(c => !NotHere.Any(n => c.StartsWith(n, StringComparison.Ordinal))))
            {
                cancellation.ThrowIfCancellationRequested();
                Assert.That(command, Does.StartWith("./batch "), "The README's commands are ours.");
                CliResult result = await cli.RunAsync(Arguments(command, folder));
                Assert.That(result.ExitCode, Is.Zero, $"{command}\n{result}");
            }
        }
        finally
        {
            await cli.RunAsync("db", "stop");
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Each_link_leads_somewhere()
    {
        string readme = File.ReadAllText(Path.Combine(BatchCli.Root, "README.md"));
        IEnumerable<string> links = System.Text.RegularExpressions.Regex.Matches(readme, @"\]\((?!https?:|#)([^)#]+)").Select(m => m.Groups[1].Value);
        Assert.That(links.Where(link => !Path.Exists(Path.Combine(BatchCli.Root, link))), Is.Empty);
    }

    /// <summary>The words after <c>./batch</c>, with the README's folders moved into the test's.</summary>
    private static string[] Arguments(string command, string folder) =>
    [
        .. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(w => w.Replace("/tmp/batch", folder, StringComparison.Ordinal)).Select(w => w == "data/demo" ? Path.Combine(folder, w) : w),
    ];

    /// <summary>The lines of the <c>sh</c> blocks, without comments; a line that ends with a backslash goes on.</summary>
    private static IEnumerable<string> Commands()
    {
        bool inside = false;
        string begun = "";
        foreach (string line in File.ReadLines(Path.Combine(BatchCli.Root, "README.md")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inside = line == "```sh";
                continue;
            }

            string text = line.Split(" #")[0].Trim();
            if (!inside || text.Length == 0 || text.StartsWith('#'))
            {
                continue;
            }

            if (text.EndsWith('\\'))
            {
                begun += text[..^1];
                continue;
            }

            yield return begun + text;
            begun = "";
        }
    }
}
