using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>The page that shows the API's description: for people who are signed in, from this host alone.</summary>
public sealed partial class ApiPageTests
{
    private const string Page = "/api/v1/docs/";

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_stranger_and_a_key_are_sent_to_sign_in()
    {
        using HttpClient stranger = host.Browser(), machine = host.Machine(await host.AddKeyAsync("reads", "accounts"));
        foreach (string path in (string[])[Page, Page + "scalar.js"])
        {
            using HttpResponseMessage answer = await stranger.GetAsync(path);
            Assert.That(answer.Headers.Location?.AbsolutePath, Is.EqualTo("/sign-in"), path);
        }

        using HttpResponseMessage keyed = await machine.GetAsync(Page);
        Assert.That(keyed.RequestMessage?.RequestUri?.AbsolutePath, Is.EqualTo("/sign-in"));
    }

    [Test]
    public async Task Its_scripts_come_from_this_host_and_one_inline_script_is_allowed_by_a_word_of_its_own()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("reader", UserRoles.Inquiry));
        using HttpResponseMessage answer = await browser.GetAsync(Page);
        string html = await answer.Content.ReadAsStringAsync(), policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        string[] words = [.. Nonce().Matches(html).Select(m => m.Groups[1].Value).Distinct()];
        Assert.That(words, Has.Length.EqualTo(1));
        Assert.That(policy, Does.Contain($"script-src 'self' 'nonce-{words[0]}';").And.Contain("default-src 'self';").And.Contain("frame-ancestors 'none'"));
        Assert.That((await browser.GetStringAsync(Page)).Contains(words[0], StringComparison.Ordinal), Is.False, "another word in each answer");

        string[] scripts = [.. Source().Matches(html).Select(m => m.Groups[1].Value)];
        Assert.That(scripts, Is.Not.Empty);
        foreach (string script in scripts)
        {
            Uri address = new(new Uri(host.Address, Page), script);
            using HttpResponseMessage loaded = await browser.GetAsync(address);
            Assert.That((address.Authority, loaded.StatusCode), Is.EqualTo((host.Address.Authority, HttpStatusCode.OK)), script);
        }

        Assert.That(OtherHost().Matches(html).Select(m => m.Value), Is.Empty);
    }

    [Test]
    public async Task It_is_in_the_language_of_the_pages()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("speaks", UserRoles.Inquiry));
        Assert.That(await browser.GetStringAsync(Page), Does.Contain("<title>接口").And.Contain("返回首页"));
        Assert.That(await browser.GetStringAsync(Page + "?lang=en"), Does.Contain("<title>API").And.Contain(">Home<"));
    }

    [GeneratedRegex("nonce=\"([^\"]+)\"")]
    private static partial Regex Nonce();

    [GeneratedRegex("<script[^>]* src=\"([^\"]+)\"")]
    private static partial Regex Source();

    [GeneratedRegex("https?://[a-z0-9.-]+")]
    private static partial Regex OtherHost();
}
