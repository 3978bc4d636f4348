using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>Verbs as processes on an embedded server of their own: killed, at once, one after the other.</summary>
[NonParallelizable]
public sealed class EmbeddedVerbTests
{
    private string folder = null!;
    private BatchCli cli = null!;

    /// <summary>Skips or fails these tests where there is no PostgreSQL.</summary>
    [OneTimeSetUp]
    public Task RequirePostgreSqlAsync() => TestServer.RequireAsync();

    [SetUp]
    public void MakeFolder()
    {
        folder = Path.Combine(Path.GetTempPath(), $"batch-verbs-{Guid.NewGuid():N}");
        cli = new BatchCli { Data = folder };
    }

    [TearDown]
    public async Task RemoveFolder()
    {
        await cli.RunAsync("db", "stop");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task A_verb_starts_the_server_and_leaves_none_behind()
    {
        CliResult result = await cli.RunAsync("db", "url", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Json.GetProperty("url").GetString(), Does.StartWith("postgresql://batch_admin@/batch?host="));
        Assert.That(IsRunning, Is.False);
    }

    [Test]
    public async Task Verbs_at_once_share_one_server()
    {
        CliResult[] results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => cli.RunAsync("db", "migrate", "--json")));
        Assert.That(results.Select(r => r.ExitCode), Is.All.Zero, string.Join('\n', results.Select(r => r.ToString())));
        Assert.That(IsRunning, Is.False);
    }

    [TestCase(100)]
    [TestCase(500)]
    [TestCase(900)]
    public async Task A_first_verb_killed_at_any_moment_leaves_nothing_that_blocks(int milliseconds)
    {
        using (Process process = cli.Start("db", "migrate"))
        {
            await Task.Delay(milliseconds);
            process.Kill();
            await process.WaitForExitAsync();
        }

        CliResult again = await cli.RunAsync("db", "migrate", "--json");
        Assert.That(again.ExitCode, Is.Zero, again.ToString());
        Assert.That(IsRunning, Is.False, "the server of the killed program was adopted and stopped");
    }

    [Test]
    public async Task The_server_of_a_killed_program_serves_on_and_is_adopted_by_the_next()
    {
        await cli.RunAsync("db", "url");
        // A backup that never comes holds the verb with its server running.
        string pipe = Path.Combine(folder, "pipe");
        Process.Start("mkfifo", pipe).WaitForExit();
        using (Process process = cli.Start("db", "restore", pipe))
        {
            await WaitAsync(() => IsRunning && ToolOf(process) is not null);
            using Process? tool = ToolOf(process);
            process.Kill();
            await process.WaitForExitAsync();
            tool?.Kill();
        }

        Assert.That(IsRunning, Is.True);
        int before = ServerPid();
        Task<CliResult> kept = cli.RunAsync("db", "start", "--json");
        Assert.That((await kept).ExitCode, Is.Zero, kept.Result.ToString());
        Assert.That(ServerPid(), Is.EqualTo(before), "adopted, not started anew");
    }

    [Test]
    public async Task Start_stop_backup_reset_and_restore()
    {
        string backup = Path.Combine(folder, "backup");
        Assert.That((await cli.RunAsync("db", "start", "--json")).Json.GetProperty("state").GetString(), Is.EqualTo("running"));
        Assert.That(IsRunning, Is.True);
        JsonElement written = (await cli.RunAsync("db", "backup", backup, "--json")).Json;
        Assert.That(written.GetProperty("bytes").GetInt64(), Is.EqualTo(new FileInfo(backup).Length));
        Assert.That((await cli.RunAsync("db", "reset", "--yes", "--json")).ExitCode, Is.Zero);
        CliResult restored = await cli.RunAsync("db", "restore", backup, "--json");
        Assert.That(restored.ExitCode, Is.Zero, restored.ToString());
        Assert.That((await cli.RunAsync("db", "stop", "--json")).Json.GetProperty("state").GetString(), Is.EqualTo("stopped"));
        Assert.That(IsRunning, Is.False);
    }

    [Test]
    public async Task A_file_that_is_no_backup_is_refused_and_the_contents_stay()
    {
        await cli.RunAsync("db", "url");
        string nonsense = Path.Combine(folder, "nonsense");
        await File.WriteAllTextAsync(nonsense, "this is not a backup");
        CliResult result = await cli.RunAsync("db", "restore", nonsense, "--json");
        Assert.That(result.ExitCode, Is.EqualTo(3), result.ToString());
        Assert.That(result.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("DATABASE_TOOL"));
        Assert.That((await cli.RunAsync("db", "migrate", "--json")).ExitCode, Is.Zero);
    }

    [TestCase("-INT", 130)]
    [TestCase("-TERM", 143)]
    public async Task A_signal_ends_a_verb_cleanly(string signal, int exitCode)
    {
        await cli.RunAsync("db", "url");
        string pipe = Path.Combine(folder, "pipe");
        Process.Start("mkfifo", pipe).WaitForExit();
        using Process process = cli.Start("db", "restore", pipe);
        await WaitAsync(() => IsRunning && ToolOf(process) is not null);
        Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(limit.Token);
        Assert.That(process.ExitCode, Is.EqualTo(exitCode));
        Assert.That(IsRunning, Is.False);
    }

    [Test]
    public async Task Verbs_on_a_named_database_use_it()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync();
        CliResult result = await new BatchCli { Db = database.Url }.RunAsync("db", "url", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Json.GetProperty("url").GetString(), Is.EqualTo(database.Url));
    }

    private bool IsRunning => File.Exists(Path.Combine(folder, "pg", "postmaster.pid"));

    private int ServerPid() => int.Parse(File.ReadLines(Path.Combine(folder, "pg", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>The pg_restore that a verb has started; null: not yet.</summary>
    private static Process? ToolOf(Process verb) => Process.GetProcessesByName("pg_restore").FirstOrDefault(p => ParentOf(p) == verb.Id);

    private static int ParentOf(Process process)
    {
        try
        {
            // The fourth field; the second is the name in brackets.
            string[] fields = File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[^1].Split(' ');
            return int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(30)), "waited in vain");
            await Task.Delay(20);
        }
    }
}
