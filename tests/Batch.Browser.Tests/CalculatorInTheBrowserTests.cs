using System.Text.RegularExpressions;
using Batch.Browser.Tests.Journeys;
using Batch.Testing;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>
/// The calculator by clicks and by keys, at a desk and on a telephone, in both languages, with the cast of the samples; each page is checked for how it looks and for who cannot see it.
/// With <c>BATCH_SHOTS</c> the pages and the sheet are kept.
/// </summary>
[NonParallelizable]
public sealed class CalculatorInTheBrowserTests
{
    // Employed in the cast, aged 54.
    private const string Mother = "420100196801300793";

    private const string Retiree = "420100195006013029";

    private static readonly string? Kept = Environment.GetEnvironmentVariable("BATCH_SHOTS");

    private readonly string folder = Directory.CreateTempSubdirectory("batch-calculator-").FullName;
    private Site site = null!;

    private string Data => Path.Combine(folder, "demo");

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        CliResult demo = await new BatchCli { Data = folder, Timeout = TimeSpan.FromMinutes(5) }.RunAsync("demo");
        Assert.That(demo.ExitCode, Is.Zero, demo.ToString());
        site = await Site.OpenAsync(Data);
        foreach (string name in (string[])["qian-zh", "qian-en", "keys", "counter", "paper-zh", "paper-en"])
        {
            await site.AddUserAsync(name, "inquiry");
        }

        await site.AddUserAsync("zhao", "analyst");
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (site is not null)
        {
            await site.DisposeAsync();
        }

