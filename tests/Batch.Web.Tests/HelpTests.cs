using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Host.Web;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>The help: for everybody who is signed in, in both languages, led to from each page at its part, with links to those pages alone that one may open.</summary>
public sealed partial class HelpTests
{
    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(areas: "420100");

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task Every_role_reads_all_of_it_and_is_led_to_the_pages_that_it_may_open_alone()
    {
        foreach (string role in UserRoles.All)
        {
            using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("reads-" + role, role));
            string main = MainOf(await browser.GetStringAsync("/help"));
            Assert.That(HelpParts.Month.Select(p => p.Id).Concat(HelpParts.Ids).Distinct().Where(id => !main.Contains($"id=\"{id}\"", StringComparison.Ordinal)), Is.Empty, role);
            Assert.That(main, Does.Contain($"{UserRoles.NameOf(role).Chinese}（您）"));
            foreach (HelpPart part in HelpParts.Month)
            {
                bool may = Permissions.Table[part.Page.Permission].Contains(role);
                Assert.That(main.Contains($"href=\"{part.Page.Href("420100")}\"", StringComparison.Ordinal), Is.EqualTo(may), $"{role}: {part.Id}");
            }
        }
    }

    [TestCase("/420100", "/help")]
    [TestCase("/420100/uploads", "/help#upload")]
    [TestCase("/420100/uploads/columns", "/help#upload")]
    [TestCase("/420100/held", "/help#held")]
    [TestCase("/420100/reconcile", "/help#money")]
    [TestCase("/420100/runs", "/help#run")]
    [TestCase("/420100/months", "/help#close")]
    [TestCase("/users", "/help#users")]
    public async Task Each_page_leads_to_its_part(string page, string help)
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("led-" + Regex.Replace(page, "[^a-z0-9]", ""), [.. UserRoles.All]));
        Assert.That(await browser.GetStringAsync(page), Does.Contain($"<a href=\"{help}\">帮助</a>"));
    }

    [Test]
    public void Every_page_of_the_menu_has_its_part_but_the_first()
    {
        string[] pages = [.. RouteRules.Of(host.App).Where(r => r.IsPage).Select(r => r.Route)];
        Assert.That(pages, Does.Contain("/help"));
        IEnumerable<string> without = Navigation.Groups.SelectMany(g => g.Entries).Where(e => e.Path.Length > 0)
            .Where(e => HelpParts.AddressFor("/" + char.ToUpperInvariant(e.Path.TrimStart('/')[0]) + e.Path.TrimStart('/')[1..]) == "/help").Select(e => e.Path);
        Assert.That(without, Is.Empty);
    }

    [Test]
    public async Task In_English_there_is_no_Chinese_and_without_the_demonstration_nothing_about_it()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("english", UserRoles.Operator));
        string main = MainOf(await browser.GetStringAsync("/help?lang=en"));
        Assert.That(Regex.IsMatch(main, @"\p{IsCJKUnifiedIdeographs}"), Is.False);
        Assert.That(main, Does.Contain("A month in the order of the work").And.Not.Contain("id=\"demo\""));
    }

    private static string MainOf(string html) => MainElement().Match(html).Value;

    [GeneratedRegex("<main>.*</main>", RegexOptions.Singleline)]
    private static partial Regex MainElement();
}
