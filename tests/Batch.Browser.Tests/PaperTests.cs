using System.Globalization;
using System.Text.RegularExpressions;
using Batch.Testing;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>
/// What the pages print, as the printer gets it: A4 with every column, and on each sheet the document, its months, its area and the sheet's number. With <c>BATCH_SHOTS</c> the sheets are kept.
/// </summary>
[NonParallelizable]
public sealed class PaperTests
{
    // Fourteen months of the cast, in which she retired, and spent.
    private const string Mother = "420100196801300793";

    // The last month that the demo closes.
    private const string Reopened = "2022-02";
    private const string Reason = "武汉市第三机械厂二月份补报的三名新职工漏记，须补入当月后再次结账";

    // The month after it, in which sixty employers declare and pay.
    private const string Many = "2022-03";
    private const int Employers = 60;
    private const string NamePrefix = "武汉市东湖新技术开发区样例第";
    private const string Upright = "595 x 842", Sideways = "842 x 595";

    private static readonly string? Kept = Environment.GetEnvironmentVariable("BATCH_SHOTS");

    private readonly string folder = Directory.CreateTempSubdirectory("batch-paper-").FullName;
    private readonly HashSet<string> signedIn = [];
    private Site site = null!;

    // Where the demo puts it.
    private string Data => Path.Combine(folder, "demo");

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        CliResult demo = await new BatchCli { Data = folder, Timeout = TimeSpan.FromMinutes(5) }.RunAsync("demo");
        Assert.That(demo.ExitCode, Is.Zero, demo.ToString());
        BatchCli cli = new() { Data = Data };
        foreach (string[] act in (string[][])[["reopen", "--month", Reopened, "--by", "zhao", "--reason", Reason], ["reopen", "--month", Reopened, "--by", "sun", "--approve"],
            ["close", "--month", Reopened, "--by", "zhao"]])
        {
            CliResult done = await cli.RunAsync([.. act, "--area", "420100"]);
            Assert.That(done.ExitCode, Is.Zero, $"{act[0]} {done}");
        }

        await CloseMonthOfManyAsync(cli);
        site = await Site.OpenAsync(Data);
        await site.AddUserAsync("qian", "inquiry");
        await site.AddUserAsync("wang", "operator");
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

    [Test]
    public async Task A_statement_is_a_document_with_its_person_its_months_and_all_columns()
    {
        IPage page = await SignInAsync("qian");
        await Clicks.GoAsync(page, "个人账户查询");
        await page.GetByLabel("公民身份号码", new() { Exact = true }).FillAsync(Mother);
        await Clicks.PressAsync(page, "查询");
        await page.GetByLabel("从", new() { Exact = true }).FillAsync("2021年1月");
        await page.GetByLabel("到", new() { Exact = true }).FillAsync("202202");
        await Clicks.PressAsync(page, "查看");
        await Clicks.FollowAsync(page, "为什么");
        string[] sheets = await PrintAsync(page, "statement-zh", Upright);
        Assert.That(sheets, Is.All.Contain("个人账户对账单 2021-01 至 2022-02 · 武汉市 420100").And.Contain("qian 打印于"));
        Assert.That(sheets[0], Does.Contain("入账月").And.Contain("所属期").And.Contain("项目").And.Contain("个人缴费").And.Contain("单位缴费").And.Contain("账户变动").And.Contain("余额"));
        Assert.That(sheets[0], Does.Contain("4201*************3").And.Contain("统筹区 武汉市 420100").And.Contain("金额单位：元").And.Not.Contain(Mother));
        Assert.That(string.Concat(sheets), Does.Contain("期末余额").And.Contain("上年结转").And.Contain("经办机构（盖章）").And.Not.Contain("缴费明细").And.Not.Contain("显示完整号码"));

        // As long as that of many years.
        await page.EvaluateAsync("() => { const rows = document.querySelector('main section:has(form) tbody'); for (let i = 0; i < 2; i++) { rows.innerHTML += rows.innerHTML; } }");
        string[] many = await PrintAsync(page, "statement-long", Upright);
        Assert.That(many, Is.All.Contain("个人账户对账单 2021-01 至 2022-02 · 武汉市 420100"));
        string[] listed = [.. many.Where(sheet => Regex.IsMatch(sheet, @"\d{4}-\d{2}\s+\d{4}-\d{2}\s+缴费划入", RegexOptions.None, TimeSpan.FromSeconds(1)))];
        Assert.That(listed, Has.Length.GreaterThan(1).And.All.Contain("入账月").And.All.Contain("单位缴费"));

        await page.GetByText("English", new() { Exact = true }).ClickAsync();
        sheets = await PrintAsync(page, "statement-en", Upright);
        Assert.That(sheets, Is.All.Contain("Account statement 2021-01 to 2022-02 · Wuhan 420100").And.Contain("Printed by qian"));
        Assert.That(Words(sheets[0]), Is.SupersetOf(new[] { "Posted", "For", "Item", "Person", "Employer", "Account", "Balance", "Area" }));
        // Her name alone stays as it is.
        Assert.That(string.Concat(sheets).Replace("谢*", "", StringComparison.Ordinal), Does.Not.Match(@"\p{IsCJKUnifiedIdeographs}"));
    }

