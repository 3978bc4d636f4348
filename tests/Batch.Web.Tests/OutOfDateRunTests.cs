using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>May 2021 is posted and June's run computed: what the pages, the API and the command line say and allow once the ledger has moved or files have come in.</summary>
public sealed partial class OutOfDateRunTests
{
    private const string Area = "420100";
    private const string Page = $"/{Area}/runs/2";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private TestHost host = null!;
    private BatchCli batch = null!;

    [SetUp]
    public async Task ComputeJuneAsync()
    {
        host = await TestHost.StartAsync(worker: true, areas: Area);
        batch = new BatchCli { Db = host.Database.Url };
        await ImportAsync("2021-05", "E1", "may.csv");
        await DoAsync("allocate", "--area", Area, "--month", "2021-05", "--by", "jia");
        await DoAsync("approve", "1", "--by", "yi");
        await DoAsync("post", "1", "--by", "yi");
        await ImportAsync("2021-06", "E1", "june.csv");
        await DoAsync("allocate", "--area", Area, "--month", "2021-06", "--by", "jia");
    }

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_run_is_not_approved_once_a_month_was_closed_since_and_its_page_says_why_and_what_to_do()
    {
        await DoAsync("close", "--area", Area, "--month", "2021-05", "--by", "bing");
        Assert.That((await batch.RunAsync("approve", "2", "--by", "yi", "--json")).Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("LEDGER_MOVED"));
        using HttpClient checker = host.Machine(await host.AddKeyAsync("checker", "review"));
        using HttpResponseMessage refused = await checker.PostAsJsonAsync("runs/2/approve", new { digest = await DigestAsync() });
        JsonElement problem = await TestHost.JsonAsync(refused);
        Assert.That((refused.StatusCode, problem.GetProperty("code").GetString()), Is.EqualTo((HttpStatusCode.Conflict, "LEDGER_MOVED")), problem.ToString());

        using HttpClient li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        Assert.That(Text(await li.GetStringAsync(Page)), Does.Contain("本批次不能再复核或入账").And.Contain("bing 结清了 2021-05").And.Contain("请经办重新计算"));
        Assert.That(await li.GetStringAsync(Page), Does.Not.Contain("id=\"approve\"").And.Not.Contain("id=\"again\""));
        Assert.That(Text(await li.GetStringAsync(Page + "?lang=en")), Does.Contain("can be neither approved nor posted").And.Contain("bing closed 2021-05"));
        await li.GetStringAsync(Page + "?lang=zh");
        using HttpResponseMessage onPage = await TestHost.PostAsync(li, Page, "Approve", ("digest", await DigestAsync()));
        Assert.That(onPage.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(await onPage.Content.ReadAsStringAsync(), Does.Contain("LEDGER_MOVED"));
        Assert.That(await StateAsync(2), Is.EqualTo("computed"));

        Assert.That(Text(await li.GetStringAsync($"/{Area}")), Does.Contain("批次 2 已过时，待经办重新计算").And.Not.Contain("批次 2 待复核"));
        Assert.That(Text(await wang.GetStringAsync($"/{Area}")), Does.Contain("批次 2 已过时，请重新计算"));
        Assert.That(await wang.GetStringAsync(Page), Does.Contain("id=\"again\""));
        await ComputeAgainAsync(wang);
        Assert.That((await StateAsync(2), await StateAsync(3)), Is.EqualTo(("discarded", "computed")));
        Assert.That(await li.GetStringAsync($"/{Area}/runs/3"), Does.Contain("id=\"approve\"").And.Not.Contain("id=\"out-of-date\""));
    }

    [Test]
    public async Task An_approved_run_that_the_ledger_has_moved_past_is_not_offered_for_posting()
    {
        await DoAsync("approve", "2", "--by", "yi");
        using HttpClient li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        Assert.That(await li.GetStringAsync(Page), Does.Contain("id=\"post\""));
        await CloseAsync("2021-05");
        Assert.That(await li.GetStringAsync(Page), Does.Contain("id=\"out-of-date\"").And.Not.Contain("id=\"post\""));
        Assert.That(Text(await li.GetStringAsync($"/{Area}")), Does.Contain("批次 2 已过时").And.Not.Contain("已复核，待入账"));
    }

    // A second employer's file of June, and one of July, which the run of June would not take either way.
    [Test]
    public async Task Files_that_came_in_since_the_run_was_computed_are_named_before_its_approval()
    {
        using HttpClient li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        Assert.That(await li.GetStringAsync(Page), Does.Not.Contain("id=\"came-later\""));
        await ImportAsync("2021-06", "E2", "second-of-june.csv");
        await ImportAsync("2021-07", "E1", "july.csv");
        string page = await li.GetStringAsync(Page);
        Assert.That(Text(page), Does.Contain("计算后又收到 1 份本月报送，未包含在内："));
        Assert.That(page.IndexOf("second-of-june.csv", StringComparison.Ordinal), Is.Positive.And.LessThan(page.IndexOf("id=\"approve\"", StringComparison.Ordinal)));
        await ImportAsync("2021-05", "E3", "late-of-may.csv");
        Assert.That(Text(await li.GetStringAsync(Page)), Does.Contain("计算后又收到 2 份本月及以前月份的报送，未包含在内：").And.Contain("late-of-may.csv"));
    }

    [Test]
    public async Task Computing_again_asks_once_before_it_discards_an_approved_run_and_what_it_did_is_on_record_in_words()
    {
        await DoAsync("approve", "2", "--by", "yi");
        await ImportAsync("2021-06", "E2", "second-of-june.csv");
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        using HttpResponseMessage asked = await TestHost.PostAsync(wang, $"/{Area}/runs", null, ("month", "2021-06"));
        Assert.That(asked.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Text(await asked.Content.ReadAsStringAsync()), Does.Match("批次 2 已由 yi 于 [0-9: -]{19} 复核，待入账").And.Contain("仍要重新计算"));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.job"), Is.Zero);
        Assert.That(await StateAsync(2), Is.EqualTo("approved"));

        await ComputeAgainAsync(wang, ("confirmed", "2"));
        Assert.That((await StateAsync(2), await StateAsync(3)), Is.EqualTo(("discarded", "computed")));
        Assert.That(Text(await wang.GetStringAsync(Page)), Does.Contain("由重新计算的批次取代").And.Not.Contain("stale"));
        Assert.That(Text(await wang.GetStringAsync(Page + "?lang=en")), Does.Contain("it was computed again").And.Not.Contain("stale"));
        Assert.That(await host.Database.ScalarAsync<string>("SELECT concat_ws(' ', who, area, subject, reason) FROM batch.audit WHERE act = 'run.replace'"), Is.EqualTo("wang 420100 2 yi stale"));
        using HttpClient auditor = await host.SignedInAsync(await host.AddUserAsync("root", UserRoles.Administrator));
        Assert.That(Text(await auditor.GetStringAsync("/audit?act=run.")), Does.Contain("以重新计算取代批次").And.Contain("批次 2，此前由 yi 复核").And.Contain("由重新计算的批次取代"));
    }

    // Its approval is lost too, though it could not be posted any more; one that nobody has approved is replaced without a question.
    [Test]
    public async Task An_approved_run_that_the_ledger_has_moved_past_is_asked_about_in_its_own_words()
    {
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        using HttpClient li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        using HttpResponseMessage approved = await TestHost.PostAsync(li, Page, "Approve", ("digest", await DigestAsync()));
        Assert.That(await StateAsync(2), Is.EqualTo("approved"));
        await CloseAsync("2021-05");
        using HttpResponseMessage asked = await TestHost.PostAsync(wang, $"/{Area}/runs", null, ("month", "2021-06"));
        Assert.That(Text(await asked.Content.ReadAsStringAsync()), Does.Match("批次 2 已由 li 于 [0-9: -]{19} 复核，但计算后账本有变动，不能再入账。重新计算会作废它"));
        // The number of another run confirms nothing.
        using HttpResponseMessage again = await TestHost.PostAsync(wang, $"/{Area}/runs", null, ("month", "2021-06"), ("confirmed", "1"));
        Assert.That(Text(await again.Content.ReadAsStringAsync()), Does.Contain("仍要重新计算"));
        Assert.That(await StateAsync(2), Is.EqualTo("approved"));
        await ComputeAgainAsync(wang, ("confirmed", "2"));
        Assert.That((await StateAsync(2), await StateAsync(3)), Is.EqualTo(("discarded", "computed")));
    }

    // As before: a script that computes a month takes no answer, and a run that is still current is kept.
    [Test]
    public async Task The_command_line_replaces_an_approved_run_without_asking_and_keeps_one_that_is_current()
    {
        await DoAsync("approve", "2", "--by", "yi");
        await DoAsync("allocate", "--area", Area, "--month", "2021-06", "--by", "jia");
        Assert.That(await StateAsync(2), Is.EqualTo("approved"));
        await ImportAsync("2021-06", "E2", "second-of-june.csv");
        await DoAsync("allocate", "--area", Area, "--month", "2021-06", "--by", "jia");
        Assert.That((await StateAsync(2), await StateAsync(3)), Is.EqualTo(("discarded", "computed")));
    }

    private async Task ComputeAgainAsync(HttpClient browser, params (string, string)[] fields)
    {
        using HttpResponseMessage asked = await TestHost.PostAsync(browser, $"/{Area}/runs", null, [("month", "2021-06"), .. fields]);
        Assert.That(asked.StatusCode, Is.EqualTo(HttpStatusCode.Redirect), await asked.Content.ReadAsStringAsync());
        await host.SettledAsync(int.Parse(asked.Headers.Location!.ToString().Split("job=")[1], CultureInfo.InvariantCulture));
    }

    private async Task ImportAsync(string month, string employer, string name)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("out-of-date");
        string file = Path.Combine(folder.FullName, name);
        int number = employer[1] - '0';
        await File.WriteAllLinesAsync(file, [Header, $"{employer},厂,某人,{CitizenId.FromDigits17(42_017_219_900_615_000L + number).Full()},{month},5000.00,100.00,400.00"]);
        string kind = employer == "E3" ? "supplementary" : "regular";
        await DoAsync("import", file, "--area", Area, "--month", month, "--kind", kind, "--by", "jia");
        folder.Delete(recursive: true);
    }

    private Task CloseAsync(string month) => DoAsync("close", "--area", Area, "--month", month, "--by", "bing");

    private async Task DoAsync(params string[] act)
    {
        // Once there are users, who acts is one of them.
        BatchCli cli = await host.Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM batch.user_change)")
            ? await host.CliOfAsync(act[^1], act[0] is "approve" or "post" ? UserRoles.Reviewer : UserRoles.Operator) : batch;
        CliResult result = await cli.RunAsync(act);
        Assert.That(result.ExitCode, Is.Zero, $"{act[0]} {result}");
    }

    private Task<string> StateAsync(int run) => host.Database.ScalarAsync<string>($"SELECT state FROM area_420100.run WHERE run_id = {run}");

    private Task<string> DigestAsync() => host.Database.ScalarAsync<string>("SELECT digest FROM area_420100.run WHERE run_id = 2");

    private static string Text(string html) => WebUtility.HtmlDecode(Tags().Replace(html, " "));

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();
}
