using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Host.Web;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What somebody might send who means harm: names that are paths, SQL and scripts in every field, bodies without end.</summary>
public sealed partial class HostileInputTests
{
    private const string Hostile = "x'); DROP SCHEMA batch CASCADE; --<script>alert(1)</script>";

    private TestHost host = null!;
    private HttpClient machine = null!;
    private string key = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: "420100");
        key = await host.AddKeyAsync("hostile", "files", "runs", "review", "reports", "accounts", "inquiry:counter");
        machine = host.Machine(key);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        machine.Dispose();
        await host.DisposeAsync();
    }

    [TestCase("../../../etc/passwd", "passwd")]
    [TestCase(@"..\..\windows\win.ini", "win.ini")]
    [TestCase("/etc/cron.d/x", "x")]
    [TestCase("C:\\temp\\..\\", "unnamed")]
    [TestCase("a\0b\r\nc.csv", "abc.csv")]
    public async Task The_name_of_an_upload_is_a_name_and_no_path(string sent, string kept)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"areas/420100/uploads?month=2021-01&name={Uri.EscapeDataString(sent)}");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes($"单位编号,姓名\n{sent.Length},x\n"));
        request.Content.Headers.ContentType = new("application/octet-stream");
        request.Headers.Add("Idempotency-Key", $"name {kept} {sent.Length}");
        using HttpResponseMessage answer = await machine.SendAsync(request);
        Assert.That((int)answer.StatusCode, Is.AnyOf(202, 422), await answer.Content.ReadAsStringAsync());
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT file FROM area_420100.upload ORDER BY upload_id DESC LIMIT 1"), Is.EqualTo(kept));
    }

    [Test]
    public async Task SQL_and_scripts_in_every_field_of_every_form_are_text()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("writes", [.. UserRoles.All]));
        int fields = 0;
        // Users come last: a form there may end the session that sends it.
        foreach (RouteRule rule in RouteRules.Of(host.App).Where(r => r.IsPage && r.Route is not ("/sign-out" or "/password")).OrderBy(r => r.Route == "/users"))
        {
            string page = RouteTests.AddressOf(rule.Route);
            using HttpResponseMessage answer = await browser.GetAsync(page);
            foreach (Match form in Form().Matches(await answer.Content.ReadAsStringAsync()))
            {
                fields += await FillAsync(browser, page, form);
            }

            await TestContext.Out.WriteLineAsync($"{page}: {fields}");
        }

        Assert.That(fields, Is.GreaterThan(30));
        await AssertWholeAsync();
    }

    [Test]
    public async Task SQL_in_every_field_of_the_API_is_text()
    {
        foreach (string path in (string[])["uploads?name=x&kind=", "uploads?name=x&month=", "runs", "reports", "jobs?before=", "held?month=", "submissions?before="])
        {
            string target = $"areas/420100/{path}{(path.EndsWith('=') ? Uri.EscapeDataString(Hostile) : "")}";
            using HttpResponseMessage answer = path[0] is 'r' or 'u'
                ? await machine.PostAsJsonAsync(target, new { month = Hostile, kind = Hostile, format = Hostile })
                : await machine.GetAsync(target);
            Assert.That((int)answer.StatusCode, Is.InRange(400, 499), $"{path} {await answer.Content.ReadAsStringAsync()}");
        }

        foreach (string path in (string[])["accounts/balance", "accounts/statement", "accounts/explain", "accounts/coverage", "inquiries/counter"])
        {
            foreach (object body in (object[])[new { id = Hostile, month = "2021-01" }, new { card = Hostile, month = "2021-01" }, new { id = "420100196801300793", area = Hostile, month = "2021-01" }])
            {
                using HttpResponseMessage answer = await machine.PostAsJsonAsync(path, body);
                Assert.That((int)answer.StatusCode, Is.InRange(400, 499), $"{path} {await answer.Content.ReadAsStringAsync()}");
            }
        }

        using HttpResponseMessage area = await machine.GetAsync($"areas/{Uri.EscapeDataString(Hostile)}/uploads");
        Assert.That((int)area.StatusCode, Is.InRange(400, 499));
        await AssertWholeAsync();
    }

    [Test]
    public async Task A_body_larger_than_a_route_takes_is_refused_before_it_is_read()
    {
        string json = await RawAsync($"POST /api/v1/areas/420100/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 40000000\r\n\r\n");
        Assert.That(json, Does.StartWith("HTTP/1.1 413"));
        string upload = await RawAsync($"POST /api/v1/areas/420100/uploads?name=x.csv&month=2021-01 HTTP/1.1\r\nHost: x\r\nIdempotency-Key: large\r\nAuthorization: Bearer {key}\r\nContent-Type: application/octet-stream\r\nContent-Length: 5000000000\r\n\r\n");
        Assert.That(upload, Does.StartWith("HTTP/1.1 413"));
        Assert.That(upload, Does.Contain("REQUEST_TOO_LARGE").And.Contain("send a file in parts"));
        Assert.That(await RawAsync($"GET /{new string('x', 20_000)} HTTP/1.1\r\nHost: x\r\n\r\n"), Does.StartWith("HTTP/1.1 414"));
        Assert.That(await RawAsync($"GET / HTTP/1.1\r\nHost: x\r\nX-Long: {new string('x', 40_000)}\r\n\r\n"), Does.StartWith("HTTP/1.1 431"));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_body_that_trickles_in_is_given_up()
    {
        using TcpClient slow = new();
        await slow.ConnectAsync(host.Address.Host, host.Address.Port);
        NetworkStream stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n"));
        Task<int> ended = stream.ReadAsync(new byte[1000]).AsTask();
        Stopwatch waited = Stopwatch.StartNew();
        while (!ended.IsCompleted)
        {
            await Task.Delay(500);
            await stream.WriteAsync("a"u8.ToArray());
        }

        Assert.That(waited.Elapsed, Is.LessThan(TimeSpan.FromSeconds(45)));
    }

    [Test]
    public async Task What_a_signed_in_person_sees_is_kept_nowhere()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("sees", UserRoles.Operator));
        using HttpResponseMessage page = await browser.GetAsync("/420100/accounts");
        Assert.That(page.Headers.CacheControl!.NoStore);
        Assert.That(page.Headers.GetValues("Referrer-Policy").Single(), Is.EqualTo("same-origin"));
    }

    private static async Task<int> FillAsync(HttpClient browser, string page, Match form)
    {
        List<KeyValuePair<string, string>> filled = [];
        int hostile = 0;
        foreach (Match input in Input().Matches(form.Value))
        {
            string name = Attribute(input.Value, "name"), value = WebUtility.HtmlDecode(Attribute(input.Value, "value"));
            bool typed = input.Value.StartsWith("<textarea", StringComparison.Ordinal) || input.Value.StartsWith("<select", StringComparison.Ordinal)
                || Attribute(input.Value, "type") is not ("hidden" or "checkbox" or "file" or "submit" or "radio");
            hostile += typed ? 1 : 0;
            filled.Add(new(name, typed ? Hostile : value));
        }

        string action = WebUtility.HtmlDecode(Attribute(form.Groups[1].Value, "action"));
        bool posts = Attribute(form.Groups[1].Value, "method").Equals("post", StringComparison.OrdinalIgnoreCase);
        string target = action.Length == 0 ? page : action;
        using FormUrlEncodedContent content = new(filled);
        using HttpResponseMessage answer = posts && target != "/sign-out"
            ? await browser.PostAsync(target, content)
            : await browser.GetAsync($"{page}?{await content.ReadAsStringAsync()}");
        string told = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.LessThan(500), $"{page} {target}\n{told}");
        Assert.That(told, Does.Not.Contain("<script>alert"), $"{page} {target}");
        return hostile;
    }

    private async Task AssertWholeAsync()
    {
        using HttpResponseMessage ready = await machine.GetAsync(new Uri(host.Address, "/healthz/ready"));
        Assert.That(ready.IsSuccessStatusCode);
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit"), Is.GreaterThan(0));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.run"), Is.Zero);
    }

    private async Task<string> RawAsync(string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(host.Address.Host, host.Address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        byte[] answer = new byte[2000];
        int read = await stream.ReadAsync(answer);
        return Encoding.ASCII.GetString(answer, 0, read);
    }

    private static string Attribute(string tag, string name) => Regex.Match(tag, $"""\s{name}="([^"]*)" """.TrimEnd(), RegexOptions.IgnoreCase).Groups[1].Value;

    [GeneratedRegex("<form([^>]*)>.*?</form>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Form();

    [GeneratedRegex("<(?:input|textarea|select)[^>]*\\sname=[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex Input();
}
