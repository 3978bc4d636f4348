using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>A run of few people beside the month before: each figure's change in its unit and in per cent, its people with links, and what comes after the posting. Of a base of 10,000 yuan 310 are credited, of 20,000 620.</summary>
public sealed partial class RunAfterPostingTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private TestHost host = null!;

    // May: persons 1 to 4 with 10,000 each. June: 1 to 3, of whom 2 has 20,000. Then a file that came later brings person 4.
    [OneTimeSetUp]
    public async Task PostAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        await ImportAsync("2021-05", "regular", [.. Enumerable.Range(1, 4).Select(i => Row(i, "2021-05", 10000))]);
        await RunAsync(1, "2021-05");
        await ImportAsync("2021-06", "regular", Row(1, "2021-06", 10000), Row(2, "2021-06", 20000), Row(3, "2021-06", 10000));
        await RunAsync(2, "2021-06");
        await ImportAsync("2021-06", "supplementary", Row(4, "2021-06", 20000));
        await RunAsync(3, "2021-06");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    // May: 4 people, 800 and 3,200 paid, 1,240 credited, 2,760 to the pool. June: 3 people, 800 and 3,200 paid, 1,240 credited.
    [Test]
    public async Task Each_figure_has_its_change_from_the_month_before_in_its_unit_and_in_per_cent()
    {
        string page = await PageAsync("yi", 2, "zh");
        Assert.That(Rows(Table(page, "totals")), Is.EqualTo(new[]
        {
            "项目 本批 上月 2021-05 比上月增减 增减%", "人数 3 4 -1 -25.0%", "分录 3 4 -1 -25.0%", "个人缴费 800.00 800.00 0.00 0.0%", "单位缴费 3,200.00 3,200.00 0.00 0.0%",
            "其中统筹支付（退休划账） 0.00 0.00 0.00", "统筹基金净额 2,760.00 2,760.00 0.00 0.0%", "其他资金 0.00 0.00 0.00", "划入个人账户 1,240.00 1,240.00 0.00 0.0%",
        }));
        Assert.That(Rows(Section(page, "kinds")), Is.EqualTo(new[]
        {
            "种类 分录 增加（元） 减少（元） 净额（元） 比上月增减（元） 增减%", "缴费划入 3 1,240.00 0.00 1,240.00 0.00 0.0%", "账户变动合计 3 1,240.00 0.00 1,240.00",
        }));
        Assert.That(Rows(Table(await PageAsync("yi", 1, "zh"), "totals"))[0], Is.EqualTo("项目 本批 上月（无）"));
    }

    // With run 3 the month is 4 people and 1,860: half as much again as May's 1,240.
    [Test]
    public async Task A_later_run_of_the_month_is_compared_as_the_whole_month_and_names_the_differences_of_its_own_people()
    {
        string page = await PageAsync("yi", 3, "en");
        Assert.That(Rows(Table(page, "totals"))[^1], Is.EqualTo("Credited to accounts 620.00 1,860.00 1,240.00 +620.00 +50.0%"));
        Assert.That(Rows(Section(page, "kinds"))[1], Does.EndWith(" 1 620.00 0.00 620.00 +620.00 +50.0%"));
        Assert.That(Section(page, "kinds"), Does.Contain("Changes are of the whole month, this run included"));
        Assert.That(Rows(Section(page, "changes").Split("Largest differences")[1])[1..], Is.EqualTo(new[] { $"{Masked(4)} 张* 310.00 620.00 310.00" }));
        // Person 4 was not in run 2: in it the largest differences are of the month, who left included.
        Assert.That(Rows(Section(await PageAsync("yi", 2, "en"), "changes").Split("Largest differences")[1])[1..], Is.EqualTo(new[] { $"{Masked(2)} 张* 310.00 620.00 310.00", $"{Masked(4)} 张* 310.00 0.00 -310.00" }));
    }

    [Test]
    public async Task Of_few_people_each_leads_to_the_account_for_who_may_look_accounts_up()
    {
        string page = await PageAsync("yi", 2, "zh");
        Assert.That(AccountLink().Matches(Section(page, "people")), Has.Count.EqualTo(3));
        string link = AccountLink().Match(Section(page, "changes")).Groups[1].Value;
        using HttpClient reviewer = await host.SignedInAsync("yi");
        Assert.That(AccountLink().IsMatch(Section(await PageAsync(await AddAsync("keeps", UserRoles.Administrator), 2, "zh"), "people")), Is.False);
        // An address is of use only in the session that made it.
        using HttpResponseMessage stolen = await reviewer.GetAsync(link);
        Assert.That(stolen.IsSuccessStatusCode, Is.False);
        string own = AccountLink().Match(await reviewer.GetStringAsync($"/{Area}/runs/2")).Groups[1].Value;
        Assert.That(await reviewer.GetStringAsync(own), Does.Contain(Masked(1)).Or.Contain(Masked(2)).Or.Contain(Masked(4)));
    }

    [Test]
    public async Task After_the_posting_the_page_says_what_comes_next()
    {
        await AddAsync("bing", UserRoles.Operator);
        await AddAsync("reads", UserRoles.Analyst);
        Assert.That(After(await PageAsync("bing", 3, "zh")), Is.EqualTo("本批次已入账。下一步：先结清更早的 2021-05，再结清 2021-06。 打开 2021-05 的页面"));
        Assert.That(After(await PageAsync("bing", 1, "en")), Is.EqualTo("The run is posted. Next: close 2021-05, once its files are complete and its money agrees. Open the page of 2021-05"));
        Assert.That(After(await PageAsync("yi", 1, "zh")), Is.EqualTo("本批次已入账。下一步是结清 2021-05：本月最后一次入账的是您，请由另一人结账。 打开 2021-05 的页面"));
        Assert.That(After(await PageAsync("reads", 1, "en")), Is.EqualTo("The run is posted. An operator or a reviewer closes 2021-05 when its files are complete. Open the page of 2021-05"));
    }

    private async Task<string> AddAsync(string name, string role)
    {
        await host.CliOfAsync(name, role);
        return name;
    }

    private async Task<string> PageAsync(string who, int run, string language)
    {
        using HttpClient browser = await host.SignedInAsync(who);
        return await browser.GetStringAsync($"/{Area}/runs/{run}?lang={language}");
    }

    private static string After(string page) => Plain("<p " + page.Split("<p id=\"after-posting\"")[1].Split("</p>")[0]);

    private static string Section(string page, string id) => page.Split($"<section id=\"{id}\">")[1].Split("</section>")[0];

    private static string Table(string page, string id) => page.Split($"<table id=\"{id}\">")[1].Split("</table>")[0];

    private static string[] Rows(string html) => [.. TableRow().Matches(html).Select(row => Plain(row.Value))];

    private static string Plain(string html) => Spaces().Replace(WebUtility.HtmlDecode(Tags().Replace(html, " ")), " ").Trim();

    private async Task RunAsync(int run, string month)
    {
        await host.DoAsync("allocate", "--area", Area, "--month", month, "--by", "jia");
        await host.DoAsync("approve", $"{run}", "--by", "yi");
        await host.DoAsync("post", $"{run}", "--by", "yi");
    }

    private Task ImportAsync(string month, string kind, params string[] rows) =>
        host.ImportAsync("after", [Header, .. rows], "--area", Area, "--month", month, "--kind", kind);

    private static string Number(int person) => CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full();

    private static string Masked(int person) => $"4201*************{Number(person)[17..]}";

    private static string Row(int person, string month, int of) => $"甲,单位甲,张三,{Number(person)},{month},{of}.00,{of / 50}.00,{of * 8 / 100}.00";

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex TableRow();

    [GeneratedRegex($"href=\"(/{Area}/accounts/[0-9a-f]+)\"")]
    private static partial Regex AccountLink();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