        await new BatchCli { Data = Data }.RunAsync("db", "stop");
        Directory.Delete(folder, recursive: true);
    }

    [TestCase("zh", 1366, 768)]
    [TestCase("en", 390, 844)]
    public async Task A_counter_calculates_by_clicks(string language, int width, int height)
    {
        Inspection inspection = new($"calculator-{language}");
        IPage page = await site.SignInAsync("qian-" + language);
        await page.SetViewportSizeAsync(width, height);
        if (language == "en")
        {
            await page.GetByText("English", new() { Exact = true }).ClickAsync();
        }

        Hand qian = new(page, language, inspection);
        await qian.GoAsync("测算", "Calculator");
        await qian.FillAsync("月份", "Month", "2021年6月");
        await qian.ClickAsync("计算", "Calculate");
        await qian.FillAsync("缴费基数", "Contribution base", "6,000元");
        await qian.FillAsync("出生日期", "Date of birth", "1985-06");
        await qian.ClickAsync("计算", "Calculate");
        await qian.SeesAsync("取决于出生日", "depends on the day of birth");
        // With the headings of the page before: looked at for itself.
        Inspection refused = new($"calculator-refused-{language}");
        await refused.LookAsync(page, language);
        Assert.That(refused.Faults, Is.Empty, string.Join('\n', refused.Faults));
        await qian.FillAsync("出生日期", "Date of birth", "19850615");
        await qian.ClickAsync("计算", "Calculate");
        // 120 + 66; 36 in July: 120 + 84; from 2023-02 the own 120 alone.
        await qian.SeesAsync("186.00", "186.00");
        await qian.SeesInRowAsync("2021-07", "186.00", "204.00");
        await qian.SeesInRowAsync("2023-02", "204.00", "120.00");
        await qian.ChooseAsync("身份", "Status", qian.Text("退休", "retired"));
        await qian.ClickAsync("计算", "Calculate");
        await qian.SeesAsync("还要用到下列栏目", "boxes below are needed too");
        await qian.FillAsync("出生日期", "Date of birth", "1951-01-10");
        await qian.FillAsync("上年度月平均养老金", "Average monthly pension of the prior year", "6000");
        await qian.ClickAsync("计算", "Calculate");
        await qian.SeesAsync("288.00", "288.00");
        await qian.SeesInRowAsync("2022-02", "299.52", "318.24");
        await qian.FillAsync("月份", "Month", "2020-06");
        await qian.ClickAsync("计算", "Calculate");
        await qian.SeesAsync("2020-06 至 2020-12 没有上年度职工月平均工资", "2020-06 to 2020-12: no average-wage");
        Assert.That(inspection.Faults, Is.Empty, string.Join('\n', inspection.Faults));
    }

    [TestCase("qian-zh", true)]
    [TestCase("zhao", false)]
    public async Task From_an_account_the_boxes_are_filled_with_what_the_role_may_see_and_no_number_is_in_an_address(string who, bool seesBirth)
    {
        Inspection inspection = new("calculator-account-" + who);
        IPage page = await site.SignInAsync(who, who == "zhao" ? Site.OneTime : Site.Password);
        List<string> asked = [];
        page.Request += (_, request) => asked.Add(request.Url);
        Hand hand = new(page, "zh", inspection);
        await hand.GoAsync("个人账户查询", "Accounts");
        await hand.FillAsync("公民身份号码", "Citizen number", Mother);
        await hand.ClickAsync("查询", "Look up");
        await hand.FollowAsync("用此人的数据测算", "Calculate with this person's data");
        Assert.That(await page.GetByLabel("身份").InputValueAsync(), Is.EqualTo("active"));
        Assert.That(await page.GetByLabel("月份", new() { Exact = true }).InputValueAsync(), Is.EqualTo("2022-02"));
        Assert.That(await page.GetByLabel("缴费基数").First.InputValueAsync(), Is.EqualTo("7300.00"));
        Assert.That(await page.GetByLabel("出生日期").InputValueAsync(), Is.EqualTo(seesBirth ? "1968-01" : ""));
        await hand.FillAsync("出生日期", "Date of birth", "1968-01");
        await hand.ClickAsync("计算", "Calculate");
        // 2 % and 1.7 % of 7,300: 146 + 124.10, as the ledger has it; from 2023-02 the 146 alone.
        await hand.SeesAsync("270.10", "270.10");
        await hand.SeesInRowAsync("2023-02", "270.10", "146.00");
        Assert.That(asked.Where(url => url.Contains(Mother[..17], StringComparison.Ordinal) || Regex.IsMatch(url, @"1968|pension|base=", RegexOptions.None, TimeSpan.FromSeconds(1))), Is.Empty);
        Assert.That(inspection.Faults, Is.Empty, string.Join('\n', inspection.Faults));
    }

    // Aged 71 on a pension of 6,482.50, above the floor of 6,240: 5.1 % is 330.6075.
    [Test]
    public async Task A_retiree_s_pension_comes_with_the_account()
    {
        Hand hand = new(await site.SignInAsync("counter"), "zh", new Inspection("calculator-retiree"));
        await hand.GoAsync("个人账户查询", "Accounts");
        await hand.FillAsync("公民身份号码", "Citizen number", Retiree);
        await hand.ClickAsync("查询", "Look up");
        await hand.FollowAsync("用此人的数据测算", "Calculate with this person's data");
        Assert.That(await hand.Page.GetByLabel("身份").InputValueAsync(), Is.EqualTo("retired"));
        Assert.That(await hand.Page.GetByLabel("上年度月平均养老金").InputValueAsync(), Is.EqualTo("6482.50"));
        await hand.ClickAsync("计算", "Calculate");
        await hand.SeesAsync("330.61", "330.61");
    }

    [Test]
    public async Task A_person_with_keys_alone_calculates()
    {
        Inspection inspection = new("calculator-keys");
        IPage page = await site.SignInAsync("keys");
        Hand keys = new(page, "zh", inspection);
        await keys.EnterAsync("测算", "Calculator");
        await keys.TypeAsync("月份", "Month", "2024-06");
        await keys.TypeAsync("缴费基数（元/月）", "Contribution base (yuan a month)", "6000");
        await keys.EnterAsync("计算", "Calculate");
        await keys.SeesAsync("120.00", "120.00");
        Assert.That(inspection.Faults, Is.Empty, string.Join('\n', inspection.Faults));
    }

    // The longest of the samples: four ways to the base, three changes, and the area that leaves most open.
    [TestCase("zh", "个人账户划入测算 2021-06 · 武汉市 420100", "来源未定之处", "改用其他数值试算")]
    [TestCase("en", "Calculated credit 2021-06 · Wuhan 420100", "What the sources leave open", "Try other figures")]
    public async Task The_result_is_one_sheet_of_A4_that_says_what_was_asked_and_no_box_is_on_it(string language, string head, string open, string box)
    {
        IPage page = await site.SignInAsync("paper-" + language);
        Hand hand = new(page, language, new Inspection("calculator-paper-" + language));
        if (hand.IsEnglish)
        {
            await page.GetByText("English", new() { Exact = true }).ClickAsync();
        }

        await hand.GoAsync("测算", "Calculator");
        await hand.FillAsync("月份", "Month", "2021-06");
        await hand.ChooseAsync("身份", "Status", hand.Text("退休", "retired"));
        await hand.ClickAsync("计算", "Calculate");
        await hand.FillAsync("出生日期", "Date of birth", "1951-01-10");
        await hand.FillAsync("上年度月平均养老金", "Average monthly pension of the prior year", "5000");
        await hand.ClickAsync("计算", "Calculate");
        // Lifted to 80 % of 7,327, 5,861.60: 4.8 % is 281.3568.
        await hand.SeesAsync("281.36", "281.36");
        string pdf = Path.Combine(Kept is null ? folder : Directory.CreateDirectory(Kept).FullName, $"paper-calculator-{language}.pdf");
        await page.PdfAsync(new() { Path = pdf, PreferCSSPageSize = true, PrintBackground = false });
        string[] sheets = await PdfReader.SheetsAsync(pdf);
        Assert.That(sheets, Has.Length.EqualTo(1), string.Concat(sheets));
        Assert.That(sheets[0], Does.Contain(head).And.Contain("1951-01-10").And.Contain("281.36").And.Contain("2023-02").And.Contain(open).And.Not.Contain(box));
    }
}
