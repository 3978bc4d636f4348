using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Scans sent with a decision or a proposal by the form that a browser without scripts sends, and who may have them again.</summary>
public sealed class ScanPageTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private static readonly byte[] Pdf = [.. "%PDF-1.7\n1 0 obj\n"u8];

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(areas: Area);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_scan_of_a_decision_is_a_file_for_those_who_see_whole_numbers_and_each_look_is_recorded()
    {
        int submission = await TwoEmployersAsync(1);
        using HttpClient operates = await SignedInAsync("op1", UserRoles.Operator);
        using HttpResponseMessage decided = await SendAsync(operates, $"/{Area}/held", null, [Scan("420100198503103010 离职证明.pdf", Pdf)], Decision(submission));
        Assert.That(decided.Headers.Location?.ToString(), Is.EqualTo($"/{Area}/held"), await decided.Content.ReadAsStringAsync());
        int scan = await LastScanAsync();
        string link = $"/{Area}/held/scans/{scan}";

        using HttpClient reviews = await SignedInAsync("rev1", UserRoles.Reviewer);
        foreach (string page in (string[])[$"/{Area}/submissions/{submission}", $"/{Area}/submissions/{submission + 1}"])
        {
            Assert.That(WebUtility.HtmlDecode(await reviews.GetStringAsync(page)), Does.Contain(link).And.Contain("… 离职证明.pdf").And.Contain("op1").And.Contain("1 KB").And.Not.Contain("420100198503103010"), page);
        }

        using HttpResponseMessage file = await reviews.GetAsync(link);
        Assert.That(await file.Content.ReadAsByteArrayAsync(), Is.EqualTo(Pdf));
        Assert.That(file.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/pdf"));
        Assert.That(file.Content.Headers.ContentDisposition?.DispositionType, Is.EqualTo("attachment"));
        Assert.That(file.Content.Headers.ContentDisposition?.FileNameStar, Is.EqualTo("… 离职证明.pdf"));
        Assert.That(file.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
        Assert.That(file.Headers.CacheControl?.NoStore, Is.True);
        Assert.That(
            await host.Database.ScalarAsync<string>($"SELECT string_agg(channel || ' ' || area || ' ' || reason || ' ' || (person_id = (SELECT person_id FROM area_{Area}.person_number WHERE number = {Number(1).Digits17})), ',') FROM batch.inquiry WHERE who = 'rev1' AND what = 'scan'"),
            Is.EqualTo($"page {Area} scan {scan} true"));
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT string_agg(subject, ',') FROM batch.audit WHERE who = 'op1' AND act = 'scan.added'"), Does.Match($"^decision {submission + 1} [0-9a-f]{{12}}$"));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE subject LIKE '%离职%' OR reason LIKE '%离职%'"), Is.Zero, "no name in the log");

        // They see the row, masked.
        using HttpClient analyst = await SignedInAsync("ana1", UserRoles.Analyst);
        Assert.That(WebUtility.HtmlDecode(await analyst.GetStringAsync($"/{Area}/submissions/{submission}?lang=en")), Does.Contain("1 scans").And.Not.Contain(link).And.Not.Contain("离职"));
        foreach (string role in (string[])[UserRoles.Analyst, UserRoles.Administrator, UserRoles.Inquiry])
        {
            using HttpClient other = await SignedInAsync("no-" + role, role);
            using HttpResponseMessage refused = await other.GetAsync(link);
            Assert.That(refused.Headers.Location?.ToString(), Does.Contain("/refused"), role);
        }

        using HttpClient stranger = host.Browser();
        using HttpResponseMessage sentAway = await stranger.GetAsync(link);
        Assert.That(sentAway.Headers.Location?.ToString(), Does.Contain("/sign-in"));
        using HttpResponseMessage wrongPlace = await reviews.GetAsync($"/{Area}/identity/scans/{scan}");
        Assert.That(wrongPlace.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), "it is of no proposal");
    }

    [Test]
    public async Task A_scan_that_is_refused_refuses_the_decision_and_says_why_in_both_languages()
    {
        int submission = await TwoEmployersAsync(2);
        using HttpClient browser = await SignedInAsync("op2", UserRoles.Operator);
        long decisions = await CountAsync("decision"), scans = await CountAsync("scan");
        (string Code, (string, byte[])[] Files)[] wrong =
        [
            ("SCAN_TYPE", [Scan("甲的信.pdf", Encoding.Latin1.GetBytes("MZ\u0090\0 an executable"))]),
            ("SCAN_TYPE", [Scan("甲的信.png", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"u8.ToArray())]),
            ("SCAN_TYPE", [Scan("a.pdf", Pdf), Scan("甲的信.pdf", "<!doctype html><script>alert(1)</script>"u8.ToArray())]),
            ("SCAN_EMPTY", [Scan("甲的信.pdf", [])]),
            ("SCAN_LARGE", [Scan("甲的信.pdf", [.. Pdf, .. new byte[5 << 20]])]),
            ("SCAN_LARGE", [Scan("甲的信.pdf", [.. Pdf, .. new byte[77 << 20]])]),
            ("SCAN_MANY", [.. Enumerable.Range(0, 6).Select(i => Scan("甲的信.pdf", [.. Pdf, (byte)i]))]),
        ];
        foreach ((string code, (string, byte[])[] files) in wrong)
        {
            using HttpResponseMessage zh = await SendAsync(browser, $"/{Area}/held?lang=zh", null, files, Decision(submission));
            string told = WebUtility.HtmlDecode(await zh.Content.ReadAsStringAsync());
            Assert.That(zh.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), code);
            Assert.That(told, Does.Contain(code).And.Contain("扫描件").And.Not.Contain("甲的信"));
            using HttpResponseMessage en = await SendAsync(browser, $"/{Area}/held?lang=en", null, files, Decision(submission));
            Assert.That(WebUtility.HtmlDecode(await en.Content.ReadAsStringAsync()), Does.Contain(code).And.Match("[Ss]can"));
        }

        Assert.That((await CountAsync("decision"), await CountAsync("scan")), Is.EqualTo((decisions, scans)), "nothing is decided");
        using HttpResponseMessage without = await SendAsync(browser, $"/{Area}/held", null, [], Decision(submission));
        Assert.That(without.Headers.Location?.ToString(), Is.EqualTo($"/{Area}/held"), "a decision needs no scan");
    }

    [Test]
    public async Task A_scan_of_a_proposal_stands_beside_it_for_the_person_who_approves()
    {
        await TwoEmployersAsync(3);
        using HttpClient operates = await SignedInAsync("op3", UserRoles.Operator);
        using HttpResponseMessage found = await TestHost.PostAsync(operates, $"/{Area}/accounts", null, ("number", Number(3).Full()));
        string account = found.Headers.Location!.ToString();
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 3];
        (string, string)[] typed = [("name", "另名"), ("on", "2021-07-01"), ("document", "公安函3号"), ("reason", "更名")];
        using HttpResponseMessage refused = await SendAsync(operates, account, "Rename", [Scan("x.pdf", "MZ"u8.ToArray())], typed);
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("SCAN_TYPE").And.Contain("value=\"2021-07-01\""), "what was typed stays");
        using HttpResponseMessage proposed = await SendAsync(operates, account, "Rename", [Scan("户口本.png", png)], typed);
        Assert.That(proposed.Headers.Location?.ToString(), Is.EqualTo(account), await proposed.Content.ReadAsStringAsync());
        string link = $"/{Area}/identity/scans/{await LastScanAsync()}";

        using HttpClient reviews = await SignedInAsync("rev3", UserRoles.Reviewer);
        Assert.That(WebUtility.HtmlDecode(await reviews.GetStringAsync($"/{Area}/identity")), Does.Contain(link).And.Contain("户口本.png").And.Contain("op3"));
        Assert.That(WebUtility.HtmlDecode(await operates.GetStringAsync(account)), Does.Contain(link));
        using HttpResponseMessage file = await reviews.GetAsync(link);
        Assert.That((file.Content.Headers.ContentType?.MediaType, file.Content.Headers.ContentDisposition?.DispositionType), Is.EqualTo(("image/png", "attachment")));
        Assert.That(await file.Content.ReadAsByteArrayAsync(), Is.EqualTo(png));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.inquiry WHERE who = 'rev3' AND what = 'scan' AND person_id IS NOT NULL"), Is.EqualTo(1));
        using HttpClient asks = await SignedInAsync("inq3", UserRoles.Inquiry);
        using HttpResponseMessage no = await asks.GetAsync(link);
        Assert.That(no.Headers.Location?.ToString(), Does.Contain("/refused"));
        using HttpResponseMessage theirs = await TestHost.PostAsync(asks, $"/{Area}/accounts", null, ("number", Number(3).Full()));
        Assert.That(WebUtility.HtmlDecode(await asks.GetStringAsync(theirs.Headers.Location!.ToString())), Does.Not.Contain(link).And.Not.Contain("户口本"));
    }

    [Test]
    public async Task The_command_line_takes_scans_too()
    {
        int submission = await TwoEmployersAsync(4);
        string folder = Directory.CreateTempSubdirectory("scan-").FullName, good = Path.Combine(folder, "a.pdf"), bad = Path.Combine(folder, "b.pdf");
        await File.WriteAllBytesAsync(good, Pdf);
        await File.WriteAllTextAsync(bad, "MZ");
        BatchCli cli = await host.CliOfAsync("op4", UserRoles.Operator);
        string[] decide = ["decide", "--area", Area, "--submission", $"{submission}", "--row", "2", "--take", "--reason", "x", "--by", "op4", "--json", "--scan", good];
        CliResult refused = await cli.RunAsync([.. decide, "--scan", bad]);
        Assert.That(refused.ToString(), Does.Contain("SCAN_TYPE"));
        CliResult decided = await cli.RunAsync(decide);
        Assert.That(decided.ExitCode, Is.Zero, decided.ToString());
        Assert.That(decided.Json.GetProperty("scans").GetInt32(), Is.EqualTo(1));
        Assert.That(await host.Database.ScalarAsync<string>($"SELECT file_name || ' ' || added_by FROM area_{Area}.scan WHERE scan_id = {await LastScanAsync()}"), Is.EqualTo("a.pdf op4"));
        Directory.Delete(folder, recursive: true);
    }

    private static (string Name, byte[] Content) Scan(string name, byte[] content) => (name, content);

    private static (string, string)[] Decision(int submission) => [("submission", $"{submission}"), ("row", "2"), ("act", "take"), ("reason", "劳动合同核实")];

    // As a browser sends a form with files; where none was chosen, an empty part.
    private static async Task<HttpResponseMessage> SendAsync(HttpClient browser, string page, string? handler, (string Name, byte[] Content)[] files, params (string Name, string Value)[] fields)
    {
        using MultipartFormDataContent form = [];
        form.Add(new StringContent(TestHost.TokenOf(await browser.GetStringAsync(page))), "__RequestVerificationToken");
        foreach ((string name, string value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        foreach ((string name, byte[] content) in files)
        {
            ByteArrayContent part = new(content);
            part.Headers.ContentType = new MediaTypeHeaderValue("application/pdf");
            form.Add(part, "scans", name);
        }

        if (files.Length == 0)
        {
            ByteArrayContent none = new([]);
            none.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"scans\"", FileName = "\"\"" };
            none.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(none);
        }

        return await browser.PostAsync(handler is null ? page : $"{page}?handler={handler}", form);
    }

    // Two employers declare the person's June: both rows are held. The number of the second file.
    private async Task<int> TwoEmployersAsync(int person)
    {
        string folder = Directory.CreateTempSubdirectory("scan-page-").FullName;
        BatchCli cli = await host.CliOfAsync("wang", UserRoles.Operator);
        foreach (string employer in (string[])["甲", "乙"])
        {
            string file = Path.Combine(folder, $"{employer}{person}.csv");
            await File.WriteAllLinesAsync(file, [Header, $"{employer}{person},单位{employer}{person},周正,{Number(person).Full()},2021-06,10000.00,200.00,800.00"]);
            CliResult sent = await cli.RunAsync("import", file, "--area", Area, "--month", "2021-06", "--by", "wang", "--json");
            Assert.That(sent.ExitCode, Is.Zero, sent.ToString());
        }

        Directory.Delete(folder, recursive: true);
        return await host.Database.ScalarAsync<int>($"SELECT max(submission_id) FROM area_{Area}.submission");
    }

    private async Task<HttpClient> SignedInAsync(string name, string role) => await host.SignedInAsync(await host.AddUserAsync(name, role));

    private Task<int> LastScanAsync() => host.Database.ScalarAsync<int>($"SELECT max(scan_id) FROM area_{Area}.scan");

    private Task<long> CountAsync(string table) => host.Database.ScalarAsync<long>($"SELECT count(*) FROM area_{Area}.{table}");

    private static CitizenId Number(int person) => CitizenId.FromDigits17(42_017_219_900_615_100L + person);
}
