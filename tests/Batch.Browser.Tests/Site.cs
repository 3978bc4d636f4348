using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Batch.Testing;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>The host on a database of its own, and a browser to look at it with. Without a Chromium the tests are skipped on a laptop and fail in CI.</summary>
internal sealed class Site : IAsyncDisposable
{
    public const string Password = "Stone-bridge-5432";
    public const string OneTime = "Brook-river-9876";

    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // A browser that asks nobody else for anything.
    private static readonly string[] Quiet =
        ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly TestDatabase? _database;
    private readonly string? _data;
    private readonly Process _host;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Site(TestDatabase? database, string? data, Process host, IPlaywright playwright, IBrowser browser)
    {
        (_database, _data, _host, _playwright, _browser) = (database, data, host, playwright, browser);
    }

    public string Root { get; private init; } = "";

    private Task<string> Errors { get; init; } = Task.FromResult("");

    public BatchCli Cli => CliWith([]);

    /// <summary>The command line as somebody who has signed in once on the pages.</summary>
    public BatchCli CliAs(string name) => new() { Db = _database?.Url, Data = _data, SignedIn = (name, Password) };

    public TestDatabase Database => _database!;

    /// <param name="data">A data folder that is there already, instead of a new database.</param>
    public static Task<Site> OpenAsync(string? data = null) => StartAsync(data, null, "420100");

    /// <summary>By the shipped policy: credits wait for the money.</summary>
    public static async Task<Site> OpenAsShippedAsync() => await StartAsync(null, await TestDatabase.CreateAsShippedAsync("420100"));

    /// <summary>As it is right after it was installed: no area, nobody who may sign in.</summary>
    public static Task<Site> OpenEmptyAsync() => StartAsync(null, null);

    private static async Task<Site> StartAsync(string? data, TestDatabase? made, params string[] areas)
    {
        string browser = Browsers.FirstOrDefault(File.Exists) ?? "";
        if (browser.Length == 0)
        {
            const string Lacking = "There is no Chromium: apt-get install -y chromium";
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                Assert.Fail(Lacking);
            }

            Assert.Ignore(Lacking);
        }

        TestDatabase? database = made ?? (data is null ? await TestDatabase.CreateAsync(areas) : null);
        string root = $"http://127.0.0.1:{FreePorts.One()}";
        Process host = new BatchCli { Db = database?.Url, Data = data }.Start("serve", "--urls", root);
        Task<string> errors = host.StandardError.ReadToEndAsync();
        _ = host.StandardOutput.ReadToEndAsync();
        await ReadyAsync(root, host, errors);
        IPlaywright playwright = await Playwright.CreateAsync();
        string[] arguments = Environment.UserName == "root" ? ["--no-sandbox", .. Quiet] : Quiet;
        return new Site(database, data, host, playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = browser, Args = arguments })) { Root = root, Errors = errors };
    }

    /// <summary>The most memory that the host has had, as the system counts it.</summary>
    public int HostPeakMiB() => File.ReadLines($"/proc/{_host.Id}/status").Where(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(l => int.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024).Single();

    /// <summary>Before anybody signs in: afterwards an administrator adds users.</summary>
    public async Task AddUserAsync(string name, string roles)
    {
        CliResult added = await CliWith(new() { ["BATCH_PASSWORD"] = OneTime }).RunAsync("user", "add", name, "--roles", roles);
        Assert.That(added.ExitCode, Is.Zero, added.ToString());
    }

    /// <summary>A window of somebody's own, signed in; the first time with the one-time password, which is changed.</summary>
    public async Task<IPage> SignInAsync(string name, string password = OneTime)
    {
        IPage page = await WindowAsync();
        await TryAsync(page, name, password);
        if (page.Url.EndsWith("/password", StringComparison.Ordinal))
        {
            await page.FillAsync("input[name=present]", password);
            await page.FillAsync("input[name=wanted]", Password);
            await page.FillAsync("input[name=again]", Password);
            await page.ClickAsync("main form button");
            await Assertions.Expect(page.Locator("main form.narrow")).ToHaveCountAsync(0);
        }

        return page;
    }

    public async Task<IPage> WindowAsync(int width = 1280, int height = 800)
    {
        IBrowserContext context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, AcceptDownloads = true });
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }

    public async Task TryAsync(IPage page, string name, string password)
    {
        await page.GotoAsync(Root);
        await page.FillAsync("input[name=name]", name);
        await page.FillAsync("input[name=password]", password);
        await page.ClickAsync("main form button");
    }

    private BatchCli CliWith(Dictionary<string, string?> environment) => new() { Db = _database?.Url, Data = _data, Environment = environment };

    private static async Task ReadyAsync(string root, Process host, Task<string> errors)
    {
        using HttpClient http = new();
        for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(3);)
        {
            if (host.HasExited)
            {
                Assert.Fail($"The host ended: {await errors}");
            }

            try
            {
                if ((await http.GetAsync(new Uri(root + "/healthz/ready"))).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(200);
        }

        Assert.Fail("The host was not ready in three minutes.");
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        _host.Kill(entireProcessTree: true);
        await _host.WaitForExitAsync();
        KeptLogs.Keep("program", await Errors);
        _host.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