    [Test]
    public async Task A_certificate_lies_on_its_side_on_every_sheet_and_says_month_and_area()
    {
        IPage page = await SignInAsync("wang");
        await Clicks.GoAsync(page, "月份与结账");
        await Clicks.FollowAsync(page, "2021-06");
        await page.Locator("#report").WaitForAsync();
        string[] sheets = await PrintAsync(page, "certificate-zh", Sideways);
        Assert.That(sheets, Is.All.Contain("月度结账证明 2021-06 · 武汉市 420100"));
        string all = string.Concat(sheets);
        foreach (string column in new[] { "项目", "经办", "复核", "入账或结账", "人数或账户数", "分录", "个人缴费", "单位缴费", "个人账户", "统筹净额", "其他资金", "摘要或封签" })
        {
            Assert.That(all, Does.Contain(column));
        }

        Assert.That(all, Does.Contain("期末合计").And.Contain("经办机构（盖章）").And.Not.Contain("重新打开"));
        // The figures that the month was computed without are beneath the table, by their names.
        Assert.That(await page.Locator("#report").InnerTextAsync(), Does.Not.Contain("注意"));
        Assert.That(all, Does.Match(@"期末合计(?s:.*)注意 (?s:.*)缴费基数").And.Not.Contain("base-"));
        await page.GetByText("English", new() { Exact = true }).ClickAsync();
        sheets = await PrintAsync(page, "certificate-en", Sideways);
        Assert.That(sheets, Is.All.Contain("Certificate of the closing 2021-06 · Wuhan 420100"));
        Assert.That(Words(sheets[0]), Is.SupersetOf(new[] { "Item", "Made", "Approved", "Entries", "Person", "Employer", "Accounts", "Pool,", "Other", "Digest" }));
    }

    [Test]
    public async Task A_certificate_with_sixty_employers_goes_over_sheets_with_repeated_heads_and_is_never_wider_than_the_paper()
    {
        IPage page = await SignInAsync("wang");
        await Clicks.GoAsync(page, "月份与结账");
        await Clicks.FollowAsync(page, Many);
        foreach (string language in new[] { "zh", "en" })
        {
            await page.Locator("#certificate-employers").WaitForAsync();
            string[] sheets = await PrintAsync(page, "certificate-many-" + language, Sideways);
            string all = string.Concat(sheets);
            Assert.That(Enumerable.Range(1, Employers).Where(n => !all.Contains(NumberOf(n), StringComparison.Ordinal)), Is.Empty, language);
            (string head, string agrees, string kept, string signed) = language == "zh" ? ("收到缴费", "相符", "单位承诺四月补足", "经办机构（盖章）") : ("Received", "agrees", "单位承诺四月补足", "Agency (seal)");
            string[] listing = [.. sheets.Where(s => s.Contains(NamePrefix, StringComparison.Ordinal) && Regex.Count(s, @"W0\d\d", RegexOptions.None, TimeSpan.FromSeconds(1)) > 2)];
            Assert.That(listing, Has.Length.GreaterThan(1).And.All.Contain(head), language);
            Assert.That(all, Does.Contain(agrees).And.Contain(kept).And.Contain("29,950.00").And.Contain("12.34"), language);
            // The line of a person that has no receipt.
            Assert.That(await page.Locator("#certificate-differences tr", new() { HasText = "B99" }).InnerTextAsync(), Does.Contain(language == "zh" ? "付款人：王*" : "Payer: 王*").And.Contain("2022-03-11").And.Contain("33.00"), language);
            Assert.That(sheets[^1], Does.Contain(signed), language);
            await page.EmulateMediaAsync(new() { Media = Media.Print });
            // A4 across at 96 dots an inch, less the margins of 12 mm.
            await page.SetViewportSizeAsync(1031, 700);
            Assert.That(await page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('main table')].filter(t => t.getBoundingClientRect().right > document.querySelector('main').getBoundingClientRect().right + 1).map(t => t.id)"), Is.Empty, language);
            await page.EmulateMediaAsync(new() { Media = Media.Null });
            await page.SetViewportSizeAsync(1366, 844);
            await page.GetByText(language == "zh" ? "English" : "中文", new() { Exact = true }).ClickAsync();
        }
    }

