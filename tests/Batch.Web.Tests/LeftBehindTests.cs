using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What is left of a month stays in sight until it is settled, and counts have one number everywhere.</summary>
public sealed partial class LeftBehindTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private TestHost host = null!;
    private HttpClient browser = null!;

    [SetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        browser = await host.SignedInAsync(await host.AddUserAsync("sender", UserRoles.Operator));
    }

    [TearDown]
    public async Task StopAsync()
    {
        browser.Dispose();
        await host.DisposeAsync();
    }

    [Test]
    public async Task The_month_of_an_upload_is_not_filled_in() =>
        Assert.That(Month().Match(await browser.GetStringAsync($"/{Area}/uploads")).Value, Does.Contain("placeholder").And.Not.Contain("value="));

    // One row passes, two are rejected; the month is closed; one of the two comes back, the other is marked as not needed.
    [Test]
    public async Task Rejected_rows_of_a_closed_month_stay_a_duty_until_they_are_mended_or_marked_as_not_needed()
    {
        await ImportAsync("2021-05", Header, Row(1, "2021-05"), Row(2, "2021-05").Replace("200.00", "二百", StringComparison.Ordinal), Row(3, "2021-05").Replace("200.00", "二百", StringComparison.Ordinal));
        await host.DoAsync("allocate", "--area", Area, "--month", "2021-05", "--by", "jia");
        await host.DoAsync("approve", "1", "--by", "yi");
        await host.DoAsync("post", "1", "--by", "yi");
        Assert.That(await browser.GetStringAsync($"/{Area}/months/2021-05"), Does.Contain("本月还有 2 行被拒绝、没有改正"));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/1"), Does.Contain("name=\"kind\" value=\"regular\"").And.Not.Contain("id=\"closed\""));

        await host.DoAsync("close", "--area", Area, "--month", "2021-05", "--by", "bing");
        Assert.That(await browser.GetStringAsync($"/{Area}"), Does.Contain("2021-05 还有 2 行被拒绝、没有改正"));
        string page = await browser.GetStringAsync($"/{Area}/submissions/1");
        Assert.That(page, Does.Contain("name=\"kind\" value=\"supplementary\"").And.Contain("2021-05 已结账：改正文件按补充文件报送"));

        // As the form of the page sends it.
        await ImportAsync("2021-05", ["--kind", "supplementary", "--parent", "1"], Header + ",原行号", Row(2, "2021-05") + ",3");
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/1"), Does.Contain("其中 1 行已改正"));
        Assert.That(await browser.GetStringAsync($"/{Area}"), Does.Contain("2021-05 还有 1 行被拒绝、没有改正"));

        using HttpResponseMessage marked = await TestHost.PostAsync(browser, $"/{Area}/submissions/1", "Dismiss", ("reason", "此人已退工"));
        Assert.That(marked.StatusCode, Is.EqualTo(HttpStatusCode.Redirect), await marked.Content.ReadAsStringAsync());
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/1"), Does.Contain("sender：此人已退工"));
        Assert.That(await browser.GetStringAsync($"/{Area}"), Does.Not.Contain("没有改正"));
    }

    // The sum goes over every submission of the area: the page of today needs it for its month and for the others, and asks once.
    [Test]
    public async Task The_page_of_today_counts_the_rejected_rows_once()
    {
        string name = new Npgsql.NpgsqlConnectionStringBuilder(host.Database.Connection.Program.ConnectionString).Database!;
        int asked = 0;
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = sent =>
            {
                string[] tags = [.. sent.TagObjects.Select(t => t.Value as string).OfType<string>()];
                if (tags.Contains(name) && tags.Any(t => t.Contains("d.dismissed = s.submission_id", StringComparison.Ordinal) && t.Contains("GROUP BY month", StringComparison.Ordinal)))
                {
                    Interlocked.Increment(ref asked);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        Assert.That(await browser.GetStringAsync($"/{Area}"), Does.Contain("今日待办"));
        Assert.That(asked, Is.EqualTo(1));
    }

    // The second employer's line contests the first one's: two rows wait, one of each file.
    [Test]
    public async Task Held_rows_have_one_number_everywhere_and_it_goes_down_when_they_are_decided()
    {
        await ImportAsync("2021-06", Header, Row(1, "2021-06"));
        await ImportAsync("2021-06", Header, Row(1, "2021-06").Replace("甲,单位甲", "乙,单位乙", StringComparison.Ordinal));
        string home = await browser.GetStringAsync($"/{Area}");
        Assert.That(home, Does.Contain("2021-06 有 2 行待定").And.Contain("待定 2").And.Contain("有 2 份报送尚未入账"));
        Assert.That(Total(await browser.GetStringAsync($"/{Area}/submissions")), Is.EqualTo("2"));

        await host.DoAsync("decide", "--submission", "2", "--row", "2", "--area", Area, "--take", "--reason", "已核对", "--by", "jia");
        home = await browser.GetStringAsync($"/{Area}");
        Assert.That(home, Does.Not.Contain("行待定").And.Contain("待定 0").And.Contain("有 2 份报送和 1 项处理决定尚未入账"));
        Assert.That(Total(await browser.GetStringAsync($"/{Area}/submissions")), Is.EqualTo("0"));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/2"), Does.Contain("另有 1 行已了结"));
    }

    // Of the foot: rows, accepted, unchanged, held.
    private static string Total(string page) => Cells().Matches(page.Split("<tfoot>")[1])[3].Groups[1].Value;

    private Task ImportAsync(string month, params string[] lines) => ImportAsync(month, [], lines);

    private Task ImportAsync(string month, string[] how, params string[] lines) =>
        host.ImportAsync("left", lines, ["--area", Area, "--month", month, .. how]);

    private static string Row(int person, string month) =>
        $"甲,单位甲,某人,{CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full()},{month},10000.00,200.00,800.00";

    [GeneratedRegex("<input[^>]*name=\"month\"[^>]*>")]
    private static partial Regex Month();

    [GeneratedRegex("<td class=\"n[^\"]*\">([0-9,]+)")]
    private static partial Regex Cells();
}
