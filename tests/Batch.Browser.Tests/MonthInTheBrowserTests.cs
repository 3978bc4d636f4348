#pragma warning disable CS0618 // The tests of a fixture go through one month in its order; NUnit 5 has nothing else yet that orders without failing on a filter.
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Batch.Rules;
using Batch.Testing;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>
/// A month as its people do it, in a real browser. 1,200 employees of base 10,000 aged 30: each is credited 2 % own and 1.1 % of the employer's, 310 yuan;
/// two of their rows are sent with a fault and mended.
/// </summary>
[NonParallelizable]
public sealed partial class MonthInTheBrowserTests
{
    private const int People = 1200;
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;

    private readonly string folder = Directory.CreateTempSubdirectory("batch-browser-").FullName;
    private Site site = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        site = await Site.OpenAsync();
        // One person with both roles, to show that it is the person that counts.
        await site.AddUserAsync("wang", "operator,reviewer");
        await site.AddUserAsync("li", "reviewer");
        await site.AddUserAsync("zhao", "analyst");
        await site.AddUserAsync("qian", "inquiry");
        await site.AddUserAsync("sun", "administrator");
        await site.AddUserAsync("zhou", "inquiry");
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (site is not null)
        {
            await site.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Test, Order(1)]
    public async Task An_operator_uploads_a_GB18030_file_mends_the_rejects_computes_and_watches_and_cannot_approve_his_own_run()
    {
        IPage page = await site.SignInAsync("wang");
        await Clicks.GoAsync(page, "上传文件");
        await Expect(page.Locator(".empty")).ToContainTextAsync("还没有上传过文件");
        await page.GetByLabel("文件").First.SetInputFilesAsync(Payroll());
        await page.GetByLabel("月份（文件没有月份列时）").FillAsync("2021-06");
        await Clicks.PressAsync(page, "上传");
        await Clicks.FollowAsync(page, "报送 1");
        await Expect(page.Locator(".cards")).ToContainTextAsync(Regex("行数\\s*1,200\\s*接受\\s*1,198"));
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);

        IDownload pack = await page.RunAndWaitForDownloadAsync(() => Clicks.FollowAsync(page, "下载更正包"));
        string mended = Path.Combine(folder, "mended.csv");
        await File.WriteAllTextAsync(mended, Mend(await File.ReadAllTextAsync(await pack.PathAsync(), Gb18030)), Gb18030);
        await page.GetByLabel("改正后再报").SetInputFilesAsync(mended);
        await Clicks.PressAsync(page, "上传改正文件");
        await Clicks.FollowAsync(page, "报送 2");
        await Expect(page.Locator("main")).ToContainTextAsync("改正自");
        await Clicks.FollowAsync(page, "报送 1");
        await Expect(page.Locator("#mended")).ToContainTextAsync("其中 2 行已改正");

