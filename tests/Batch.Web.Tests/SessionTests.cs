using System.Net;
using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NodaTime.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What ends a session, on every host.</summary>
public sealed class SessionTests
{
    private readonly FakeClock clock = new(SystemClock.Instance.GetCurrentInstant());
    private TestHost host = null!;
    private WebApplication second = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(clock: clock);
        second = WebHost.Build(host.Database.Connection, new WebOptions(["http://127.0.0.1:0"], Pages: true, Worker: false), clock);
        await second.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await second.StopAsync();
        await second.DisposeAsync();
        await host.DisposeAsync();
    }

    [Test]
    public async Task A_copied_cookie_is_of_no_use_after_the_sign_out_on_any_host()
    {
        await host.AddUserAsync("copied", UserRoles.Operator);
        CookieContainer cookies = new();
        using HttpClient browser = await host.SignedInAsync("copied", cookies);
        string cookie = cookies.GetCookies(host.Address)["batch"]!.Value;
        Assert.That(await WhereAsync(host.Address, cookie), Is.EqualTo(""), "a copy works while the session is open");
        Assert.That(await WhereAsync(new Uri(second.Urls.First()), cookie), Is.EqualTo(""), "on both hosts");
        using HttpResponseMessage out_ = await TestHost.PostAsync(browser, "/sign-out");
        Assert.That(await WhereAsync(host.Address, cookie), Does.Contain("/sign-in").And.Contain("ended=ended"));
        Assert.That(await WhereAsync(new Uri(second.Urls.First()), cookie), Does.Contain("/sign-in"));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE who = 'copied' AND act = 'sign-out'"), Is.EqualTo(1));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.session WHERE strpos(session_id, $$" + cookie[..20] + "$$) > 0"), Is.Zero);
    }

    [TestCase(31, "idle", "超过 30 分钟没有操作")]
    [TestCase(12 * 60 + 1, "over", "已满 12 小时")]
    public async Task A_session_ends_by_itself_and_the_sign_in_page_says_why(int minutes, string ended, string sentence)
    {
        await host.AddUserAsync("leaves-" + ended, UserRoles.Operator);
        CookieContainer cookies = new();
        using HttpClient browser = await host.SignedInAsync("leaves-" + ended, cookies);
        string cookie = cookies.GetCookies(host.Address)["batch"]!.Value;
        int step = ended == "idle" ? minutes : 29;
        for (int passed = 0; passed < minutes; passed += step)
        {
            Assert.That(await WhereAsync(host.Address, cookie), Is.EqualTo(""), $"after {passed} minutes");
            clock.Advance(Duration.FromMinutes(step));
        }

        string where = await WhereAsync(host.Address, cookie);
        Assert.That(where, Does.Contain("ended=" + ended));
        using HttpClient stranger = host.Browser();
        Assert.That(await stranger.GetStringAsync(new Uri(where).PathAndQuery), Does.Contain(sentence));
        Assert.That(await WhereAsync(host.Address, cookie), Does.Contain("/sign-in"), "a request does not bring it back");
    }

    [Test]
    public async Task An_administrator_ends_all_sessions_of_a_user_and_a_new_password_ends_the_others()
    {
        await host.AddUserAsync("boss", UserRoles.Administrator);
        await host.AddUserAsync("many", UserRoles.Operator);
        using HttpClient boss = await host.SignedInAsync("boss");
        using HttpClient first = await host.SignedInAsync("many");
        using HttpClient other = await host.SignedInAsync("many");
        using HttpResponseMessage done = await TestHost.PostAsync(first, "/password", ("present", TestHost.Password), ("wanted", "violet-harbor-33"), ("again", "violet-harbor-33"));
        Assert.That(done.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That((await other.GetAsync("/password")).Headers.Location?.ToString(), Does.Contain("ended=changed"));
        Assert.That((await first.GetAsync("/password")).StatusCode, Is.EqualTo(HttpStatusCode.OK), "the one in which it was changed goes on");
        string html = await boss.GetStringAsync("/users");
        string token = html.Split("__RequestVerificationToken")[1].Split("value=\"")[1].Split('"')[0];
        using HttpResponseMessage ended = await boss.PostAsync("/users?handler=EndSessions", new FormUrlEncodedContent([new("name", "many"), new("__RequestVerificationToken", token)]));
        Assert.That(ended.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await first.GetAsync("/password")).Headers.Location?.ToString(), Does.Contain("ended=ended"));
    }

    // Empty: the page itself was answered.
    private static async Task<string> WhereAsync(Uri address, string cookie)
    {
        using HttpClient client = new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address };
        using HttpRequestMessage request = new(HttpMethod.Get, "/password");
        request.Headers.Add("Cookie", "batch=" + cookie);
        using HttpResponseMessage answer = await client.SendAsync(request);
        return answer.StatusCode == HttpStatusCode.OK ? "" : answer.Headers.Location!.ToString();
    }
}
