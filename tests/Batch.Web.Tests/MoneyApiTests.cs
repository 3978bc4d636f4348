using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Batch.Host.Api;
using Batch.Jobs.Work;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Refunds by two keys, tracing and sampling, decisions on held rows with their scans: by the API, each with the scope that it asks for.</summary>
public sealed class MoneyApiTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private static readonly byte[] Pdf = [.. "%PDF-1.7\n1 0 obj\n"u8];
    private static readonly CitizenId Ann = CitizenId.FromDigits17(42_017_219_900_615_101L);

    private TestHost host = null!;
    private HttpClient proposes = null!;
    private HttpClient confirms = null!;
    private HttpClient audits = null!;

    // Ann is 30: of 5000 the employer pays 8 %, she 2 %; 2 % and 1.1 % of it are hers: 155.00. E1 pays its 500.00 and, by the same bank line, 50.00 too much.
    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(worker: true, areas: Area);
        proposes = host.Machine(await host.AddKeyAsync("proposes", Scopes.Files, Scopes.Runs, Scopes.Refunds, Scopes.Decisions));
        confirms = host.Machine(await host.AddKeyAsync("confirms", Scopes.Review, Scopes.Refunds, Scopes.Decisions));
        audits = host.Machine(await host.AddKeyAsync("audits", Scopes.Audit));
        await SendAsync("payroll.csv", $"{Header}\nE1,甲有限公司,周正,{Ann.Full()},2021-01,5000.00,100.00,400.00\n");
        await SendAsync("receipts.csv", "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号\nE1,甲有限公司,2021-01,550.00,2021-01-20,SK1\n");
        await SendAsync("bank.csv", "交易日期,流水号,凭证号,对方户名,贷方金额,余额\n2021-01-20,B1,SK1,甲有限公司,550.00,1550.00\n");
        WorkItem computed = await JobAsync(proposes, $"areas/{Area}/runs", new { month = "2021-01" });
        int run = computed.Result!.Value.GetProperty("run").GetInt32();
        JsonElement preview = await confirms.GetFromJsonAsync<JsonElement>($"runs/{run}");
        await DoneAsync(confirms, $"runs/{run}/approve", new { digest = preview.GetProperty("run").GetProperty("digest").GetString(), reason = "样例" });
        await JobAsync(confirms, $"runs/{run}/post", new { });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        proposes.Dispose();
        confirms.Dispose();
        audits.Dispose();
        await host.DisposeAsync();
    }

    [Test]
    public async Task One_key_traces_and_draws_what_it_may_not_change()
    {
        JsonElement line = await audits.GetFromJsonAsync<JsonElement>($"areas/{Area}/trace?line=B1");
        Assert.That(line.GetProperty("receipts")[0].GetProperty("document").GetString(), Is.EqualTo("SK1"));
        Assert.That(line.GetProperty("employers")[0].GetProperty("sums").GetProperty("credited").GetString(), Is.EqualTo("155.00"));
        JsonElement found = await audits.GetFromJsonAsync<JsonElement>($"areas/{Area}/trace?find=sk1");
        Assert.That((found.GetProperty("lines").GetArrayLength(), found.GetProperty("receipts").GetArrayLength()), Is.EqualTo((1, 1)));
        JsonElement employer = await audits.GetFromJsonAsync<JsonElement>($"areas/{Area}/trace?employer=E1&month=2021-01");
        Assert.That(employer.GetProperty("people").GetProperty("rows")[0].GetProperty("credited").GetString(), Is.EqualTo("155.00"));
        JsonElement drawn = await audits.GetFromJsonAsync<JsonElement>($"areas/{Area}/sample?month=2021-01&seed=x&size=5");
        string credit = drawn.GetProperty("credits")[0].GetProperty("credit").GetString()!;
        Assert.That(credit, Is.EqualTo("2021-01/1/1"));
        foreach (JsonElement traced in new[]
        {
            await audits.GetFromJsonAsync<JsonElement>($"areas/{Area}/trace?credit={credit}"),
            await DoneAsync(audits, "accounts/trace", new { id = Ann.Full(), month = "2021-01" }),
        })
        {
            Assert.That((traced.GetProperty("amount").GetString(), traced.GetProperty("receipts")[0].GetProperty("document").GetString()), Is.EqualTo(("155.00", "SK1")));
            Assert.That(traced.ToString(), Does.Not.Contain(Ann.Full()), "masked");
        }

        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.inquiry WHERE who = 'key:audits' AND channel = 'api' AND what = 'trace' AND account_id IS NOT NULL"), Is.EqualTo(2));
        await RefusedAsync(await audits.PostAsJsonAsync($"areas/{Area}/refunds", Refund("50.00", "TK1")), HttpStatusCode.Forbidden, "SCOPE_MISSING");
        await RefusedAsync(await proposes.GetAsync($"areas/{Area}/trace?line=B1"), HttpStatusCode.Forbidden, "SCOPE_MISSING");
        await RefusedAsync(await audits.GetAsync($"areas/{Area}/trace?line=B1&find=SK1"), HttpStatusCode.BadRequest, "BAD_REQUEST");
        await RefusedAsync(await audits.GetAsync($"areas/{Area}/trace?employer=E1"), HttpStatusCode.BadRequest, "BAD_REQUEST");
        await RefusedAsync(await audits.GetAsync($"areas/{Area}/trace?line=B9"), HttpStatusCode.NotFound, "LINE_UNKNOWN");
        await RefusedAsync(await audits.GetAsync($"areas/{Area}/trace?find=a%00"), HttpStatusCode.BadRequest, "BAD_REQUEST");
        await RefusedAsync(await audits.GetAsync($"areas/{Area}/sample?month=2021-01"), HttpStatusCode.BadRequest, "SAMPLE_UNSAID");
        await RefusedAsync(await audits.GetAsync($"areas/{Area}/sample?month=2021-01&seed=x"), HttpStatusCode.BadRequest, "SAMPLE_UNSAID");
    }

    [Test]
    public async Task No_key_confirms_what_it_proposed_itself()
    {
        JsonElement proposed = await DoneAsync(proposes, $"areas/{Area}/refunds", Refund("50.00", "TK1"));
        Assert.That((proposed.GetProperty("state").GetString(), proposed.GetProperty("by").GetString()), Is.EqualTo(("proposed", "key:proposes")));
        await RefusedAsync(await proposes.PostAsync($"areas/{Area}/refunds/1/confirm", null), HttpStatusCode.Forbidden, "SAME_PERSON");
        JsonElement confirmed = await DoneAsync(confirms, $"areas/{Area}/refunds/1/confirm", null);
        Assert.That((confirmed.GetProperty("state").GetString(), confirmed.GetProperty("endedBy").GetString()), Is.EqualTo(("confirmed", "key:confirms")));
        await RefusedAsync(await proposes.PostAsJsonAsync($"areas/{Area}/refunds", Refund("0.01", "TK2")), HttpStatusCode.Conflict, "RETURN_ALLOCATED");

        // Undone by a counter-entry, which the other key confirms; a second proposal is declined by the other key.
        Assert.That((await DoneAsync(confirms, $"areas/{Area}/refunds/1/cancel", new { on = "2021-01-30", document = "TP1", why = "退票" })).GetProperty("amount").GetString(), Is.EqualTo("-50.00"));
        await RefusedAsync(await confirms.PostAsync($"areas/{Area}/refunds/2/confirm", null), HttpStatusCode.Forbidden, "SAME_PERSON");
        await DoneAsync(proposes, $"areas/{Area}/refunds/2/confirm", null);
        Assert.That((await DoneAsync(proposes, $"areas/{Area}/refunds", new { @as = "write-off", employer = "E1", month = "2021-01", amount = "50.00", on = "2021-01-31", document = "HX1", why = "找不到" }))
            .GetProperty("kind").GetString(), Is.EqualTo("write-off"));
        Assert.That((await DoneAsync(confirms, $"areas/{Area}/refunds/3/withdraw", new { why = "找到了" })).GetProperty("state").GetString(), Is.EqualTo("withdrawn"));
        JsonElement listed = await audits.GetFromJsonAsync<JsonElement>($"areas/{Area}/months/2021-01/refunds");
        Assert.That(listed.GetProperty("returns").EnumerateArray().Select(r => $"{r.GetProperty("return")} {r.GetProperty("state").GetString()} {r.GetProperty("isCancelled")}"),
            Is.EqualTo(new[] { "1 confirmed True", "2 confirmed False" }));
        await RefusedAsync(await proposes.PostAsJsonAsync($"areas/{Area}/refunds", new { @as = "gift", employer = "E1", month = "2021-01", amount = "1.00", on = "2021-01-31", document = "X", why = "x" }), HttpStatusCode.BadRequest, "BAD_REQUEST");
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT string_agg(who || ' ' || act || ' ' || subject, ', ' ORDER BY audit_id) FROM batch.audit WHERE act LIKE 'refund.%'"),
            Is.EqualTo("key:proposes refund.proposed 1, key:confirms refund.confirmed 1, key:confirms refund.cancelled 2, key:proposes refund.confirmed 2, key:proposes refund.proposed 3, key:confirms refund.withdrawn 3"));
    }

    [Test]
    public async Task A_held_row_is_decided_and_its_scans_are_kept_and_read_again()
    {
        CitizenId bob = CitizenId.FromDigits17(42_017_219_900_615_102L);
        foreach (string employer in (string[])["E2", "E3"])
        {
            await SendAsync($"{employer}.csv", $"{Header}\n{employer},单位{employer},周二,{bob.Full()},2021-02,5000.00,100.00,400.00\n", "2021-02");
        }

        int submission = await host.Database.ScalarAsync<int>($"SELECT max(submission_id) FROM area_{Area}.submission");
        JsonElement made = await DoneAsync(proposes, $"areas/{Area}/held/{submission}/2/decide", new { act = "take", why = "劳动合同核实" });
        int decision = made.GetProperty("decision").GetInt32();
        Assert.That((made.GetProperty("act").GetString(), made.GetProperty("by").GetString()), Is.EqualTo(("take", "key:proposes")));
        string scans = $"areas/{Area}/decisions/{decision}/scans";
        using HttpResponseMessage added = await proposes.PostAsync(scans + "?name=" + Uri.EscapeDataString("离职证明.pdf"), Content(Pdf, "application/pdf"));
        Assert.That(added.StatusCode, Is.EqualTo(HttpStatusCode.OK), await added.Content.ReadAsStringAsync());
        JsonElement kept = (await audits.GetFromJsonAsync<JsonElement>(scans)).GetProperty("scans")[0];
        Assert.That((kept.GetProperty("name").GetString(), kept.GetProperty("mediaType").GetString(), kept.GetProperty("by").GetString()), Is.EqualTo(("离职证明.pdf", "application/pdf", "key:proposes")));
        using HttpResponseMessage file = await audits.GetAsync($"areas/{Area}/scans/{kept.GetProperty("scan").GetInt32()}");
        Assert.That(await file.Content.ReadAsByteArrayAsync(), Is.EqualTo(Pdf));
        Assert.That((file.Content.Headers.ContentType!.MediaType, file.Content.Headers.ContentDisposition!.DispositionType), Is.EqualTo(("application/pdf", "attachment")));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.inquiry WHERE who = 'key:audits' AND channel = 'api' AND what = 'scan' AND person_id IS NOT NULL"), Is.EqualTo(1));

        await RefusedAsync(await confirms.PostAsync(scans, Content(Pdf, "application/pdf")), HttpStatusCode.Conflict, "DECISION_OF_ANOTHER");
        await RefusedAsync(await proposes.PostAsync(scans, Content(Encoding.Latin1.GetBytes("MZ"), "application/pdf")), HttpStatusCode.BadRequest, "SCAN_TYPE");
        await RefusedAsync(await proposes.PostAsync(scans, Content([.. Pdf, .. new byte[5 << 20]], "application/pdf")), HttpStatusCode.BadRequest, "SCAN_LARGE");
        await RefusedAsync(await proposes.PostAsync($"areas/{Area}/decisions/424242/scans", Content(Pdf, "application/pdf")), HttpStatusCode.NotFound, "DECISION_UNKNOWN");
        await RefusedAsync(await audits.GetAsync($"areas/{Area}/scans/424242"), HttpStatusCode.NotFound, "SCAN_UNKNOWN");
        await RefusedAsync(await audits.PostAsync(scans, Content(Pdf, "application/pdf")), HttpStatusCode.Forbidden, "SCOPE_MISSING");
        using HttpClient sends = host.Machine(await host.AddKeyAsync("sends", Scopes.Files, Scopes.Runs, Scopes.Review, Scopes.Reports, Scopes.Accounts));
        await RefusedAsync(await sends.GetAsync(scans), HttpStatusCode.Forbidden, "SCOPE_MISSING");
    }

    [Test]
    public async Task The_examples_of_the_document_can_be_read_by_their_routes()
    {
        using HttpClient all = host.Machine(await host.AddKeyAsync("examples", Scopes.Refunds, Scopes.Decisions, Scopes.Audit));
        JsonElement paths = (await all.GetFromJsonAsync<JsonElement>("openapi.json")).GetProperty("paths");
        int asked = 0;
        foreach (JsonProperty path in paths.EnumerateObject().Where(p => p.Value.TryGetProperty("post", out _)))
        {
            JsonElement post = path.Value.GetProperty("post");
            if (post.TryGetProperty("requestBody", out JsonElement body) && body.GetProperty("content").TryGetProperty("application/json", out JsonElement json) && json.TryGetProperty("example", out JsonElement example))
            {
                string address = path.Name["/api/v1/".Length..].Replace("{area}", Area, StringComparison.Ordinal).Replace("{refund}", "424242", StringComparison.Ordinal)
                    .Replace("{submission}", "424242", StringComparison.Ordinal).Replace("{row}", "2", StringComparison.Ordinal);
                using HttpResponseMessage answer = await all.PostAsJsonAsync(address, example);
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound).Or.EqualTo(HttpStatusCode.Conflict), $"{path.Name} {await answer.Content.ReadAsStringAsync()}");
                asked++;
            }
        }

        Assert.That(asked, Is.EqualTo(5));
        JsonElement[] sample = [.. paths.GetProperty("/api/v1/areas/{area}/sample").GetProperty("get").GetProperty("parameters").EnumerateArray()];
        Assert.That(sample.Single(p => p.GetProperty("name").GetString() == "seed").GetProperty("example").GetString(), Is.EqualTo("audit-2021"));
    }

    private static object Refund(string amount, string document) => new { employer = "E1", month = "2021-01", amount, on = "2021-01-28", document, why = "多缴" };

    private static ByteArrayContent Content(byte[] bytes, string type) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private async Task SendAsync(string name, string text, string month = "2021-01")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"areas/{Area}/uploads?name={name}&month={month}") { Content = Content(Encoding.UTF8.GetBytes(text), "text/csv") };
        request.Headers.Add("Idempotency-Key", name);
        using HttpResponseMessage answer = await proposes.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        WorkItem taken = await host.SettledAsync((await TestHost.JsonAsync(answer)).GetProperty("job").GetInt32());
        Assert.That(taken.State, Is.EqualTo(WorkState.Done), $"{name} {taken.Fault}");
    }

    private async Task<WorkItem> JobAsync(HttpClient client, string path, object body)
    {
        using HttpResponseMessage answer = await client.PostAsJsonAsync(path, body);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        WorkItem done = await host.SettledAsync((await TestHost.JsonAsync(answer)).GetProperty("job").GetInt32());
        Assert.That(done.State, Is.EqualTo(WorkState.Done), $"{path} {done.Fault}");
        return done;
    }

    private static async Task<JsonElement> DoneAsync(HttpClient client, string path, object? body)
    {
        using HttpResponseMessage answer = body is null ? await client.PostAsync(path, null) : await client.PostAsJsonAsync(path, body);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"{path} {await answer.Content.ReadAsStringAsync()}");
        return await TestHost.JsonAsync(answer);
    }

    private static async Task RefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        using (answer)
        {
            string text = await answer.Content.ReadAsStringAsync();
            Assert.That((answer.StatusCode, JsonDocument.Parse(text).RootElement.GetProperty("code").GetString()), Is.EqualTo((status, code)), text);
        }
    }
}
