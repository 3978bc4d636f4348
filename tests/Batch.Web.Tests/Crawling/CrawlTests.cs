using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Host.Web;
using NUnit.Framework;

namespace Batch.Web.Tests.Crawling;

/// <summary>
/// Every link of every page for every role, in both languages: it leads to a page that may be seen, and to each page that may be seen a link leads. A page may be reached by a form that
/// is sent, which the crawler does not do by itself: those forms are filled in here.
/// </summary>
public sealed partial class CrawlTests
{
    // Nothing leads to these on purpose: they come by themselves, are what a button sends, or are another name of the first page.
    private static readonly string[] Unlinked = ["/fault", "/refused", "/sign-out", "/sign-in", "/Index"];

    private TestHost host = null!;
    private CrawledMonths months = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: CrawledMonths.Code);
        months = await CrawledMonths.MakeAsync(host);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task Each_link_of_each_role_opens_and_each_page_of_a_role_has_a_link()
    {
        await months.HalfComputeAsync();
        Assert.That(await StatesAsync(), Is.EqualTo("computing discarded posted"));
        await CrawlAsync(host, "all", [.. UserRoles.All]);
        int run = await months.ComputeAsync();
        Assert.That(await StatesAsync(), Is.EqualTo("computed discarded posted"));
        foreach (string role in UserRoles.All)
        {
            await CrawlAsync(host, role, role);
        }

        await months.ApproveAsync(run);
        await CrawlAsync(host, "all-approved", [.. UserRoles.All]);
    }

    [Test]
    public async Task Nobody_signed_in_comes_to_the_page_of_signing_in_and_no_further()
    {
        using HttpClient browser = host.Browser();
        Crawler crawler = new(browser);
        await crawler.RunAsync("/");
        Assert.That(crawler.Faults, Is.Empty);
        Assert.That(crawler.Paths.Where(p => !p.Contains('.', StringComparison.Ordinal)), Is.EquivalentTo(new[] { "/", "/sign-in" }));
    }

    [Test]
    public async Task On_an_empty_installation_no_link_is_dead_before_and_after_an_area_is_opened()
    {
        await using TestHost empty = await TestHost.StartAsync();
        foreach (string role in UserRoles.All)
        {
            await CrawlAsync(empty, role, role);
        }

        await CrawlAsync(empty, "all", [.. UserRoles.All]);
        using HttpClient administrator = await empty.SignedInAsync(await empty.AddUserAsync("opens", UserRoles.Administrator));
        using HttpResponseMessage opened = await TestHost.PostAsync(administrator, "/areas", ("code", CrawledMonths.Code));
        Assert.That(opened.Headers.Location?.ToString(), Is.EqualTo("/" + CrawledMonths.Code));
        foreach (string role in UserRoles.All)
        {
            await CrawlAsync(empty, "area-" + role, role);
        }
    }

    private Task<string> StatesAsync() =>
        host.Database.ScalarAsync<string>($"SELECT string_agg(state, ' ' ORDER BY state) FROM (SELECT DISTINCT state FROM area_{CrawledMonths.Code}.run) s");

    private async Task CrawlAsync(TestHost at, string name, params string[] roles)
    {
        using HttpClient browser = await at.SignedInAsync(await at.AddUserAsync("crawls-" + name, roles));
        List<string> starts = ["/"];
        if (at == host)
        {
            starts.AddRange(await ByFormsAsync(browser, roles));
        }

        Crawler crawler = new(browser);
        await crawler.RunAsync([.. starts]);
        await TestContext.Progress.WriteLineAsync($"{name}: {crawler.Requests} requests to {crawler.Paths.Count} paths");
        Assert.That(crawler.Faults, Is.Empty, name);
        if (at == host)
        {
            Assert.That(PagesOf(roles).Except(crawler.Paths.Select(RouteOf)), Is.Empty, $"pages that {name} may see and no link leads to");
        }
    }

    // What people come to by filling a form in.
    private static async Task<IEnumerable<string>> ByFormsAsync(HttpClient browser, string[] roles)
    {
        List<string> reached = [];
        async Task SendAsync(string permission, string page, params (string, string)[] fields)
        {
            if (roles.Intersect(Permissions.Table[permission]).Any())
            {
                using HttpResponseMessage first = await TestHost.PostAsync(browser, page, fields);
                // Computing again asks once before it discards a run that is approved.
                Match asked = Confirmed().Match(first.Headers.Location is null ? await first.Content.ReadAsStringAsync() : "");
                using HttpResponseMessage answer = asked.Success ? await TestHost.PostAsync(browser, page, [.. fields, ("confirmed", asked.Groups[1].Value)]) : first;
                Assert.That(answer.Headers.Location, Is.Not.Null, page);
                reached.Add(answer.Headers.Location!.ToString());
            }
        }

        // The readiness of a month in which no employer has declared yet leads to the letters to them.
        if (roles.Intersect(Permissions.Table[Permissions.SeeWork]).Any())
        {
            reached.Add($"/{CrawledMonths.Code}/months/2021-03");
        }

        await SendAsync(Permissions.LookUpAccounts, $"/{CrawledMonths.Code}/accounts", ("number", CrawledMonths.Number), ("card", ""));
        await SendAsync(Permissions.ComputeRuns, $"/{CrawledMonths.Code}/runs", ("month", "2021-02"));
        return reached;
    }

    private IEnumerable<string> PagesOf(string[] roles) => RouteRules.Of(host.App)
        .Where(r => r is { IsPage: true, IsOpen: false } && !Unlinked.Contains(r.Route) && r.Roles.Intersect(roles).Any()).Select(r => r.Route)
        // Only who starts a run waits for its number.
        .Where(route => !route.EndsWith("/runs/now", StringComparison.Ordinal) || roles.Contains(UserRoles.Operator));

    // Of two routes that fit, the one with more of its own words.
    private string RouteOf(string path) => RouteRules.Of(host.App).Where(r => r.IsPage).Select(r => r.Route)
        .Where(route => Regex.IsMatch(path.TrimEnd('/'), "^" + Parameter().Replace(route.TrimEnd('/'), "[^/]+") + "$")).DefaultIfEmpty("").MinBy(route => Parameter().Count(route))!;

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("name=\"confirmed\" value=\"(\\d+)\"")]
    private static partial Regex Confirmed();
}
