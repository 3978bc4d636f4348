using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>
/// May and June 2021 are posted and closed. June is opened again: proposed by one person with a reason, approved by another; on the month's page and through the API.
/// </summary>
public sealed partial class ReopeningPageTests
{
    private const string Area = "420100";
    private const string Page = $"/{Area}/months/2021-06";
    private const string Route = $"areas/{Area}/months/2021-06/reopen";

    private TestHost host = null!;
    private BatchCli batch = null!;

    [SetUp]
    public async Task CloseTwoMonthsAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        batch = new BatchCli { Db = host.Database.Url };
        await MonthAsync("2021-05", 1);
        await MonthAsync("2021-06", 2);
    }

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task One_person_proposes_and_another_approves_on_the_months_page()
    {
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        using HttpClient li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        Assert.That(Text(await wang.GetStringAsync(Page)), Does.Contain("提出重新打开……").And.Contain("在其后没有入账之前，可由一人提出、另一人同意后重新打开").And.Not.Contain("同意重新打开"));
        await DoneAsync(wang, "Propose", ("reason", "漏记一批"));

        // The proposer sees that another approves, and cannot by sending the form either.
        Assert.That(Text(await wang.GetStringAsync(Page)), Does.Contain("漏记一批").And.Contain("须由另一人同意。").And.Not.Contain("同意重新打开"));
        Assert.That(Text(await wang.GetStringAsync(Page + "?lang=en")), Does.Contain("Another person approves it.").And.Not.Contain("Approve and open it again"));
        await wang.GetStringAsync(Page + "?lang=zh");
        string own = await RefusedAsync(wang, "Reopen", HttpStatusCode.Forbidden);
        Assert.That(own, Does.Contain("SAME_PERSON"));
        Assert.That(await IsOpenAsync(), Is.False);

        Assert.That(Text(await li.GetStringAsync(Page + "?lang=en")), Does.Contain("Open it again").And.Contain("wang").And.Contain("Approve and open it again"));
        Assert.That(Text(await li.GetStringAsync(Page + "?lang=zh")), Does.Contain("同意重新打开"));
        await DoneAsync(li, "Reopen");
        Assert.That(await IsOpenAsync(), Is.True);
        Assert.That(OneLine(await li.GetStringAsync($"/{Area}/months")), Does.Match("2021-06 未结账 ?重新打开过 1 次").And.Not.Match("2021-05 已结账 ?重新打开过"));
        Assert.That(Text(await li.GetStringAsync(Page)), Does.Contain("曾结账，已重新打开").And.Contain("漏记一批").And.Contain("结清本月").And.Not.Contain("月度结账证明"));
        Assert.That(Text(await li.GetStringAsync(Page + "?lang=en")), Does.Contain("Closed before, and opened again"));
        await li.GetStringAsync(Page + "?lang=zh");
        Assert.That(Text(await wang.GetStringAsync($"/{Area}")), Does.Contain("2021-06 已重新打开，请核对后再次结账"));
        Assert.That(Text(await li.GetStringAsync($"/{Area}")), Does.Contain("2021-06 已重新打开，请核对后再次结账"));
        using HttpClient poster = await host.SignedInAsync(await host.AddUserAsync("yi", UserRoles.Reviewer));
        Assert.That(Text(await poster.GetStringAsync($"/{Area}")), Does.Contain("2021-06 已重新打开，请由另一人核对后再次结账：最后一次入账的是您"));
        await DoneAsync(wang, "Close");
        const string When = "[0-9-]{10} [0-9:]{8}";
        string second = OneLine(await wang.GetStringAsync(Page));
        Assert.That(second, Does.Match(@"结账 wang [0-9: -]{16} ?（第 2 次结账） 最后入账 yi [0-9: -]{16} ?（ 批次 2 ）"));
        Assert.That(second, Does.Match($"第 1 次结账 bing {When} .*第 1 次重新打开 wang li {When} 理由： 漏记一批 期末合计（第 2 次结账） wang {When}").And.Contain("本月第 1 次划账（批次 2）"));
        Assert.That(Text(await wang.GetStringAsync(Page + "?lang=en")), Does.Contain("(closing 2 of the month)").And.Contain("allocation 1 of the month (run 2)").And.Contain("reopening 1 of the month"));
        string first = OneLine(await wang.GetStringAsync($"/{Area}/months/2021-05?lang=zh"));
        Assert.That(first, Does.Match("结账 bing [0-9: -]{16} ?最后入账 yi [0-9: -]{16} ?（ 批次 1 ）").And.Not.Contain("次结账").And.Contain("本月第 1 次划账（批次 1）"));
        Assert.That(Text(await li.GetStringAsync($"/{Area}")), Does.Not.Contain("已重新打开"));
        Assert.That(await AuditAsync(), Is.EqualTo("wang month.reopen.propose 2021-06 漏记一批, li month.reopen 2021-06 漏记一批"));
    }

    [Test]
    public async Task A_proposal_needs_a_reason_and_is_for_the_last_closed_month_and_for_who_may_close()
    {
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        Assert.That(await RefusedAsync(wang, "Propose", HttpStatusCode.BadRequest, ("reason", " ")), Does.Contain("REASON_MISSING"));
        Assert.That(await wang.GetStringAsync($"/{Area}/months/2021-05"), Does.Not.Contain("提出重新打开"));
        using HttpResponseMessage earlier = await TestHost.PostAsync(wang, $"/{Area}/months/2021-05", "Propose", ("reason", "漏记一批"));
        Assert.That(await earlier.Content.ReadAsStringAsync(), Does.Contain("NOT_LAST_CLOSED"));
        using HttpClient analyst = await host.SignedInAsync(await host.AddUserAsync("chen", UserRoles.Analyst));
        Assert.That(await analyst.GetStringAsync(Page), Does.Not.Contain("提出重新打开"));
        using HttpResponseMessage forbidden = await TestHost.PostAsync(analyst, Page, "Propose", ("reason", "漏记一批"));
        Assert.That(forbidden.Headers.Location?.ToString() ?? forbidden.StatusCode.ToString(), Does.Contain("refused").Or.EqualTo("Forbidden"));
        Assert.That(await AuditAsync(), Is.Empty);
    }

    [Test]
    public async Task An_approval_that_comes_after_the_next_month_was_posted_and_closed_opens_nothing()
    {
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        using HttpClient li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        await DoneAsync(wang, "Propose", ("reason", "漏记一批"));
        await MonthAsync("2021-07", 3);
        Assert.That(await RefusedAsync(li, "Reopen", HttpStatusCode.Conflict), Does.Contain("NOT_LAST_CLOSED"));
        Assert.That(await li.GetStringAsync(Page), Does.Not.Contain("同意重新打开").And.Not.Contain("提出重新打开"));
        Assert.That(await IsOpenAsync(), Is.False);
    }

    // Until something is posted: a duty of the one who may agree, withdrawn by the proposer alone. Then nobody is offered more than to dismiss it.
    [Test]
    public async Task A_request_is_a_duty_and_is_withdrawn_or_dismissed()
    {
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        using HttpClient li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        await DoneAsync(wang, "Propose", ("reason", "漏记一批"));
        Assert.That(Text(await li.GetStringAsync($"/{Area}")), Does.Contain("wang 请求重新打开 2021-06：待您同意"));
        Assert.That(Text(await wang.GetStringAsync($"/{Area}")), Does.Contain("wang 请求重新打开 2021-06：待另一人同意，也可撤回"));
        Assert.That(Text(await li.GetStringAsync(Page)), Does.Not.Contain("撤回请求").And.Not.Contain("撤销请求"));
        Assert.That(await RefusedAsync(li, "Withdraw", HttpStatusCode.Conflict), Does.Contain("NOT_PROPOSER"));
        Assert.That(Text(await wang.GetStringAsync(Page)), Does.Contain("撤回请求"));
        await DoneAsync(wang, "Withdraw");
        Assert.That(Text(await li.GetStringAsync($"/{Area}")), Does.Not.Contain("请求重新打开"));

        await DoneAsync(wang, "Propose", ("reason", "再看一次"));
        await MonthAsync("2021-07", 3, close: false);
        string late = Text(await li.GetStringAsync(Page));
        Assert.That(late, Does.Contain("再看一次").And.Contain("撤销请求").And.Not.Contain("同意重新打开").And.Not.Contain("提出重新打开"));
        Assert.That(Text(await li.GetStringAsync($"/{Area}")), Does.Contain("wang 请求重新打开 2021-06：已不能办理，请撤销"));
        await DoneAsync(li, "Withdraw");
        Assert.That(Text(await li.GetStringAsync(Page)), Does.Not.Contain("再看一次").And.Not.Contain("撤销请求"));
        Assert.That(await AuditAsync(), Does.EndWith("li month.reopen.withdraw 2021-06 再看一次"));
    }

    [Test]
    public async Task A_month_closed_before_says_by_whom_and_the_last_poster_is_told_that_another_closes()
    {
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        using HttpResponseMessage again = await TestHost.PostAsync(wang, Page, "Close");
        Assert.That(Text(await again.Content.ReadAsStringAsync()), Does.Match("本月此前已由 bing 于 [0-9: -]{19} 结账；这次没有再结账"));
        Assert.That(await wang.GetStringAsync(Page), Does.Not.Contain("此前已由"));
        await MonthAsync("2021-07", 3, close: false);
        using HttpClient poster = await host.SignedInAsync("yi");
        Assert.That(Text(await poster.GetStringAsync($"/{Area}")), Does.Contain("2021-07 已入账，文件齐全后由另一人结账：最后一次入账的是您"));
        Assert.That(Text(await wang.GetStringAsync($"/{Area}")), Does.Contain("2021-07 已入账，文件齐全后可结账"));
    }

    [Test]
    public async Task Two_keys_open_the_month_through_the_API()
    {
        using HttpClient one = host.Machine(await host.AddKeyAsync("one", "review"));
        using HttpClient other = host.Machine(await host.AddKeyAsync("other", "review"));
        using HttpClient sender = host.Machine(await host.AddKeyAsync("sender", "files", "runs"));
        await ToldAsync(await other.PostAsync(Route + "/approve", null), HttpStatusCode.Conflict, "NOT_PROPOSED");
        await ToldAsync(await one.PostAsJsonAsync(Route, new { why = " " }), HttpStatusCode.BadRequest, "BAD_REQUEST");
        await ToldAsync(await one.PostAsJsonAsync($"areas/{Area}/months/2021-05/reopen", new { why = "漏记一批" }), HttpStatusCode.Conflict, "NOT_LAST_CLOSED");
        await ToldAsync(await one.PostAsJsonAsync($"areas/{Area}/months/2021-07/reopen", new { why = "漏记一批" }), HttpStatusCode.Conflict, "MONTH_OPEN");
        await ToldAsync(await sender.PostAsJsonAsync(Route, new { why = "漏记一批" }), HttpStatusCode.Forbidden, "SCOPE_MISSING");

        JsonElement proposed = await OkAsync(await one.PostAsJsonAsync(Route, new { why = "漏记一批" }));
        Assert.That(Word(proposed, "area", "month", "state", "proposedBy", "reason", "reopenedBy"), Is.EqualTo("420100 2021-06 proposed key:one 漏记一批 -"));
        await ToldAsync(await one.PostAsync(Route + "/approve", null), HttpStatusCode.Forbidden, "SAME_PERSON");
        Assert.That(await IsOpenAsync(), Is.False);
        JsonElement opened = await OkAsync(await other.PostAsync(Route + "/approve", null));
        Assert.That(Word(opened, "month", "state", "proposedBy", "reopenedBy"), Is.EqualTo("2021-06 reopened key:one key:other"));
        Assert.That(await IsOpenAsync(), Is.True);
        // Sent again by the same key it is answered with what was done.
        Assert.That(Word(await OkAsync(await other.PostAsync(Route + "/approve", null)), "state"), Is.EqualTo("reopened"));
        await ToldAsync(await one.PostAsync(Route + "/approve", null), HttpStatusCode.Conflict, "MONTH_OPEN");
        Assert.That(await AuditAsync(), Is.EqualTo("key:one month.reopen.propose 2021-06 漏记一批, key:other month.reopen 2021-06 漏记一批"));
    }

    [Test]
    public async Task Through_the_API_it_is_too_late_once_the_next_month_is_closed()
    {
        using HttpClient one = host.Machine(await host.AddKeyAsync("one", "review"));
        using HttpClient other = host.Machine(await host.AddKeyAsync("other", "review"));
        await OkAsync(await one.PostAsJsonAsync(Route, new { why = "漏记一批" }));
        await MonthAsync("2021-07", 3);
        await ToldAsync(await other.PostAsync(Route + "/approve", null), HttpStatusCode.Conflict, "NOT_LAST_CLOSED");
        Assert.That(await IsOpenAsync(), Is.False);
    }

    private async Task MonthAsync(string month, int run, bool close = true)
    {
        string file = Path.Combine(Path.GetTempPath(), $"reopening-{Guid.NewGuid():N}.csv");
        await File.WriteAllLinesAsync(file, ["单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额",
            $"E1,厂,某人,{CitizenId.FromDigits17(42_017_219_900_615_001L).Full()},{month},5000.00,100.00,400.00"]);
        foreach (string[] act in (string[][])[["import", file, "--area", Area, "--month", month, "--by", "jia"], ["allocate", "--area", Area, "--month", month, "--by", "jia"],
            ["approve", $"{run}", "--by", "yi"], ["post", $"{run}", "--by", "yi"], ["close", "--area", Area, "--month", month, "--by", "bing"]])
        {
            if (act[0] == "close" && !close)
            {
                continue;
            }

            // Once there are users, who acts is one of them.
            CliResult result = await (await UsersAsync() ? await host.CliOfAsync(act[^1], act[0] is "approve" or "post" ? UserRoles.Reviewer : UserRoles.Operator) : batch).RunAsync(act);
            Assert.That(result.ExitCode, Is.Zero, $"{act[0]} {result}");
        }

        File.Delete(file);
    }

    private static async Task DoneAsync(HttpClient browser, string form, params (string, string)[] fields)
    {
        using HttpResponseMessage answer = await TestHost.PostAsync(browser, Page, form, fields);
        Assert.That((answer.StatusCode, answer.Headers.Location?.ToString()), Is.EqualTo((HttpStatusCode.Redirect, Page)), await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> RefusedAsync(HttpClient browser, string form, HttpStatusCode status, params (string, string)[] fields)
    {
        using HttpResponseMessage answer = await TestHost.PostAsync(browser, Page, form, fields);
        Assert.That(answer.StatusCode, Is.EqualTo(status));
        return Text(await answer.Content.ReadAsStringAsync());
    }

    private static async Task ToldAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        JsonElement problem = await TestHost.JsonAsync(answer);
        Assert.That((answer.StatusCode, problem.GetProperty("code").GetString()), Is.EqualTo((status, code)), problem.ToString());
        Assert.That(problem.GetProperty("zh").GetString(), Does.Match(@"\p{IsCJKUnifiedIdeographs}{4}"));
        Assert.That(problem.GetProperty("en").GetString(), Does.Match("^[A-Z][a-zA-Z ,]{10}"));
        answer.Dispose();
    }

    private static async Task<JsonElement> OkAsync(HttpResponseMessage answer)
    {
        JsonElement told = await TestHost.JsonAsync(answer);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), told.ToString());
        answer.Dispose();
        return told;
    }

    private static string Word(JsonElement of, params string[] names) =>
        string.Join(' ', names.Select(n => of.TryGetProperty(n, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : "-"));

    private Task<bool> UsersAsync() => host.Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM batch.user_change)");

    private Task<bool> IsOpenAsync() => host.Database.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM area_420100.closing_in_force WHERE month = '2021-06-01')");

    private Task<string> AuditAsync() => host.Database.ScalarAsync<string>(
        "SELECT coalesce(string_agg(concat_ws(' ', who, act, subject, reason), ', ' ORDER BY audit_id), '') FROM batch.audit WHERE act LIKE 'month.reopen%'");

    private static string Text(string html) => WebUtility.HtmlDecode(Tags().Replace(html, " "));

    private static string OneLine(string html) => string.Join(' ', Text(html).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();
}