    // The time is beneath the name, on paper as on a screen; the reason goes across the figures.
    [Test]
    public async Task The_certificate_of_a_month_opened_again_prints_all_its_closings_on_the_first_sheet()
    {
        IPage page = await SignInAsync("wang");
        await Clicks.GoAsync(page, "月份与结账");
        await Clicks.FollowAsync(page, Reopened);
        await page.Locator("#report").WaitForAsync();
        string[] sheets = await PrintAsync(page, "reopened-zh", Sideways);
        Assert.That(sheets[0], Does.Match(@"结账\s+zhao [0-9-]{10} [0-9:]{5}\s*（第 2 次结账）").And.Match(@"最后入账\s+reviewer [0-9-]{10} [0-9:]{5}\s*（批次 \d+）").And.Contain(Reason));
        Assert.That(sheets[0], Does.Match(@"(?s)本月第 1 次划账（批次 \d+）.*第 1 次结账.*第 1 次重新打开.*期末合计（第 2 次结账）"));
        Assert.That(Regex.Count(sheets[0], @"\d{4}-\d\d-\d\d\s", RegexOptions.None, TimeSpan.FromSeconds(1)), Is.GreaterThanOrEqualTo(7), "two above the table, five in it");
        await page.GetByText("English", new() { Exact = true }).ClickAsync();
        sheets = await PrintAsync(page, "reopened-en", Sideways);
        Assert.That(sheets[0], Does.Contain("(closing 2 of the month)").And.Contain("allocation 1 of the month").And.Contain("Reason: " + Reason));
    }

    // At a desk no column lies behind the edge; on a telephone every cell that holds something is within it, and a sentence is not set as name and value.
    [TestCase("个人账户查询", "qian", "#statement", "")]
    [TestCase("月份与结账", "wang", "#report", "2021-06")]
    [TestCase("月份与结账", "wang", "#report", Reopened)]
    public async Task A_statement_and_a_certificate_show_every_column_at_a_desk_and_on_a_telephone(string entry, string who, string table, string month)
    {
        IPage page = await SignInAsync(who);
        await page.SetViewportSizeAsync(1366, 768);
        await Clicks.GoAsync(page, entry);
        if (who == "qian")
        {
            await page.GetByLabel("公民身份号码", new() { Exact = true }).FillAsync(Mother);
            await Clicks.PressAsync(page, "查询");
        }
        else
        {
            await Clicks.FollowAsync(page, month);
        }

        await page.Locator(table).WaitForAsync();
        foreach (string language in new[] { "zh", "en" })
        {
            foreach (int width in new[] { 1366, 390 })
            {
                await page.SetViewportSizeAsync(width, 844);
                if (Kept is not null)
                {
                    await page.ScreenshotAsync(new() { Path = Path.Combine(Directory.CreateDirectory(Kept).FullName, $"{table[1..]}-{month}-{language}-{width}.png"), FullPage = true });
                }

                Assert.That(await page.Locator(table).EvaluateAsync<string[]>(Hidden), Is.Empty, $"{language} {width}");
            }

            await page.SetViewportSizeAsync(1366, 844);
            await page.GetByText(language == "zh" ? "English" : "中文", new() { Exact = true }).ClickAsync();
        }
    }

    private const string Hidden =
        """
        table => [...table.querySelectorAll('td')].filter(cell => cell.textContent.trim() !== '').filter(cell => {
            const box = cell.getBoundingClientRect();
            return box.width === 0 || (cell.colSpan > 1 && getComputedStyle(cell).display === 'flex') || box.right > table.parentElement.getBoundingClientRect().right + 1;
        }).map(cell => cell.textContent.trim())
        """;

    // A report of many columns, as the reader of a page of fifty rows prints it.
    [Test]
    public async Task A_report_says_which_it_is_and_repeats_its_columns_on_every_sheet()
    {
        IPage page = await SignInAsync("wang");
        await Clicks.GoAsync(page, "报表");
        await page.GetByLabel("报表").SelectOptionAsync(new SelectOptionValue { Label = "个人账户划账明细" });
        await page.GetByLabel("入账月份").FillAsync("2021-06");
        await Clicks.PressAsync(page, "查看");
        await page.Locator("#report").WaitForAsync();
        string[] sheets = await PrintAsync(page, "report-zh", Sideways);
        Assert.That(sheets, Has.Length.GreaterThan(1));
        Assert.That(sheets, Is.All.Contain("个人账户划账明细 2021-06 · 武汉市 420100"));
        Assert.That(sheets.Select(sheet => sheet.Contains("公民身份号码", StringComparison.Ordinal) || sheet.Contains("证件号码", StringComparison.Ordinal)), Is.All.True);
    }

