using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Proposals of policies and of recurring work are withdrawn and refused on their pages.</summary>
public sealed partial class ProposalPageTests
{
    private const string Policies = "/420100/policies";
    private const string Schedules = "/schedules";

    private TestHost host = null!;
    private HttpClient wang = null!;
    private HttpClient li = null!;

    [SetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: "420100");
        wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Administrator));
        li = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
    }

    [TearDown]
    public async Task StopAsync()
    {
        wang.Dispose();
        li.Dispose();
        await host.DisposeAsync();
    }

    [Test]
    public async Task A_figure_is_withdrawn_by_the_proposer_and_refused_by_a_reviewer()
    {
        await DoneAsync(wang, Policies, "Figure", ("name", "average-wage"), ("value", "9000"), ("from", "2024-03"), ("document", "文 1"));
        string hash = await HashAsync("9000");
        Assert.That(await wang.GetStringAsync(Policies), Does.Contain("handler=Withdraw").And.Not.Contain("handler=Approve").And.Not.Contain("handler=Refuse"));
        Assert.That(await li.GetStringAsync(Policies), Does.Contain("handler=Approve").And.Contain("handler=Refuse").And.Not.Contain("handler=Withdraw"));

        Assert.That(await ToldAsync(li, Policies, "Refuse", HttpStatusCode.BadRequest, ("hash", hash), ("reason", " ")), Does.Contain("REASON_MISSING"));
        await DoneAsync(li, Policies, "Refuse", ("hash", hash), ("reason", "与公布的数值不符"));
        Assert.That(Text(await wang.GetStringAsync(Policies)), Does.Contain("没有待复核的提案").And.Contain("未获同意").And.Contain("与公布的数值不符"));
        Assert.That(await ToldAsync(li, Policies, "Approve", HttpStatusCode.Conflict, ("hash", hash)), Does.Contain("PROPOSAL_ENDED"));
        const string told = "您的政策提案（文 1）未获同意：与公布的数值不符";
        Assert.That(Text(await wang.GetStringAsync("/420100?lang=zh")), Does.Contain(told));
        Assert.That(Text(await li.GetStringAsync("/420100")), Does.Not.Contain(told), "it is a duty of the person who made it");

        await DoneAsync(wang, Policies, "Figure", ("name", "average-wage"), ("value", "9000"), ("from", "2024-03"), ("document", "文 1"));
        await DoneAsync(wang, Policies, "Withdraw", ("hash", hash));
        Assert.That(Text(await wang.GetStringAsync(Policies + "?lang=en")), Does.Contain("No proposal waits").And.Contain("withdrawn"));
    }

    [Test]
    public async Task The_figures_of_a_year_come_in_one_file_and_are_approved_together()
    {
        Assert.That(await wang.GetStringAsync(Policies + "?handler=Template"), Does.StartWith("数值,起始月份,元/月,文号,现行数值"));
        using (HttpResponseMessage refused = await SendAsync("数值,起始月份,元/月,文号\n平均工资,2026.1,9000,文 1\n缴费基数下限,2026-01,-1,文 1\n"))
        {
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
            Assert.That(Text(await refused.Content.ReadAsStringAsync()), Does.Contain("FIGURES_FAULTY").And.Contain("MONTH_INVALID").And.Contain("FIGURE_UNUSABLE").And.Contain("没有待复核的提案"));
        }

        using (HttpResponseMessage done = await SendAsync("数值,起始月份,元/月,文号\n平均工资,2026-01,9100,文 1\n缴费基数下限,2026-07,4800,文 1\n缴费基数上限,2026-07,24000,\n"))
        {
            Assert.That(done.StatusCode, Is.EqualTo(HttpStatusCode.Redirect), await done.Content.ReadAsStringAsync());
        }

        Assert.That(Text(await li.GetStringAsync(Policies + "?lang=en")), Does.Contain("9,100.00").And.Contain("4,800.00").And.Contain("24,000.00"));
        string hash = await host.Database.ScalarAsync<string>("SELECT hash FROM batch.policy_change WHERE kind = 'figures'");
        Assert.That(await ToldAsync(wang, "/420100/simulation", null, HttpStatusCode.OK, ("hash", hash), ("all", "true")), Does.Contain("没有已入账的月份受影响"));
        await DoneAsync(li, Policies, "Approve", ("hash", hash));
        Assert.That(Text(await li.GetStringAsync(Policies + "?month=2026-07&lang=zh")), Does.Contain("没有待复核的提案").And.Contain("已批准的数值").And.Contain("24,000.00"));
    }

    private async Task<HttpResponseMessage> SendAsync(string text)
    {
        using MultipartFormDataContent form = new()
        {
            { new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(text)), "file", "figures.csv" },
            { new StringContent("文 2"), "document" },
            { new StringContent(TestHost.TokenOf(await wang.GetStringAsync(Policies))), "__RequestVerificationToken" },
        };
        return await wang.PostAsync(Policies + "?handler=Figures", form);
    }

    [Test]
    public async Task A_change_of_recurring_work_is_withdrawn_or_refused_and_waits_no_more()
    {
        await DoneAsync(wang, Schedules, "Propose", ("area", "420100"), ("work", "allocate"), ("cron", "0 1 21 * *"), ("missed", "Alarm"), ("enabled", "true"));
        Assert.That(Text(await li.GetStringAsync(Schedules)), Does.Contain("待复核的更改"));
        await DoneAsync(li, Schedules, "Refuse", ("change", await ChangeAsync()), ("reason", "日期太早"));
        Assert.That(Text(await li.GetStringAsync(Schedules)), Does.Not.Contain("待复核的更改"));

        await DoneAsync(wang, Schedules, "Propose", ("area", "420100"), ("work", "allocate"), ("cron", "0 1 22 * *"), ("missed", "Alarm"), ("enabled", "true"));
        string change = await ChangeAsync();
        await DoneAsync(wang, Schedules, "Withdraw", ("change", change));
        Assert.That(Text(await wang.GetStringAsync(Schedules)), Does.Not.Contain("待复核的更改"));
        Assert.That(await ToldAsync(li, Schedules, "Approve", HttpStatusCode.Conflict, ("change", change)), Does.Contain("PROPOSAL_ENDED"));
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT string_agg(who || ' ' || act, ', ' ORDER BY audit_id) FROM batch.audit WHERE act IN ('schedule refuse', 'schedule withdraw')"),
            Is.EqualTo("li schedule refuse, wang schedule withdraw"));
    }

    private Task<string> HashAsync(string value) => host.Database.ScalarAsync<string>($"SELECT hash FROM batch.policy_change WHERE value = {value}");

    private Task<string> ChangeAsync() => host.Database.ScalarAsync<string>("SELECT max(change_id)::text FROM batch.schedule_change");

    private static async Task DoneAsync(HttpClient browser, string page, string form, params (string, string)[] fields)
    {
        using HttpResponseMessage answer = await TestHost.PostAsync(browser, page, form, fields);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Redirect), await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> ToldAsync(HttpClient browser, string page, string? form, HttpStatusCode status, params (string, string)[] fields)
    {
        using HttpResponseMessage answer = await TestHost.PostAsync(browser, page, form, fields);
        Assert.That(answer.StatusCode, Is.EqualTo(status));
        return Text(await answer.Content.ReadAsStringAsync());
    }

    private static string Text(string html) => WebUtility.HtmlDecode(Tag().Replace(html, ""));

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();
}
