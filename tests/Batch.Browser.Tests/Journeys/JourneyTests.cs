#pragma warning disable CS0618 // The tests of a fixture go through two months in their order; NUnit 5 has nothing else yet that orders without failing on a filter.
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests.Journeys;

/// <summary>
/// From an empty installation to the end of a year as its people do it, each at a window of their own, by clicks on what is written there alone: once in Chinese at a desk, once in English
/// on a telephone. The only address is that of the host, the only command the one that makes the first administrator.
/// </summary>
[TestFixture("zh", 1366, 768)]
[TestFixture("en", 390, 844)]
[NonParallelizable]
public sealed partial class JourneyTests(string language, int width, int height)
{
    private const string Own = "Stone-bridge-5432-lamp";
    private static readonly (string Name, string Chinese, string English)[] Staff =
    [
        ("wang", "经办", "operator"), ("li", "复核", "reviewer"), ("zhou", "复核", "reviewer"), ("zhao", "分析", "analyst"), ("qian", "查询", "inquiry"),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("batch-journey-").FullName;
    private readonly Inspection inspection = new($"{language}-{width}");
    private readonly Dictionary<string, string> passwords = [];
    private Site site = null!;
    private bool stuck;
    private Hand? last;

    [OneTimeSetUp]
    public async Task OpenAsync() => site = await Site.OpenEmptyAsync();

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (site is not null)
        {
            await site.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    // Each goes on from where the one before has come to.
    [SetUp]
    public void GoOn() => Assume.That(stuck, Is.False, "the journey ended before this");

    [TearDown]
    public async Task NoteAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0 && !stuck && last is not null)
        {
            stuck = true;
            await TestContext.Progress.WriteLineAsync($"stuck on {last.Page.Url}:\n{await last.Page.GetByRole(AriaRole.Main).InnerTextAsync()}");
            await inspection.DrawAsync(last.Page, "stuck");
        }
    }

    [Test, Order(1)]
    public async Task An_administrator_opens_the_area_and_adds_those_who_work_there()
    {
        await site.AddUserAsync("zhang", "administrator");
        Hand zhang = await SitDownAsync();
        await zhang.SignInFirstAsync("zhang", Site.OneTime, Own);
        await zhang.SeesAsync("还没有启用任何统筹区", "No area is in use yet");
        await zhang.ClickInRowAsync("420100", "启用", "Put to use");
        await zhang.SeesAsync("今日待办", "To do today");
        await zhang.GoAsync("用户与角色", "Users");
        foreach ((string name, string chinese, string english) in Staff)
        {
            await zhang.FillAsync("用户名", "Name", name);
            await zhang.TickAsync(chinese, english);
            await zhang.ClickAsync("新增", "Add");
            ILocator made = zhang.Page.GetByRole(AriaRole.Status);
            await Assertions.Expect(made).ToContainTextAsync(name);
            passwords[name] = await made.GetByRole(AriaRole.Code).InnerTextAsync();
        }

        await zhang.GoAsync("异常阈值", "Thresholds");
        await zhang.FillInRowAsync(zhang.Text("单笔划入（元）", "Single credit (yuan)"), "新数值", "New value", "405");
        await zhang.ClickInRowAsync(zhang.Text("单笔划入（元）", "Single credit (yuan)"), "设定", "Set");
        await zhang.SeesInRowAsync(zhang.Text("单笔划入（元）", "Single credit (yuan)"), "405");
        await zhang.GoAsync("定时作业", "Schedules");
        await zhang.ClickInRowAsync(zhang.Text("核验账本", "verify the ledger"), "更改", "Change");
        await zhang.FillInRowAsync(zhang.Text("核验账本", "verify the ledger"), "时间", "Time", "30 3 * * *");
        await zhang.ClickInRowAsync(zhang.Text("核验账本", "verify the ledger"), "提出", "Propose");
        await zhang.SeesAsync("须由另一人复核", "another person approves it");
        await zhang.GoAsync("政策", "Policies");
        await zhang.ClickAsync("提出新数值", "Propose a figure");
        await zhang.ChooseAsync("数值", "Figure", zhang.Text("上年度社会平均工资", "average wage"));
        await zhang.FillAsync("元/月", "Yuan a month", "8300");
        await zhang.FillAsync("起始月份", "From", "2022-01");
        await zhang.FillAsync("文号", "Document", "武人社〔2022〕1号");
        await zhang.ClickAsync("提出", "Propose");
        await zhang.SeesInRowAsync("武人社〔2022〕1号", "8,300.00");
        await zhang.ClickAsync("退出", "Sign out");
        await zhang.SeesAsync("登录", "Sign in");
        Done();
    }

