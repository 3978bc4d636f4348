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
        using HttpResponseMessage refused = await browser.GetAsync("/refused?returnUrl=%2Fusers%3Fid%3D1");
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await host.Database.ScalarAsync<string>("SELECT subject FROM batch.audit WHERE who = 'curious' AND act = 'refused'"), Is.EqualTo("/users"));
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