    // Each declares and pays 100.00 and 400.00 for one person; the seventh pays 450.00, the ninth 500.00 and 12.34 late fee: 59 times 500.00 and 450.00 are 29,950.00. A person's 33.00 have no receipt.
    private async Task CloseMonthOfManyAsync(BatchCli cli)
    {
        IEnumerable<string> Rows(Func<int, string> row) => Enumerable.Range(1, Employers).Select(row);
        string payroll = Path.Combine(folder, "payroll.csv"), receipts = Path.Combine(folder, "receipts.csv"), statement = Path.Combine(folder, "statement.csv");
        await File.WriteAllLinesAsync(payroll, Rows(n => $"{NumberOf(n)},{NamePrefix}{n}有限公司,某人,{PersonOf(n)},{Many},5000.00,100.00,400.00")
            .Prepend("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额"));
        await File.WriteAllLinesAsync(receipts, Rows(n => $"{NumberOf(n)},{NamePrefix}{n}有限公司,{Many},{(n == 7 ? 450 : 500)}.00,{Many}-10,SK{n},{(n == 9 ? "12.34" : "")},")
            .Prepend("单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息"));
        await File.WriteAllLinesAsync(statement, Rows(n => $"{Many}-10,B{n},SK{n},{NamePrefix}{n}有限公司,{(n == 7 ? "450.00" : n == 9 ? "512.34" : "500.00")}").Prepend("交易日期,流水号,凭证号,对方户名,贷方金额").Append($"{Many}-11,B99,,王小明,33.00"));
        await DoneAsync(cli, "import", payroll, receipts, statement, "--area", "420100", "--month", Many);
        string run = Regex.Match((await DoneAsync(cli, "allocate", "--area", "420100", "--month", Many, "--by", "zhao", "--json")).Output, @"""run"":\s*(\d+)", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value;
        await DoneAsync(cli, "approve", run, "--by", "sun", "--override", "样例");
        await DoneAsync(cli, "post", run, "--by", "sun");
        await DoneAsync(cli, "close", "--area", "420100", "--month", Many, "--by", "zhao", "--accept-differences", "单位承诺四月补足");
    }

    private static async Task<CliResult> DoneAsync(BatchCli cli, params string[] act)
    {
        CliResult done = await cli.RunAsync(act);
        Assert.That(done.ExitCode, Is.Zero, $"{act[0]} {done}");
        return done;
    }

    private static string NumberOf(int employer) => string.Create(CultureInfo.InvariantCulture, $"W{employer:000}");

    private static string PersonOf(int number)
    {
        string digits = string.Create(CultureInfo.InvariantCulture, $"42017219900615{number:000}");
        int[] weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        return digits + "10X98765432"[digits.Select((d, i) => (d - '0') * weights[i]).Sum() % 11];
    }

    // The first time with the one-time password, whichever test comes first.
    private Task<IPage> SignInAsync(string name) => site.SignInAsync(name, signedIn.Add(name) ? Site.OneTime : Site.Password);

    private static string[] Words(string sheet) => sheet.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The text of each sheet; all are of the size, and numbered.</summary>
    private async Task<string[]> PrintAsync(IPage page, string name, string size)
    {
        string pdf = Path.Combine(Kept is null ? folder : Directory.CreateDirectory(Kept).FullName, $"paper-{name}.pdf");
        await page.PdfAsync(new() { Path = pdf, PreferCSSPageSize = true, PrintBackground = false });
        string[] sizes = [.. Regex.Matches(await PdfReader.InfoAsync(pdf), @"size:\s+([\d.]+) x ([\d.]+)", RegexOptions.None, TimeSpan.FromSeconds(1))
            .Select(m => $"{Rounded(m.Groups[1].Value)} x {Rounded(m.Groups[2].Value)}")];
        string[] sheets = await PdfReader.SheetsAsync(pdf);
        Assert.That(sizes, Has.Length.EqualTo(sheets.Length).And.All.EqualTo(size));
        for (int i = 0; i < sheets.Length; i++)
        {
            Assert.That(sheets[i], Does.Match($@"\b{i + 1} ?/ ?{sheets.Length}\b"));
        }

        return sheets;
    }

    private static string Rounded(string points) => double.Parse(points, CultureInfo.InvariantCulture).ToString("0", CultureInfo.InvariantCulture);
}
