using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Light or dark, wide or dense, by choice of a browser; and the pickers of months.</summary>
public sealed partial class LooksTests
{
    private const string Area = "420100";

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(areas: Area);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_browser_keeps_its_choice_comes_back_to_the_page_and_no_other_browser_is_changed()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("looks", UserRoles.Auditor));
        string before = await browser.GetStringAsync("/audit?who=looks");
        Assert.That(before, Does.Contain("name=\"back\" value=\"/audit?who=looks\"").And.Contain("改用深色").And.Contain("action=\"/looks\"").And.Not.Contain("data-theme=\"dark\""));
        using HttpResponseMessage dark = await ChooseAsync(browser, ("theme", "dark"), ("back", "/audit?who=looks"));
        Assert.That((dark.StatusCode, dark.Headers.Location?.ToString()), Is.EqualTo((HttpStatusCode.Redirect, "/audit?who=looks")));
        using HttpResponseMessage dense = await ChooseAsync(browser, ("density", "dense"), ("back", "/help"));
        Assert.That(await browser.GetStringAsync("/help"), Does.Contain("data-theme=\"dark\"").And.Contain("data-density=\"dense\"").And.Contain("改用浅色").And.Contain("改用宽松排列"));
        using HttpResponseMessage light = await ChooseAsync(browser, ("theme", "light"));
        Assert.That(await browser.GetStringAsync("/help"), Does.Not.Contain("data-theme=\"dark\"").And.Contain("data-density=\"dense\""));

        using HttpClient other = await host.SignedInAsync("looks");
        Assert.That(await other.GetStringAsync("/help"), Does.Not.Contain("data-density=\"dense\""));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE act LIKE '%/looks%'"), Is.Zero, "a matter of the browser");
    }

    [TestCase("https://example.org/")]
    [TestCase("//example.org/")]
    [TestCase("/\\example.org")]
    [TestCase("javascript:alert(1)")]
    [TestCase("/a\r\nSet-Cookie: x=y")]
    [TestCase("")]
    public async Task It_leads_nowhere_but_to_a_page_of_ours(string back)
    {
        using HttpClient browser = host.Browser();
        using HttpResponseMessage answer = await ChooseAsync(browser, ("theme", "dark"), ("back", back));
        Assert.That(answer.Headers.Location?.ToString(), Is.EqualTo("/"));
    }

    [Test]
    public async Task What_is_no_choice_is_not_kept()
    {
        using HttpClient browser = host.Browser();
        using HttpResponseMessage answer = await ChooseAsync(browser, ("theme", "x\" onload=\"y"), ("density", "dark"));
        Assert.That(answer.Headers.Contains("Set-Cookie"), Is.False);
    }

    // WCAG 2: the ratio of the relative luminances of a text and of what is behind it.
    [TestCase("light")]
    [TestCase("dark")]
    public async Task Every_text_stands_out_from_its_ground_by_at_least_four_and_a_half(string theme)
    {
        string css = await File.ReadAllTextAsync(Path.Combine(BatchCli.Root, "Batch.Host", "wwwroot", "site.css"));
        Dictionary<string, string> colours = VariablesOf(css, ":root {");
        if (theme == "dark")
        {
            foreach ((string name, string value) in VariablesOf(css, ":root[data-theme=dark] {"))
            {
                colours[name] = value;
            }
        }

        (string Text, string Ground)[] pairs =
        [
            .. ((string[])["paper", "ground", "blue-soft"]).SelectMany(g => ((string[])["ink", "soft", "blue"]).Select(t => (t, g))),
            ("ink", "field"), ("hint", "field"), ("red", "paper"), ("amber", "paper"), ("green", "paper"),
            ("red", "red-soft"), ("amber", "amber-soft"), ("green", "green-soft"), ("#ffffff", "fill"), ("#ffffff", "red-fill"),
        ];
        Assert.That(pairs.Select(p => (p, Ratio: Contrast(Of(p.Text), Of(p.Ground)))).Where(p => p.Ratio < 4.5).Select(p => $"{p.p}: {p.Ratio:0.00}"), Is.Empty);

        string Of(string name) => name.StartsWith('#') ? name : colours[name];
    }

    private static Task<HttpResponseMessage> ChooseAsync(HttpClient browser, params (string Name, string Value)[] fields) =>
        browser.PostAsync("/looks", new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    private static Dictionary<string, string> VariablesOf(string css, string selector)
    {
        int from = css.IndexOf(selector, StringComparison.Ordinal);
        return Variables().Matches(css[from..css.IndexOf('}', from)]).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
    }

    private static double Contrast(string one, string other)
    {
        double[] both = [.. new[] { Luminance(one), Luminance(other) }.Order()];
        return (both[1] + 0.05) / (both[0] + 0.05);
    }

    private static double Luminance(string colour)
    {
        string hex = colour.Length == 4 ? string.Concat(colour[1..].Select(c => $"{c}{c}")) : colour[1..];
        double[] parts = [.. Enumerable.Range(0, 3).Select(i => int.Parse(hex.AsSpan(2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
            .Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))];
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }

    [GeneratedRegex("--([a-z-]+): (#[0-9a-f]{3}(?:[0-9a-f]{3})?);")]
    private static partial Regex Variables();
}