        await Clicks.GoAsync(page, "批次");
        await page.GetByLabel("入账月份").FillAsync("2021-06");
        await Clicks.PressAsync(page, "开始计算");
        await Expect(page.Locator("#state")).ToHaveTextAsync("待复核", new() { Timeout = 60_000 });
        await Expect(page.Locator("#credited")).ToHaveTextAsync("372,000.00");
        await Expect(page.Locator("main")).ToContainTextAsync("第一个入账月，没有上月可比");
        // What would be refused is not offered.
        await Expect(page.Locator("main")).ToContainTextAsync("请由另一人复核本批次");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "复核通过" })).ToHaveCountAsync(0);
    }

    [Test, Order(2)]
    public async Task A_reviewer_approves_and_posts_and_another_person_closes()
    {
        IPage page = await site.SignInAsync("li");
        await Clicks.FollowAsync(page, "批次 1 待复核（经办：wang）");
        await Clicks.PressAsync(page, "复核通过");
        await Expect(page.Locator("#state")).ToHaveTextAsync("待入账");
        await Clicks.PressAsync(page, "入账");
        await Expect(page.Locator("#state")).ToHaveTextAsync("已入账");
        await Clicks.GoAsync(page, "月份与结账");
        await Clicks.FollowAsync(page, "2021-06");
        await Expect(page.Locator("main")).ToContainTextAsync("请由另一人结账");
        page = await site.SignInAsync("wang", Site.Password);
        await Clicks.FollowAsync(page, "2021-06 已入账，文件齐全后可结账");
        await page.GetByText("结清本月……").ClickAsync();
        await Clicks.PressAsync(page, "确认结账");
        await Expect(page.Locator("#report")).ToContainTextAsync("372,000.00");
    }

    [Test, Order(3)]
    public async Task An_analyst_downloads_the_workbook_and_its_totals_are_those_that_verify_has_proven()
    {
        IPage page = await site.SignInAsync("zhao");
        await Clicks.GoAsync(page, "报表");
        await ReportAsync(page, "个人账户划账明细");
        // Fifty rows a page, the totals of all of them below.
        await Expect(page.Locator("#report tbody tr")).ToHaveCountAsync(50);
        await Expect(page.Locator(".pager")).ToContainTextAsync("第 1 / 24 页");
        await Expect(page.Locator("#report tfoot")).ToContainTextAsync("372,000.00");
        await Clicks.FollowAsync(page, "下一页");
        await Expect(page.Locator(".pager")).ToContainTextAsync("第 2 / 24 页");

        IDownload download = await page.RunAndWaitForDownloadAsync(() => Clicks.PressAsync(page, "下载 xlsx"));
        Assert.That(download.SuggestedFilename, Is.EqualTo("个人账户划账明细_420100_202106.xlsx"));
        List<string> totals = LastRow(await download.PathAsync());
        CliResult verify = await site.Cli.RunAsync("verify", "--all", "--json");
        CliResult run = await site.Cli.RunAsync("preview", "1", "--json");
        Assert.That(verify.Json.GetProperty("ok").GetBoolean(), Is.True, verify.ToString());
        string[] proven = [.. new[] { "personPaid", "employerPaid", "credited", "pool", "other" }.Select(key => run.Json.GetProperty(key).GetString()!)];
        Assert.That(proven, Is.EqualTo(new[] { "240000.00", "960000.00", "372000.00", "828000.00", "0.00" }));
        Assert.That(totals.TakeLast(5), Is.EqualTo(proven));
    }

    [Test, Order(4)]
    public async Task A_viewer_sees_masked_numbers_and_a_whole_one_only_for_a_reason_that_is_recorded()
    {
        IPage page = await site.SignInAsync("qian");
        string number = Person(5).Full();
        await LookUpAsync(page);
        await Expect(page.Locator("#number")).ToHaveTextAsync($"{number[..4]}*************{number[17..]}");
        await Expect(page.Locator("#balance")).ToHaveTextAsync("310.00");
        await Expect(page.Locator("main")).ToContainTextAsync("余额为 0 时，统筹基金的报销照常进行");
        Assert.That(await page.ContentAsync(), Does.Not.Contain(number));
        Assert.That(page.Url, Does.Not.Contain(number));
        await Clicks.FollowAsync(page, "为什么");
        await Expect(page.Locator("#why")).ToContainTextAsync("1.1%");
        await Expect(page.Locator("#standing")).ToHaveTextAsync("正常");
        await Expect(page.Locator("#benefits")).ToHaveTextAsync("正常");
        // All of it is this year's money.
        await Expect(page.Locator("#parts tbody tr").Last).ToContainTextAsync(Regex("期末\\s*0\\.00\\s*310\\.00\\s*310\\.00"));

        await page.GetByText("显示完整号码和姓名……").ClickAsync();
        await page.GetByLabel("理由（将记录）").FillAsync("本人到窗口核对");
        await Clicks.PressAsync(page, "显示");
        await Expect(page.Locator("#number")).ToHaveTextAsync(number);
        Assert.That(
            await site.Database.ScalarAsync<string>("SELECT who || '|' || reason FROM batch.audit WHERE act = 'account.unmask'"), Is.EqualTo("qian|本人到窗口核对"));
        // What a person may not see is not in the menu; that its address is refused as well is tried by RouteTests.
        Assert.That(await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link).AllInnerTextsAsync(), Is.EqualTo(new[] { "今日待办", "个人账户查询", "测算", "统筹区" }));
    }

    [Test, Order(5)]
    public async Task Five_wrong_passwords_lock_the_name_even_for_the_right_one()
    {
        IPage page = await site.WindowAsync();
        for (int i = 0; i < 5; i++)
        {
            await site.TryAsync(page, "zhou", "Wrong-password-123");
            await Expect(page.Locator(".fault")).ToBeVisibleAsync();
        }

        await site.TryAsync(page, "zhou", Site.OneTime);
        await Expect(page.GetByLabel("用户名")).ToBeVisibleAsync();
        await Expect(page.Locator(".fault")).ToBeVisibleAsync();
    }

    [Test, Order(6)]
    public async Task Every_page_is_whole_in_both_languages_and_wide_enough_on_a_telephone()
    {
        List<string> faults = [];
        IPage analyst = await site.SignInAsync("zhao", Site.Password);
        await Clicks.GoAsync(analyst, "报表");
        IReadOnlyList<string> reports = await analyst.GetByLabel("报表").GetByRole(AriaRole.Option).AllInnerTextsAsync();
        Assert.That(reports, Has.Count.GreaterThan(10));
        foreach (string report in reports)
        {
            await ReportAsync(analyst, report);
            await LookAsync(analyst, report, faults);
        }

        IPage inquiry = await site.SignInAsync("qian", Site.Password);
        await LookUpAsync(inquiry);
        await Clicks.FollowAsync(inquiry, "为什么");
        await LookAsync(inquiry, "account", faults);
        IPage worker = await site.SignInAsync("wang", Site.Password);
        foreach ((string entry, string link) in new[] { ("报送", "缴费202106.csv"), ("批次", "1"), ("月份与结账", "2021-06") })
        {
            await Clicks.GoAsync(worker, entry);
            await Clicks.FollowAsync(worker, link);
            await LookAsync(worker, link, faults);
        }

        foreach (IPage page in new[] { worker, analyst, inquiry, await site.SignInAsync("sun") })
        {
            foreach (string entry in await page.GetByRole(AriaRole.Navigation, new() { Name = "主菜单" }).GetByRole(AriaRole.Link).AllInnerTextsAsync())
            {
                await Clicks.GoAsync(page, entry);
                await LookAsync(page, entry, faults);
            }
        }

        Assert.That(faults, Is.Empty);
    }

    private static async Task ReportAsync(IPage page, string report)
    {
        await page.GetByLabel("报表").SelectOptionAsync(new SelectOptionValue { Label = report });
        await page.GetByLabel("入账月份").FillAsync("2021-06");
        await Clicks.PressAsync(page, "查看");
    }

    private static async Task LookUpAsync(IPage page)
    {
        await Clicks.GoAsync(page, "个人账户查询");
        await page.GetByLabel("公民身份号码", new() { Exact = true }).FillAsync(Person(5).Full());
        await Clicks.PressAsync(page, "查询");
    }

    // In Chinese at a desk, in English at a desk and on a telephone, and back.
    private static async Task LookAsync(IPage page, string what, List<string> faults)
    {
        faults.AddRange((await PageChecks.FaultsAsync(page, "zh", telephone: false)).Select(fault => $"{what}: {fault}"));
        await page.GetByText("English", new() { Exact = true }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        faults.AddRange((await PageChecks.FaultsAsync(page, "en", telephone: false)).Select(fault => $"{what} in English: {fault}"));
        await page.SetViewportSizeAsync(390, 844);
        faults.AddRange((await PageChecks.FaultsAsync(page, "en", telephone: true)).Select(fault => $"{what} on a telephone: {fault}"));
        await page.SetViewportSizeAsync(1280, 800);
        await page.GetByText("中文", new() { Exact = true }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private static Regex Regex(string text) => new(text, RegexOptions.None, TimeSpan.FromSeconds(1));

    private static CitizenId Person(int number) => CitizenId.FromDigits17((420172L * 100_000_000_000L) + (19900615L * 1000L) + number);

    private string Payroll()
    {
        StringBuilder text = new("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\n");
        for (int i = 0; i < People; i++)
        {
            string paid = i == 7 ? "20.00" : "200.00";
            string id = i == 9 ? Wrong(Person(i).Full()) : Person(i).Full();
            // Shared by number 999 and below only: the sequence has three digits.
            id = i < 1000 ? id : CitizenId.FromDigits17((420173L * 100_000_000_000L) + (19900615L * 1000L) + (i - 1000)).Full();
            text.Append(CultureInfo.InvariantCulture, $"91420100MA4KDE7M6J,江城机械厂,张三,{id},2021-06,10000.00,{paid},800.00\n");
        }

        string path = Path.Combine(folder, "缴费202106.csv");
        File.WriteAllText(path, text.ToString(), Gb18030);
        return path;
    }

    private static string Wrong(string id) => id[..17] + (id[17] == '9' ? '8' : '9');

    private static string Mend(string pack)
    {
        Assert.That(pack, Does.Contain("AMOUNT_MISMATCH").And.Contain("ID_CHECK_DIGIT"));
        return pack.Replace(",20.00,", ",200.00,", StringComparison.Ordinal).Replace(Wrong(Person(9).Full()), Person(9).Full(), StringComparison.Ordinal);
    }

    private static List<string> LastRow(string workbook)
    {
        using ZipArchive archive = ZipFile.OpenRead(workbook);
        using Stream sheet = archive.GetEntry("xl/worksheets/sheet1.xml")!.Open();
        XElement row = XDocument.Load(sheet).Descendants().Last(e => e.Name.LocalName == "row");
        return [.. row.Elements().Select(cell => cell.Value)];
    }
}
