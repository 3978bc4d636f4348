using System.Net;
using Batch.Host.Access;
using Batch.Host.Web;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Who may use what, and what every answer carries.</summary>
public sealed class AccessTests
{
    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public void Every_route_names_its_permission_or_says_that_it_is_open()
    {
        IReadOnlyList<RouteRule> rules = RouteRules.Of(host.App);
        Assert.That(rules, Has.Count.GreaterThan(20));
        Assert.That(rules.Where(r => !r.HasRule).Select(r => r.Route), Is.Empty);
    }

    [Test]
    public void Only_these_routes_are_open_to_strangers()
    {
        string[] open = [.. RouteRules.Of(host.App).Where(r => r.IsOpen).Select(r => r.Route).Distinct().Order(StringComparer.Ordinal)];
        Assert.That(open, Is.EqualTo(new[] { "/api/{documentName}/openapi.json", "/fault", "/healthz/live", "/healthz/ready", "/metrics", "/sign-in" }));
    }

    [Test]
    public async Task A_refusal_is_told_and_recorded()
    {
        string name = await host.AddUserAsync("curious", UserRoles.Inquiry);
        using HttpClient browser = await host.SignedInAsync(name);
        using HttpResponseMessage sent = await browser.GetAsync("/users?id=1");
        Assert.That((sent.StatusCode, sent.Headers.Location?.AbsolutePath), Is.EqualTo((HttpStatusCode.Redirect, "/refused")));
        Assert.That(await host.Database.ScalarAsync<string>("SELECT subject FROM batch.audit WHERE who = 'curious' AND act = 'refused'"), Is.EqualTo("/users"), "without the query, whether the browser goes on or not");
        using HttpResponseMessage refused = await browser.GetAsync(sent.Headers.Location);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    // The log must not read as if it had been done.
    [Test]
    public async Task An_act_that_is_refused_is_recorded_as_refused()
    {
        using HttpClient auditor = await host.SignedInAsync(await host.AddUserAsync("tries", UserRoles.Auditor));
        string token = TestHost.TokenOf(await auditor.GetStringAsync("/password"));
        using HttpResponseMessage answer = await auditor.PostAsync(
            "/users?handler=Add", new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token), KeyValuePair.Create("name", "another")]));
        Assert.That(answer.Headers.Location?.AbsolutePath, Is.EqualTo("/refused"));
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT string_agg(act, ', ' ORDER BY audit_id) FROM batch.audit WHERE who = 'tries' AND act ~ 'refused|users'"),
            Is.EqualTo("POST /users Add begun, refused, POST /users Add 403"));
    }

    [TestCase("/sign-in")]
    [TestCase("/healthz/live")]
    [TestCase("/fault")]
    [TestCase("/site.css")]
    public async Task Every_answer_carries_the_secure_headers(string path)
    {
        using HttpClient browser = host.Browser();
        using HttpResponseMessage answer = await browser.GetAsync(path);
        Assert.That(answer.IsSuccessStatusCode, path);
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("script-src 'self';").And.Contain("frame-ancestors 'none'").And.Not.Contain("unsafe-eval"));
        Assert.That(answer.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
        Assert.That(answer.Headers.GetValues("X-Frame-Options").Single(), Is.EqualTo("DENY"));
        Assert.That(answer.Headers.Contains("Server"), Is.False);
    }

    [Test]
    public async Task Pages_come_in_Chinese_and_on_request_in_English_and_the_choice_is_kept()
    {
        using HttpClient browser = host.Browser();
        Assert.That(await browser.GetStringAsync("/sign-in"), Does.Contain("lang=\"zh-CN\"").And.Contain("<h1>登录</h1>"));
        Assert.That(await browser.GetStringAsync("/sign-in?lang=en"), Does.Contain("lang=\"en\"").And.Contain("<h1>Sign in</h1>"));
        Assert.That(await browser.GetStringAsync("/sign-in"), Does.Contain("<h1>Sign in</h1>"));
    }

    [Test]
    public async Task Metrics_are_text_for_a_collector_on_this_machine()
    {
        using HttpClient browser = host.Browser();
        await browser.GetAsync("/healthz/live");
        string text = await browser.GetStringAsync("/metrics");
        Assert.That(text, Does.Contain("# TYPE http_server_request_duration_seconds histogram\n").And.Contain("http_server_request_duration_seconds_bucket{")
            .And.Contain("# TYPE batch_alarms_open gauge\n").And.Match(@"(?m)^batch_alarms_open(\{\})? 0\b"));
    }
}