    [Test, Order(2)]
    public async Task An_operator_brings_workbooks_in_mends_a_row_decides_on_another_and_computes()
    {
        Hand wang = await SitDownFirstAsync("wang");
        await wang.FollowAsync("请上传", "upload them");
        await SendAsync(wang, "2021-11", await Papers.PayrollAsync(folder, "2021-11", faulty: true), await Papers.PensionAsync(folder, "2021-11"), await Papers.OtherPayrollAsync(folder, "2021-11"));
        await wang.GoAsync("报送", "Submissions");
        await wang.ClickAsync("缴费2021-11.xlsx", "缴费2021-11.xlsx");
        await wang.SeesAsync("AMOUNT_MISMATCH", "AMOUNT_MISMATCH");
        string pack = await wang.SaveAsync("下载更正包", "Download the fix pack", folder);
        await wang.TakeFilesAsync("改正后再报", "Send the mended rows", await Papers.MendAsync(pack, folder));
        await wang.ClickAsync("上传改正文件", "Upload the mended file");
        await wang.FollowInRowAsync("改好.xlsx", "报送", "submission");
        await wang.SeesAsync("没有被拒绝的行", "No row was rejected");
        await wang.FollowAsync("报送", "submission");
        await wang.SeesAsync("其中 1 行已改正", "1 of them");

        await wang.GoAsync("待定行", "Held rows");
        await wang.FillInRowAsync("书店缴费", "依据", "Reason", "劳动合同核实");
        await wang.ClickInRowAsync("书店缴费", "采用", "Take");
        await wang.SeesAsync("没有待定的行", "No row is held");
        await ComputeAsync(wang, "2021-11");
        await wang.SeesAsync("2,048.00", "2,048.00");
        await wang.SeesAsync("请由另一人复核", "somebody else approves this one");
        Done();
    }

    [Test, Order(3)]
    public async Task A_reviewer_gives_a_reason_for_what_is_out_of_the_ordinary_and_posts_and_another_closes()
    {
        Hand li = await SitDownFirstAsync("li");
        await li.FollowAsync("政策提案待复核", "policy proposal");
        await li.ClickInRowAsync("武人社〔2022〕1号", "复核通过", "Approve");
        await li.SeesAsync("已批准的数值", "Figures approved");
        await li.GoAsync("定时作业", "Schedules");
        await li.ClickAsync("复核通过", "Approve");
        await li.SeesInRowAsync(li.Text("核验账本", "verify the ledger"), "30 3 * * *", "zhang / li");
        await ApproveAndPostAsync(li, needsReason: true);

        Hand zhou = await SitDownFirstAsync("zhou");
        await CloseAsync(zhou, "2021-11");
        await zhou.SeesAsync("2,048.00", "2,048.00");
        Done();
    }

    [Test, Order(4)]
    public async Task The_year_ends_with_a_second_month_its_statements_and_its_interest()
    {
        Hand wang = await SitDownAgainAsync("wang");
        await wang.GoAsync("上传文件", "Upload");
        await SendAsync(wang, "2021-12", await Papers.PayrollAsync(folder, "2021-12", faulty: false), await Papers.PensionAsync(folder, "2021-12"));
        await ComputeAsync(wang, "2021-12");
        await ApproveAndPostByKeysAsync(await SitDownByKeysAsync("li"));
        await CloseByKeysAsync(await SitDownByKeysAsync("zhou"), "2021-12");
        // Closed too early, opened again by two, and closed once more.
        await ReopenAsync(await SitDownAgainAsync("zhou"), await SitDownAgainAsync("li"), "2021-12");
        await CloseAsync(await SitDownAgainAsync("zhou"), "2021-12");

        await wang.GoAsync("批次", "Runs");
        await wang.ChooseAsync("年度", "Year", "2021");
        await wang.ClickAsync("计算利息", "Compute the interest");
        // November's credits lie there for December: a twelfth of 0.35 % of 310, 310, 310, 340, 370 and 408, each rounded.
        await wang.SeesInRowAsync(wang.Text("划入个人账户", "Credited to accounts"), "0.60");
        await ApproveAndPostAsync(await SitDownAgainAsync("li"), needsReason: false);
        Done();
    }

