using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Testing;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>
/// A month of a city driven from the pages alone: files sent, the run started and watched, approved by another, posted, closed. Takes minutes, so it is asked for by name:
/// <c>BATCH_CITY=1000000 ./batch test Browser --filter "FullyQualifiedName~CityInTheBrowser"</c>.
/// </summary>
[NonParallelizable, Explicit("minutes of work")]
public sealed partial class CityInTheBrowserTests
{
    private const string Month = "2021-06";

    // What a person sees, noted ten times a second.
    private const string Watch =
        """
        what => {
            window.seen = [];
            window.setInterval(() => {
                const now = what.map(s => { const n = document.querySelector(s); return n ? (n.tagName === 'PROGRESS' ? String(n.hidden ? '' : n.value / n.max) : n.textContent.trim()) : ''; });
                if (JSON.stringify(now) !== JSON.stringify(window.seen.at(-1))) { window.seen.push(now); sessionStorage.setItem('seen', JSON.stringify(window.seen)); }
            }, 100);
        }
        """;

    private static readonly int People = int.Parse(Environment.GetEnvironmentVariable("BATCH_CITY") ?? "20000", CultureInfo.InvariantCulture);

    private readonly string folder = Directory.CreateTempSubdirectory("batch-city-").FullName;

    [OneTimeTearDown]
    public void Clear() => Directory.Delete(folder, recursive: true);

    [Test, CancelAfter(900_000)]
    public async Task A_city_s_month_goes_through_the_pages_and_comes_to_what_was_generated()
    {
        await using Site site = await Site.OpenAsShippedAsync();
        // On a disk as it would be, not as tests otherwise have it.
        TestServer server = await TestServer.RequireAsync();
        await server.ExecuteAsync("ALTER SYSTEM SET fsync = on");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        await site.AddUserAsync("wang", "operator");
        await site.AddUserAsync("li", "reviewer");
        JsonElement manifest = await GenerateAsync();
        IPage wang = await site.SignInAsync("wang");
        IPage li = await site.SignInAsync("li");
        wang.SetDefaultTimeout(600_000);
        li.SetDefaultTimeout(600_000);
        Stopwatch whole = Stopwatch.StartNew();

        await TimeAsync(site, "send", () => SendAsync(site, wang));
        await TimeAsync(site, "take in", () => wang.WaitForFunctionAsync("() => document.querySelectorAll('tbody tr').length > 0 && !document.querySelector('tbody .look')"));
        await TimeAsync(site, "compute", () => ComputeAsync(site, wang));
        await TimeAsync(site, "look at the run", () => Clicks.FollowAsync(li, "批次 1 待复核"));
        await TimeAsync(site, "approve", () => ClickAsync(li, "#approve", "待入账"));
        await TimeAsync(site, "post", () => ClickAsync(li, "#post", "已入账"));
        await TimeAsync(site, "close", () => CloseAsync(site, wang));
        Say($"the month: {whole.Elapsed.TotalSeconds:0.0} s, peak of the host {site.HostPeakMiB()} MiB");

        string credited = Money(manifest.GetProperty("months")[0].GetProperty("credited").GetString()!);
        await Assertions.Expect(wang.Locator("#report")).ToContainTextAsync(credited);
        CliResult verify = await site.Cli.RunAsync("verify", "--all", "--json");
        Assert.That(verify.Json.GetProperty("ok").GetBoolean(), Is.True, verify.ToString());
        if (People >= 1_000_000)
        {
            Assert.That(site.HostPeakMiB(), Is.LessThanOrEqualTo(256));
        }
    }

    private async Task<JsonElement> GenerateAsync()
    {
        CliResult made = await new BatchCli { Timeout = TimeSpan.FromMinutes(5) }.RunAsync(
            "generate", "--people", People.ToString(CultureInfo.InvariantCulture), "--month", Month, "--area", "420100", "--seed", "7", "--out", folder);
        Assert.That(made.ExitCode, Is.Zero, made.ToString());
        return JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "manifest.json"))).RootElement;
    }

    private async Task SendAsync(Site site, IPage page)
    {
        await Clicks.GoAsync(page, "上传文件");
        string[] files = [.. Directory.EnumerateFiles(folder, "*.csv").Order(StringComparer.Ordinal)];
        await page.SetInputFilesAsync("input[name=files]", files);
        await page.FillAsync("input[name=month]", Month);
        await page.EvaluateAsync(Watch, new[] { "form[data-upload] progress" });
        await page.ClickAsync("form[data-upload] button");
        await page.WaitForSelectorAsync($"tbody tr:nth-child({files.Length})");
        string[] shown = [.. (await SeenAsync(page)).Select(s => s[0]).Where(s => s.Length > 0)];
        Say($"{files.Sum(f => new FileInfo(f).Length) / 1048576.0:0} MiB in {files.Length} files; the bar showed {shown.Length} states");
        if (People >= 1_000_000)
        {
            Assert.That(shown.Count(s => double.Parse(s, CultureInfo.InvariantCulture) is > 0 and < 1), Is.GreaterThan(2));
        }
    }

    private static async Task ComputeAsync(Site site, IPage page)
    {
        await Clicks.GoAsync(page, "批次");
        await page.FillAsync("input[name=month]", Month);
        await page.ClickAsync("button:has-text('开始计算')");
        await page.WaitForURLAsync(Rx("/runs/1$"));
        await page.EvaluateAsync(Watch, new[] { "[data-field=rows]", "[data-field=rate]", "[data-field=left]" });
        await Assertions.Expect(page.Locator("#state")).ToHaveTextAsync("待复核", new() { Timeout = 600_000 });
        foreach (string[] line in await SeenAsync(page))
        {
            Say($"  seen: {string.Join(" · ", line)}");
        }
    }

    private static async Task ClickAsync(IPage page, string button, string state)
    {
        await page.ClickAsync(button);
        await Assertions.Expect(page.Locator("#state")).ToHaveTextAsync(state, new() { Timeout = 600_000 });
    }

    private static async Task CloseAsync(Site site, IPage page)
    {
        await Clicks.GoAsync(page, "月份与结账");
        await Clicks.FollowAsync(page, Month);
        await page.ClickAsync("summary:has-text('结清本月')");
        await page.ClickAsync("button:has-text('确认结账')");
        await page.WaitForSelectorAsync("#report");
    }

    private static async Task<string[][]> SeenAsync(IPage page) => JsonSerializer.Deserialize<string[][]>(await page.EvaluateAsync<string?>("sessionStorage.getItem('seen')") ?? "[]")!;

    private static async Task TimeAsync(Site site, string what, Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work();
        Say($"{what}: {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s, host {site.HostPeakMiB()} MiB at most");
    }

    private static void Say(string text) => TestContext.Progress.WriteLine(text);

    private static string Money(string yuan) => decimal.Parse(yuan, CultureInfo.InvariantCulture).ToString("#,##0.00", CultureInfo.InvariantCulture);

    private static Regex Rx(string text) => new(text, RegexOptions.None, TimeSpan.FromSeconds(1));
}
