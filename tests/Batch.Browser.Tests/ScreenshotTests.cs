using Batch.Testing;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>
/// Pictures of every page for people to look at, on a desktop and on a telephone, in both languages, with the cast of the samples, an empty area and a month of many rows:
/// <c>BATCH_SHOTS=/tmp/shots ./batch test Browser --filter "FullyQualifiedName~Screenshot"</c>.
/// </summary>
[NonParallelizable, Explicit("for people to look at")]
public sealed class ScreenshotTests
{
    private const string Cast = "/420100";
    private const string Empty = "/110000";
    private const string Many = "/370200";
    private const string Mother = "420100196801300793";
    private const string Proposal = "average-wage";

    private readonly string folder = Directory.CreateTempSubdirectory("batch-shots-data-").FullName;

    // Where the demo puts it.
    private string Data => Path.Combine(folder, "demo");

    [OneTimeTearDown]
    public async Task ClearAsync()
    {
        await new BatchCli { Data = Data }.RunAsync("db", "stop");
        Directory.Delete(folder, recursive: true);
    }

    [Test, CancelAfter(1_200_000)]
    public async Task Every_page_is_drawn()
    {
        CliResult demo = await new BatchCli { Data = folder, Timeout = TimeSpan.FromMinutes(5) }.RunAsync("demo");
        Assert.That(demo.ExitCode, Is.Zero, demo.ToString());
        await FillAsync(new BatchCli { Data = Data, Timeout = TimeSpan.FromMinutes(5) });
        await using Site site = await Site.OpenAsync(Data);
        Shots shots = new(site);
        Dictionary<string, IPage> who = [];
        (string Name, string Roles)[] users = [("王经办", "operator"), ("li", "reviewer"), ("zhao", "analyst"), ("qian", "inquiry"), ("sun", "administrator")];
        foreach ((string name, string roles) in users)
        {
            await site.AddUserAsync(name, roles);
        }

        foreach ((string name, _) in users)
        {
            who[name] = await site.SignInAsync(name);
        }

        IPage stranger = await site.WindowAsync();
        await shots.DrawAsync(stranger, "sign-in", "/sign-in");
        foreach ((string user, string shot, string path) in Pages())
        {
            await shots.DrawAsync(who[user], shot, path);
        }

        await LookUpAsync(site, shots, who["qian"]);
        await SimulateAsync(site, shots, who["王经办"]);
        await UploadAsync(site, shots, who["王经办"]);
        Assert.That(shots.Faults, Is.Empty, string.Join('\n', shots.Faults));
    }

    private static async Task FillAsync(BatchCli batch)
    {
        string files = Directory.CreateTempSubdirectory("batch-shots-files-").FullName;
        CliResult made = await new BatchCli().RunAsync("generate", "--people", "1300", "--month", "2021-06", "--area", "370200", "--seed", "7", "--faults", "0.03", "--out", files);
        Assert.That(made.ExitCode, Is.Zero, made.ToString());
        string[] sent = [.. Directory.EnumerateFiles(files, "p*.csv").Order(StringComparer.Ordinal)];
        CliResult taken = await batch.RunAsync(["import", .. sent.OrderByDescending(f => f.Contains("persons", StringComparison.Ordinal)), "--area", "370200", "--month", "2021-06", "--by", "wang"]);
        Assert.That(taken.ExitCode, Is.Zero, taken.ToString());
        CliResult run = await batch.RunAsync("allocate", "--area", "370200", "--month", "2021-06", "--by", "wang", "--json");
        string number = run.Json.GetProperty("run").GetRawText();
        await batch.RunAsync("approve", number, "--by", "li", "--override", "已核对");
        await batch.RunAsync("post", number, "--by", "li");
        // Opens the empty area, and has something wait for somebody else.
        await batch.RunAsync("policy", "set", "110000", Proposal + "=12000", "--from", "2022-01", "--document", "京人社〔2022〕1号", "--by", "wang");
        await batch.RunAsync("policy", "set", "420100", Proposal + "=9000", "--from", "2022-01", "--document", "武人社〔2022〕1号", "--by", "wang");
        await batch.RunAsync("import", sent[0], "--area", "110000", "--month", "2021-06", "--by", "wang");
        await batch.RunAsync("schedule", "set", "420100", "allocate", "--cron", "0 1 20 * *", "--enabled", "true", "--by", "wang");
        Directory.Delete(files, recursive: true);
    }

