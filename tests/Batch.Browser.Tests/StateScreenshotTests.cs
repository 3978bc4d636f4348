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
        shots = new Shots();
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
        foreach ((string entry, string shot) in new[] { ("今日待办", "fresh"), ("上传文件", "fresh-uploads"), ("批次", "fresh-runs"), ("政策试算", "fresh-simulation") })
        {
            await Clicks.GoAsync(wang, entry);
            await shots.DrawAsync(wang, shot);
        }

        await Clicks.GoAsync(sun, "作业");
        await shots.DrawAsync(sun, "fresh-jobs");
        await Clicks.GoAsync(sun, "异常阈值");
        await shots.DrawAsync(sun, "fresh-thresholds");
    }

    private async Task DoorAsync()
    {
        IPage page = await site.WindowAsync();
        for (int i = 0; i < 6; i++)
        {
            await site.TryAsync(page, "zhou", "Wrong-password-123");
        }

        await shots.TakeAsync(page, "sign-in-locked");
        await site.TryAsync(page, "wu", Site.OneTime);
        await shots.DrawAsync(page, "password-first");
        await Clicks.FillAsync(page, "原密码", Site.OneTime);
        await Clicks.FillAsync(page, "新密码", "short");
        await Clicks.FillAsync(page, "再输一次", "short");
        await Clicks.PressAsync(page, "修改");
        await shots.TakeAsync(page, "password-refused");
    }

    private async Task UsersAsync()
    {
        await Clicks.GoAsync(sun, "用户与角色");
        await Clicks.FillAsync(sun, "用户名", "郑查询");
        await sun.GetByRole(AriaRole.Main).GetByRole(AriaRole.Checkbox, new() { Name = "查询", Exact = true }).First.CheckAsync();
        await Clicks.PressAsync(sun, "新增");
        await shots.TakeAsync(sun, "user-added");
        await sun.GetByRole(AriaRole.Row).Filter(new() { HasText = "郑查询" }).GetByRole(AriaRole.Button, new() { Name = "停用" }).ClickAsync();
        await Clicks.PressAsync(sun, "确认停用");
        await Clicks.GoAsync(sun, "用户与角色");
        await shots.DrawAsync(sun, "users-disabled");
    }

    private async Task FillAsync(string month)
    {
        CliResult made = await site.Cli.RunAsync("generate", "--people", "1200", "--month", month, "--months", "2", "--area", "420100", "--seed", "5", "--faults", "0.01", "--out", files);
        Assert.That(made.ExitCode, Is.Zero, made.ToString());
        await Clicks.GoAsync(wang, "上传文件");
        await wang.GetByLabel("文件").First.SetInputFilesAsync(Directory.GetFiles(files, "*.csv").Where(f => f.EndsWith("202106.csv", StringComparison.Ordinal) && !f.Contains("persons", StringComparison.Ordinal)).OrderByDescending(f => f.Contains("payroll", StringComparison.Ordinal)).ThenBy(f => f, StringComparer.Ordinal));
        await Clicks.FillAsync(wang, "月份（文件没有月份列时）", month);
        await Clicks.PressAsync(wang, "上传");
        await Assertions.Expect(wang.Locator(".tag.good")).ToHaveCountAsync(4, new() { Timeout = 60_000 });
        await shots.DrawAsync(wang, "uploads-taken");
        await Clicks.FollowAsync(wang, "报送 1");
        await shots.DrawAsync(wang, "submission-open");
    }

    private async Task FirstRunAsync()
    {
        string run = await ComputeAsync("2021-06");
        await shots.DrawAsync(wang, "run-own");
        await Clicks.GoAsync(li, "今日待办");
        await shots.DrawAsync(li, "todo-to-approve");
        await Clicks.FollowAsync(li, $"批次 {run} 待复核");
        await shots.DrawAsync(li, "run-to-approve");
        await Clicks.PressAsync(li, "复核通过");
        await shots.TakeAsync(li, "run-to-post");
        await Clicks.PressAsync(li, "入账");
        await Assertions.Expect(li.Locator("#state")).ToHaveTextAsync("已入账");
        await Clicks.GoAsync(wang, "批次");
        await Clicks.FillAsync(wang, "入账月份", "2021-06");
        await Clicks.PressAsync(wang, "开始计算");
        await Assertions.Expect(wang.Locator(".empty")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await shots.TakeAsync(wang, "run-nothing");
        await MonthAsync(wang, "2021-06");
        await shots.DrawAsync(wang, "month-to-close");
        await Clicks.UnfoldAsync(wang, "结清本月");
        await Clicks.PressAsync(wang, "确认结账");
        await Assertions.Expect(wang.Locator("#report")).ToBeVisibleAsync();
        await shots.PrintAsync(wang, "certificate");
        await shots.DrawAsync(wang, "month-closed");
    }

    // Only the pensions of July come: most people leave.
    private async Task OddRunAsync()
    {
        await site.CliAs("wang").RunAsync("import", Path.Combine(files, "pension-202107.csv"), "--area", "420100", "--month", "2021-07", "--by", "wang");
        string run = await ComputeAsync("2021-07");
        await Clicks.GoAsync(li, "批次");
        await Clicks.ChooseAsync(li, run);
        await shots.DrawAsync(li, "run-anomalies");
        await Clicks.FillAsync(li, "异常仍予复核的理由", "单位申报将于月底前补报，先行划入退休人员。");
        await Clicks.PressAsync(li, "复核通过");
        await Clicks.PressAsync(li, "入账");
        await Assertions.Expect(li.Locator("#state")).ToHaveTextAsync("已入账");
        await shots.DrawAsync(li, "run-override");
        await Clicks.GoAsync(wang, "批次");
        await Clicks.ChooseAsync(wang, run);
        await Clicks.UnfoldAsync(wang, "冲正本批次");
        await shots.TakeAsync(wang, "run-reverse-asked");
        await Clicks.FillAsync(wang, "理由", "养老金文件有误");
        await Clicks.PressAsync(wang, "确认冲正");
        await Assertions.Expect(wang.Locator("#state")).ToHaveTextAsync("待复核");
        await shots.DrawAsync(wang, "run-reversal");
        await Clicks.UnfoldAsync(wang, "作废本批次");
        await Clicks.FillAsync(wang, "理由", "改由更正文件处理");
        await Clicks.PressAsync(wang, "确认作废");
        await Assertions.Expect(wang.Locator("#state")).ToHaveTextAsync("已作废");
        await shots.TakeAsync(wang, "run-discarded");
        await Clicks.GoAsync(wang, "批次");
        await shots.DrawAsync(wang, "runs-of-all-kinds");
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
        await Clicks.GoAsync(wang, "批次");
        await Clicks.FillAsync(wang, "入账月份", "2021-07");
        await Clicks.PressAsync(wang, "开始计算");
        for (int i = 0; i < 300 && await site.Database.ScalarAsync<long>("SELECT count(*) FROM batch.job WHERE state = 'parked'") == 0; i++)
        {
            await Task.Delay(200);
        }

        await Clicks.GoAsync(wang, "批次");
        await Clicks.ChooseRowAsync(wang, "计算中");
        await shots.DrawAsync(wang, "run-computing");
        await Clicks.GoAsync(sun, "作业");
        await shots.DrawAsync(sun, "jobs-parked");
        await Clicks.UnfoldAsync(sun, "处理");
        await shots.TakeAsync(sun, "jobs-steered");
        await Clicks.GoAsync(wang, "今日待办");
        await shots.DrawAsync(wang, "todo-parked");
        await MonthAsync(wang, "2021-07");
        await shots.DrawAsync(wang, "readiness-parked");
        await Clicks.GoAsync(sun, "审计日志");
        await shots.DrawAsync(sun, "audit-of-all-kinds");
    }

    private async Task AccountAsync()
    {
        IPage qian = await site.SignInAsync("qian");
        await LookUpAsync(qian, System.Text.RegularExpressions.Regex.Match(await File.ReadAllTextAsync(Path.Combine(files, "payroll-202106.csv")), "[0-9]{17}[0-9X]").Value);
        await Clicks.FollowAsync(qian, "为什么");
        await shots.DrawAsync(qian, "account-employee");
        await Clicks.UnfoldAsync(qian, "显示完整号码");
        await Clicks.FillAsync(qian, "理由", "本人到窗口核对");
        await shots.TakeAsync(qian, "account-unmask-asked");
        await shots.PrintAsync(qian, "account");
        await LookUpAsync(qian, "420100199001010010");
        await shots.TakeAsync(qian, "account-not-found");
    }

    private static async Task LookUpAsync(IPage page, string number)
    {
        await Clicks.GoAsync(page, "个人账户查询");
        await Clicks.FillAsync(page, "公民身份号码", number);
        await Clicks.PressAsync(page, "查询");
    }

    private static async Task MonthAsync(IPage page, string month)
    {
        await Clicks.GoAsync(page, "月份与结账");
        await Clicks.FillAsync(page, "查看某月的准备情况", month);
        await Clicks.PressAsync(page, "查看");
    }

    /// <summary>The run's number, as its page names it.</summary>
    private async Task<string> ComputeAsync(string month)
    {
        await Clicks.GoAsync(wang, "批次");
        await Clicks.FillAsync(wang, "入账月份", month);
        await Clicks.PressAsync(wang, "开始计算");
        await Assertions.Expect(wang.Locator("#state")).ToHaveTextAsync("待复核", new() { Timeout = 60_000 });
        return (await wang.GetByRole(AriaRole.Heading, new() { Level = 1 }).InnerTextAsync()).Split(' ')[1];
    }
}
