using System.Net;
using Batch.Host.Access;
using Batch.Host.Web;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>An auditor sees every page, list and report, and changes nothing: each act that a form can send is refused.</summary>
public sealed class AuditorTests
{
    private const string Area = "420100";

    // They change nothing of the agency's: what is worked out, who is looked up, one's own password and sign-in.
    private static readonly string[] Own = ["/{code}/calculator", "/{code}/simulation", "/{code}/accounts", "/{code}/accounts/{token} Unmask", "/password", "/sign-in", "/sign-out"];

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(areas: Area);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public void Every_page_is_open_to_an_auditor_but_what_is_sent_back_to_employers() => Assert.That(
        RouteRules.Of(host.App).Where(r => r is { IsPage: true, IsOpen: false } && !r.Roles.Contains(UserRoles.Auditor)).Select(r => r.Route),
        Is.EqualTo(new[] { "/{code:int:length(6)}/submissions/{number:int}/fix-pack" }));

    [Test]
    public async Task Each_act_of_an_auditor_is_refused()
    {
        using HttpClient auditor = await host.SignedInAsync(await host.AddUserAsync("shen", UserRoles.Auditor));
        string token = TestHost.TokenOf(await auditor.GetStringAsync($"/{Area}/calculator"));
        string[] acts = [.. EveryAct.ActsOf(host.App).Select(a => a["POST ".Length..]).Where(a => !a.StartsWith("/api/", StringComparison.Ordinal) && !Own.Contains(a))];
        Assert.That(acts, Has.Length.GreaterThan(40));
        foreach (string act in acts)
        {
            string[] words = act.Split(' ');
            string address = RouteTests.AddressOf(words[0]) + (words.Length > 1 ? $"?handler={words[1]}" : "");
            using HttpResponseMessage answer = await auditor.PostAsync(address, new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token), KeyValuePair.Create("reason", "x")]));
            bool refused = answer.StatusCode == HttpStatusCode.Forbidden || answer.Headers.Location?.ToString().Contains("/refused", StringComparison.Ordinal) == true;
            Assert.That(refused, $"{act}: {answer.StatusCode} {answer.Headers.Location}");
        }
    }

    [Test]
    public async Task An_auditors_pages_have_no_form_that_sends_an_act()
    {
        using HttpClient auditor = await host.SignedInAsync(await host.AddUserAsync("shen-too", UserRoles.Auditor));
        foreach (string page in new[] { "uploads", "submissions", "held", "runs", "reconcile", "identity", "months/2021-01", "policies", "thresholds" }.Select(p => $"/{Area}/{p}").Concat(["/jobs", "/schedules", "/areas", "/users", "/audit"]))
        {
            string text = await auditor.GetStringAsync(page);
            string content = text[text.IndexOf("<main", StringComparison.Ordinal)..];
            Assert.That(content, Does.Not.Contain("method=\"post\""), page);
        }
    }

    [Test]
    public async Task A_key_of_an_auditors_program_sees_and_does_nothing()
    {
        using HttpClient machine = host.Machine(await host.AddKeyAsync("audit-program", Host.Api.Scopes.Audit));
        Assert.That((await machine.GetAsync($"areas/{Area}/submissions")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await machine.GetAsync($"areas/{Area}/months/2021-01/differences")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await machine.PostAsync($"areas/{Area}/months/2021-01/close", null)).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }
}
