using System.Net;
using System.Text.RegularExpressions;
using Batch.Host;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What people type is read as they mean it; what is refused stays in its form; what was done is told afterwards, once.</summary>
public sealed partial class TypedOnPagesTests
{
    private const string Area = "420100";
    private const string Policies = $"/{Area}/policies";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(areas: Area);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [TestCase("7800.50")]
    [TestCase("7,800.50元")]
    [TestCase("¥7,800.5")]
    [TestCase("￥ 7800.50")]
    [TestCase("７，８００．５０ 元")]
    [TestCase(" 7 800.50 ")]
    public void An_amount_is_read_as_it_was_meant(string typed) => Assert.That(TypedAmount.Read(typed), Is.EqualTo(7800.50m));

    // A comma elsewhere may be a decimal point, 万元 another unit.
    [TestCase("")]
    [TestCase("-1")]
    [TestCase("7,80")]
    [TestCase("78,00.50")]
    [TestCase("0.78万元")]
    [TestCase("7.8e3")]
    public void What_may_be_another_amount_is_not_read(string typed) => Assert.That(TypedAmount.Read(typed), Is.Null);

    [Test]
    public async Task A_refused_figure_stays_in_its_open_form_and_a_proposal_is_told()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("proposes", UserRoles.Administrator));
        using HttpResponseMessage refused = await TestHost.PostAsync(browser, Policies, "Figure", ("name", "base-max"), ("value", "七千"), ("from", "2024年3月"), ("document", "文 7"));
        string html = WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync());
        Assert.That(html, Does.Contain("FIGURE_UNUSABLE").And.Contain("value=\"七千\"").And.Contain("value=\"2024年3月\"").And.Contain("value=\"文 7\""));
        Assert.That(html, Does.Match("<details open=\"open\"><summary>提出新数值").And.Match("<option value=\"base-max\" selected=\"selected\">"));

        using HttpResponseMessage done = await TestHost.PostAsync(browser, Policies, "Figure", ("name", "average-wage"), ("value", "７，８００．５０元"), ("from", "2024-03"), ("document", "文 8"));
        Assert.That(done.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await ToldAsync(browser, Policies), Does.Contain("已提出").And.Contain("7,800.50 元/月，自 2024-03"));
        Assert.That(await ToldAsync(browser, Policies), Is.Empty);

        string hash = await host.Database.ScalarAsync<string>("SELECT hash FROM batch.policy_change WHERE value = 7800.50");
        using HttpResponseMessage withdrawn = await TestHost.PostAsync(browser, Policies, "Withdraw", ("hash", hash));
        Assert.That(await ToldAsync(browser, Policies), Does.StartWith("已撤回").And.Contain("7,800.50"));
    }

    // 7,327 is the average wage that the policy file of 420100 has for 2021.
    [Test]
    public async Task The_average_wage_in_force_is_shown_beside_a_proposal_and_an_approved_figure_says_by_whom()
    {
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wu", UserRoles.Administrator));
        using HttpClient li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        Assert.That(await TextAsync(wang, Policies + "?month=2021-06"), Does.Match(@"当月数值\s+上年度社会平均工资\s+7,327(\.00)? 元"));
        using HttpResponseMessage proposed = await TestHost.PostAsync(wang, Policies, "Figure", ("name", "average-wage"), ("value", "7400"), ("from", "2021-06"), ("document", "文 9"));
        Assert.That(await TextAsync(wang, Policies), Does.Match(@"上年度社会平均工资\s+\w+\s+2021-06\s+7,327\.00\s+7,400\.00\s+文 9\s+wu"));
        string hash = await host.Database.ScalarAsync<string>("SELECT hash FROM batch.policy_change WHERE value = 7400");
        using HttpResponseMessage simulated = await TestHost.PostAsync(wang, $"/{Area}/simulation", ("month", "2021-06"), ("hash", hash));
        Assert.That(WebUtility.HtmlDecode(await simulated.Content.ReadAsStringAsync()), Does.Match("只改一个数值：上年度社会平均工资 7,327\\.00 改为 7,400\\.00"));
        using HttpResponseMessage approved = await TestHost.PostAsync(li, Policies, "Approve", ("hash", hash));
        Assert.That(await TextAsync(wang, Policies), Does.Match(@"上年度社会平均工资\s+2021-06\s+7,400\.00\s+文 9\s+wu\s+li"));
    }

    [Test]
    public async Task A_threshold_is_told_and_a_refused_one_stays()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("sets", UserRoles.Administrator));
        string page = $"/{Area}/thresholds";
        using HttpResponseMessage refused = await TestHost.PostAsync(browser, page, ("name", "single-credit-yuan"), ("value", "很多"));
        Assert.That(WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync()), Does.Contain("THRESHOLD_INVALID").And.Contain("value=\"很多\""));
        using HttpResponseMessage done = await TestHost.PostAsync(browser, page, ("name", "single-credit-yuan"), ("value", "1,500元"));
        Assert.That(await ToldAsync(browser, page), Is.EqualTo("已设定：单笔划入（元） 1,500。"));
    }

    [Test]
    public async Task A_decision_is_told_and_a_refused_one_keeps_its_reason()
    {
        string number = CitizenId.FromDigits17(42_017_219_900_615_701L).Full();
        int submission = await ImportAsync($"甲,单位甲,孙文博,{number},2021-06,10000.00,200.00,800.00", $"甲,单位甲,孙文博,{number},2021-06,8000.00,160.00,640.00");
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("decides", UserRoles.Operator));
        string page = $"/{Area}/held";
        using HttpResponseMessage refused = await TestHost.PostAsync(browser, page, ("submission", $"{submission}"), ("row", "2"), ("reason", "合同 12"));
        Assert.That(WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync()), Does.Contain("DECISION_MISSING").And.Match("value=\"合同 12\""));
        using HttpResponseMessage done = await TestHost.PostAsync(browser, page, ("submission", $"{submission}"), ("row", "2"), ("reason", "合同 12"), ("act", "take"));
        Assert.That(await ToldAsync(browser, page), Is.EqualTo($"已决定：报送 {submission} 第 2 行采用。由下一批次计入。"));
    }

    [Test]
    public async Task A_number_with_full_width_digits_and_blanks_finds_the_account_by_page_and_command_line()
    {
        string number = CitizenId.FromDigits17(42_017_219_900_615_711L).Full();
        await ImportAsync($"甲,单位甲,孙文,{number},2021-06,10000.00,200.00,800.00");
        string typed = string.Concat($"{number[..6]} {number[6..14]} {number[14..]}".Select(c => c is >= '0' and <= 'X' ? (char)(c + 0xFEE0) : c));
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("asks", UserRoles.Inquiry));
        using HttpResponseMessage found = await TestHost.PostAsync(browser, $"/{Area}/accounts", ("number", typed), ("card", ""));
        Assert.That(found.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        CliResult balance = await (await host.CliOfAsync("clerk", UserRoles.Inquiry)).RunAsync("balance", "--id", typed, "--area", Area, "--json");
        Assert.That(balance.ExitCode, Is.Zero, balance.ToString());
    }

    private async Task<int> ImportAsync(params string[] rows)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("typed-").FullName, "file.csv");
        await File.WriteAllLinesAsync(file, [Header, .. rows]);
        CliResult sent = await (await host.CliOfAsync("wang", UserRoles.Operator)).RunAsync("import", file, "--area", Area, "--month", "2021-06", "--by", "wang", "--json");
        Assert.That(sent.ExitCode, Is.Zero, sent.ToString());
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return await host.Database.ScalarAsync<int>("SELECT max(submission_id) FROM area_420100.submission");
    }

    private static async Task<string> TextAsync(HttpClient browser, string page) => WebUtility.HtmlDecode(Tags().Replace(await browser.GetStringAsync(page), " "));

    /// <summary>The message of the page; empty: there is none.</summary>
    private static async Task<string> ToldAsync(HttpClient browser, string page) => WebUtility.HtmlDecode(Done().Match(await browser.GetStringAsync(page)).Groups[1].Value);

    [GeneratedRegex("id=\"done\">([^<]*)<")]
    private static partial Regex Done();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();
}
