using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Batch.Host.Access;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>
/// The calculator. Amounts are worked by hand from the policy files. 420100 until 2023-01: own 2 % and of the employer's 1.1 % up to 35, 1.4 % up to 45, 1.7 % over; retired 4.8 % up to 70,
/// 5.1 % over, of at least 80 % of the average wage (7,327 in 2021, 7,800 from 2022); from 2023-02: own 2 % alone, retired 83. 110000 until 2022-08: own 2 % and 0.8 % under 35, 1 % under 45,
/// 2 % from 45; from 2022-09 own 2 % alone; retired 100 under 70, 110 from 70, less 3.
/// </summary>
public sealed class CalculatorPageTests
{
    private const string Wuhan = "420100", Beijing = "110000";

    private readonly HtmlParser parser = new();
    private TestHost host = null!;
    private HttpClient browser = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: [Wuhan, Beijing]);
        browser = await host.SignedInAsync(await host.AddUserAsync("counts", UserRoles.Operator));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        browser.Dispose();
        await host.DisposeAsync();
    }

    // 35 on 2021-06-01, 36 on 2021-07-01: 120 + 66, 120 + 84; from 2023-02 the own 120 alone. 186 + 11 x 204 = 2430.
    [TestCase(Wuhan, "month=2021年6月 status=active birth=1985-06-15 base=６,０００元", "186.00", "2,430.00", "2021-07 36 186.00 204.00 36 至 45 周岁 | 2023-02 37 204.00 120.00 政策自 2023-02 起改变")]
    // 6,000 is above 5,861.60 and below 6,240: 288, then 4.8 % and, from the month after the 71st birthday, 5.1 % of 6,240. 7 x 288 + 299.52 + 4 x 318.24 = 3588.48.
    [TestCase(Wuhan, "month=2021-06 status=retired birth=19510110 pension-prior-year=6000 pension-this-year= pension-month=", "288.00", "3,588.48",
        "2022-01 70 288.00 299.52 7,327.00 元改为 7,800.00 元 | 2022-02 71 299.52 318.24 71 周岁及以上 | 2023-02 72 318.24 83.00 政策自 2023-02 起改变")]
    // 2 % of the lowest base of 4,494 is 89.88, of 4,498 from 2025-10 on 89.96: 10 x 89.88 + 2 x 89.96 = 1078.72. After 2026-06 no limit is known: 2 % of the 4,000 declared.
    [TestCase(Wuhan, "month=2024-12 status=active base=4000", "89.88", "1,078.72",
        "2025-10 89.88 89.96 4,494.00 元改为 4,498.00 元 | 2026-07 89.96 80.00 缴费基数下限 4,498.00 元止于上月")]
    // 200 + 80, then the own 200 alone: 280 + 11 x 200 = 2480. From 2023-07 on 10,000 is still within the limits.
    [TestCase(Beijing, "month=2022-08 status=active birth=1987-08-15 base=10000", "280.00", "2,480.00", "2022-09 35 280.00 200.00 政策自 2022-09 起改变")]
    // 69 until November, 70 on 2022-12-01: 3 x 97 + 9 x 107 = 1254.
    [TestCase(Beijing, "month=2022-09 status=retired birth=1952-11-20", "97.00", "1,254.00", "2022-12 70 97.00 107.00 70 周岁及以上")]
    // Eight years ahead: 70 on 2030-05-20, counted on 2030-06-01. 12 x 97 = 1164.
    [TestCase(Beijing, "month=2022-09 status=retired birth=1960-05-20", "97.00", "1,164.00", "2030-06 70 97.00 107.00 70 周岁及以上")]
    // Retires in December and is credited as retired from January on: 4 x 200 + 8 x 97 = 1576; 70 on 2032-12-05.
    [TestCase(Beijing, "month=2022-09 status=active birth=1962-12-05 base=10000 retires=2022-12", "200.00", "1,576.00",
        "2023-01 60 200.00 97.00 2022-12 退休，自 2023-01 | 2033-01 70 97.00 107.00 70 周岁及以上")]
    // The lowest base rises from 5,869 to 6,326 and 6,821: 2 % of them. 10 x 117.38 + 2 x 126.52 = 1426.84.
    [TestCase(Beijing, "month=2022-09 status=active base=5000", "117.38", "1,426.84",
        "2023-07 117.38 126.52 5,869.00 元改为 6,326.00 元 | 2024-07 126.52 136.42 6,326.00 元改为 6,821.00 元")]
    public async Task The_month_its_year_and_its_changes_are_those_worked_by_hand(string area, string typed, string net, string total, string changes)
    {
        IHtmlDocument page = await SendAsync(area, HttpStatusCode.OK, Fields(typed));
        Assert.That(Text(page, "#net"), Is.EqualTo(net));
        Assert.That(Text(page, "#total"), Is.EqualTo(total));
        string[][] rows = [.. page.QuerySelectorAll("#changes tbody tr").Select(r => r.Children.Select(c => c.TextContent.Trim()).ToArray())];
        string[] expected = changes.Split(" | ");
        Assert.That(rows, Has.Length.EqualTo(expected.Length), string.Join('\n', rows.Select(r => string.Join(' ', r))));
        foreach ((string[] row, string change) in rows.Zip(expected))
        {
            string[] parts = change.Split(' ', row.Length);
            Assert.That(row[..^1], Is.EqualTo(parts[..^1]));
            Assert.That(row[^1], Does.Contain(parts[^1]));
        }
    }

    // 4,000 is below 80 % of 7,327, 5,861.60: 4.8 % of that is 281.3568. For 2020 no average wage is known.
    [Test]
    public async Task A_missing_figure_is_named_with_its_months_and_the_place_where_it_is_set_and_no_other_year_s_is_used()
    {
        IHtmlDocument page = await SendAsync(Wuhan, HttpStatusCode.Conflict, Fields("month=2020-06 status=retired birth=1955-01-01 pension-prior-year=4000 pension-this-year= pension-month="));
        Assert.That(Text(page, "#refused"), Does.Contain("2020-06 不能计算").And.Contain("FIGURE_MISSING"));
        Assert.That(Text(page, "#gaps"), Does.Contain("2020-06 至 2020-12 没有上年度职工月平均工资").And.Contain("政策"));
        Assert.That(page.QuerySelector("#gaps a")!.GetAttribute("href"), Is.EqualTo("/420100/policies"));
        Assert.That(Text(page, "#net") + Text(page, "#total"), Is.EqualTo("––"));
        Assert.That(Text(page, "#changes tbody tr"), Does.Match(@"2021-01\s*66\s*–\s*281\.36\s*自 2021-01 起可以计算"));

        // 80 % of 5,000 is 4,000: 4.8 % of it is 192.
        IHtmlDocument tried = await SendAsync(Wuhan, HttpStatusCode.OK, Fields("month=2020-06 status=retired birth=1955-01-01 pension-prior-year=4000 pension-this-year= pension-month= set-average-wage=5000"));
        Assert.That(Text(tried, "#net"), Is.EqualTo("192.00"));
        Assert.That(Text(tried, "#asked"), Does.Contain("试用上年度社会平均工资 5,000.00 元"));
    }

    [Test]
    public async Task Only_what_the_policy_needs_is_asked_for_and_more_only_after_the_status_says_so()
    {
        string[] active = Boxes(await GetAsync($"/{Wuhan}/calculator?"));
        Assert.That(active, Does.Contain("month").And.Contain("status"));
        // Before 2023-02 the age counts; after it only the base of the employed, and of the retired nothing.
        Assert.That(Boxes(await SendAsync(Wuhan, HttpStatusCode.OK, Fields("month=2021-06 status=active"))), Is.EqualTo(Asking("birth base", "retires", "base-min base-max")));
        Assert.That(Boxes(await SendAsync(Wuhan, HttpStatusCode.OK, Fields("month=2024-06 status=active"))), Is.EqualTo(Asking("base", "retires", "base-min base-max")));
        IHtmlDocument retired = await SendAsync(Wuhan, HttpStatusCode.OK, Fields("month=2021-06 status=retired base=6000"));
        Assert.That(Boxes(retired), Is.EqualTo(Asking("birth pension-prior-year pension-this-year pension-month", "", "average-wage")));
        Assert.That(retired.QuerySelector("#more"), Is.Not.Null);
        Assert.That(retired.QuerySelector<IHtmlInputElement>("input[type=hidden][name=base]")!.Value, Is.EqualTo("6000"), "what was typed is kept");
        IHtmlDocument flat = await SendAsync(Wuhan, HttpStatusCode.OK, Fields("month=2024-06 status=retired"));
        Assert.That(Boxes(flat), Is.EqualTo(Asking("", "", "")));
        Assert.That(Text(flat, "#net"), Is.EqualTo("83.00"));
        Assert.That(flat.QuerySelector("main")!.TextContent, Does.Not.Contain("周岁，档次"), "no age is told where none was given");
        Assert.That(Text(await SendAsync(Wuhan, HttpStatusCode.OK, Fields("month=2024-06 status=retired category=flexible")), "#net"), Is.EqualTo("66.00"));
    }

    [TestCase("month=2021.1 status=active birth=1985-06-15 base=6000", "month", "可能是 1 月")]
    [TestCase("month=2021-06 status=active birth= base=6000", "birth", "请填写出生日期")]
    [TestCase("month=2021-06 status=active birth=1985.1 base=6000", "birth", "请写成")]
    [TestCase("month=2021-06 status=active birth=1985-02-30 base=6000", "birth", "请写成")]
    [TestCase("month=2021-06 status=active birth=2021-07-01 base=6000", "birth", "晚于所算月份")]
    // 186 or 204: 36 on the first of June, or 35.
    [TestCase("month=2021-06 status=active birth=1985-06 base=6000", "birth", "2021-06 的金额取决于出生日")]
    [TestCase("month=2021-06 status=active birth=1985-06-15 base=", "base", "请填写金额")]
    [TestCase("month=2021-06 status=active birth=1985-06-15 base=6,00", "base", "大于零的金额")]
    [TestCase("month=2021-06 status=active birth=1985-06-15 base=60.001", "base", "最多两位小数")]
    [TestCase("month=2021-06 status=active birth=1985-06-15 base=6000 retires=2021-05", "retires", "早于所算月份")]
    [TestCase("month=2021-06 status=retired birth=1955-01-01 pension-prior-year= pension-this-year= pension-month=", "pension-prior-year", "至少填写一项")]
    [TestCase("month=2021-06 status=active category=veteran", "category", "没有规定")]
    [TestCase("month=2024-12 status=active base=6000 set-base-min=30000", "set-base-min", "下限不得高于上限")]
    public async Task What_is_missing_or_not_certain_is_told_at_its_box_in_both_languages_and_what_was_typed_is_kept(string typed, string box, string sentence)
    {
        foreach (string language in (string[])["zh", "en"])
        {
            using HttpClient reader = await host.SignedInAsync("counts");
            await reader.GetStringAsync($"/{Wuhan}/calculator?lang={language}");
            IHtmlDocument page = await SendAsync(Wuhan, HttpStatusCode.BadRequest, Fields(typed), reader);
            string told = Text(page, $"#{box}-wrong");
            Assert.That(told, language == "zh" ? Does.Contain(sentence) : Does.Not.Match(@"\p{IsCJKUnifiedIdeographs}").And.Length.GreaterThan(15));
            Assert.That(page.QuerySelector("#" + box)!.GetAttribute("aria-describedby"), Is.EqualTo(box + "-wrong"));
            Assert.That(page.QuerySelector($"#faults a[href='#{box}']"), Is.Not.Null);
            foreach ((string name, string value) in Fields(typed).Where(f => page.QuerySelector($"input[name='{f.Name}']") is not null))
            {
                Assert.That(page.QuerySelector<IHtmlInputElement>($"input[name='{name}']")!.Value, Is.EqualTo(value));
            }

            Assert.That(page.QuerySelector("#net"), Is.Null);
        }
    }

    [Test]
    public async Task The_explanation_is_that_of_the_account_with_its_version_its_sources_and_what_they_leave_open_in_both_languages()
    {
        (string, string)[] fields = Fields("month=2024-12 status=active base=4000");
        IHtmlDocument page = await SendAsync(Wuhan, HttpStatusCode.OK, fields);
        string told = page.QuerySelector("main")!.TextContent;
        Assert.That(told, Does.Contain("申报基数 4000.00 元超出上下限，按 4494.00 元计算").And.Contain("个人缴费 89.88 元全部划入").And.Contain("2023-02 起的版本"));
        Assert.That(Text(page, "#sources tbody"), Does.Contain("WP").And.Contain("hk01.com").And.Contain("武汉市2024年医保缴费标准").And.Contain("具体计入金额为每月83元"));
        Assert.That(Text(page, "#open"), Does.Contain("单位费率 8 % 未见文件"));
        using HttpClient reader = await host.SignedInAsync("counts");
        await reader.GetStringAsync($"/{Wuhan}/calculator?lang=en");
        IHtmlDocument english = await SendAsync(Wuhan, HttpStatusCode.OK, Fields("month=2025-12 status=active base=4000"), reader);
        Assert.That(english.QuerySelector("main")!.TextContent, Does.Contain("the declared base 4000.00 is outside the limits; 4498.00 is used").And.Contain("no base-min (the last one known ends in 2026-06)"));
        Assert.That(Text(english, "#changes tbody"), Does.Contain("the lowest base of 4,498.00 ended last month"));
    }

    [Test]
    public async Task Every_role_may_calculate_and_neither_the_log_nor_the_audit_holds_what_was_typed()
    {
        foreach (string role in UserRoles.All)
        {
            using HttpClient reader = await host.SignedInAsync(await host.AddUserAsync("calculates-" + role, role));
            IHtmlDocument page = await SendAsync(Wuhan, HttpStatusCode.OK, Fields("month=2021-06 status=active birth=1985-06-15 base=6123.45"), reader);
            // 2 % is 122.469, 1.1 % is 67.35795.
            Assert.That(Text(page, "#net"), Is.EqualTo("189.83"), role);
            Assert.That(page.QuerySelector("nav a[aria-current]")!.TextContent, Is.EqualTo("测算"));
        }

        string recorded = await host.Database.ScalarAsync<string>("SELECT string_agg((to_jsonb(a) - 'at')::text, E'\\n') FROM batch.audit a");
        Assert.That(recorded, Does.Contain("POST /{code}/calculator 200").And.Not.Contain("6123").And.Not.Contain("1985").And.Not.Contain("189.83"));
    }

    [Test]
    public async Task Before_anything_is_typed_the_page_says_where_the_result_will_be()
    {
        IHtmlDocument page = await GetAsync($"/{Beijing}/calculator");
        Assert.That(Text(page, "#empty"), Does.Contain("结果显示在这里"));
        Assert.That(page.QuerySelector("#faults"), Is.Null);
    }

    private static string[] Asking(string boxes, string retires, string figures) =>
        [.. $"month status category {boxes} {retires} {string.Join(' ', figures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => "set-" + f))}".Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private static string[] Boxes(IHtmlDocument page) =>
        [.. page.QuerySelectorAll("main form.boxes :is(input, select)").Where(b => b.GetAttribute("type") != "hidden").Select(b => b.GetAttribute("name")!)];

    private static (string Name, string Value)[] Fields(string typed) => [.. typed.Split(' ').Select(f => f.Split('=', 2)).Select(f => (f[0], f[1]))];

    private static string Text(IParentNode page, string selector) => page.QuerySelector(selector)?.TextContent.Trim() ?? "";

    private async Task<IHtmlDocument> GetAsync(string address) => parser.ParseDocument(await browser.GetStringAsync(address));

    // 35 on 2021-06-01: 120 + 66, whatever the language.
    [Test]
    public async Task The_other_language_keeps_what_was_asked()
    {
        using HttpClient reader = await host.SignedInAsync(await host.AddUserAsync("reads", UserRoles.Operator));
        IHtmlDocument chinese = await SendAsync(Wuhan, HttpStatusCode.OK, Fields("month=2021-06 status=active birth=1985-06-15 base=6000"), reader);
        IHtmlFormElement form = chinese.QuerySelectorAll<IHtmlFormElement>("form").Single(f => f.QuerySelector("#language") is not null);
        using HttpResponseMessage answer = await reader.PostAsync(
            $"/{Wuhan}/calculator" + form.GetAttribute("action"), new FormUrlEncodedContent([.. form.QuerySelectorAll<IHtmlInputElement>("input").Select(i => KeyValuePair.Create(i.Name!, i.Value))]));
        IHtmlDocument english = parser.ParseDocument(await answer.Content.ReadAsStringAsync());
        Assert.That((Text(chinese, "#net"), Text(english, "#net"), english.DocumentElement.GetAttribute("lang")), Is.EqualTo(("186.00", "186.00", "en")));
    }

    private async Task<IHtmlDocument> SendAsync(string area, HttpStatusCode status, (string Name, string Value)[] fields, HttpClient? reader = null)
    {
        using HttpResponseMessage answer = await TestHost.PostAsync(reader ?? browser, $"/{area}/calculator", fields);
        string html = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(status), html);
        return parser.ParseDocument(html);
    }
}
