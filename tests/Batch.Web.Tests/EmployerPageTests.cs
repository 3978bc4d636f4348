using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>The employers of an area, and each month by month. Of a base of 10,000 yuan a person pays 200 and the employer 800; 310 are credited.</summary>
public sealed partial class EmployerPageTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private const string Receipts = "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号";

    private TestHost host = null!;

    // May: 甲/1 declares two people and pays for them, 乙 one. June: 甲/1 declares three and pays for two, 乙 nobody; one of the three comes in a file of its own.
    [OneTimeSetUp]
    public async Task PostAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        await ImportAsync("may", "2021-05", "regular", Header, Row("甲/1", 1, "2021-05"), Row("甲/1", 2, "2021-05"), Row("乙", 3, "2021-05"));
        await ImportAsync("may-money", "2021-05", "regular", Receipts, "甲/1,单位甲/1,2021-05,2000.00,2021-05-20,SK1", "乙,单位乙,2021-05,1000.00,2021-05-20,SK2");
        await RunAsync(1, "2021-05");
        await ImportAsync("june", "2021-06", "regular", Header, Row("甲/1", 1, "2021-06"), Row("甲/1", 2, "2021-06"));
        await ImportAsync("june-more", "2021-06", "supplementary", Header, Row("甲/1", 4, "2021-06"));
        await ImportAsync("june-money", "2021-06", "regular", Receipts, "甲/1,单位甲/1,2021-06,2000.00,2021-06-20,SK3");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task Each_month_says_what_was_declared_received_and_credited_with_the_total_and_leads_to_its_trace()
    {
        string page = await PageAsync("jia", "employers/甲/1", "zh");
        Assert.That(Rows(Section(page, "months"))[1..], Is.EqualTo(new[]
        {
            "2021-06 3 3,000.00 2,000.00 -1,000.00 0.00 人员、到账和分录", "2021-05 2 2,000.00 2,000.00 0.00 620.00 人员、到账和分录", "合计 5,000.00 4,000.00 -1,000.00 620.00",
        }));
        Assert.That(page, Does.Contain($"/{Area}/trace/employer?employer={Uri.EscapeDataString("甲/1")}&amp;month=2021-06").And.Contain("单位甲/1 甲/1"));
        Assert.That(await PageAsync("keeps", "employers/甲/1", "zh", UserRoles.Administrator), Does.Not.Contain("/trace/employer"));
        // The trace of a month leads back.
        Assert.That(await PageAsync("jia", $"trace/employer?employer={Uri.EscapeDataString("甲/1")}&month=2021-06", "en"), Does.Contain($"/{Area}/employers/{Uri.EscapeDataString("甲")}/1\"").And.Contain("All months of this employer"));
    }

    [Test]
    public async Task The_files_that_named_it_are_listed_newest_first_with_their_rows()
    {
        string files = Section(await PageAsync("jia", "employers/甲/1", "en"), "files");
        Assert.That(Rows(files)[1..].Select(r => Regex.Replace(r, "-[0-9a-f]{32}", "")), Is.EqualTo(new[]
        {
            "2021-06 june-money.csv receipts 1", "2021-06 june-more.csv payroll 1", "2021-06 june.csv payroll 2", "2021-05 may-money.csv receipts 1", "2021-05 may.csv payroll 2",
        }));
        Assert.That(files, Does.Contain($"href=\"/{Area}/submissions/3\""));
    }

    [Test]
    public async Task Where_it_has_not_declared_the_reminder_is_printed_for_it_alone()
    {
        string page = await PageAsync("jia", "employers/乙", "zh");
        Assert.That(Rows(Section(page, "months"))[1..], Is.EqualTo(new[]
        {
            "2021-06 0 0.00 0.00 0.00 0.00 未申报 催报通知 人员、到账和分录", "2021-05 1 1,000.00 1,000.00 0.00 310.00 人员、到账和分录", "合计 1,000.00 1,000.00 0.00 310.00",
        }));
        string notice = Notice().Match(page).Groups[1].Value;
        Assert.That(notice, Is.EqualTo($"/{Area}/months/2021-06/notices?employer={Uri.EscapeDataString("乙")}"));
        string letter = await PageAsync("jia", notice[(Area.Length + 2)..], "zh");
        Assert.That(letter, Does.Contain("单位乙（乙）").And.Contain("申报 1 人，个人缴费 200.00 元，单位缴费 800.00 元"));
        Assert.That(Regex.Matches(letter, "class=\"letter\""), Has.Count.EqualTo(1));
        Assert.That(await PageAsync("jia", $"months/2021-06/notices?employer={Uri.EscapeDataString("甲/1")}", "en"), Does.Contain("This employer has declared, or did not declare for last month."));
    }

    [Test]
    public async Task An_employer_is_found_by_a_part_of_its_number_or_name_and_an_unknown_one_is_said()
    {
        Assert.That(Rows(await PageAsync("jia", "employers", "zh"))[1..], Is.EqualTo(new[] { "乙 单位乙", "甲/1 单位甲/1" }));
        Assert.That(Rows(await PageAsync("jia", $"employers?q={Uri.EscapeDataString("单位乙")}", "en"))[1..], Is.EqualTo(new[] { "乙 单位乙" }));
        // What stands for any text in the database stands for itself here.
        Assert.That(await PageAsync("jia", "employers?q=%25", "en"), Does.Contain("There is no such employer."));
        using HttpClient browser = await host.SignedInAsync("jia");
        using HttpResponseMessage unknown = await browser.GetAsync($"/{Area}/employers/nobody");
        Assert.That((unknown.StatusCode, (await unknown.Content.ReadAsStringAsync()).Contains("EMPLOYER_UNKNOWN", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.NotFound, true)));
    }

    [Test]
    public async Task Earlier_months_are_asked_for()
    {
        string page = await PageAsync("jia", "employers/甲/1?to=2021-05", "en");
        Assert.That(Rows(Section(page, "months"))[1..], Is.EqualTo(new[] { "2021-05 2 2,000.00 2,000.00 0.00 620.00 People, receipts and entries", "Total 2,000.00 2,000.00 0.00 620.00" }));
        Assert.That(page, Does.Contain("Latest months").And.Not.Contain("Earlier months"));
    }

    private async Task<string> PageAsync(string who, string page, string language, string role = UserRoles.Operator)
    {
        await host.CliOfAsync(who, role);
        using HttpClient browser = await host.SignedInAsync(who);
        return WebUtility.HtmlDecode(await browser.GetStringAsync($"/{Area}/{page}{(page.Contains('?', StringComparison.Ordinal) ? "&" : "?")}lang={language}")).Replace("&", "&amp;", StringComparison.Ordinal);
    }

    private static string Section(string page, string id) => page.Split($"<section id=\"{id}\">")[1].Split("</section>")[0];

    private static string[] Rows(string html) => [.. TableRow().Matches(html).Select(row => Spaces().Replace(Tags().Replace(row.Value, " "), " ").Trim())];

    private async Task RunAsync(int run, string month)
    {
        await host.DoAsync("allocate", "--area", Area, "--month", month, "--by", "jia");
        await host.DoAsync("approve", $"{run}", "--by", "yi");
        await host.DoAsync("post", $"{run}", "--by", "yi");
    }

    private Task ImportAsync(string name, string month, string kind, params string[] lines) =>
        host.ImportAsync(name, lines, "--area", Area, "--month", month, "--kind", kind);

    private static string Row(string employer, int person, string month) =>
        $"{employer},单位{employer},张三,{CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full()},{month},10000.00,200.00,800.00";

    [GeneratedRegex("href=\"(/[^\"]*/notices[^\"]*)\"")]
    private static partial Regex Notice();

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex TableRow();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
