using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Intake;
using Batch.Rules;
using Batch.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Several files at once of which one is refused and the program fails on one: each has its own outcome. And whose word on an address is believed.</summary>
public sealed partial class UploadOutcomeTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        await host.Database.ExecuteAsync(
            """
            CREATE FUNCTION area_420100.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = 'XX000'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON area_420100.upload FOR EACH ROW WHEN (NEW.file = 'b.csv') EXECUTE FUNCTION area_420100.fail();
            CREATE TRIGGER fail BEFORE INSERT ON area_420100.submission FOR EACH ROW WHEN (NEW.file = 'b.csv') EXECUTE FUNCTION area_420100.fail();
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task Of_four_files_that_are_uploaded_each_has_its_outcome_on_the_page()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("sender", UserRoles.Operator));
        string page = await browser.GetStringAsync($"/{Area}/uploads");
        using MultipartFormDataContent form = new()
        {
            { new StringContent("regular"), "kind" },
            { new StringContent("2021-06"), "month" },
            { new StringContent(Token().Match(page).Groups[1].Value), "__RequestVerificationToken" },
            { new StringContent($"{Header}\n{Row(1)}\n"), "files", "a.csv" },
            { new StringContent($"{Header}\n{Row(2)}\n"), "files", "b.csv" },
            { new StringContent("甲,乙\n1,2\n"), "files", "c.csv" },
            { new StringContent($"{Header}\n{Row(4)}\n"), "files", "d.csv" },
        };
        using HttpResponseMessage sent = await browser.PostAsync($"/{Area}/uploads", form);
        string told = await sent.Content.ReadAsStringAsync();
        Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(told, Does.Contain("共 4 个文件，2 个已接收，2 个没有"));
        Assert.That(await host.Database.ScalarAsync<string>("SELECT subject FROM batch.audit WHERE who = 'sender' AND act = 'POST /{code}/uploads 200'"), Is.EqualTo("file=a.csv file=b.csv file=c.csv file=d.csv"));
        string[] lines = [.. Lines().Matches(told.Split("id=\"sent\"")[1].Split("</section>")[0]).Select(m => m.Groups[1].Value)];
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That(lines[0], Does.Contain("a.csv").And.Contain("已接收"));
        Assert.That(lines[1], Does.Contain("b.csv").And.Contain("没有留下任何内容").And.Contain("<code>"));
        Assert.That(lines[2], Does.Contain("c.csv").And.Contain("找不到能识别的表头"));
        Assert.That(lines[3], Does.Contain("d.csv").And.Contain("已接收"));
        Assert.That(await host.Database.ScalarAsync<string>("SELECT string_agg(file, ' ' ORDER BY upload_id) FROM area_420100.upload WHERE file LIKE '_.csv'"), Is.EqualTo("a.csv c.csv d.csv"));
    }

    // Both rows have a month that does not exist; the other file is a web page.
    [Test]
    public async Task A_file_without_a_row_that_passes_is_told_so_and_a_refused_one_is_on_record_by_page_API_and_command_line()
    {
        Uploads uploads = new(await Jobs.Store.Area.OpenAsync(host.Database.Connection, Area, default), NodaTime.SystemClock.Instance, Jobs.Files.IntakeLimits.Default);
        string text = $"{Header}\n{Row(31)}\n{Row(32)}\n".Replace(",2021-06,", ",2021-13,", StringComparison.Ordinal);
        Upload none = await uploads.ReceiveAsync(
            "none.csv", new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), new ImportRequest(new NodaTime.YearMonth(2021, 6), Jobs.Facts.SubmissionKind.Regular, false, "wang"), null, default);
        none = await uploads.TakeAsync(none.Number, null, default);
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("looker", UserRoles.Operator));
        Assert.That(await browser.GetStringAsync($"/{Area}/uploads?lang=zh"), Does.Contain("没有收下任何一行，2 行被拒绝。").And.Contain("全部被拒绝"));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions?lang=zh"), Does.Contain("全部被拒绝"));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/{none.Submission}?lang=en"), Does.Contain("No row was taken in, 2 rejected."));
        using HttpClient machine = host.Machine(await host.AddKeyAsync("sends", "files"));
        JsonElement told = (await machine.GetFromJsonAsync<JsonElement>($"areas/{Area}/uploads/{none.Number}")).GetProperty("outcome").GetProperty("none");
        Assert.That((told.GetProperty("rejected").GetInt32(), told.GetProperty("message").GetString()), Is.EqualTo((2, "No row was taken in, 2 rejected.")));

        using HttpRequestMessage page = new(HttpMethod.Post, $"areas/{Area}/uploads?name=page.xls&month=2021-06") { Content = new StringContent("<html><body><table></table></body></html>") };
        page.Headers.Add("Idempotency-Key", "page");
        using HttpResponseMessage refused = await machine.SendAsync(page);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        int number = await host.Database.ScalarAsync<int>("SELECT submission_id FROM area_420100.submission WHERE file = 'page.xls' AND refused = 'FILE_IS_WEB_PAGE'");
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions?open=true"), Does.Contain("page.xls"));
        using HttpResponseMessage marked = await TestHost.PostAsync(browser, $"/{Area}/submissions/{number}", "Dismiss", ("reason", "另行报送"));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/{number}?lang=zh"), Does.Contain("这份文件已标为不再需要").And.Contain("另行报送"));

        string file = Path.Combine(Directory.CreateTempSubdirectory("batch-none-").FullName, "none.csv");
        await File.WriteAllTextAsync(file, text);
        CliResult again = await (await host.CliOfAsync("wang", UserRoles.Operator)).RunAsync("import", file, "--area", Area, "--month", "2021-06", "--by", "wang");
        Assert.That(again.ExitCode, Is.Zero, again.ToString());
        Assert.That(again.Output, Does.Contain("没有收下任何一行，2 行被拒绝。 / No row was taken in, 2 rejected."));
    }

    [Test]
    public async Task Of_three_files_that_are_imported_the_one_that_the_program_fails_on_keeps_none_out()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("batch-three-");
        string[] files = [.. new[] { "a.csv", "b.csv", "d.csv" }.Select(f => Path.Combine(folder.FullName, f))];
        for (int i = 0; i < files.Length; i++)
        {
            await File.WriteAllTextAsync(files[i], $"{Header}\n{Row(11 + i).Replace("甲,", $"E{i},", StringComparison.Ordinal)}\n");
        }

        CliResult result = await (await host.CliOfAsync("wang", UserRoles.Operator)).RunAsync(["import", .. files, "--area", Area, "--month", "2021-06", "--by", "wang", "--json"]);
        folder.Delete(recursive: true);
        Assert.That(result.ExitCode, Is.EqualTo(3), result.ToString());
        Assert.That(result.Json.GetProperty("files").EnumerateArray().Select(f => (f.GetProperty("file").GetString(), f.GetProperty("accepted").GetInt32(), f.GetProperty("failed").GetString() is not null)),
            Is.EqualTo(new[] { ("a.csv", 1, false), ("b.csv", 0, true), ("d.csv", 1, false) }));
    }

    // The last address is what the proxy itself saw; what the client wrote before it is not asked.
    [TestCase("10.0.0.5", "203.0.113.9", "203.0.113.9")]
    [TestCase("192.168.7.20", "203.0.113.9", "203.0.113.9")]
    [TestCase("127.0.0.1", "203.0.113.9", "203.0.113.9")]
    [TestCase("10.0.0.6", "203.0.113.9", "10.0.0.6")]
    [TestCase("10.0.0.5", "1.2.3.4, 203.0.113.9", "203.0.113.9")]
    [TestCase("10.0.0.5", "203.0.113.9, 192.168.7.20", "203.0.113.9")]
    public async Task Only_a_trusted_proxy_says_where_a_request_comes_from(string from, string forwarded, string client)
    {
        await using WebApplication app = WebHost.Build(
            host.Database.Connection, new WebOptions(["http://127.0.0.1:0"], true, false) { Proxies = WebOptions.ReadProxies("10.0.0.5,192.168.7.0/24") }, NodaTime.SystemClock.Instance);
        ForwardedHeadersMiddleware middleware = new(_ => Task.CompletedTask, NullLoggerFactory.Instance, app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>());
        DefaultHttpContext context = new();
        context.Connection.RemoteIpAddress = IPAddress.Parse(from);
        context.Request.Headers["X-Forwarded-For"] = forwarded;
        await middleware.Invoke(context);
        Assert.That(context.Connection.RemoteIpAddress.ToString(), Is.EqualTo(client));
    }

    [TestCase("10.0.0.0/40")]
    [TestCase("proxy.example")]
    public void A_proxy_that_is_no_address_is_refused(string text) => Assert.Throws<FormatException>(() => WebOptions.ReadProxies(text));

    private static string Row(int person) =>
        $"甲,单位甲,某人,{CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full()},2021-06,10000.00,200.00,800.00";

    [GeneratedRegex("__RequestVerificationToken[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("<li>(.*?)</li>", RegexOptions.Singleline)]
    private static partial Regex Lines();
}
