using System.Net;
using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Keys that are not in force: the same answer for all of them, and not many of them.</summary>
public sealed class WrongKeyTests
{
    private const string Address = "areas/420100/uploads";

    [Test]
    public async Task No_answer_says_whether_there_is_such_a_key()
    {
        await using TestHost host = await TestHost.StartAsync(areas: "420100");
        string key = await host.AddKeyAsync("there", "files");
        string revoked = await host.AddKeyAsync("revoked", "files");
        await host.App.Services.GetRequiredService<ApiKeys>().RevokeAsync("revoked", "test", null, default);
        using HttpClient machine = host.Machine(key);
        List<string> answers = [];
        foreach (string text in (string[])[revoked, "bk_aaaaaaaa_" + key[^52..], key[..^1] + (key[^1] == 'a' ? 'b' : 'a'), key + "x", "nothing", "bk__", "bk___"])
        {
            machine.DefaultRequestHeaders.Remove("Authorization");
            machine.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + text);
            using HttpResponseMessage answer = await machine.GetAsync(Address);
            answers.Add($"{answer.StatusCode} {answer.Headers.WwwAuthenticate} {await answer.Content.ReadAsStringAsync()}");
        }

        Assert.That(answers.Distinct(), Has.Exactly(1).StartsWith("Unauthorized"));
    }

    [Test]
    public async Task Whoever_tries_many_keys_is_told_to_wait_and_costs_the_database_nothing_while_the_keys_in_use_serve_on()
    {
        await using TestHost host = await TestHost.StartAsync(areas: "420100");
        using HttpClient works = host.Machine(await host.AddKeyAsync("works", "files"));
        using HttpClient later = host.Machine(await host.AddKeyAsync("later", "files"));
        Assert.That((await works.GetAsync(Address)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using HttpClient guesses = host.Machine("bk_aaaaaaaa_" + new string('a', 52));
        for (int i = 0; i < WebOptions.WrongKeysAMinute; i++)
        {
            Assert.That((await guesses.GetAsync(Address)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), $"{i}");
        }

        using HttpResponseMessage refused = await guesses.GetAsync(Address);
        Assert.That((refused.StatusCode, refused.Headers.RetryAfter?.Delta), Is.EqualTo((HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(1))));
        Assert.That((await TestHost.JsonAsync(refused)).GetProperty("code").GetString(), Is.EqualTo("TOO_MANY_REQUESTS"));
        Assert.That((await works.GetAsync(Address)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        // Not looked up, though it is in force: from here nobody has used it before the guessing began.
        Assert.That((await later.GetAsync(Address)).StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        using HttpClient none = host.Browser();
        Assert.That((await none.GetAsync("/api/v1/" + Address)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }
}
