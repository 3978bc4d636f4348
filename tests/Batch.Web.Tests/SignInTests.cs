using System.Net;
using Batch.Host.Access;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NodaTime.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

public sealed class SignInTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 11, 22, 1, 0);

    private readonly FakeClock clock = new(Start);
    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        // Cookies are judged by the machine's clock, lock-outs by ours.
        clock.Reset(SystemClock.Instance.GetCurrentInstant());
        host = await TestHost.StartAsync(clock: clock);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_stranger_is_sent_to_the_sign_in_page()
    {
        using HttpClient browser = host.Browser();
        using HttpResponseMessage answer = await browser.GetAsync("/");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(answer.Headers.Location!.AbsolutePath, Is.EqualTo("/sign-in"));
    }

    [Test]
    public async Task The_right_password_opens_a_session_that_scripts_cannot_read_and_other_sites_cannot_use()
    {
        await host.AddUserAsync("right", UserRoles.Operator);
        using HttpClient browser = host.Browser();
        using HttpResponseMessage answer = await TestHost.SignInAsync(browser, "right", TestHost.Password);
        string cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("batch=", StringComparison.Ordinal));
        Assert.That(cookie, Does.Contain("httponly").IgnoreCase.And.Contain("samesite=strict").IgnoreCase);
        Assert.That(await HomeAsync(browser), Does.Match(Inside));
    }

    // Home leads on: to the areas, or to one of them; without a session to the sign-in.
    private const string Inside = "^/(areas|[0-9]{6})$";

    private static async Task<string> HomeAsync(HttpClient browser)
    {
        using HttpResponseMessage home = await browser.GetAsync("/");
        return home.Headers.Location?.ToString() ?? home.StatusCode.ToString();
    }

    [Test]
    public async Task Each_sign_in_makes_a_session_of_its_own_whatever_cookie_came_with_it()
    {
        await host.AddUserAsync("fixed", UserRoles.Operator);
        CookieContainer cookies = new();
        cookies.Add(host.Address, new Cookie("batch", "planted"));
        using HttpClient browser = await host.SignedInAsync("fixed", cookies);
        Assert.That(cookies.GetCookies(host.Address)["batch"]!.Value, Is.Not.EqualTo("planted"));
    }

    [Test]
    public async Task Five_wrong_passwords_lock_a_name_for_a_quarter_of_an_hour_whether_somebody_has_it_or_not()
    {
        await host.AddUserAsync("locked", UserRoles.Operator);
        using HttpClient browser = host.Browser();
        List<string> told = [], toldNobody = [];
        for (int i = 1; i <= 6; i++)
        {
            told.Add(await RefusalAsync(browser, "locked", i == 6 ? TestHost.Password : "wrong-password-1"));
            toldNobody.Add(await RefusalAsync(browser, "someone-else", "wrong-password-1"));
        }

        Assert.That(told.Take(4).Distinct().Single(), Does.Contain("用户名或密码不对"));
        Assert.That(told.Skip(4).Distinct().Single(), Does.Contain("已锁定，约 15 分钟"), "the fifth wrong one, and the right one while locked");
        Assert.That(toldNobody, Is.EqualTo(told), "no answer tells whether a name exists");
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.sign_in WHERE name LIKE '%someone%'"), Is.Zero, "it may be a password");
        clock.Advance(Duration.FromMinutes(15) + Duration.FromSeconds(1));
        using HttpResponseMessage later = await TestHost.SignInAsync(browser, "locked", TestHost.Password);
        Assert.That(later.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE who = 'locked' AND act = 'sign-in locking'"), Is.EqualTo(1));
    }

    // 60 attempts, each with its form fetched first, once closed the form to everybody behind the address.
    [Test]
    public async Task Many_attempts_of_a_colleague_keep_nobody_behind_the_same_address_out_and_who_has_to_wait_is_told_how_long_on_the_form()
    {
        await host.AddUserAsync("neighbour", UserRoles.Operator);
        using HttpClient wrong = host.Browser();
        foreach (string name in (string[])["guesses-one", "guesses-two"])
        {
            for (int i = 0; i < SignIns.AttemptsAMinute; i++)
            {
                await RefusalAsync(wrong, name, "wrong-password-1");
            }
        }

        foreach ((string language, string sentence) in ((string, string)[])[("zh", "请 [0-9]+ 秒后再试"), ("en", "try again in [0-9]+ seconds")])
        {
            using HttpResponseMessage refused = await TestHost.PostAsync(wrong, $"/sign-in?lang={language}", ("Name", "guesses-one"), ("Password", "wrong-password-1"));
            string html = WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync());
            Assert.That((refused.StatusCode, refused.Headers.RetryAfter?.Delta > TimeSpan.Zero), Is.EqualTo((HttpStatusCode.TooManyRequests, true)));
            Assert.That(html, Does.Match(sentence).And.Contain("name=\"password\"").And.Contain("value=\"guesses-one\""), "the form again");
        }

        using HttpClient colleague = host.Browser();
        using HttpResponseMessage right = await TestHost.SignInAsync(colleague, "neighbour", TestHost.Password);
        Assert.That(right.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
    }

    [Test]
    public async Task An_address_has_a_bound_of_its_own_whatever_the_names_and_other_addresses_go_on()
    {
        SignIns attempts = new(host.Database.Program, clock, ofAnAddress: 3);
        for (int i = 0; i < 3; i++)
        {
            await attempts.TryAsync("bounded-" + (char)('a' + i), "wrong-password-1", new SignInPlace("192.0.2.1"), CancellationToken.None);
        }

        Batch.Jobs.Store.DataFaultException? refused = await Assert.ThrowsAsync<Batch.Jobs.Store.DataFaultException>(
            () => attempts.TryAsync("bounded-d", "wrong-password-1", new SignInPlace("192.0.2.1"), CancellationToken.None));
        Assert.That((refused!.Code, refused.RetrySeconds is > 0 and <= 60), Is.EqualTo(("SIGN_IN_BUSY", true)));
        Assert.That((await attempts.TryAsync("bounded-e", "wrong-password-1", new SignInPlace("192.0.2.2"), CancellationToken.None)).User, Is.Null, "looked at");
    }

    [Test]
    public async Task Four_wrong_passwords_and_a_right_one_begin_the_count_anew()
    {
        await host.AddUserAsync("careless", UserRoles.Operator);
        for (int round = 0; round < 2; round++)
        {
            using HttpClient browser = host.Browser();
            for (int i = 0; i < 4; i++)
            {
                await RefusalAsync(browser, "careless", "wrong-password-1");
            }

            using HttpResponseMessage right = await TestHost.SignInAsync(browser, "careless", TestHost.Password);
            Assert.That(right.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        }
    }

    [Test]
    public async Task A_one_time_password_opens_nothing_but_its_own_change()
    {
        UserRegister users = host.App.Services.GetRequiredService<UserRegister>();
        await users.AddAsync("fresh", [UserRoles.Administrator], "one-time-horse-7", "test", CancellationToken.None);
        using HttpClient browser = host.Browser();
        await TestHost.SignInAsync(browser, "fresh", "one-time-horse-7");
        using HttpResponseMessage home = await browser.GetAsync("/");
        Assert.That(home.Headers.Location!.ToString(), Is.EqualTo("/password"));
        using HttpResponseMessage weak = await TestHost.PostAsync(browser, "/password", ("present", "one-time-horse-7"), ("wanted", "short"), ("again", "short"));
        Assert.That(await weak.Content.ReadAsStringAsync(), Does.Contain("PASSWORD_WEAK"));
        using HttpResponseMessage changed = await TestHost.PostAsync(
            browser, "/password", ("present", "one-time-horse-7"), ("wanted", TestHost.Password), ("again", TestHost.Password));
        Assert.That(changed.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await HomeAsync(browser), Does.Match(Inside));
    }

    [Test]
    public async Task A_user_who_is_disabled_or_given_other_roles_is_out_at_once()
    {
        await host.AddUserAsync("leaver", UserRoles.Operator);
        using HttpClient browser = await host.SignedInAsync("leaver");
        UserRegister users = host.App.Services.GetRequiredService<UserRegister>();
        await users.SetDisabledAsync("leaver", disabled: true, "test", CancellationToken.None);
        Assert.That(await HomeAsync(browser), Does.Contain("/sign-in"));
        await RefusalAsync(browser, "leaver", TestHost.Password);
    }

    [Test]
    public async Task Signing_out_ends_the_session()
    {
        await host.AddUserAsync("done", UserRoles.Operator);
        using HttpClient browser = await host.SignedInAsync("done");
        using HttpResponseMessage out_ = await TestHost.PostAsync(browser, "/sign-out");
        Assert.That(out_.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await HomeAsync(browser), Does.Contain("/sign-in"));
    }

    [Test]
    public async Task What_the_program_wrote_about_users_and_acts_it_cannot_take_back()
    {
        foreach (string sql in (string[])["UPDATE batch.user_change SET roles = '{}'", "DELETE FROM batch.user_change", "UPDATE batch.sign_in SET outcome = 'good'", "DELETE FROM batch.audit", "UPDATE batch.audit SET who = ''"])
        {
            Npgsql.PostgresException? refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(async () =>
            {
                await using Npgsql.NpgsqlCommand command = host.Database.Program.CreateCommand(sql);
                await command.ExecuteNonQueryAsync();
            });
            Assert.That(refused!.SqlState, Is.EqualTo(Npgsql.PostgresErrorCodes.InsufficientPrivilege), sql);
        }
    }

    private static async Task<string> RefusalAsync(HttpClient browser, string name, string password)
    {
        using HttpResponseMessage answer = await TestHost.SignInAsync(browser, name, password);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"{name} was let in");
        string html = await answer.Content.ReadAsStringAsync();
        int from = html.IndexOf("role=\"alert\"", StringComparison.Ordinal);
        return html[from..html.IndexOf("</p>", from, StringComparison.Ordinal)];
    }
}
