using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Host.Api;
using Batch.Host.Web;
using Batch.Testing;
using Microsoft.AspNetCore.Builder;
using NodaTime;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Every route of the running host, tried by strangers, by each role and by a key of each scope: the table is what the host does.</summary>
public sealed partial class RouteTests
{
    private TestHost host = null!;
    private IReadOnlyList<RouteRule> rules = [];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: "420100");
        rules = RouteRules.Of(host.App);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_new_route_without_a_rule_is_found_and_is_closed_to_strangers_all_the_same()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync();
        await using WebApplication app = WebHost.Build(database.Connection, new WebOptions(["http://127.0.0.1:0"], Pages: true, Worker: false), SystemClock.Instance);
        app.MapGet("/forgotten", () => "told to anybody");
        Assert.That(RouteRules.Of(app).Where(r => !r.HasRule).Select(r => r.Route), Is.EqualTo(new[] { "/forgotten" }));
        await app.StartAsync();
        using HttpClient stranger = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
        using HttpResponseMessage answer = await stranger.GetAsync("/forgotten");
        Assert.That(answer.Headers.Location?.AbsolutePath, Is.EqualTo("/sign-in"));
        await app.StopAsync();
    }

    [Test]
    public async Task Strangers_come_to_nothing_that_is_not_open()
    {
        using HttpClient stranger = host.Browser();
        foreach ((RouteRule rule, string method) in rules.Where(r => !r.IsOpen).SelectMany(Tries))
        {
            using HttpResponseMessage answer = await SendAsync(stranger, rule, method);
            bool sentAway = answer.Headers.Location?.ToString().Contains("/sign-in", StringComparison.Ordinal) == true || answer.StatusCode == HttpStatusCode.Unauthorized
                // A form is refused for its missing token before anybody asks who sends it.
                || (rule.IsPage && method == "POST" && answer.StatusCode == HttpStatusCode.BadRequest);
            Assert.That(sentAway, $"{method} {rule.Route} {answer.StatusCode}");
        }
    }

    [Test]
    public async Task Each_role_comes_to_the_pages_of_its_permissions_and_to_no_other_whatever_stands_in_the_address()
    {
        int tried = 0;
        foreach (string role in UserRoles.All)
        {
            using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("tries-" + role, role));
            foreach ((RouteRule rule, string method) in rules.Where(r => r is { IsOpen: false, Route: not "/refused" } && !IsApi(r)).SelectMany(Tries))
            {
                using HttpResponseMessage answer = await SendAsync(browser, rule, method);
                bool refused = answer.StatusCode == HttpStatusCode.Forbidden || answer.Headers.Location?.ToString().Contains("/refused", StringComparison.Ordinal) == true;
                Assert.That(refused, Is.EqualTo(!rule.Roles.Contains(role)), $"{role}: {method} {rule.Route} {answer.StatusCode}");
                tried++;
            }
        }

        Assert.That(tried, Is.GreaterThan(140));
    }

    [Test]
    public async Task Each_scope_comes_to_its_routes_of_the_API_and_to_no_other_and_no_role_comes_to_any()
    {
        foreach (string scope in Scopes.All)
        {
            using HttpClient machine = host.Machine(await host.AddKeyAsync("tries-" + scope.Replace(':', '-'), scope));
            foreach ((RouteRule rule, string method) in rules.Where(r => !r.IsOpen && IsApi(r)).SelectMany(Tries))
            {
                using HttpResponseMessage answer = await SendAsync(machine, rule, method);
                bool may = rule.Permissions.All(p => p == Scopes.PolicyOf(scope)
                    || (p == Scopes.PolicyOf(Scopes.See) && scope is Scopes.Files or Scopes.Runs or Scopes.Review or Scopes.Reports or Scopes.Audit or Scopes.Decisions or Scopes.Refunds)
                    || (p == Scopes.PolicyOf(Scopes.Scans) && scope is Scopes.Decisions or Scopes.Audit));
                string? code = await CodeAsync(answer);
                Assert.That(code == "SCOPE_MISSING", Is.EqualTo(!may), $"{scope}: {method} {rule.Route} {answer.StatusCode} {code}");
            }
        }

        using HttpClient person = await host.SignedInAsync(await host.AddUserAsync("not-a-machine", [.. UserRoles.All]));
        foreach ((RouteRule rule, string method) in rules.Where(r => !r.IsOpen && IsApi(r)).SelectMany(Tries))
        {
            using HttpResponseMessage answer = await SendAsync(person, rule, method);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized).Or.EqualTo(HttpStatusCode.Forbidden), $"{method} {rule.Route}");
        }
    }

    [Test]
    public async Task No_page_takes_a_form_without_its_token()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("forged", [.. UserRoles.All]));
        foreach (RouteRule rule in rules.Where(r => r is { IsPage: true, Route: not "/fault" }))
        {
            using HttpResponseMessage answer = await SendAsync(browser, rule, "POST");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), rule.Route);
        }
    }

    // The page of the API's description is people's.
    private static bool IsApi(RouteRule rule) =>
        rule.Route.StartsWith("/api/", StringComparison.Ordinal) && !rule.Route.StartsWith(ApiPage.Path, StringComparison.Ordinal);

    // A page answers to whatever method; a route of the API to its own.
    private static IEnumerable<(RouteRule Rule, string Method)> Tries(RouteRule rule) =>
        rule.Methods.Length > 0 ? rule.Methods.Split(' ').Select(m => (rule, m)) : [(rule, "GET")];

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, RouteRule rule, string method)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), AddressOf(rule.Route));
        if (method == "POST")
        {
            string type = rule.Route.EndsWith("/uploads", StringComparison.Ordinal) || rule.Route.EndsWith("/scans", StringComparison.Ordinal) ? "application/octet-stream" : "application/json";
            request.Content = IsApi(rule) ? new StringContent("{}", Encoding.UTF8, type) : new FormUrlEncodedContent([]);
        }

        return await client.SendAsync(request);
    }

    /// <summary>An address of the route: what it has parameters for may be there or not.</summary>
    internal static string AddressOf(string route) => Parameter().Replace(route, m => m.Groups[1].Value switch
    {
        "area" or "code" => "420100",
        "month" => "2021-01",
        "channel" => "counter",
        _ => "1",
    });

    private static async Task<string?> CodeAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync();
        return text.StartsWith('{') && JsonDocument.Parse(text).RootElement.TryGetProperty("code", out JsonElement code) ? code.GetString() : null;
    }

    [GeneratedRegex(@"\{\*{0,2}([A-Za-z]+)[^}]*\}")]
    private static partial Regex Parameter();
}
