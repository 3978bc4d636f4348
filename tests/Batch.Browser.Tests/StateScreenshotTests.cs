using Batch.Testing;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>
/// Pictures of the states that a quiet month does not show: wrong passwords, a first password, runs with anomalies, reversed and discarded ones, parked work, paper:
/// <c>BATCH_SHOTS=/tmp/shots ./batch test Browser --filter "FullyQualifiedName~Screenshot"</c>.
/// </summary>
[NonParallelizable, Explicit("for people to look at")]
public sealed class StateScreenshotTests
{
    private const string Area = "/420100";
    private const string Start = "button:has-text('开始计算')";

    private readonly string files = Directory.CreateTempSubdirectory("batch-shots-files-").FullName;
    private Site site = null!;
    private Shots shots = null!;
    private IPage wang = null!;
    private IPage li = null!;
    private IPage sun = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        site = await Site.OpenAsync();
        shots = new Shots(site);
        foreach ((string name, string roles) in new[] { ("wang", "operator"), ("li", "reviewer"), ("sun", "administrator"), ("qian", "inquiry"), ("zhou", "inquiry"), ("wu", "inquiry") })
        {
            await site.AddUserAsync(name, roles);
        }

        (wang, li, sun) = (await site.SignInAsync("wang"), await site.SignInAsync("li"), await site.SignInAsync("sun"));
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await site.DisposeAsync();
        Directory.Delete(files, recursive: true);
    }

    [Test, CancelAfter(1_200_000)]
    public async Task Every_state_is_drawn()
    {
        await NobodyYetAsync();
        await DoorAsync();
        await UsersAsync();
        await FillAsync("2021-06");
        await FirstRunAsync();
        await OddRunAsync();
        await ParkedAsync();
        await AccountAsync();
        Assert.That(shots.Faults, Is.Empty, string.Join('\n', shots.Faults));
    }

    private async Task NobodyYetAsync()
    {
        foreach (string path in new[] { "", "/uploads", "/runs", "/simulation" })
        {
            await shots.DrawAsync(wang, "fresh" + path.Replace('/', '-'), Area + path);
        }

        await shots.DrawAsync(sun, "fresh-jobs", "/jobs");
        await shots.DrawAsync(sun, "fresh-thresholds", Area + "/thresholds");
    }

    private async Task DoorAsync()
    {
        IPage page = await site.WindowAsync();
        for (int i = 0; i < 6; i++)
        {
            await site.TryAsync(page, "zhou", "Wrong-password-123");
        }

        await shots.TakeAsync(page, "sign-in-locked");
        await site.TryAsync(page, "wu", "Brook-river-9876");
        await shots.DrawAsync(page, "password-first", "/password");
        await page.GotoAsync(site.Root + "/password?lang=zh");
        await page.FillAsync("input[name=present]", "Brook-river-9876");
        await page.FillAsync("input[name=wanted]", "short");
        await page.FillAsync("input[name=again]", "short");
        await page.ClickAsync("main form button");
        await shots.TakeAsync(page, "password-refused");
    }

    private async Task UsersAsync()
    {
        await sun.GotoAsync(site.Root + "/users?lang=zh");
        await sun.FillAsync("input[name=name]", "郑查询");
        await sun.CheckAsync("section input[value=inquiry] >> nth=0");
        await sun.ClickAsync("button:has-text('新增')");
        await shots.TakeAsync(sun, "user-added");
        await sun.ClickAsync("tr:has-text('郑查询') button:has-text('停用')");
        await shots.DrawAsync(sun, "users-disabled", "/users");
    }

    private async Task FillAsync(string month)
    {
        CliResult made = await site.Cli.RunAsync("generate", "--people", "1200", "--month", month, "--months", "2", "--area", "420100", "--seed", "5", "--faults", "0.01", "--out", files);
        Assert.That(made.ExitCode, Is.Zero, made.ToString());
        await wang.GotoAsync(site.Root + Area + "/uploads?lang=zh");
        await wang.SetInputFilesAsync("input[name=files]", Directory.GetFiles(files, "*.csv").Where(f => f.EndsWith("202106.csv", StringComparison.Ordinal) && !f.Contains("persons", StringComparison.Ordinal)));
        await wang.FillAsync("input[name=month]", month);
        await wang.ClickAsync("form[data-upload] button");
        await Assertions.Expect(wang.Locator(".tag.good")).ToHaveCountAsync(2, new() { Timeout = 60_000 });
        await shots.DrawAsync(wang, "uploads-taken", Area + "/uploads");
        await shots.DrawAsync(wang, "submission-open", Area + "/submissions/1");
    }

    private async Task FirstRunAsync()
    {
        string run = await ComputeAsync("2021-06");
        await shots.DrawAsync(wang, "run-own", run);
        await shots.DrawAsync(li, "run-to-approve", run);
        await shots.DrawAsync(li, "todo-to-approve", Area);
        await li.GotoAsync(site.Root + run + "?lang=zh");
        await li.ClickAsync("#approve");
        await shots.TakeAsync(li, "run-to-post");
        await li.ClickAsync("#post");
        await Assertions.Expect(li.Locator("#state")).ToHaveTextAsync("已入账");
        await wang.GotoAsync(site.Root + Area + "/runs?lang=zh");
        await wang.FillAsync("input[name=month]", "2021-06");
        await wang.ClickAsync(Start);
        await Assertions.Expect(wang.Locator(".empty")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await shots.TakeAsync(wang, "run-nothing");
        await shots.DrawAsync(wang, "month-to-close", Area + "/months/2021-06");
        await wang.ClickAsync("summary:has-text('Close')");
        await wang.ClickAsync("button:has-text('Yes, close')");
        await wang.GotoAsync(site.Root + Area + "/months/2021-06?lang=zh");
        await shots.PrintAsync(wang, "certificate");
        await shots.DrawAsync(wang, "month-closed", Area + "/months/2021-06");
    }

    // Only the pensions of July come: most people leave.
    private async Task OddRunAsync()
    {
        await site.CliAs("wang").RunAsync("import", Path.Combine(files, "pension-202107.csv"), "--area", "420100", "--month", "2021-07", "--by", "wang");
        string run = await ComputeAsync("2021-07");
        await shots.DrawAsync(li, "run-anomalies", run);
        await li.GotoAsync(site.Root + run + "?lang=zh");
        await li.FillAsync("textarea[name=reason]", "单位申报将于月底前补报，先行划入退休人员。");
        await li.ClickAsync("#approve");
        await li.ClickAsync("#post");
        await shots.DrawAsync(li, "run-override", run);
        await wang.GotoAsync(site.Root + run + "?lang=zh");
        await wang.ClickAsync("summary:has-text('冲正')");
        await shots.TakeAsync(wang, "run-reverse-asked");
        await wang.FillAsync("input[name=reason]", "养老金文件有误");
        await wang.ClickAsync("button:has-text('确认冲正')");
        string reversal = new Uri(wang.Url).AbsolutePath;
        await shots.DrawAsync(wang, "run-reversal", reversal);
        await wang.GotoAsync(site.Root + reversal + "?lang=zh");
        await wang.ClickAsync("summary:has-text('作废')");
        await wang.FillAsync("input[name=reason]", "改由更正文件处理");
        await wang.ClickAsync("button:has-text('确认作废')");
        await shots.TakeAsync(wang, "run-discarded");
        await shots.DrawAsync(wang, "runs-of-all-kinds", Area + "/runs");
    }

    private async Task ParkedAsync()
    {
        await site.Database.ExecuteAsync(
            """
            CREATE FUNCTION area_420100.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = 'XX001'; END $$;
            CREATE TRIGGER fail BEFORE UPDATE ON area_420100.run_chunk FOR EACH ROW EXECUTE FUNCTION area_420100.fail();
            INSERT INTO batch.job (kind, area, argument, asked_by, state, wanted_by, wanted_why) VALUES ('report', '420100', 'allocation:2021-06:xlsx', 'wang', 'paused', 'sun', '等待磁盘扩容');
            """);
        await site.CliAs("wang").RunAsync("import", Path.Combine(files, "payroll-202107.csv"), "--area", "420100", "--month", "2021-07", "--by", "wang");
        await wang.GotoAsync(site.Root + Area + "/runs?lang=zh");
        await wang.FillAsync("input[name=month]", "2021-07");
        await wang.ClickAsync(Start);
        for (int i = 0; i < 300 && await site.Database.ScalarAsync<long>("SELECT count(*) FROM batch.job WHERE state = 'parked'") == 0; i++)
        {
            await Task.Delay(200);
        }

        await shots.DrawAsync(wang, "run-computing", $"{Area}/runs/{await site.Database.ScalarAsync<int>("SELECT max(run_id) FROM area_420100.run")}");
        await shots.DrawAsync(sun, "jobs-parked", "/jobs");
        await sun.GotoAsync(site.Root + "/jobs?lang=zh");
        await sun.ClickAsync("main summary >> nth=0");
        await shots.TakeAsync(sun, "jobs-steered");
        await shots.DrawAsync(wang, "todo-parked", Area);
        await shots.DrawAsync(wang, "readiness-parked", Area + "/months/2021-07");
        await shots.DrawAsync(sun, "audit-of-all-kinds", "/audit");
    }

    private async Task AccountAsync()
    {
        IPage qian = await site.SignInAsync("qian");
        await qian.GotoAsync(site.Root + Area + "/accounts?lang=zh");
        await qian.FillAsync("input[name=number]", System.Text.RegularExpressions.Regex.Match(await File.ReadAllTextAsync(Path.Combine(files, "payroll-202106.csv")), "[0-9]{17}[0-9X]").Value);
        await qian.ClickAsync("main form button");
        string account = new Uri(qian.Url).AbsolutePath;
        await shots.DrawAsync(qian, "account-employee", account + "?month=2021-06");
        await qian.GotoAsync(site.Root + account + "?lang=zh");
        await qian.ClickAsync("summary:has-text('显示完整号码')");
        await qian.FillAsync("input[name=reason]", "本人到窗口核对");
        await shots.TakeAsync(qian, "account-unmask-asked");
        await shots.PrintAsync(qian, "account");
        await qian.GotoAsync(site.Root + Area + "/accounts?lang=zh");
        await qian.FillAsync("input[name=number]", "420100199001010010");
        await qian.ClickAsync("main form button");
        await shots.TakeAsync(qian, "account-not-found");
    }

    private async Task<string> ComputeAsync(string month)
    {
        await wang.GotoAsync(site.Root + Area + "/runs?lang=zh");
        await wang.FillAsync("input[name=month]", month);
        await wang.ClickAsync(Start);
        await Assertions.Expect(wang.Locator("#state")).ToHaveTextAsync("待复核", new() { Timeout = 60_000 });
        return new Uri(wang.Url).AbsolutePath;
    }
}
