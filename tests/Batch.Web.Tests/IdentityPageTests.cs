using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Batch.Host.Access;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Another number of a person: proposed on the account page by one, approved on the page of changes by another; inquiries by the number before say so.</summary>
public sealed class IdentityPageTests
{
    private const string Area = "420100";
    private const string Before = "420100198503103010";
    private const string After = "420100198504103012";

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(worker: true, areas: Area);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task Two_people_change_a_number_and_the_number_before_finds_the_person()
    {
        using HttpClient operates = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        using HttpClient reviews = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        await UploadAsync(operates, $"单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\nE1,甲厂,周正,{Before},2021-06,8000.00,160.00,640.00\n");

        string account = await LookUpAsync(operates, Before);
        using HttpResponseMessage incomplete = await TestHost.PostAsync(operates, account, "Rename", ("number", After), ("on", "2021-07-01"), ("document", " "), ("reason", "原登记有误"));
        Assert.That(await incomplete.Content.ReadAsStringAsync(), Does.Contain("DOCUMENT_BLANK").And.Contain("value=\"2021-07-01\"").And.Not.Contain(After), "what was typed stays, but no number");
        using HttpResponseMessage proposed = await TestHost.PostAsync(operates, account, "Rename", ("number", After), ("on", "2021-07-01"), ("document", "公安函3号"), ("reason", "原登记有误"));
        Assert.That(proposed.Headers.Location?.ToString(), Is.EqualTo(account), await proposed.Content.ReadAsStringAsync());
        Assert.That(await operates.GetStringAsync($"/{Area}/identity"), Does.Contain("4201*************2").And.Not.Contain("handler=Approve"), "not by the same person");

        using HttpResponseMessage approved = await TestHost.PostAsync(reviews, $"/{Area}/identity", "Approve", ("proposal", "1"));
        Assert.That(approved.Headers.Location?.ToString(), Is.EqualTo($"/{Area}/identity"), await approved.Content.ReadAsStringAsync());
        string page = await reviews.GetStringAsync(await LookUpAsync(reviews, Before) + "?lang=en");
        Assert.That(page, Does.Contain("id=\"earlier-numbers\">4201*************0").And.Contain("id=\"document\">citizen number").And.Contain("approved").And.Contain("has changed"));
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT string_agg(who || ' ' || act || ' ' || subject, ', ' ORDER BY audit_id) FROM batch.audit WHERE act LIKE 'person.%' AND who IN ('wang', 'li')"),
            Is.EqualTo("wang person.proposed 1, li person.approved 1"));

        HttpClient machine = host.Machine(await host.AddKeyAsync("counter", "accounts"));
        using HttpResponseMessage told = await machine.PostAsJsonAsync("accounts/balance", new { id = Before, area = Area }), now = await machine.PostAsJsonAsync("accounts/balance", new { id = After, area = Area });
        JsonElement answer = await told.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(answer.GetProperty("balance").GetString(), Is.EqualTo("0.00"));
        Assert.That(answer.GetProperty("notices")[0].GetProperty("message").GetString(), Does.Contain("4201*************2 now"));
        Assert.That((await now.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("notices", out _), Is.False);
    }

    // 8000 x (2 % + 1.1 %) = 248.00 for June by each number once the month is posted; nothing is posted yet, so that the join changes 0.00 of the balance of either.
    [Test]
    public async Task Two_people_join_two_numbers_and_undo_it()
    {
        const string stays = "420172199006150023", other = "420172199006150015";
        using HttpClient operates = await host.SignedInAsync(await host.AddUserAsync("zhao", UserRoles.Operator));
        using HttpClient reviews = await host.SignedInAsync(await host.AddUserAsync("qian", UserRoles.Reviewer));
        await UploadAsync(operates, $"单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\nE1,甲厂,吴用,{stays},2021-06,8000.00,160.00,640.00\nE1,甲厂,吴用,{other},2021-06,8000.00,160.00,640.00\n");

        string account = await LookUpAsync(operates, stays);
        using HttpResponseMessage proposed = await TestHost.PostAsync(operates, account, "Join", ("number", other), ("on", "2021-07-01"), ("document", "公安函4号"), ("reason", "同一人两个号码"));
        Assert.That(proposed.Headers.Location?.ToString(), Is.EqualTo(account), await proposed.Content.ReadAsStringAsync());
        string number = await host.Database.ScalarAsync<string>("SELECT max(identity_id)::text FROM area_420100.identity_change");
        string told = await reviews.GetStringAsync($"/{Area}/identity?preview={number}&lang=en");
        Assert.That(told, Does.Contain("id=\"sides\"").And.Contain("4201*************3").And.Contain("4201*************5").And.Contain("2021-06"), "both sides, masked, and the month");
        using HttpResponseMessage approved = await TestHost.PostAsync(reviews, $"/{Area}/identity", "Approve", ("proposal", number));
        Assert.That(approved.Headers.Location?.ToString(), Is.EqualTo($"/{Area}/identity"), await approved.Content.ReadAsStringAsync());
        Assert.That(await operates.GetStringAsync(await LookUpAsync(operates, other)), Does.Contain("id=\"joined\""), "the other number finds the account that stays, and the account before is to be seen");

        // A row since: whose it is the proposer says, and the approver sees.
        await UploadAsync(operates, $"单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\nE2,乙厂,吴用,{other},2021-05,8000.00,160.00,640.00\n");
        string row = await host.Database.ScalarAsync<string>("SELECT max(submission_id) || ':2' FROM area_420100.submission");
        using HttpResponseMessage undecided = await TestHost.PostAsync(operates, $"/{Area}/identity", "Undo", ("proposal", number), ("on", "2021-07-02"), ("document", "公安函5号"), ("reason", "认错了"));
        Assert.That(await undecided.Content.ReadAsStringAsync(), Does.Contain("JOIN_ROWS_UNDECIDED").And.Contain(row));
        using HttpResponseMessage undo = await TestHost.PostAsync(
            operates, $"/{Area}/identity", "Undo", ("proposal", number), ("on", "2021-07-02"), ("document", "公安函5号"), ("reason", "认错了"), ("others", row));
        Assert.That(undo.Headers.Location?.ToString(), Is.EqualTo($"/{Area}/identity"), await undo.Content.ReadAsStringAsync());
        Assert.That(await reviews.GetStringAsync($"/{Area}/identity?lang=en"), Does.Contain("rows that go: " + row));
    }

