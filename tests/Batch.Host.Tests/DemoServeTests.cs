using System.Diagnostics;
using System.Globalization;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary><c>serve --demo</c> as a process: on this machine alone, in a folder of its own, with something to do.</summary>
public sealed class DemoServeTests
{
    private readonly string data = Path.Combine(Path.GetTempPath(), $"batch-demo-{Guid.NewGuid():N}");

    private BatchCli Cli => new() { Data = data };

    [OneTimeTearDown]
    public async Task ClearAsync()
    {
        if (Directory.Exists(data))
        {
            await new BatchCli { Data = Path.Combine(data, "demo-pages") }.RunAsync("db", "stop");
            Directory.Delete(data, recursive: true);
        }
    }

    [TestCase("--urls http://0.0.0.0:8431", "DEMO_LOOPBACK")]
    [TestCase("--urls http://127.0.0.1:8431,http://*:8432", "DEMO_LOOPBACK")]
    [TestCase("--urls http://192.168.7.9:8431", "DEMO_LOOPBACK")]
    [TestCase("--db postgresql://somebody@127.0.0.1/theirs", "DEMO_DATABASE")]
    public async Task What_would_let_others_in_or_touch_another_database_is_refused(string options, string code)
    {
        CliResult result = await Cli.RunAsync(["serve", "--demo", .. options.Split(' '), "--json"]);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
        Assert.That(result.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That(result.Json.GetProperty("error").GetProperty("messageZh").GetString(), Does.Contain("演示"));
    }

    [Test]
    public async Task A_folder_of_somebody_else_is_not_touched()
    {
        string other = Directory.CreateTempSubdirectory("batch-demo-other-").FullName;
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(other, "demo-pages")).FullName, "ledger"), "theirs");
        CliResult result = await new BatchCli { Data = other }.RunAsync("serve", "--demo", "--json");
        Assert.That(result.ExitCode, Is.EqualTo(3), result.ToString());
        Assert.That(result.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("DEMO_FOLDER"));
        Assert.That(Directory.EnumerateFileSystemEntries(other, "*", SearchOption.AllDirectories).Count(), Is.EqualTo(2));
        Directory.Delete(other, recursive: true);
    }

    [Test, CancelAfter(600_000)]
    public async Task It_says_where_to_open_it_leaves_a_month_in_its_work_and_keeps_what_was_done_for_the_next_start()
    {
        await TestServer.RequireAsync();
        await OnceAsync();
        BatchCli own = new() { Data = Path.Combine(data, "demo-pages") };
        CliResult held = await own.RunAsync("held", "--area", "420100", "--json"), run = await own.RunAsync("preview", "10", "--json");
        Assert.That(held.Output, Does.Contain("2021-09"), "held by a file of 2021-10");
        Assert.That(run.Output, Does.Contain("computed"), run.ToString());
        CliResult verified = await own.RunAsync("verify", "--all");
        Assert.That(verified.ExitCode, Is.Zero, verified.ToString());
        Assert.That(await OnceAsync(), Does.Not.Contain("making the demonstration's data"), "the second start takes what is there");
    }

    /// <summary>Starts it, until it says where; what it logged.</summary>
    private async Task<string> OnceAsync()
    {
        string address = $"http://127.0.0.1:{FreePorts.One().ToString(CultureInfo.InvariantCulture)}";
        using Process host = Cli.Start("serve", "--demo", "--urls", address);
        Task<string> errors = host.StandardError.ReadToEndAsync();
        string? line = await host.StandardOutput.ReadLineAsync();
        while (line?.Contains("demonstration is ready", StringComparison.Ordinal) == false)
        {
            line = await host.StandardOutput.ReadLineAsync();
        }

        Assert.That(line, Does.EndWith(address), line is null ? await errors : "");
        using HttpClient client = new() { BaseAddress = new Uri(address) };
        Assert.That(await client.GetStringAsync("/sign-in"), Does.Contain("/sign-in/demo/reviewer"));
        host.Kill();
        await host.WaitForExitAsync();
        return await errors;
    }
}
