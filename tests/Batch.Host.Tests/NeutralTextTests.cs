using System.Text.RegularExpressions;
using Batch.Jobs.Store;
using Batch.Testing;
using Npgsql;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>What is said to a page, a program and a terminal alike mentions none of them: no option, no verb, no "command".</summary>
public sealed partial class NeutralTextTests
{
    // Told to who starts the program, and to nobody else.
    private static readonly string[] AtTheTerminal =
    [
        "Batch.Jobs/Store/Age.cs", "Batch.Jobs/Store/ClusterPlace.cs", "Batch.Jobs/Store/ConnectFaults.cs", "Batch.Jobs/Store/ConnectionText.cs", "Batch.Jobs/Store/PostgresBinaries.cs", "Batch.Jobs/Store/Roles.cs",
    ];

    private static IEnumerable<string> Sources => ((string[])["Batch.Jobs", "Batch.Host/Api", "Batch.Host/Pages"])
        .SelectMany(f => Directory.EnumerateFiles(Path.Combine(BatchCli.Root, f), "*.cs", SearchOption.AllDirectories)).Select(f => Path.GetRelativePath(BatchCli.Root, f))
        .Where(f => !f.StartsWith("Batch.Jobs/Tools", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal) && !AtTheTerminal.Contains(f));

    [Test]
    public void No_sentence_of_what_pages_and_the_API_share_speaks_of_the_command_line()
    {
        string[] found = [.. Sources.SelectMany(f => File.ReadLines(Path.Combine(BatchCli.Root, f)).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)).SelectMany(l => Text().Matches(l).Select(m => m.Value))
            .Where(t => Terminal().IsMatch(t)).Select(t => $"{f}: {t}"))];
        Assert.That(found.Where(t => !t.Contains("by its name on the command line", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void No_fault_tells_who_ran_no_command_to_run_it_again()
    {
        Exception[] faults =
        [
            new OperationCanceledException(), new NpgsqlException("lost"), new IOException("full", 28), new PostgresException("", "", "", PostgresErrorCodes.DiskFull),
            new PostgresException("", "", "", PostgresErrorCodes.AdminShutdown), new Batch.Rules.MissingFigureException("average-wage", new NodaTime.YearMonth(2021, 6)),
        ];
        Assert.That(faults.Select(FaultText.Of).SelectMany(f => (string[])[f.Message, f.Chinese]), Has.None.Match(Terminal().ToString()));
        Assert.That(faults.Take(5).Select(FaultText.Of).Select(f => f.Message), Has.All.Contains("ry again").IgnoreCase);
    }

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"[ （(]--[a-z]|\bbatch (held|policy|login|run|import|allocate)\b|same command|同一命令|命令行|command line")]
    private static partial Regex Terminal();
}