    // June is another person's, who is new: the account page asks for the rows, the page of changes tells both sides and undoes it.
    [Test]
    public async Task Two_people_part_two_persons_under_one_number()
    {
        const string one = "420172199006150031", other = "42017219900615004X";
        using HttpClient operates = await host.SignedInAsync(await host.AddUserAsync("sun", UserRoles.Operator));
        using HttpClient reviews = await host.SignedInAsync(await host.AddUserAsync("zhou", UserRoles.Reviewer));
        await UploadAsync(operates, $"单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\nE7,丙厂,郑王,{one},2021-06,8000.00,160.00,640.00\n");
        string account = await LookUpAsync(operates, one);
        (string, string)[] typed = [("number", other), ("name", "吴用"), ("on", "2021-07-01"), ("document", "公安函6号"), ("reason", "一个号码两个人")];
        using HttpResponseMessage asked = await TestHost.PostAsync(operates, account, "Part", typed);
        Assert.That(await asked.Content.ReadAsStringAsync(), Does.Contain("PART_ROWS_MISSING").And.Contain("2021-06 contribution E7"));
        using HttpResponseMessage proposed = await TestHost.PostAsync(operates, account, "Part", [.. typed, ("rows", "E7@2021-06")]);
        Assert.That(proposed.Headers.Location?.ToString(), Is.EqualTo(account), await proposed.Content.ReadAsStringAsync());
        string number = await host.Database.ScalarAsync<string>("SELECT max(identity_id)::text FROM area_420100.identity_change");
        Assert.That(await reviews.GetStringAsync($"/{Area}/identity?preview={number}&lang=en"), Does.Contain("id=\"sides\"").And.Contain("248.00").And.Contain("rows of:"));
        using HttpResponseMessage approved = await TestHost.PostAsync(reviews, $"/{Area}/identity", "Approve", ("proposal", number));
        Assert.That(approved.Headers.Location?.ToString(), Is.EqualTo($"/{Area}/identity"), await approved.Content.ReadAsStringAsync());
        Assert.That(await LookUpAsync(operates, other), Is.Not.Empty);
        using HttpResponseMessage undo = await TestHost.PostAsync(operates, $"/{Area}/identity", "Undo", ("proposal", number), ("on", "2021-07-02"), ("document", "公安函7号"), ("reason", "认错了"));
        Assert.That(undo.Headers.Location?.ToString(), Is.EqualTo($"/{Area}/identity"), await undo.Content.ReadAsStringAsync());
    }

    private async Task UploadAsync(HttpClient browser, string text)
    {
        using MultipartFormDataContent form = new()
        {
            { new StringContent("regular"), "kind" }, { new StringContent("2021-06"), "month" },
            { new StringContent(TestHost.TokenOf(await browser.GetStringAsync($"/{Area}/uploads"))), "__RequestVerificationToken" },
            { new StringContent(text), "files", "payroll.csv" },
        };
        long before = await host.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.submission");
        using HttpResponseMessage sent = await browser.PostAsync($"/{Area}/uploads", form);
        for (int i = 0; await host.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.submission") <= before; i++)
        {
            Assert.That(i, Is.LessThan(600), "the upload is taken in");
            await Task.Delay(100);
        }
    }

    private static async Task<string> LookUpAsync(HttpClient browser, string number)
    {
        using HttpResponseMessage answer = await TestHost.PostAsync(browser, $"/{Area}/accounts", null, ("number", number));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Redirect), await answer.Content.ReadAsStringAsync());
        return answer.Headers.Location!.ToString();
    }
}
