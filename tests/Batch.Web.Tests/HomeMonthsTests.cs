using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>The first page: the month as a line of steps with one main action for who is signed in, and the months before it. Of a base of 10,000 yuan 310 are credited to people of 31.</summary>
public sealed partial class HomeMonthsTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private TestHost host = null!;

    [SetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(areas: Area);

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    // Two people and a row that is rejected; jia computes, yi approves and posts, bing closes.
    [Test]
    public async Task The_line_of_steps_and_the_main_action_follow_the_month_from_the_files_to_the_closing()
    {
        await host.CliOfAsync("jia", UserRoles.Operator);
        Assert.That(await StepsAsync("jia"), Does.Match(@"收件 还没有文件 0 份 .* 下一步 上传 \d{4}-\d\d 的文件$"));
        await ImportAsync("2021-05", Row(1, "2021-05"), Row(2, "2021-05"), Row(3, "2021-05").Replace("200.00", "二百", StringComparison.Ordinal));
        Assert.That(await StepsAsync("jia"), Does.StartWith("收件 已收 1 份 改正与决定 待改正 拒绝 1 行，待定 0 行").And.Contain("计算 待计算 未入账的报送和决定 1 项 复核 尚未 入账 尚未 0 个批次 结账 尚未"));
        await AssertNextAsync("jia", UserRoles.Operator, "改正被拒绝的 1 行", "Mend 1 rejected row");
        await AssertNextAsync("yi", UserRoles.Reviewer, null, "Next: An operator has 1 rejected row mended");
        await ImportAsync("2021-05", ["--parent", "1"], Header + ",原行号", Row(3, "2021-05") + ",4");
        await AssertNextAsync("jia", UserRoles.Operator, "计算 2021-05 的批次", "Compute the run of 2021-05");

        await host.DoAsync("allocate", "--area", Area, "--month", "2021-05", "--by", "jia");
        Assert.That(await StepsAsync("jia"), Does.Contain("改正与决定 已了结 拒绝 0 行，待定 0 行").And.Contain("计算 已计算 批次 1，3 人 复核 待复核 经办：jia 入账 尚未"));
        await AssertNextAsync("jia", UserRoles.Operator, null, "A reviewer who did not compute run 1 approves it");
        await AssertNextAsync("yi", UserRoles.Reviewer, "复核批次 1", "Approve run 1");
        await host.DoAsync("approve", "1", "--by", "yi");
        await AssertNextAsync("yi", UserRoles.Reviewer, "批次 1 入账", "Post run 1");
        await host.DoAsync("post", "1", "--by", "yi");
        Assert.That(await StepsAsync("yi"), Does.Contain("对账 没有到账记录 到账 0 笔").And.Contain("复核 已复核 入账 已入账 1 个批次 结账 尚不能结账 本月最后一次入账的是您"));
        await AssertNextAsync("yi", UserRoles.Reviewer, null, "You posted last in this month; another person closes it.");
        await AssertNextAsync("bing", UserRoles.Reviewer, "结清 2021-05", "Close 2021-05");
        // What was posted is in the history before it is closed, too.
        Assert.That(await HistoryAsync("bing"), Is.EqualTo(new[] { "2021-05 未结账 3 930.00 1", "合计 3 930.00" }));

        await host.DoAsync("close", "--area", Area, "--month", "2021-05", "--by", "bing");
        await AssertNextAsync("jia", UserRoles.Operator, "上传 2021-06 的文件", "Upload the files of 2021-06");
        Assert.That((await HistoryAsync("jia"))[0], Does.Match(@"^2021-05 已结账 3 930\.00 1 bing \d{4}-\d\d-\d\d \d\d:\d\d$"));
    }

    [Test]
    public async Task The_newest_of_the_months_comes_first_with_each_of_its_runs_and_the_total_of_all()
    {
        await ImportAsync("2021-05", Row(1, "2021-05"), Row(2, "2021-05"));
        await RunAsync(1, "2021-05");
        await ImportAsync("2021-06", Row(1, "2021-06"), Row(2, "2021-06"));
        await RunAsync(2, "2021-06");
        await ImportAsync("2021-06", ["--kind", "supplementary"], Header, Row(3, "2021-06"));
        await RunAsync(3, "2021-06");
        Assert.That(await HistoryAsync("jia"), Is.EqualTo(new[] { "2021-06 未结账 3 930.00 2 3", "2021-05 未结账 2 620.00 1", "合计 5 1,550.00" }));
        // May is closed first.
        await AssertNextAsync("jia", UserRoles.Operator, "先结清 2021-05", "Close 2021-05 first");
        string page = await PageAsync("jia", "zh");
        Assert.That(page, Does.Contain($"href=\"/{Area}/runs/3\"").And.Contain($"href=\"/{Area}/months/2021-05\"").And.Contain("本月划入个人账户（元）"));
    }

    [Test]
    public async Task Who_only_looks_accounts_up_sees_neither_the_steps_nor_the_months()
    {
        string page = await PageAsync((await host.AddUserAsync("counter", UserRoles.Inquiry))!, "zh");
        Assert.That(page, Does.Not.Contain("id=\"steps\"").And.Not.Contain("id=\"history\"").And.Contain("按公民身份号码或卡号查询个人账户"));
    }

    private async Task RunAsync(int run, string month)
    {
        await host.DoAsync("allocate", "--area", Area, "--month", month, "--by", "jia");
        await host.DoAsync("approve", $"{run}", "--by", "yi");
        await host.DoAsync("post", $"{run}", "--by", "yi");
    }

    /// <param name="button">Null: there is none.</param>
    private async Task AssertNextAsync(string who, string role, string? button, string english)
    {
        await host.CliOfAsync(who, role);
        string page = await PageAsync(who, "zh");
        Assert.That(Regex.Count(page, "id=\"next\""), Is.EqualTo(button is null ? 0 : 1), page);
        Assert.That(Plain(Section(page, "steps")), button is null ? Does.Not.Contain("下一步 ") : Does.EndWith("下一步 " + button));
        Assert.That(Plain(Section(await PageAsync(who, "en"), "steps")), Does.Contain(english));
    }

    private async Task<string> StepsAsync(string who) => Plain(Section(await PageAsync(who, "zh"), "steps").Split("</h2>")[1]);

    private async Task<string[]> HistoryAsync(string who) =>
        [.. Rows().Matches(Section(await PageAsync(who, "zh"), "history").Split("<tbody>")[1]).Select(row => Plain(row.Value))];

    private async Task<string> PageAsync(string who, string language)
    {
        using HttpClient browser = await host.SignedInAsync(who);
        return await browser.GetStringAsync($"/{Area}?lang={language}");
    }

    private static string Section(string page, string id) => page.Split($"<section id=\"{id}\">")[1].Split("</section>")[0];

    private static string Plain(string html) => Spaces().Replace(WebUtility.HtmlDecode(Tags().Replace(html, " ")), " ").Trim();

    private Task ImportAsync(string month, params string[] rows) => ImportAsync(month, [], [Header, .. rows]);

    private async Task ImportAsync(string month, string[] options, params string[] lines)
    {
        string file = Path.Combine(Path.GetTempPath(), $"home-{Guid.NewGuid():N}.csv");
        await File.WriteAllLinesAsync(file, lines);
        CliResult result = await (await host.CliOfAsync("jia", UserRoles.Operator)).RunAsync(["import", file, "--area", Area, "--month", month, .. options, "--by", "jia"]);
        File.Delete(file);
        Assert.That(result.ExitCode, Is.LessThan(4), result.ToString());
    }

    private static string Row(int person, string month) =>
        $"甲,单位甲,张三,{CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full()},{month},10000.00,200.00,800.00";

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Rows();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
