using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>
/// What a reviewer sees of a run besides its totals: its people and what was decided about held rows. Of a base of 10,000 yuan the person pays 200 and the employer 800; credited are the 200
/// and 1.1 % of the base to people of 31: 310. Of bases of 5,000 and 20,000 it is 155 and 620.
/// </summary>
public sealed partial class RunPeopleTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private const int People = 52;

    private TestHost host = null!;
    private HttpClient reviewer = null!;

    // May is posted; in June person 2 has a new base of 20,000, person 3 one of 5,000, and person 1 is declared by a second employer, whose row is taken.
    [OneTimeSetUp]
    public async Task ComputeAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        await ImportAsync("2021-05", [.. Enumerable.Range(1, People).Select(i => Row(i, "2021-05", 10000))]);
        await host.DoAsync("allocate", "--area", Area, "--month", "2021-05", "--by", "jia");
        await host.DoAsync("approve", "1", "--by", "yi");
        await host.DoAsync("post", "1", "--by", "yi");
        await ImportAsync("2021-06", [.. Enumerable.Range(1, People).Select(i => Row(i, "2021-06", i switch { 2 => 20000, 3 => 5000, _ => 10000 }))]);
        await ImportAsync("2021-06", Row(1, "2021-06", 10000).Replace("甲,单位甲", "乙,单位乙", StringComparison.Ordinal));
        await host.DoAsync("decide", "--submission", "3", "--row", "2", "--area", Area, "--take", "--reason", "劳动合同核实", "--by", "jia");
        await host.DoAsync("allocate", "--area", Area, "--month", "2021-06", "--by", "jia");
        reviewer = await host.SignedInAsync("yi");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        reviewer?.Dispose();
        await host.DisposeAsync();
    }

    [Test]
    public async Task The_people_come_fifty_a_page_masked_with_last_month_beside()
    {
        string[] first = await PeopleAsync("");
        Assert.That(first, Has.Length.EqualTo(50));
        Assert.That(first[0], Is.EqualTo($"{Masked(1)} 张* 2021-06 200.00 800.00 310.00 310.00 310.00 0.00"));
        Assert.That(first[1], Is.EqualTo($"{Masked(2)} 张* 2021-06 400.00 1,600.00 620.00 310.00 620.00 +310.00"));
        Assert.That(await PeopleAsync("?p=2"), Is.EqualTo(new[] { 51, 52 }.Select(i => $"{Masked(i)} 张* 2021-06 200.00 800.00 310.00 310.00 310.00 0.00")));
        Assert.That(await reviewer.GetStringAsync($"/{Area}/runs/2"), Does.Not.Contain(Number(1)));
    }

    [Test]
    public async Task The_largest_amounts_and_the_largest_changes_come_first()
    {
        Assert.That((await PeopleAsync("?by=amount"))[..2], Is.EqualTo(new[] { $"{Masked(2)} 张* 2021-06 400.00 1,600.00 620.00 310.00 620.00 +310.00", $"{Masked(1)} 张* 2021-06 200.00 800.00 310.00 310.00 310.00 0.00" }));
        Assert.That((await PeopleAsync("?by=change"))[..2], Is.EqualTo(new[]
        {
            $"{Masked(2)} 张* 2021-06 400.00 1,600.00 620.00 310.00 620.00 +310.00", $"{Masked(3)} 张* 2021-06 100.00 400.00 155.00 310.00 155.00 -155.00",
        }));
    }

    // 52 times 310 yuan.
    [Test]
    public async Task What_a_run_holds_is_told_kind_by_kind_with_a_total()
    {
        Assert.That(Rows().Matches(Section(await reviewer.GetStringAsync($"/{Area}/runs/1?lang=zh"), "kinds")).Select(row => Plain(row.Value)), Is.EqualTo(new[]
        {
            "种类 分录 增加（元） 减少（元） 净额（元）", "缴费划入 52 16,120.00 0.00 16,120.00", "账户变动合计 52 16,120.00 0.00 16,120.00",
        }));
        BatchCli batch = await host.CliOfAsync("yi", UserRoles.Reviewer);
        JsonElement kind = (await batch.RunAsync("preview", "1", "--json")).Json.GetProperty("kinds").EnumerateArray().Single();
        Assert.That((kind.GetProperty("kind").GetString(), kind.GetProperty("entries").GetInt32(), kind.GetProperty("increase").GetString(), kind.GetProperty("decrease").GetString(), kind.GetProperty("net").GetString()),
            Is.EqualTo(("contribution", 52, "16120.00", "0.00", "16120.00")));
    }

    [Test]
    public async Task The_first_run_has_no_month_to_compare_with()
    {
        Assert.That((await PeopleAsync("?by=change", run: 1))[0], Is.EqualTo($"{Masked(1)} 张* 2021-05 200.00 800.00 310.00"));
        Assert.That(await reviewer.GetStringAsync($"/{Area}/runs/1"), Does.Not.Contain("by=change"));
    }

    // May is 52 times 310, 16,120 yuan; in June person 2 gets 310 more and person 3 155 less.
    [Test]
    public async Task What_changed_begins_with_last_month_and_ends_with_this_one()
    {
        string page = await reviewer.GetStringAsync($"/{Area}/runs/2?lang=zh");
        Assert.That(Rows().Matches(Section(page, "changes").Split("</table>")[0]).Select(row => Plain(row.Value)).Where(row => !row.EndsWith(" 0 0 0.00", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "项目 涉及人数 人数增减 金额增减（元）", "上月 2021-05 划入合计 52 16,120.00", "金额变动（同为在职或同为退休） 2 0 +155.00", "本月 2021-06 划入合计 52 16,275.00",
        }));
        Assert.That(Plain(Section(page, "changes")), Does.Contain("由退休转为在职（按上月与本月的划入） 0 0 0.00").And.Contain("已退休、本月按在职划入 0"));
        Assert.That(await reviewer.GetStringAsync($"/{Area}/runs/1?lang=zh"), Does.Contain("这是第一个入账月，没有上月可比。"));
    }

    [Test]
    public async Task That_last_month_is_too_small_for_anomalies_is_told_in_both_languages_and_on_the_command_line()
    {
        const string chinese = "上月（2021-05）划入 52 人，不足 1,000 人，未按上月检查合计与人数是否异常。";
        const string english = "Last month (2021-05) credited 52 people, fewer than 1,000: totals and people were not checked for anomalies against it.";
        Assert.That(Plain(Section(await reviewer.GetStringAsync($"/{Area}/runs/2?lang=zh"), "anomalies")), Is.EqualTo("异常 " + chinese));
        Assert.That(Plain(Section(await reviewer.GetStringAsync($"/{Area}/runs/2?lang=en"), "anomalies")), Is.EqualTo("Anomalies " + english));
        Assert.That(await reviewer.GetStringAsync($"/{Area}/runs/1?lang=zh"), Does.Not.Contain("id=\"anomalies\""));
        BatchCli batch = await host.CliOfAsync("yi", UserRoles.Reviewer);
        Assert.That((await batch.RunAsync("preview", "2")).Output, Does.Contain($"未比较 not compared FEW_PEOPLE：{chinese} {english}"));
        JsonElement told = (await batch.RunAsync("preview", "2", "--json")).Json;
        Assert.That(told.GetProperty("notCompared").EnumerateArray().Select(n => n.GetProperty("code").GetString()), Is.EqualTo(new[] { "FEW_PEOPLE" }));
        Assert.That((told.GetProperty("lastMonth").GetProperty("credited").GetString(), told.GetProperty("thisMonth").GetProperty("credited").GetString()), Is.EqualTo(("16120.00", "16275.00")));
    }

    [Test]
    public async Task Decisions_are_told_in_words_with_their_reason_and_who_took_them()
    {
        string decision = Plain(Section(await reviewer.GetStringAsync($"/{Area}/runs/2"), "decisions"));
        Assert.That(decision, Does.Contain($"2021-06 {Masked(1)} 张*").And.Contain(
            "第 2 行 同一人同一所属期有两个单位申报 缴费基数 10,000.00 个人缴费 200.00 单位缴费 800.00 另一方： 单位甲 报送 2 第 2 行 缴费基数 10,000.00 个人缴费 200.00 单位缴费 800.00 采用 劳动合同核实 jia").And.Not.Contain("take").And.Not.Contain("不在本批"));
        Assert.That(Plain(Section(await reviewer.GetStringAsync($"/{Area}/runs/2?lang=en"), "decisions")), Does.Contain(
            "two employers declare the person for the month base 10,000.00 person paid 200.00 employer paid 800.00 Other side: 单位甲 submission 2 row 2").And.Contain("taken 劳动合同核实 jia"));
        Assert.That(await reviewer.GetStringAsync($"/{Area}/runs/1?lang=zh"), Does.Not.Contain("id=\"decisions\""));
    }

    private async Task<string[]> PeopleAsync(string query, int run = 2) =>
        [.. Rows().Matches(Section(await reviewer.GetStringAsync($"/{Area}/runs/{run}{query}"), "people").Split("<tbody>")[1]).Select(row => Plain(row.Value))];

    private static string Section(string page, string id) => page.Split($"<section id=\"{id}\">")[1].Split("</section>")[0];

    private static string Plain(string html) => Spaces().Replace(WebUtility.HtmlDecode(Tags().Replace(html, " ")), " ").Trim();

    private Task ImportAsync(string month, params string[] rows) =>
        host.ImportAsync("people", [Header, .. rows], "--area", Area, "--month", month);

    private static string Number(int person) => CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full();

    private static string Masked(int person) => $"4201*************{Number(person)[17..]}";

    private static string Row(int person, string month, int of) => $"甲,单位甲,张三,{Number(person)},{month},{of}.00,{of / 50}.00,{of * 8 / 100}.00";

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Rows();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
