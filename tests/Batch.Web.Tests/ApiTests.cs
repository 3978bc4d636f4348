using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Batch.Jobs.Work;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>The API as a program uses it, worked through a month of the samples.</summary>
public sealed partial class ApiTests
{
    private const string Area = "420100";

    private static readonly string Samples = Path.Combine(BatchCli.Root, "data-samples", Area, "2021-01");

    private TestHost host = null!;
    private HttpClient maker = null!;
    private HttpClient checker = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(worker: true, areas: Area);
        maker = host.Machine(await host.AddKeyAsync("maker", "files", "runs", "reports", "review"));
        checker = host.Machine(await host.AddKeyAsync("checker", "review", "accounts"));
        await LiveAMonthAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        maker.Dispose();
        checker.Dispose();
        await host.DisposeAsync();
    }

    [Test]
    public async Task After_a_month_by_the_API_the_balance_is_what_the_command_line_says()
    {
        CliResult cli = await new BatchCli { Db = host.Database.Url }.RunAsync("balance", "--id", "420100196801300793", "--json");
        using HttpResponseMessage balance = await checker.PostAsJsonAsync("accounts/balance", new { id = "420100196801300793" });
        JsonElement told = await TestHost.JsonAsync(balance);
        Assert.That(told.GetProperty("balance").GetString(), Is.EqualTo(cli.Json.GetProperty("balance").GetString()));
        Assert.That(told.GetProperty("lastCredit").GetProperty("month").GetString(), Is.EqualTo("2021-01"));
    }

    [Test]
    public async Task A_report_is_written_by_a_job_and_fetched()
    {
        WorkItem written = await JobAsync(maker, $"areas/{Area}/reports", new { kind = "allocation", month = "2021-01", format = "csv" });
        byte[] api = await maker.GetByteArrayAsync($"jobs/{written.Number}/file");
        string file = Path.Combine(Path.GetTempPath(), $"api-report-{Environment.ProcessId}.csv");
        await new BatchCli { Db = host.Database.Url }.RunAsync("report", "allocation", "--area", Area, "--month", "2021-01", "--format", "csv", "--out", file);
        Assert.That(api, Is.EqualTo(await File.ReadAllBytesAsync(file)));
        File.Delete(file);
        await host.Database.ExecuteAsync($"DELETE FROM batch.job_file WHERE job_id = {written.Number}");
        await RefusedAsync(await maker.GetAsync($"jobs/{written.Number}/file"), HttpStatusCode.NotFound, "REPORT_FILE_UNKNOWN");
    }

    [Test]
    public async Task Every_inquiry_of_a_channel_is_on_record_and_its_key_serves_for_nothing_else()
    {
        const string id = "420100196801300793";
        foreach (string channel in (string[])["counter", "hotline", "kiosk", "app", "mini-program", "bank", "pharmacy"])
        {
            using HttpClient asks = host.Machine(await host.AddKeyAsync("ask-" + channel, "inquiry:" + channel));
            using HttpResponseMessage answer = await asks.PostAsJsonAsync($"inquiries/{channel}", new { id });
            string text = await answer.Content.ReadAsStringAsync();
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
            // What each is told, and what not, is the matter of ChannelTests.
            Assert.That(text, Does.Not.Contain(id).And.Not.Contain("19680130"), channel);
            await RefusedAsync(await asks.PostAsJsonAsync("accounts/balance", new { id }), HttpStatusCode.Forbidden, "SCOPE_MISSING");
            Assert.That(await host.Database.ScalarAsync<long>($"SELECT count(*) FROM batch.inquiry WHERE channel = '{channel}' AND person_id IS NOT NULL AND who = 'key:ask-{channel}'"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task An_inquiry_about_nobody_is_recorded_too()
    {
        await RefusedAsync(await checker.PostAsJsonAsync("accounts/balance", new { id = "11010519491231002X" }), HttpStatusCode.NotFound, "PERSON_UNKNOWN");
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.inquiry WHERE who = 'key:checker' AND person_id IS NULL"), Is.EqualTo(1));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.inquiry i WHERE i::text LIKE '%1101051949%'"), Is.Zero, "the number itself is not kept");
    }

    [Test]
    public async Task Without_a_key_or_with_a_wrong_one_nothing_is_told()
    {
        using HttpClient stranger = host.Machine("bk_aaaaaaaa_bbbb");
        await RefusedAsync(await stranger.GetAsync($"areas/{Area}/uploads"), HttpStatusCode.Unauthorized, "KEY_MISSING");
        stranger.DefaultRequestHeaders.Authorization = null;
        await RefusedAsync(await stranger.GetAsync($"areas/{Area}/uploads"), HttpStatusCode.Unauthorized, "KEY_MISSING");
        await RefusedAsync(await checker.GetAsync($"areas/{Area}/uploads"), HttpStatusCode.Forbidden, "SCOPE_MISSING");
    }

    [Test]
    public async Task A_revoked_key_and_one_of_another_area_are_refused()
    {
        CliResult made = await new BatchCli { Db = host.Database.Url }.RunAsync("key", "add", "elsewhere", "--scopes", "files", "--areas", "110000", "--by", "test", "--json");
        using HttpClient elsewhere = host.Machine(made.Json.GetProperty("key").GetString()!);
        await RefusedAsync(await elsewhere.GetAsync($"areas/{Area}/uploads"), HttpStatusCode.Forbidden, "ACCESS_DENIED");
        await new BatchCli { Db = host.Database.Url }.RunAsync("key", "revoke", "elsewhere", "--by", "test");
        await RefusedAsync(await elsewhere.GetAsync($"areas/{Area}/uploads"), HttpStatusCode.Unauthorized, "KEY_MISSING");
    }

    [Test]
    public async Task A_key_that_nobody_has_used_can_be_given_anew_and_one_in_use_cannot()
    {
        BatchCli batch = new() { Db = host.Database.Url };
        string[] add = ["key", "add", "again", "--scopes", "files", "--by", "test", "--json"];
        string first = (await batch.RunAsync(add)).Json.GetProperty("key").GetString()!;
        string second = (await batch.RunAsync(add)).Json.GetProperty("key").GetString()!;
        using HttpClient unread = host.Machine(first);
        await RefusedAsync(await unread.GetAsync($"areas/{Area}/uploads"), HttpStatusCode.Unauthorized, "KEY_MISSING");
        using HttpClient read = host.Machine(second);
        Assert.That((await read.GetAsync($"areas/{Area}/uploads")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await batch.RunAsync(add)).Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("KEY_EXISTS"));
    }

    [Test]
    public async Task The_same_upload_sent_twice_is_one_and_its_key_serves_no_other()
    {
        string file = Path.Combine(Samples, "payroll-agent.csv");
        JsonElement first = await SendAsync(maker, file, "twice.csv", "twice-key");
        JsonElement second = await SendAsync(maker, file, "twice.csv", "twice-key");
        int Number(JsonElement sent) => sent.GetProperty("upload").GetProperty("number").GetInt32();
        Assert.That(Number(second), Is.EqualTo(Number(first)));
        using HttpResponseMessage other = await PutAsync(maker, Path.Combine(Samples, "pension.csv"), "other.csv", "twice-key");
        await RefusedAsync(other, HttpStatusCode.Conflict, "UPLOAD_KEY_REUSED");
        using HttpResponseMessage none = await PutAsync(maker, file, "none.csv", null);
        await RefusedAsync(none, HttpStatusCode.BadRequest, "IDEMPOTENCY_KEY_MISSING");
    }

    [Test]
    public async Task A_file_that_is_refused_says_why_with_its_code_in_both_languages()
    {
        using HttpResponseMessage refused = await PutAsync(maker, Path.Combine(BatchCli.Root, "data-samples", Area, "2021-12", "bad-header-unknown.csv"), "bad.csv", "bad-key");
        JsonElement problem = await TestHost.JsonAsync(refused);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(refused.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
        Assert.That(problem.GetProperty("code").GetString(), Does.Match("^[A-Z_]+$"));
        Assert.That(problem.GetProperty("zh").GetString(), Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
        Assert.That(problem.GetProperty("en").GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task Uploads_come_in_pages_by_a_cursor()
    {
        for (int i = 0; i < 3; i++)
        {
            await SendAsync(maker, Path.Combine(Samples, "payroll-agent.csv"), $"page-{i}.csv");
        }

        JsonElement first = await maker.GetFromJsonAsync<JsonElement>($"areas/{Area}/uploads?limit=2");
        int[] numbers = [.. first.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("number").GetInt32())];
        JsonElement second = await maker.GetFromJsonAsync<JsonElement>($"areas/{Area}/uploads?limit=2&before={first.GetProperty("next").GetInt32()}");
        Assert.That(numbers, Has.Length.EqualTo(2));
        Assert.That(second.GetProperty("items")[0].GetProperty("number").GetInt32(), Is.EqualTo(numbers[1] - 1));
    }

    [Test]
    public async Task What_cannot_be_read_is_a_problem_with_a_code()
    {
        await RefusedAsync(await maker.PostAsJsonAsync($"areas/{Area}/runs", new { month = "2021-13" }), HttpStatusCode.BadRequest, "BAD_REQUEST");
        await RefusedAsync(await maker.GetAsync("runs/999"), HttpStatusCode.NotFound, "RUN_UNKNOWN");
        await RefusedAsync(await maker.GetAsync("nonsense"), HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Test]
    public async Task Too_many_calls_are_told_to_wait()
    {
        await using TestHost strict = await TestHost.StartAsync(callsAMinute: 3, areas: Area);
        using HttpClient hasty = strict.Machine(await strict.AddKeyAsync("hasty", "files"));
        for (int i = 0; i < 3; i++)
        {
            Assert.That((await hasty.GetAsync($"areas/{Area}/uploads")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        using HttpResponseMessage fourth = await hasty.GetAsync($"areas/{Area}/uploads");
        Assert.That(fourth.Headers.RetryAfter, Is.Not.Null);
        await RefusedAsync(fourth, HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
    }

    [Test]
    public async Task The_OpenAPI_document_names_every_route_of_the_API()
    {
        using HttpClient anybody = host.Browser();
        JsonElement document = JsonDocument.Parse(await anybody.GetStringAsync("/api/v1/openapi.json")).RootElement;
        JsonElement paths = document.GetProperty("paths");
        string[] routes = [.. Batch.Host.Web.RouteRules.Of(host.App).Where(r => r.Route.StartsWith("/api/v1/", StringComparison.Ordinal) && !r.Route.StartsWith(Batch.Host.Api.ApiPage.Path, StringComparison.Ordinal))
            .Select(r => r.Route.Replace(":int", "", StringComparison.Ordinal)).Distinct()];
        Assert.That(routes, Is.Not.Empty);
        Assert.That(routes.Where(r => !paths.TryGetProperty(r, out _)), Is.Empty);
    }

    /// <summary>A month from its files to its closing, by nothing but the API.</summary>
    private async Task LiveAMonthAsync()
    {
        foreach (string file in Directory.GetFiles(Samples, "p*.csv").Order(StringComparer.Ordinal))
        {
            JsonElement sent = await SendAsync(maker, file, Path.GetFileName(file));
            WorkItem taken = await host.SettledAsync(sent.GetProperty("job").GetInt32());
            Assert.That(taken.State, Is.EqualTo(WorkState.Done), $"{file} {taken.Fault}");
        }

        WorkItem computed = await JobAsync(maker, $"areas/{Area}/runs", new { month = "2021-01" });
        int run = computed.Result!.Value.GetProperty("run").GetInt32();
        JsonElement preview = await maker.GetFromJsonAsync<JsonElement>($"runs/{run}");
        string digest = preview.GetProperty("run").GetProperty("digest").GetString()!;
        await RefusedAsync(await maker.PostAsJsonAsync($"runs/{run}/approve", new { digest }), HttpStatusCode.Forbidden, "SAME_PERSON");
        await RefusedAsync(await checker.PostAsJsonAsync($"runs/{run}/approve", new { digest = new string('0', 64) }), HttpStatusCode.Conflict, "CONTENT_CHANGED");
        using HttpResponseMessage approved = await checker.PostAsJsonAsync($"runs/{run}/approve", new { digest });
        Assert.That(approved.StatusCode, Is.EqualTo(HttpStatusCode.OK), await approved.Content.ReadAsStringAsync());
        Assert.That((await JobAsync(checker, $"runs/{run}/post", new { })).State, Is.EqualTo(WorkState.Done));
        WorkItem refused = await JobAsync(checker, $"areas/{Area}/months/2021-01/close", new { });
        Assert.That((refused.State, refused.Fault?.Code), Is.EqualTo((WorkState.Refused, "CLOSED_BY_POSTER")));
        Assert.That((await JobAsync(maker, $"areas/{Area}/months/2021-01/close", new { })).State, Is.EqualTo(WorkState.Done));
    }

    private async Task<WorkItem> JobAsync(HttpClient client, string path, object body)
    {
        using HttpResponseMessage answer = await client.PostAsJsonAsync(path, body);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        return await host.SettledAsync((await TestHost.JsonAsync(answer)).GetProperty("job").GetInt32());
    }

    private static async Task<JsonElement> SendAsync(HttpClient client, string file, string name, string? key = null)
    {
        using HttpResponseMessage answer = await PutAsync(client, file, name, key ?? name);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        return await TestHost.JsonAsync(answer);
    }

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, string file, string name, string? key)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"areas/{Area}/uploads?name={name}&month=2021-01") { Content = new ByteArrayContent(await File.ReadAllBytesAsync(file)) };
        request.Content.Headers.ContentType = new("application/octet-stream");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await client.SendAsync(request);
    }

    private static async Task RefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(status), text);
        Assert.That(JsonDocument.Parse(text).RootElement.GetProperty("code").GetString(), Is.EqualTo(code));
        answer.Dispose();
    }
}