    private static IEnumerable<(string User, string Shot, string Path)> Pages()
    {
        foreach ((string shot, string path) in new[]
        {
            ("todo", ""), ("uploads", "/uploads"), ("submissions", "/submissions"), ("submission", "/submissions/3"), ("submission-refused", "/submissions/68"), ("submission-rejects", "/submissions/111"), ("submissions-open", "/submissions?open=true&p=99"), ("month-invalid", "/months/2021-13"), ("held", "/held"), ("runs", "/runs"), ("run", "/runs/2"),
            ("months", "/months"), ("certificate", "/months/2021-06"), ("readiness", "/months/2022-03"), ("policies", "/policies?month=2021-06"), ("simulation-form", "/simulation"),
            ("thresholds", "/thresholds"), ("dictionary", "/dictionary"),
        })
        {
            yield return ("王经办", shot, Cast + path);
        }

        foreach (string kind in new[] { "allocation", "employer", "age-tier", "pooled-fund", "rejection", "held", "arrears", "movement", "flows", "recovery", "provisional", "certificate" })
        {
            yield return ("zhao", "report-" + kind, $"{Cast}/reports?kind={kind}&month=2021-06");
        }

        yield return ("zhao", "charts", Cast + "/charts");
        yield return ("zhao", "grid", Many + "/reports?kind=allocation&month=2021-06");
        yield return ("zhao", "grid-last", Many + "/reports?kind=allocation&month=2021-06&p=99");
        yield return ("王经办", "rejects-many", Many + "/submissions/2");
        foreach (string path in new[] { "", "/uploads", "/submissions", "/held", "/runs", "/months", "/months/2021-06", "/policies", "/thresholds" })
        {
            yield return ("li", "empty" + path.Replace('/', '-'), Empty + path);
        }

        yield return ("li", "todo-reviewer", Cast);
        yield return ("li", "policies-pending", Cast + "/policies?month=2022-03");
        yield return ("zhao", "empty-charts", Empty + "/charts");
        yield return ("zhao", "empty-reports", Empty + "/reports");
        yield return ("qian", "accounts", Cast + "/accounts");
        yield return ("zhao", "report-open-month", Cast + "/reports?kind=certificate&month=2022-03");
        yield return ("王经办", "empty-uploads-operator", Empty + "/uploads");
        yield return ("王经办", "empty-runs-operator", Empty + "/runs");
        yield return ("qian", "account-unknown", Cast + "/accounts/999999");
        yield return ("qian", "refused", "/users");
        yield return ("qian", "unknown-page", Cast + "/nowhere");
        foreach (string path in new[] { "/areas", "/users", "/audit", "/jobs", "/schedules", "/password" })
        {
            yield return ("sun", path[1..], path);
        }
    }

    private static async Task LookUpAsync(Site site, Shots shots, IPage page)
    {
        await page.GotoAsync(site.Root + Cast + "/accounts?lang=zh");
        await page.FillAsync("input[name=number]", Mother);
        await page.ClickAsync("main form button");
        await shots.DrawAsync(page, "account", new Uri(page.Url).PathAndQuery + "?from=2021-01&to=2022-02&month=2021-06");
    }

    private static async Task SimulateAsync(Site site, Shots shots, IPage page)
    {
        await page.GotoAsync(site.Root + Cast + "/simulation?lang=zh");
        await page.FillAsync("input[name=month]", "2022-02");
        await page.SelectOptionAsync("select[name=hash]", new SelectOptionValue { Index = 1 });
        await page.ClickAsync("main form button");
        await shots.TakeAsync(page, "simulation");
    }

    private static async Task UploadAsync(Site site, Shots shots, IPage page)
    {
        await page.GotoAsync(site.Root + Empty + "/uploads?lang=zh");
        await page.SetInputFilesAsync("input[name=files]", new FilePayload { Name = "图片.csv", MimeType = "text/csv", Buffer = [0x89, 0x50, 0x4e, 0x47, 0, 0, 1, 2] });
        await page.ClickAsync("form[data-upload] button");
        await page.WaitForSelectorAsync("tbody tr");
        await shots.TakeAsync(page, "upload-refused");
    }
}
