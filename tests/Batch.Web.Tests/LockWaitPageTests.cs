using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Batch.Testing;
using Microsoft.AspNetCore.Builder;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Web.Tests;

/// <summary>
/// A session that was left open with a lock on a run, as <c>psql</c> leaves one: an approval by page and by API ends when the host's limit is over, says which session
/// it waited for, and approves nothing.
/// </summary>
public sealed class LockWaitPageTests
{
    private const string Area = "420100";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6);

    private TestHost host = null!;
    private DatabaseConnection impatient = null!;
    private WebApplication app = null!;
    private string digest = "";

    [SetUp]
    public async Task ComputeARunAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        impatient = await DatabaseConnection.OpenAsync(new DatabaseOptions(host.Database.Url, Path.GetTempPath()) { LockWait = Limit }, default);
        impatient.WatchLocks(_ => { });
        app = WebHost.Build(impatient, new WebOptions(["http://127.0.0.1:0"], Pages: true, Worker: false), SystemClock.Instance);
        await app.StartAsync();
        BatchCli batch = new() { Db = host.Database.Url };
        string samples = Path.Combine(BatchCli.Root, "data-samples", Area, "2021-01");
        Assert.That((await batch.RunAsync("import", Path.Combine(samples, "pension.csv"), "--area", Area, "--month", "2021-01", "--by", "wang")).ExitCode, Is.Zero);
        digest = (await batch.RunAsync("allocate", "--area", Area, "--month", "2021-01", "--by", "wang", "--json")).Json.GetProperty("digest").GetString()!;
    }

    [TearDown]
    public async Task StopAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await impatient.DisposeAsync();
        await host.DisposeAsync();
    }

    [Test, CancelAfter(120_000)]
    public async Task An_approval_by_page_and_by_API_says_which_session_it_waited_for_and_ends_within_the_limit()
    {
        using HttpClient browser = new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
        using HttpResponseMessage signedIn = await TestHost.SignInAsync(browser, await host.AddUserAsync("li", UserRoles.Reviewer), TestHost.Password);
        Assert.That(signedIn.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        using HttpClient machine = new() { BaseAddress = new Uri(browser.BaseAddress!, "/api/v1/") };
        machine.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await host.AddKeyAsync("checks", "review"));

        await using NpgsqlConnection forgotten = new(
            new NpgsqlConnectionStringBuilder(ConnectionText.Parse(host.Database.Url).ConnectionString) { Pooling = false, ApplicationName = "psql" }.ConnectionString);
        await forgotten.OpenAsync();
        await using (NpgsqlTransaction open = await forgotten.BeginTransactionAsync())
        {
            await using NpgsqlCommand command = new("SELECT * FROM area_420100.run FOR UPDATE", forgotten);
            await command.ExecuteNonQueryAsync();
            long began = Stopwatch.GetTimestamp();
            Task<HttpResponseMessage> onPage = TestHost.PostAsync(browser, $"/{Area}/runs/1", "Approve", ("digest", digest));
            Task<HttpResponseMessage> throughApi = machine.PostAsJsonAsync("runs/1/approve", new { digest });
            using HttpResponseMessage page = await onPage, api = await throughApi;
            TimeSpan waited = Stopwatch.GetElapsedTime(began);

            string html = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync());
            JsonElement problem = await TestHost.JsonAsync(api);
            Assert.Multiple(() =>
            {
                Assert.That(waited, Is.GreaterThan(Limit - TimeSpan.FromSeconds(1)).And.LessThan(Limit * 2.5));
                Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
                Assert.That(html, Does.Contain("LOCK_WAIT").And.Contain($"等待超时：数据库会话 {forgotten.ProcessID}（psql）持有锁").And.Contain("未做任何更改"));
                Assert.That(html, Does.Not.Match("55P03|canceling statement|lock timeout|relation|Npgsql"));
                Assert.That((api.StatusCode, problem.GetProperty("code").GetString()), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "LOCK_WAIT")));
                Assert.That(problem.GetProperty("en").GetString(), Does.Contain($"database session {forgotten.ProcessID} (psql) holds in a transaction open for ").And.Contain("Nothing was done"));
                Assert.That(problem.GetProperty("zh").GetString(), Does.Contain($"数据库会话 {forgotten.ProcessID}（psql）持有锁"));
                Assert.That(problem.ToString(), Does.Not.Match("55P03|canceling statement|lock timeout|relation|Npgsql"));
            });
        }

        Assert.That(await host.Database.ScalarAsync<string>("SELECT state FROM area_420100.run"), Is.EqualTo("computed"));
        using HttpResponseMessage approved = await machine.PostAsJsonAsync("runs/1/approve", new { digest });
        Assert.That(approved.StatusCode, Is.EqualTo(HttpStatusCode.OK), await approved.Content.ReadAsStringAsync());
    }
}
