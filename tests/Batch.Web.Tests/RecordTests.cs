using System.Net;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Rules;
using Batch.Testing;
using Microsoft.AspNetCore.Builder;
using NodaTime;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What is on record before it is answered: who looked at which account, and every act.</summary>
public sealed class RecordTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        string file = Path.Combine(Directory.CreateTempSubdirectory("record-").FullName, "file.csv");
        await File.WriteAllLinesAsync(file, [Header, .. Enumerable.Range(1, 7).Select(i => $"甲,单位甲,某人,{Person(i).Full()},2021-06,10000.00,200.00,800.00")]);
        CliResult imported = await new BatchCli { Db = host.Database.Url }.RunAsync("import", file, "--area", Area, "--month", "2021-06", "--by", "wang");
        Assert.That(imported.ExitCode, Is.Zero, imported.ToString());
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task An_account_page_is_reached_by_a_look_up_of_the_same_session_only_and_each_view_is_on_record()
    {
        using HttpClient clerk = await host.SignedInAsync(await host.AddUserAsync("clerk", UserRoles.Inquiry));
        using HttpClient other = await host.SignedInAsync(await host.AddUserAsync("other", UserRoles.Inquiry));
        for (int account = 1; account <= 39; account++)
        {
            using HttpResponseMessage counted = await clerk.GetAsync($"/{Area}/accounts/{account}");
            Assert.That(counted.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), $"/accounts/{account}");
        }

        string address = await LookUpAsync(clerk, 1);
        Assert.That(address, Does.Not.Match("/accounts/[0-9]+$"));
        Assert.That((await clerk.GetAsync(address)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await clerk.GetAsync(address + "?month=2021-06")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await other.GetAsync(address)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound), "passed on");
        using HttpClient again = await host.SignedInAsync("clerk");
        Assert.That((await again.GetAsync(address)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound), "in another session of the same user");
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT string_agg(what || ' ' || channel || ' ' || account_id || ' ' || coalesce(reason, '-'), ', ' ORDER BY inquiry_id) FROM batch.inquiry WHERE who = 'clerk'"),
            Is.EqualTo("look-up page 1 -, account page 1 -, explain page 1 2021-06"));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit a WHERE a::text LIKE '%accounts/%' AND a::text LIKE '%token%=%'"), Is.Zero);
    }

    [Test]
    public async Task Who_may_not_see_whole_numbers_sees_neither_a_birth_year_nor_an_age_beside_a_masked_one()
    {
        using HttpClient analyst = await host.SignedInAsync(await host.AddUserAsync("looks", UserRoles.Analyst));
        string page = await analyst.GetStringAsync(await LookUpAsync(analyst, 2) + "?month=2021-06");
        Assert.That(page, Does.Contain($"{Person(2).Full()[..4]}*************{Person(2).Full()[17]}"));
        Assert.That(page, Does.Not.Contain("1990").And.Not.Contain("出生").And.Not.Match("满 [0-9]+ 周岁"));
    }

    [Test]
    public async Task Browsing_many_accounts_ends_at_the_limit_of_an_hour_and_trying_numbers_counts()
    {
        WebApplication strict = WebHost.Build(host.Database.Connection, new WebOptions(["http://127.0.0.1:0"], Pages: true, Worker: false) { AccountsAnHour = 3 }, SystemClock.Instance);
        await strict.StartAsync();
        await host.AddUserAsync("curious", UserRoles.Inquiry);
        using HttpClient browser = new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = new Uri(strict.Urls.First()) };
        using HttpResponseMessage signedIn = await TestHost.SignInAsync(browser, "curious", TestHost.Password);
        string first = await LookUpAsync(browser, 1);
        await LookUpAsync(browser, 2);
        using HttpResponseMessage nobody = await TestHost.PostAsync(browser, $"/{Area}/accounts", ("number", "11010519491231002X"), ("card", ""));
        Assert.That(nobody.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        using HttpResponseMessage over = await TestHost.PostAsync(browser, $"/{Area}/accounts", ("number", Person(3).Full()), ("card", ""));
        Assert.That((int)over.StatusCode, Is.EqualTo(429));
        Assert.That(await over.Content.ReadAsStringAsync(), Does.Contain("一小时内已查询 3 个账户").And.Contain("ACCOUNT_LIMIT"));
        Assert.That((await browser.GetAsync(first)).StatusCode, Is.EqualTo(HttpStatusCode.OK), "one that was looked at already");
        await strict.StopAsync();
        await strict.DisposeAsync();
    }

    [TestCase("balance")]
    [TestCase("statement")]
    [TestCase("explain", "--month", "2021-06")]
    [TestCase("coverage")]
    [TestCase("family")]
    [TestCase("benefits")]
    public async Task An_inquiry_on_the_command_line_is_on_record_and_its_number_may_come_from_the_input(string verb, params string[] more)
    {
        string name = await host.AddUserAsync("asks-" + verb, UserRoles.Inquiry);
        BatchCli cli = new() { Db = host.Database.Url, SignedIn = (name, TestHost.Password), Input = Person(5).Full() + "\n" };
        CliResult asked = await cli.RunAsync([verb, "--id", "-", "--by", name, .. more]);
        Assert.That(asked.ExitCode, Is.Zero, asked.ToString());
        Assert.That(
            await host.Database.ScalarAsync<string>($"SELECT string_agg(channel || ' ' || what || ' ' || area || ' ' || (account_id = person_id), ',') FROM batch.inquiry WHERE who = 'asks-{verb}'"),
            Is.EqualTo($"command line, password {verb} {Area} true"));
    }

    [Test]
    public async Task Without_a_name_the_user_of_the_operating_system_is_on_record_also_where_nobody_is_found()
    {
        await using TestDatabase withoutUsers = await TestDatabase.CreateAsync(Area);
        CliResult asked = await new BatchCli { Db = withoutUsers.Url }.RunAsync("balance", "--id", "11010519491231002X", "--area", Area);
        Assert.That(asked.ExitCode, Is.EqualTo(1));
        Assert.That(
            await withoutUsers.ScalarAsync<long>($"SELECT count(*) FROM batch.inquiry WHERE who = '{Environment.UserName}' AND channel = 'command line, OS user' AND what = 'balance' AND person_id IS NULL"),
            Is.EqualTo(1));
    }

    [Test]
    public async Task An_act_that_cannot_be_recorded_is_not_done()
    {
        using HttpClient boss = await host.SignedInAsync(await host.AddUserAsync("chief", UserRoles.Administrator));
        await host.AddUserAsync("subject", UserRoles.Operator);
        string token = (await boss.GetStringAsync("/users")).Split("__RequestVerificationToken")[1].Split("value=\"")[1].Split('"')[0];
        Task<HttpResponseMessage> DisableAsync(string disabled) => boss.PostAsync(
            "/users?handler=Disable", new FormUrlEncodedContent([new("name", "subject"), new("disabled", disabled), new("__RequestVerificationToken", token)]));
        await host.Database.ExecuteAsync(
            """
            CREATE FUNCTION batch.no_record() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the record is full''; END';
            CREATE TRIGGER no_record BEFORE INSERT ON batch.audit FOR EACH ROW WHEN (NEW.act LIKE 'POST%') EXECUTE FUNCTION batch.no_record();
            """);
        using HttpResponseMessage refused = await DisableAsync("true");
        Assert.That((int)refused.StatusCode, Is.GreaterThanOrEqualTo(500));
        Assert.That(await host.Database.ScalarAsync<bool>("SELECT disabled FROM batch.user_now WHERE name = 'subject'"), Is.False, "not recorded, not done");

        await host.Database.ExecuteAsync("DROP TRIGGER no_record ON batch.audit");
        using HttpResponseMessage done = await DisableAsync("true");
        Assert.That(done.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT string_agg(act, ', ' ORDER BY audit_id) FROM batch.audit WHERE who = 'chief' AND audit_id > (SELECT max(audit_id) FROM batch.audit WHERE act = 'sign-in good' AND who = 'chief')"),
            Is.EqualTo("POST /users Disable begun, user disabled, POST /users Disable 200"), "before it is done, with it, and before the answer");

        await host.Database.ExecuteAsync("CREATE TRIGGER no_record BEFORE INSERT ON batch.audit FOR EACH ROW WHEN (NEW.act LIKE 'POST% 200') EXECUTE FUNCTION batch.no_record()");
        using HttpResponseMessage unanswered = await DisableAsync("false");
        Assert.That((int)unanswered.StatusCode, Is.GreaterThanOrEqualTo(500), "what came of it is on record before the answer goes out");
        await host.Database.ExecuteAsync("DROP TRIGGER no_record ON batch.audit; DROP FUNCTION batch.no_record()");
    }

    private static async Task<string> LookUpAsync(HttpClient browser, int person)
    {
        using HttpResponseMessage found = await TestHost.PostAsync(browser, $"/{Area}/accounts", ("number", Person(person).Full()), ("card", ""));
        Assert.That(found.StatusCode, Is.EqualTo(HttpStatusCode.Redirect), await found.Content.ReadAsStringAsync());
        return found.Headers.Location!.ToString();
    }

    private static CitizenId Person(int number) => CitizenId.FromDigits17(42_017_219_900_615_000L + number);
}