    [Test, Order(5)]
    public async Task A_counter_looks_an_account_up_says_why_and_prints_the_statement()
    {
        Hand qian = await SitDownFirstAsync("qian");
        await qian.FollowAsync("查询个人账户", "Look up an account");
        await qian.FillAsync("公民身份号码", "Citizen number", Papers.Ann.Full());
        await qian.ClickAsync("查询", "Look up");
        await qian.SeesAsync("余额", "Balance");
        await qian.FillAsync("从", "From", "2021-01");
        await qian.FillAsync("到", "To", "2022-01");
        await qian.ClickAsync("查看", "Show");
        await qian.SeesInRowAsync("2021-11", "310.00", "310.00");
        await qian.SeesInRowAsync("2021-12", "310.00", "620.00");
        await qian.ClickInRowAsync("2021-12", "为什么", "Why");
        await qian.SeesAsync("1.1%", "1.1%");
        await Assertions.Expect(qian.Page.GetByRole(AriaRole.Button, new() { Name = qian.Text("打印", "Print"), Exact = true })).ToBeVisibleAsync();
        await qian.GoAsync("个人账户查询", "Accounts");
        await qian.FillAsync("公民身份号码", "Citizen number", "420100199001010010");
        await qian.ClickAsync("查询", "Look up");
        await Assertions.Expect(qian.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        Done();
    }

    [Test, Order(6)]
    public async Task An_analyst_reads_each_report_takes_one_home_and_sees_the_charts()
    {
        Hand zhao = await SitDownFirstAsync("zhao");
        await zhao.GoAsync("报表", "Reports");
        IReadOnlyList<string> reports = await zhao.OffersAsync("报表", "Report");
        Assert.That(reports, Has.Count.GreaterThan(10));
        foreach (string report in reports)
        {
            await zhao.ChooseAsync("报表", "Report", report);
            await zhao.FillAsync("入账月份", "Posting month", "2021-12");
            await zhao.ClickAsync("查看", "Show");
        }

        await zhao.ChooseAsync("报表", "Report", zhao.Text("个人账户划账明细", "Allocation, person by person"));
        await zhao.ClickAsync("查看", "Show");
        await zhao.SeesInRowAsync(zhao.Text("合计", "Total"), "2,048.00");
        string workbook = await zhao.SaveAsync("下载 xlsx", "Download xlsx", folder);
        Assert.That(new FileInfo(workbook).Length, Is.GreaterThan(1000));
        await zhao.GoAsync("图表", "Charts");
        await zhao.SeesInRowAsync("2021-12", "408.00");
        await zhao.GoAsync("数据字典", "Data dictionary");
        await zhao.GoAsync("政策试算", "Simulation");
        Done();
    }

    [Test, Order(7)]
    public async Task An_administrator_reads_who_did_what_and_everybody_sees_each_page_of_the_own_menu()
    {
        Hand zhang = await SitDownAgainAsync("zhang");
        await zhang.GoAsync("审计日志", "Audit log");
        await zhang.FillAsync("操作人", "Who", "zhou");
        await zhang.ClickAsync("筛选", "Filter");
        await zhang.SeesInRowAsync(zhang.Text("结账", "month closed"), "zhou");
        foreach (string name in Staff.Select(s => s.Name).Append("zhang"))
        {
            Hand hand = await SitDownAgainAsync(name);
            ILocator entries = hand.Page.GetByRole(AriaRole.Navigation, new() { Name = hand.Text("主菜单", "Main") }).GetByRole(AriaRole.Link);
            if (!await entries.First.IsVisibleAsync())
            {
                await hand.ClickAsync("菜单", "Menu");
            }

            foreach (string entry in await entries.AllInnerTextsAsync())
            {
                await hand.GoAsync(entry, entry);
            }

            await hand.ClickAsync("帮助", "Help");
            await hand.SeesAsync("先做什么", "First steps");
        }

        Done();
    }

    // What the pages looked like on the way.
    private void Done()
    {
        string[] faults = [.. inspection.Faults];
        inspection.Faults.Clear();
        Assert.That(faults, Is.Empty, string.Join('\n', faults));
    }
}
