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
    private const string Cast = "420100";
    private const string Empty = "110000";
    private const string Many = "370200";
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
        Shots shots = new();
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
        await stranger.GotoAsync(site.Root);
        await shots.DrawAsync(stranger, "sign-in");
        await WorkAsync(shots, who["王经办"]);
        await ReadAsync(shots, who["zhao"]);
        await ReviewAsync(shots, who["li"]);
        await LookUpAsync(shots, who["qian"]);
        await AdministerAsync(shots, who["sun"]);
        await SimulateAsync(shots, who["王经办"]);
        await UploadAsync(shots, who["王经办"]);
        Assert.That(shots.Faults, Is.Empty, string.Join('\n', shots.Faults));
    }

    private static async Task FillAsync(BatchCli batch)
    {
        string files = Directory.CreateTempSubdirectory("batch-shots-files-").FullName;
        CliResult made = await new BatchCli().RunAsync("generate", "--people", "1300", "--month", "2021-06", "--area", "370200", "--seed", "7", "--faults", "0.03", "--out", files);
        Assert.That(made.ExitCode, Is.Zero, made.ToString());
        string[] sent = [.. Directory.EnumerateFiles(files, "*.csv").Order(StringComparer.Ordinal)];
        CliResult taken = await batch.RunAsync(["import", .. sent.OrderByDescending(f => f.Contains("persons", StringComparison.Ordinal)), "--area", "370200", "--month", "2021-06", "--by", "wang"]);
        Assert.That(taken.ExitCode, Is.Zero, taken.ToString());
        CliResult run = await batch.RunAsync("allocate", "--area", "370200", "--month", "2021-06", "--by", "wang", "--json");
        string number = run.Json.GetProperty("run").GetRawText();
        await batch.RunAsync("approve", number, "--by", "li", "--override", "已核对");
        await batch.RunAsync("post", number, "--by", "li");
        // Opens the empty area, and has something wait for somebody else.
        await batch.RunAsync("policy", "set", "110000", Proposal + "=12000", "--from", "2022-01", "--document", "京人社〔2022〕1号", "--by", "wang");
        await batch.RunAsync("policy", "set", "420100", Proposal + "=9000", "--from", "2022-01", "--document", "武人社〔2022〕1号", "--by", "wang");
        await batch.RunAsync("import", sent.First(f => Path.GetFileName(f).StartsWith("payroll", StringComparison.Ordinal)), "--area", "110000", "--month", "2021-06", "--by", "wang");
        await batch.RunAsync("schedule", "set", "420100", "allocate", "--cron", "0 1 20 * *", "--enabled", "true", "--by", "wang");
        Directory.Delete(files, recursive: true);
    }

    // Entries of the menu, one after the other.
    private static async Task GoThroughAsync(Shots shots, IPage page, string prefix, params (string Entry, string Shot)[] entries)
    {
        foreach ((string entry, string shot) in entries)
        {
            await Clicks.GoAsync(page, entry);
            await shots.DrawAsync(page, prefix + shot);
        }
    }

    private static async Task WorkAsync(Shots shots, IPage page)
    {
        await Clicks.GoToAreaAsync(page, Cast);
        await GoThroughAsync(
            shots, page, "", ("今日待办", "todo"), ("上传文件", "uploads"), ("待定行", "held"), ("批次", "runs"), ("月份与结账", "months"), ("政策试算", "simulation-form"), ("异常阈值", "thresholds"),
            ("数据字典", "dictionary"), ("单位查询", "employers"), ("报送", "submissions"));
        await page.GetByLabel("只看有拒绝或待定的").CheckAsync();
        await Clicks.PressAsync(page, "筛选");
        await shots.DrawAsync(page, "submissions-open");
        await Clicks.ChooseRowAsync(page, "拒收");
        await shots.DrawAsync(page, "submission-refused");
        await Clicks.GoAsync(page, "报送");
        await Clicks.ChooseAsync(page, "111");
        await shots.DrawAsync(page, "submission-rejects");
        await Clicks.GoAsync(page, "报送");
        await Clicks.ChooseAsync(page, "3");
        await shots.DrawAsync(page, "submission");
        await Clicks.GoAsync(page, "批次");
        await Clicks.ChooseAsync(page, "2");
        await shots.DrawAsync(page, "run");
        foreach ((string month, string shot) in new[] { ("2021-06", "certificate"), ("2022-03", "readiness") })
        {
            await MonthAsync(page, month);
            await shots.DrawAsync(page, shot);
        }

        await MonthAsync(page, "2021-13");
        await shots.TakeAsync(page, "month-invalid");
        await PoliciesAsync(page, "2021-06");
        await shots.DrawAsync(page, "policies");
        await Clicks.GoToAreaAsync(page, Many);
        await Clicks.GoAsync(page, "报送");
        await Clicks.ChooseAsync(page, "2");
        await shots.DrawAsync(page, "rejects-many");
        await Clicks.GoToAreaAsync(page, Empty);
        await GoThroughAsync(shots, page, "empty-", ("上传文件", "uploads-operator"), ("批次", "runs-operator"));
    }

    private static async Task ReadAsync(Shots shots, IPage page)
    {
        await Clicks.GoToAreaAsync(page, Cast);
        await Clicks.GoAsync(page, "报表");
        foreach (string report in await page.GetByLabel("报表").GetByRole(AriaRole.Option).AllInnerTextsAsync())
        {
            await ReportAsync(page, report, "2021-06");
            await shots.DrawAsync(page, "report-" + await page.GetByLabel("报表").InputValueAsync());
        }

        await ReportAsync(page, "月度结账证明", "2022-03");
        await shots.DrawAsync(page, "report-open-month");
        await GoThroughAsync(shots, page, "", ("图表", "charts"));
        await Clicks.GoToAreaAsync(page, Many);
        await Clicks.GoAsync(page, "报表");
        await ReportAsync(page, "个人账户划账明细", "2021-06");
        await shots.DrawAsync(page, "grid");
        await Clicks.FollowAsync(page, "末页");
        await shots.DrawAsync(page, "grid-last");
        await Clicks.GoToAreaAsync(page, Empty);
        await GoThroughAsync(shots, page, "empty-", ("图表", "charts"), ("报表", "reports"));
    }

    private static async Task ReviewAsync(Shots shots, IPage page)
    {
        await Clicks.GoToAreaAsync(page, Empty);
        await GoThroughAsync(
            shots, page, "empty-", ("今日待办", "todo"), ("报送", "submissions"), ("待定行", "held"), ("批次", "runs"), ("政策", "policies"), ("异常阈值", "thresholds"), ("月份与结账", "months"));
        await MonthAsync(page, "2021-06");
        await shots.DrawAsync(page, "empty-month");
        await Clicks.GoToAreaAsync(page, Cast);
        await shots.DrawAsync(page, "todo-reviewer");
        await PoliciesAsync(page, "2022-03");
        await shots.DrawAsync(page, "policies-pending");
    }

    private static async Task LookUpAsync(Shots shots, IPage page)
    {
        await Clicks.GoToAreaAsync(page, Cast);
        await GoThroughAsync(shots, page, "", ("个人账户查询", "accounts"));
        await Clicks.FillAsync(page, "公民身份号码", Mother);
        await Clicks.PressAsync(page, "查询");
        await Clicks.FillAsync(page, "从", "2021-01");
        await Clicks.FillAsync(page, "到", "2022-02");
        await Clicks.PressAsync(page, "查看");
        await Clicks.FollowAsync(page, "为什么");
        await shots.DrawAsync(page, "account");
        await Clicks.FollowAsync(page, "用此人的数据测算");
        await shots.DrawAsync(page, "calculator");
        await Clicks.PressAsync(page, "计算");
        await shots.TakeAsync(page, "calculated");
        await shots.PrintAsync(page, "calculated");
    }

    private static async Task AdministerAsync(Shots shots, IPage page)
    {
        await GoThroughAsync(shots, page, "", ("统筹区", "areas"), ("用户与角色", "users"), ("审计日志", "audit"), ("作业", "jobs"), ("定时作业", "schedules"));
        await page.GetByRole(AriaRole.Link, new() { Name = "sun", Exact = true }).ClickAsync();
        await shots.DrawAsync(page, "password");
        await page.GetByRole(AriaRole.Link, new() { Name = "帮助", Exact = true }).ClickAsync();
        await shots.DrawAsync(page, "help");
    }

    private static async Task SimulateAsync(Shots shots, IPage page)
    {
        await Clicks.GoToAreaAsync(page, Cast);
        await Clicks.GoAsync(page, "政策试算");
        await Clicks.FillAsync(page, "月份", "2022-02");
        await page.GetByLabel("提案").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Clicks.PressAsync(page, "试算");
        await shots.TakeAsync(page, "simulation");
    }

    private static async Task UploadAsync(Shots shots, IPage page)
    {
        await Clicks.GoToAreaAsync(page, Empty);
        await Clicks.GoAsync(page, "上传文件");
        await page.GetByLabel("文件").First.SetInputFilesAsync(new FilePayload { Name = "图片.csv", MimeType = "text/csv", Buffer = [0x89, 0x50, 0x4e, 0x47, 0, 0, 1, 2] });
        await Clicks.PressAsync(page, "上传");
        await page.WaitForSelectorAsync("tbody tr");
        await shots.TakeAsync(page, "upload-refused");
    }

    private static async Task MonthAsync(IPage page, string month)
    {
        await Clicks.GoAsync(page, "月份与结账");
        await Clicks.FillAsync(page, "查看某月的准备情况", month);
        await Clicks.PressAsync(page, "查看");
    }

    private static async Task PoliciesAsync(IPage page, string month)
    {
        await Clicks.GoAsync(page, "政策");
        await page.GetByLabel("月份", new() { Exact = true }).Locator("visible=true").First.FillAsync(month);
        await Clicks.PressAsync(page, "查看");
    }

    private static async Task ReportAsync(IPage page, string report, string month)
    {
        await page.GetByLabel("报表").SelectOptionAsync(new SelectOptionValue { Label = report });
        await Clicks.FillAsync(page, "入账月份", month);
        await Clicks.PressAsync(page, "查看");
    }
}
