using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Batch.Host.Access;
using Batch.Jobs.Reading;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Web.Tests;

/// <summary>A run is approved for exactly what was reviewed, and one with anomalies with a written reason: by page, API, command line and in the database itself.</summary>
public sealed class ApprovalTests
{
    private const string Area = "420100";
    private static readonly string Samples = Path.Combine(BatchCli.Root, "data-samples", Area, "2021-01");
    private static readonly string OtherDigest = new('0', 64);

    private TestHost host = null!;
    private BatchCli batch = null!;
    private HttpClient checker = null!;
    private string digest = "";

    [SetUp]
    public async Task ComputeARunThatIsFarOffAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        batch = new BatchCli { Db = host.Database.Url };
        checker = host.Machine(await host.AddKeyAsync("checker", "review", "runs"));
        // Every credit is more than a yuan.
        await new Thresholds(host.Database.Program, Area).SetAsync("single-credit-yuan", 1, "test", default);
        string[] files = [.. Directory.GetFiles(Samples, "p*.csv").Order(StringComparer.Ordinal)];
        Assert.That((await batch.RunAsync(["import", .. files, "--area", Area, "--month", "2021-01", "--json"])).ExitCode, Is.Zero);
        digest = (await batch.RunAsync("allocate", "--area", Area, "--month", "2021-01", "--by", "wang", "--json")).Json.GetProperty("digest").GetString()!;
    }

    [TearDown]
    public async Task StopAsync()
    {
        checker.Dispose();
        await host.DisposeAsync();
    }

    [Test]
    public async Task The_API_shows_the_anomalies_and_takes_the_digest_with_the_reason_and_nothing_less()
    {
        JsonElement seen = await checker.GetFromJsonAsync<JsonElement>("runs/1");
        Assert.That(seen.GetProperty("anomalies").EnumerateArray().Select(a => a.GetProperty("code").GetString()), Is.EqualTo(new[] { "CREDIT_LARGE" }));
        await RefusedAsync(new { digest }, HttpStatusCode.Conflict, "ANOMALIES");
        await RefusedAsync(new { digest, reason = " " }, HttpStatusCode.Conflict, "ANOMALIES");
        await RefusedAsync(new { reason = "checked" }, HttpStatusCode.BadRequest, "BAD_REQUEST");
        await RefusedAsync(new { digest = OtherDigest, reason = "checked" }, HttpStatusCode.Conflict, "CONTENT_CHANGED");
        await RefusedAsync(new { digest = "wrong", reason = "checked" }, HttpStatusCode.Conflict, "CONTENT_CHANGED");
        Assert.That(await StateAsync(), Is.EqualTo("computed"));
        string first = await ApprovedAsync(new { digest, reason = "一次性补缴" });
        // Again by the same key: of the same content the same answer, of another content none.
        Assert.That(await ApprovedAsync(new { digest, reason = "一次性补缴" }), Is.EqualTo(first));
        await RefusedAsync(new { digest = OtherDigest }, HttpStatusCode.Conflict, "CONTENT_CHANGED");
        await RefusedAsync(new { }, HttpStatusCode.BadRequest, "BAD_REQUEST");
        Assert.That(await host.Database.ScalarAsync<string>("SELECT by || ' ' || reason FROM area_420100.run_override"), Is.EqualTo("key:checker 一次性补缴"));
    }

    [Test]
    public async Task What_a_run_was_computed_without_is_told_by_API_page_and_command_line()
    {
        string[] missing = ["FIGURE_MISSING base-max 2021-01", "FIGURE_MISSING base-min 2021-01"];
        static IEnumerable<string> Of(JsonElement document) => document.GetProperty("warnings").EnumerateArray()
            .Select(w => $"{w.GetProperty("code").GetString()} {w.GetProperty("figure").GetString()} {w.GetProperty("from").GetString()}");
        Assert.That(Of(await checker.GetFromJsonAsync<JsonElement>("runs/1")), Is.EqualTo(missing));
        Assert.That(Of((await batch.RunAsync("preview", "1", "--json")).Json), Is.EqualTo(missing));
        Assert.That((await batch.RunAsync("preview", "1")).Output, Does.Contain($"batch policy set {Area} base-max=VALUE --from 2021-01"));
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        Assert.That(WebUtility.HtmlDecode(await browser.GetStringAsync($"/{Area}/runs/1")), Does.Contain("2021-01 没有缴费基数上限（base-max），按申报基数计算，未按其限定。"));
        Assert.That(WebUtility.HtmlDecode(await browser.GetStringAsync($"/{Area}/months/2021-01")), Does.Contain("缺少或过期的数值").And.Contain("缴费基数上限").And.Contain("由另一人复核"));
    }

    // An ideographic blank, a tab, a mark that is not seen: nobody can read them.
    [TestCase("\u3000")]
    [TestCase("\t \n")]
    [TestCase("\u200b")]
    public async Task A_reason_in_which_there_is_nothing_to_read_is_none_on_page_command_line_and_API(string nothing)
    {
        await RefusedAsync(new { digest, reason = nothing }, HttpStatusCode.Conflict, "ANOMALIES");
        CliResult refused = await batch.RunAsync("approve", "1", "--by", "li", "--override", nothing, "--json");
        Assert.That((refused.ExitCode, refused.Json.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((1, "ANOMALIES")));
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        using HttpResponseMessage answer = await TestHost.PostAsync(browser, $"/{Area}/runs/1", "Approve", ("digest", digest), ("reason", nothing));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("ANOMALIES"));
        using HttpResponseMessage without = await TestHost.PostAsync(browser, $"/{Area}/runs/1", "Approve", ("digest", digest));
        Assert.That(await without.Content.ReadAsStringAsync(), Does.Contain("ANOMALIES"));
        Assert.That(await StateAsync(), Is.EqualTo("computed"));
        await ApprovedAsync(new { digest, reason = nothing + "一次性补缴" + nothing });
        Assert.That(await host.Database.ScalarAsync<string>("SELECT reason FROM area_420100.run_override"), Is.EqualTo("一次性补缴"));
    }

    [Test]
    public async Task The_reason_may_be_called_as_on_the_command_line() => Assert.That(await ApprovedAsync(new { digest, @override = "checked" }), Does.Contain("approved"));

    [Test]
    public async Task The_command_line_approves_a_run_with_anomalies_only_with_a_reason()
    {
        CliResult refused = await batch.RunAsync("approve", "1", "--by", "li", "--json");
        Assert.That((refused.ExitCode, refused.Json.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((1, "ANOMALIES")));
        CliResult other = await batch.RunAsync("approve", "1", "--by", "li", "--digest", OtherDigest, "--override", "checked", "--json");
        Assert.That((other.ExitCode, other.Json.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((1, "CONTENT_CHANGED")));
        Assert.That(await StateAsync(), Is.EqualTo("computed"));
        CliResult approved = await batch.RunAsync("approve", "1", "--by", "li", "--override", "checked", "--json");
        Assert.That((approved.ExitCode, approved.Json.GetProperty("state").GetString()), Is.EqualTo((0, "approved")));
        Assert.That((await batch.RunAsync("approve", "1", "--by", "li", "--json")).Output, Is.EqualTo(approved.Output));
    }

    [Test]
    public async Task The_page_needs_the_digest_that_it_showed()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        Assert.That(await browser.GetStringAsync($"/{Area}/runs/1"), Does.Contain($"name=\"digest\" value=\"{digest}\""));
        foreach ((string? sent, HttpStatusCode status, string code) in ((string?, HttpStatusCode, string)[])
            [(null, HttpStatusCode.BadRequest, "DIGEST_MISSING"), ("", HttpStatusCode.BadRequest, "DIGEST_MISSING"), (OtherDigest, HttpStatusCode.Conflict, "CONTENT_CHANGED")])
        {
            using HttpResponseMessage answer = await ApproveOnPageAsync(browser, sent);
            Assert.That(answer.StatusCode, Is.EqualTo(status), sent);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(code));
        }

        Assert.That(await StateAsync(), Is.EqualTo("computed"));
        using HttpResponseMessage approved = await ApproveOnPageAsync(browser, digest);
        Assert.That((approved.StatusCode, await StateAsync()), Is.EqualTo((HttpStatusCode.Redirect, "approved")));
        using HttpResponseMessage again = await ApproveOnPageAsync(browser, OtherDigest);
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
    }

    [Test]
    public async Task The_page_offers_no_approval_to_the_maker_and_says_what_was_done_before()
    {
        using HttpClient maker = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator, UserRoles.Reviewer));
        using HttpClient li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        Assert.That(await maker.GetStringAsync($"/{Area}/runs/1"), Does.Contain("请由另一人复核本批次").And.Not.Contain("id=\"approve\""));
        Assert.That(await li.GetStringAsync($"/{Area}/runs/1"), Does.Contain("id=\"approve\""));
        using HttpResponseMessage approved = await ApproveOnPageAsync(li, digest);
        using HttpResponseMessage again = await ApproveOnPageAsync(li, digest);
        Assert.That(WebUtility.HtmlDecode(await again.Content.ReadAsStringAsync()), Does.Match("本批次此前已由 li 于 [0-9: -]{19} 复核；这次没有再复核"));
        using HttpResponseMessage posted = await TestHost.PostAsync(li, $"/{Area}/runs/1", "Post");
        Assert.That(posted.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        using HttpResponseMessage postedAgain = await TestHost.PostAsync(maker, $"/{Area}/runs/1", "Post");
        Assert.That(WebUtility.HtmlDecode(await postedAgain.Content.ReadAsStringAsync()), Does.Match("本批次此前已由 li 于 [0-9: -]{19} 入账；这次没有再入账"));
    }

    [TestCase("NULL", "'li'", "BA005")]
    [TestCase("''", "'li'", "BA005")]
    [TestCase("DIGEST", "NULL", "BA001")]
    [TestCase("DIGEST", "'wang'", "BA001")]
    public async Task The_database_itself_approves_nothing_that_nobody_reviewed(string reviewed, string who, string state)
    {
        PostgresException? refused = await Assert.ThrowsAsync<PostgresException>(() => host.Database.ExecuteAsync(
            $"SELECT area_420100.approve_run(1, {who}, {reviewed.Replace("DIGEST", $"'{digest}'", StringComparison.Ordinal)}, 'checked')"));
        Assert.That(refused!.SqlState, Is.EqualTo(state));
    }

    [Test]
    public async Task What_is_posted_or_reversed_through_the_API_is_on_record_with_its_reason()
    {
        await ApprovedAsync(new { digest, reason = "checked" });
        Assert.That((await batch.RunAsync("post", "1", "--by", "checker", "--json")).ExitCode, Is.Zero);
        using HttpResponseMessage reversed = await checker.PostAsJsonAsync("runs/1/reverse", new { why = "送错月份" });
        Assert.That(reversed.StatusCode, Is.EqualTo(HttpStatusCode.OK), await reversed.Content.ReadAsStringAsync());
        Assert.That(await host.Database.ScalarAsync<string>("SELECT subject || ' ' || reason FROM batch.audit WHERE act = 'run.reverse'"), Is.EqualTo("1 2 送错月份"));
    }

    private static Task<HttpResponseMessage> ApproveOnPageAsync(HttpClient browser, string? sent) => TestHost.PostAsync(
        browser, $"/{Area}/runs/1", "Approve", sent is null ? [("reason", "checked")] : [("digest", sent), ("reason", "checked")]);

    private async Task<string> ApprovedAsync(object body)
    {
        using HttpResponseMessage answer = await checker.PostAsJsonAsync("runs/1/approve", body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return text;
    }

    private async Task RefusedAsync(object body, HttpStatusCode status, string code)
    {
        using HttpResponseMessage answer = await checker.PostAsJsonAsync("runs/1/approve", body);
        JsonElement problem = await TestHost.JsonAsync(answer);
        Assert.That((answer.StatusCode, problem.GetProperty("code").GetString()), Is.EqualTo((status, code)));
    }

    private Task<string> StateAsync() => host.Database.ScalarAsync<string>("SELECT state FROM area_420100.run WHERE run_id = 1");
}
