using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>Every command that the README and the documents show in a <c>sh</c> block works as shown: those of one document one after the other, in a data folder of its own.</summary>
public sealed class ReadmeTests
{
    // Shown, and run elsewhere: the tests themselves.
    private static readonly string[] NotHere = ["./batch test"];

    private static IEnumerable<string> WithCommands => Documents.All.Where(d => Commands(d).Any());

    [TestCaseSource(nameof(WithCommands))]
    [CancelAfter(600_000)]
    public async Task Each_command_ends_with_0(string document, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("batch-readme-").FullName;
        try
        {
            foreach (string command in Commands(document).Where(c => !NotHere.Any(n => c.StartsWith(n, StringComparison.Ordinal))))
            {
                cancellation.ThrowIfCancellationRequested();
                (string? input, string ours) = Typed(command);
                Assert.That(ours, Does.StartWith("./batch "), "The commands of the documents are ours.");
                CliResult result = await Cli(folder, input).RunAsync(Arguments(ours, folder));
                Assert.That(result.ExitCode, Is.Zero, $"{command}\n{result}");
            }
        }
        finally
        {
            await Cli(folder, null).RunAsync("db", "stop");
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void The_README_and_the_month_have_commands() => Assert.That(WithCommands, Does.Contain("README.md").And.Contain("docs/month.md"));

    private static BatchCli Cli(string folder, string? input) =>
        new() { Environment = { ["BATCH_DATA"] = Path.Combine(folder, "data") }, Timeout = TimeSpan.FromMinutes(5), Input = input };

    /// <summary>What <c>echo TEXT |</c> gives a command on its standard input.</summary>
    private static (string? Input, string Command) Typed(string command) =>
        command.StartsWith("echo ", StringComparison.Ordinal) && command.Split(" | ") is [var echo, var ours] ? (echo["echo ".Length..] + "\n", ours) : (null, command);

    /// <summary>The words after <c>./batch</c>, with the document's folders moved into the test's.</summary>
    private static string[] Arguments(string command, string folder) =>
    [
        .. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(w => w.Replace("/tmp/batch", folder, StringComparison.Ordinal)).Select(w => w == "data/demo" ? Path.Combine(folder, w) : w),
    ];

    /// <summary>The lines of the <c>sh</c> blocks, without comments; a line that ends with a backslash goes on.</summary>
    private static IEnumerable<string> Commands(string document)
    {
        bool inside = false;
        string begun = "";
        foreach (string line in File.ReadLines(Path.Combine(BatchCli.Root, document)))
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
