using System.Net;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What <c>serve --demo</c> has and no other host: buttons that sign in as each role, on this machine alone, on record as what they are.</summary>
public sealed class DemoTests
{
    private TestHost demo = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        demo = await TestHost.StartAsync(demo: true, areas: "420100");
        await new DemoUsers(demo.App.Services.GetRequiredService<UserRegister>(), demo.App.Services.GetRequiredService<AuditLog>()).MakeAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await demo.DisposeAsync();

    [Test]
    public async Task Each_button_signs_in_as_its_role_and_is_on_record_as_a_sign_in_of_the_demonstration()
    {
        using HttpClient stranger = demo.Browser();
        string page = await stranger.GetStringAsync("/sign-in");
        Assert.That(DemoSignIn.Buttons.Select(b => b.Role), Is.EqualTo(UserRoles.All));
        foreach (string role in UserRoles.All)
        {
            Assert.That(page, Does.Contain($"action=\"/sign-in/demo/{role}\""));
            using HttpClient browser = demo.Browser();
            using HttpResponseMessage answer = await PressAsync(browser, role);
            Assert.That(answer.Headers.Location?.ToString(), Is.EqualTo("/"), role);
            Assert.That(await browser.GetStringAsync("/password"), Does.Contain($">{role}</a>"));
            using HttpResponseMessage users = await browser.GetAsync("/users");
            Assert.That(users.StatusCode, Is.EqualTo(Permissions.Table[Permissions.SeeUsers].Contains(role) ? HttpStatusCode.OK : HttpStatusCode.Redirect), role);
        }

        string acts = await demo.Database.ScalarAsync<string>("SELECT string_agg(who || ': ' || act, ', ' ORDER BY who) FROM (SELECT DISTINCT who, act FROM batch.audit WHERE act LIKE 'sign-in%') a");
        Assert.That(acts, Is.EqualTo(string.Join(", ", UserRoles.All.Order(StringComparer.Ordinal).Select(r => $"{r}: sign-in demo"))));
    }

    [Test]
    public async Task Every_page_says_in_both_languages_that_it_is_a_demonstration()
    {
        using HttpClient browser = demo.Browser();
        using HttpResponseMessage answer = await PressAsync(browser, UserRoles.Operator);
        foreach (string page in (string[])["/sign-in", "/420100", "/420100/runs", "/areas", "/nothing-here"])
        {
            using HttpResponseMessage shown = await browser.GetAsync(page);
            Assert.That(await shown.Content.ReadAsStringAsync(), Does.Contain("人员、单位和金额都是虚构的").And.Contain("people, employers and amounts are made up"), page);
        }
    }

    [Test]
    public async Task Without_demo_there_is_no_button_no_banner_and_no_route()
    {
        await using TestHost host = await TestHost.StartAsync();
        Assert.That(RouteRules.Of(host.App).Where(r => r.Route.Contains("demo", StringComparison.Ordinal)), Is.Empty);
        Assert.That(RouteRules.Of(demo.App).Where(r => r.Route.Contains("demo", StringComparison.Ordinal)).Select(r => r.Route), Is.EqualTo(new[] { "/sign-in/demo/{role}" }));
        // Named as the demonstration's, as it may be anywhere.
        await host.AddUserAsync(UserRoles.Operator, UserRoles.Operator);
        using HttpClient stranger = host.Browser();
        Assert.That(await stranger.GetStringAsync("/sign-in"), Does.Not.Contain("/sign-in/demo").And.Not.Contain("虚构"));
        using HttpResponseMessage sentAway = await PressAsync(stranger, UserRoles.Operator), elsewhere = await stranger.PostAsync("/sign-in/nothing-here", null);
        Assert.That(sentAway.StatusCode, Is.EqualTo(elsewhere.StatusCode), "as any address that is not there");
        using HttpResponseMessage still = await stranger.GetAsync("/areas");
        Assert.That(still.Headers.Location?.AbsolutePath, Is.EqualTo("/sign-in"), "nobody is signed in");
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("clerk", UserRoles.Administrator));
        using HttpResponseMessage missing = await PressAsync(browser, UserRoles.Operator);
        Assert.That(missing.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE act = 'sign-in demo'"), Is.Zero);
    }

    [TestCase("batch.example:8420", null)]
    [TestCase("192.168.7.9", null)]
    [TestCase(null, "10.0.0.5")]
    public async Task Nobody_comes_to_it_from_elsewhere(string? name, string? proxied)
    {
        using HttpClient browser = demo.Browser();
        foreach ((HttpMethod method, string path) in new[] { (HttpMethod.Get, "/sign-in"), (HttpMethod.Post, "/sign-in/demo/operator"), (HttpMethod.Get, "/api/v1/areas"), (HttpMethod.Get, "/site.css") })
        {
            using HttpRequestMessage request = new(method, path);
            request.Headers.Host = name;
            if (proxied is not null)
            {
                request.Headers.Add("X-Forwarded-For", proxied);
            }

            using HttpResponseMessage answer = await browser.SendAsync(request);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), path);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("演示只在本机使用").And.Contain("this machine alone"));
        }
    }

    [TestCase("localhost", true)]
    [TestCase("127.0.0.1", true)]
    [TestCase("127.3.2.1", true)]
    [TestCase("[::1]", true)]
    [TestCase("0.0.0.0", false)]
    [TestCase("[::]", false)]
    [TestCase("*", false)]
    [TestCase("192.168.7.9", false)]
    [TestCase("localhost.example", false)]
    [TestCase("", false)]
    public void A_host_is_this_machine_or_not(string host, bool loopback) => Assert.That(DemoSignIn.IsLoopback(host), Is.EqualTo(loopback));

    [Test]
    public async Task A_form_without_its_token_a_role_that_is_none_and_a_user_who_was_changed_sign_nobody_in()
    {
        using HttpClient browser = demo.Browser();
        using HttpResponseMessage forged = await browser.PostAsync("/sign-in/demo/operator", new FormUrlEncodedContent([]));
        Assert.That(forged.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        using HttpResponseMessage none = await PressAsync(browser, "director");
        Assert.That(none.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        UserRegister users = demo.App.Services.GetRequiredService<UserRegister>();
        await users.SetRolesAsync(UserRoles.Analyst, [UserRoles.Analyst, UserRoles.Reviewer], "test", CancellationToken.None);
        using HttpResponseMessage more = await PressAsync(browser, UserRoles.Analyst);
        Assert.That(await more.Content.ReadAsStringAsync(), Does.Contain("DEMO_CHANGED"));
        await users.SetRolesAsync(UserRoles.Analyst, [UserRoles.Analyst], "test", CancellationToken.None);
        await users.SetDisabledAsync(UserRoles.Inquiry, true, "test", CancellationToken.None);
        using HttpResponseMessage disabled = await PressAsync(browser, UserRoles.Inquiry);
        Assert.That(await disabled.Content.ReadAsStringAsync(), Does.Contain("DEMO_CHANGED"));
        await users.SetDisabledAsync(UserRoles.Inquiry, false, "test", CancellationToken.None);
        using HttpResponseMessage still = await browser.GetAsync("/areas");
        Assert.That(still.Headers.Location?.AbsolutePath, Is.EqualTo("/sign-in"));
    }

    private static async Task<HttpResponseMessage> PressAsync(HttpClient browser, string role)
    {
        string token = TestHost.TokenOf(await browser.GetStringAsync("/sign-in"));
        return await browser.PostAsync("/sign-in/demo/" + role, new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token)]));
    }
}
