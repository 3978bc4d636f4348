using System.Diagnostics;
using System.Net;
using Batch.Host.Access;
using Batch.Jobs.Store;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Names, passwords, the last administrator, and many sign-ins at once.</summary>
public sealed class UserTests
{
    private TestHost host = null!;

    private UserRegister Users => host.App.Services.GetRequiredService<UserRegister>();

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [TestCase("1234567890")]
    [TestCase("0987654321")]
    [TestCase("passwordpassword")]
    [TestCase("P@ssw0rd2026")]
    [TestCase("qwertyuiop")]
    [TestCase("1qaz2wsx3edc")]
    [TestCase("woaini5201314")]
    [TestCase("zhangwei1990")]
    [TestCase("wuhan2026!!")]
    [TestCase("abcdefghijkl")]
    [TestCase("123123123123")]
    [TestCase("yibao123456")]
    [TestCase("batchbatch1")]
    [TestCase("19900615abc")]
    [TestCase("iewgnaw1990", Description = "the name backwards")]
    [TestCase("１２３４５６７８９０", Description = "full width")]
    [TestCase("ｐａｓｓｗｏｒｄ２０２６")]
    [TestCase("①②③④⑤⑥⑦⑧⑨⓪")]
    [TestCase("\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660", Description = "Arabic digits")]
    [TestCase("一二三四五六七八九十")]
    [TestCase("pässwörd2026")]
    [TestCase("wǒàinǐ5201314")]
    [TestCase("\U0001D429\U0001D41A\U0001D42C\U0001D42C\U0001D430\U0001D428\U0001D42B\U0001D41D2026", Description = "mathematical letters")]
    [TestCase("1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7", Description = "what is not seen makes it no longer")]
    [TestCase("1q2w3e4r5t", Description = "zigzag")]
    [TestCase("1Q2W3E4R5T")]
    [TestCase("!Q@W#E$R%T", Description = "with the shift key held")]
    [TestCase("1qaz@WSX3edc")]
    [TestCase("q1w2e3r4t5")]
    [TestCase("t5r4e3w2q1")]
    [TestCase("1a2s3d4f5g")]
    [TestCase("qazsedcft6")]
    [TestCase("zse4rfvgy7")]
    [TestCase("1qa2ws3ed4rf")]
    [TestCase("aabbccddee")]
    [TestCase("a1b2c3d4e5")]
    [TestCase("woaiwojia1314")]
    public void A_password_that_is_tried_first_is_refused(string password) =>
        Assert.That(Assert.Throws<DataFaultException>(() => Passwords.RefuseWeak("wang.wei", password))!.Code, Is.AnyOf("PASSWORD_COMMON", "PASSWORD_WEAK"));

    [TestCase("wang.wei-door-7-lamp")]
    [TestCase("WANGWEI-door-7-lamp")]
    public void A_password_does_not_hold_the_name(string password) =>
        Assert.That(Assert.Throws<DataFaultException>(() => Passwords.RefuseWeak("wang.wei", password))!.Code, Is.EqualTo("PASSWORD_WEAK"));

    [TestCase("correct-horse-7")]
    [TestCase("violet-harbor-33")]
    [TestCase("长江大桥下的早点铺子")]
    [TestCase("kX9#vTq2!mZ")]
    [TestCase("we were poor 33", Description = "letters of words that lie side by side")]
    [TestCase("三月里的小雨淅沥沥下")]
    [TestCase("ｖｉｏｌｅｔ－ｈａｒｂｏｒ")]
    public void A_password_of_ones_own_is_taken(string password) => Assert.DoesNotThrow(() => Passwords.RefuseWeak("wang.wei", password));

    // From before full width and zigzags were looked at: what is hashed has not changed.
    [Test]
    public async Task A_password_in_full_width_that_somebody_has_signs_in_and_its_plain_letters_do_not()
    {
        await host.AddUserAsync("earlier", UserRoles.Operator);
        string hash = await Passwords.HashAsync("earlier", "１２３４５６７８９０", CancellationToken.None);
        await host.Database.ExecuteAsync(
            $"INSERT INTO batch.user_change (name, roles, password_hash, one_time, disabled, what, by) VALUES ('earlier', '{{operator}}', '{hash}', false, false, 'password', 'earlier')");
        SignIns attempts = host.App.Services.GetRequiredService<SignIns>();
        Assert.That((await attempts.TryAsync("earlier", "1234567890", new SignInPlace(null), CancellationToken.None)).User, Is.Null);
        Assert.That((await attempts.TryAsync("earlier", "１２３４５６７８９０", new SignInPlace(null), CancellationToken.None)).User?.Name, Is.EqualTo("earlier"));
    }

    [Test]
    public void A_password_that_is_made_is_taken()
    {
        for (int i = 0; i < 500; i++)
        {
            Assert.DoesNotThrow(() => Passwords.RefuseWeak("zhang", Passwords.OneTime()));
        }
    }

    [TestCase("Wang")]
    [TestCase("w\u0430ng", Description = "Cyrillic a")]
    [TestCase("wang ")]
    [TestCase("wa\u200bng")]
    [TestCase("ｗａｎｇ")]
    [TestCase("key:wang")]
    [TestCase("schedule")]
    [TestCase("shipped")]
    [TestCase("w")]
    [TestCase("王wei")]
    public async Task A_name_of_another_alphabet_or_of_the_programs_own_is_refused(string name) => Assert.That(
        await RefusedAsync(() => Users.AddAsync(name, [UserRoles.Operator], "one-time-horse-7", "test", CancellationToken.None)), Is.EqualTo("USER_NAME"));

    [Test]
    public async Task The_page_shows_who_is_locked_and_unlocks_and_says_that_roles_were_saved()
    {
        string name = await host.AddUserAsync("locksmith", UserRoles.Operator);
        using HttpClient admin = await host.SignedInAsync(await host.AddUserAsync("keeper", UserRoles.Administrator));
        SignIns attempts = host.App.Services.GetRequiredService<SignIns>();
        Assert.That(await admin.GetStringAsync("/users"), Does.Not.Contain("已锁定").And.Not.Contain("解除锁定"));
        for (int i = 0; i < SignIns.WrongOnes; i++)
        {
            await attempts.TryAsync(name, "wrong-door-7-lamp", new SignInPlace("127.0.0.1"), CancellationToken.None);
        }

        Assert.That(WebUtility.HtmlDecode(await admin.GetStringAsync("/users")), Does.Match("已锁定，到 [0-9: -]{19}").And.Contain("还有约 15 分钟").And.Contain("解除锁定"));
        using HttpResponseMessage unlocked = await TestHost.PostAsync(admin, "/users", "Unlock", ("name", name));
        Assert.That(WebUtility.HtmlDecode(await unlocked.Content.ReadAsStringAsync()), Does.Contain("locksmith 已解除锁定").And.Not.Contain("已锁定，到"));
        Assert.That((await attempts.TryAsync(name, "wrong-door-7-lamp", new SignInPlace("127.0.0.1"), CancellationToken.None)).Locked, Is.Null);
        using HttpResponseMessage saved = await TestHost.PostAsync(admin, "/users", "Roles", ("name", name), ("roles", UserRoles.Reviewer));
        Assert.That(WebUtility.HtmlDecode(await saved.Content.ReadAsStringAsync()), Does.Contain("locksmith 的角色已保存"));
    }

    [Test]
    public async Task A_name_that_looks_like_another_one_or_is_a_keys_is_refused_and_a_key_named_like_a_user_too()
    {
        await host.AddUserAsync("modem10", UserRoles.Operator);
        await host.AddUserAsync("王己", UserRoles.Operator);
        await host.AddKeyAsync("city-hall", "files");
        foreach (string like in (string[])["王已", "modernlo", "modeml0", "mo-dem10", "cityhall", "city-hal1"])
        {
            Assert.That(
                await RefusedAsync(() => Users.AddAsync(like, [UserRoles.Operator], "one-time-horse-7", "test", CancellationToken.None)), Is.EqualTo("NAME_TAKEN"), like);
        }

        Assert.That(await RefusedAsync(() => host.AddKeyAsync("modem10", "files")), Is.EqualTo("NAME_TAKEN"));
        Assert.That(await RefusedAsync(() => host.AddKeyAsync("rnodem1o", "files")), Is.EqualTo("NAME_TAKEN"));
    }

    // Each pair both ways: a key beside a user, a user beside a key, two users, two keys.
    [TestCase("li", "l1")]
    [TestCase("lin", "l1n")]
    [TestCase("iris", "lrls")]
    [TestCase("zhao.min", "zhaomln")]
    [TestCase("wei10", "we1lo")]
    public async Task Of_two_names_that_look_alike_only_one_is_given_to_whichever_kind_the_other_is(string one, string other)
    {
        Func<string, Task>[] adds = [name => Users.AddAsync(name, [UserRoles.Operator], "one-time-horse-7", "test", CancellationToken.None), name => host.AddKeyAsync(name, "files")];
        foreach ((string first, string second) in ((string, string)[])[(one, other), (other, one)])
        {
            foreach (Func<string, Task> gives in adds)
            {
                await gives(first);
                foreach (Func<string, Task> asks in adds)
                {
                    Assert.That(await RefusedAsync(() => asks(second)), Is.EqualTo("NAME_TAKEN"), $"{second} beside {first}");
                }

                await host.Database.ExecuteAsync("TRUNCATE batch.user_change, batch.api_key CASCADE");
            }
        }
    }

    [TestCase("sh1pped")]
    [TestCase("schedu1e")]
    [TestCase("sys-tem")]
    [TestCase("un.known")]
    public async Task A_name_that_looks_like_one_of_the_programs_own_is_nobodys(string name)
    {
        Assert.That(UserNames.MayAct(name), Is.False, "--by");
        Assert.That(await RefusedAsync(() => host.AddKeyAsync(name, "files")), Is.EqualTo("USER_NAME"));
        Assert.That(await host.Database.ScalarAsync<bool>($"SELECT batch.is_the_programs_name('{name}')"), Is.True);
    }

    [Test]
    public async Task Program_and_database_make_the_same_of_names_that_look_alike()
    {
        foreach (string name in (string[])["li", "L1", "zhao.min-0_O", "rnodern vvei", "王已", "末士入干于", "ｗａｎｇ１", "wa\u200bng", "a|b", "key:wang", "schedule", "shipped", "王曰2"])
        {
            Assert.That(UserNames.Skeleton(name), Is.EqualTo(await host.Database.ScalarAsync<string>($"SELECT batch.name_skeleton('{name}')")), name);
        }
    }

    [Test]
    public async Task A_key_acts_under_its_name_with_a_prefix()
    {
        using HttpClient machine = host.Machine(await host.AddKeyAsync("uploader", "files"));
        using HttpResponseMessage answer = await machine.PostAsync("areas/420100/uploads", new ByteArrayContent([120]) { Headers = { ContentType = new("application/octet-stream") } });
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE who = 'key:uploader'"), Is.GreaterThan(0));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE who = 'uploader'"), Is.Zero);
    }

    [Test]
    public async Task A_name_typed_with_capitals_or_full_width_letters_is_the_plain_one()
    {
        await host.AddUserAsync("typist", UserRoles.Operator);
        using HttpClient browser = host.Browser();
        using HttpResponseMessage answer = await TestHost.SignInAsync(browser, "Ｔypist", TestHost.Password);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE who = 'typist' AND act = 'sign-in good'"), Is.EqualTo(1));
    }

    [Test]
    public async Task The_last_administrator_stays_one_and_is_not_locked_out_of_the_browser_in_use()
    {
        await using TestHost alone = await TestHost.StartAsync();
        await alone.AddUserAsync("only", UserRoles.Administrator);
        await alone.AddUserAsync("next", UserRoles.Operator);
        UserRegister users = alone.App.Services.GetRequiredService<UserRegister>();
        CookieContainer cookies = new();
        using HttpClient browser = await alone.SignedInAsync("only", cookies);
        Assert.That(await RefusedAsync(() => users.SetDisabledAsync("only", disabled: true, "only", CancellationToken.None)), Is.EqualTo("LAST_ADMINISTRATOR"));
        Assert.That(await RefusedAsync(() => users.SetRolesAsync("only", [UserRoles.Operator], "only", CancellationToken.None)), Is.EqualTo("LAST_ADMINISTRATOR"));
        using HttpClient attacker = alone.Browser();
        for (int i = 0; i < 6; i++)
        {
            using HttpResponseMessage refused = await TestHost.SignInAsync(attacker, "only", "wrong-password-1");
        }

        using HttpClient later = alone.Browser(cookies);
        using HttpResponseMessage let = await TestHost.SignInAsync(later, "only", TestHost.Password);
        Assert.That(let.StatusCode, Is.EqualTo(HttpStatusCode.Redirect), "the browser that the administrator uses");
        await users.SetRolesAsync("next", [UserRoles.Administrator], "only", CancellationToken.None);
        await users.SetDisabledAsync("only", disabled: true, "next", CancellationToken.None);
    }

    [Test]
    public async Task A_hundred_wrong_sign_ins_at_once_stop_neither_pages_nor_inquiries()
    {
        await host.AddUserAsync("worker", UserRoles.Operator);
        using HttpClient browser = await host.SignedInAsync("worker");
        using HttpClient machine = host.Machine(await host.AddKeyAsync("asks", "accounts"));
        using HttpClient attacker = host.Browser();
        string html = await attacker.GetStringAsync("/sign-in");
        string token = html.Split("__RequestVerificationToken")[1].Split("value=\"")[1].Split('"')[0];
        Task<HttpResponseMessage>[] wrong = [.. Enumerable.Range(0, 100).Select(i => attacker.PostAsync(
            "/sign-in", new FormUrlEncodedContent([new("Name", "victim" + i), new("Password", "wrong-password-1"), new("__RequestVerificationToken", token)])))];
        List<double> pages = [];
        for (int i = 0; i < 9; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            using HttpResponseMessage page = await browser.GetAsync("/password");
            using HttpResponseMessage inquiry = await machine.PostAsync("accounts/balance", new StringContent("{\"id\":\"11010519491231002X\"}", System.Text.Encoding.UTF8, "application/json"));
            pages.Add(watch.Elapsed.TotalSeconds / 2);
            Assert.That((page.StatusCode, inquiry.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.NotFound)));
        }

        HttpResponseMessage[] answers = await Task.WhenAll(wrong);
        Assert.That(pages.Order().ElementAt(pages.Count / 2), Is.LessThan(1), "seconds");
        Assert.That(answers.Select(a => a.StatusCode).Distinct(), Is.SubsetOf(new[] { HttpStatusCode.OK, HttpStatusCode.TooManyRequests }));
        HttpResponseMessage busy = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.That(await busy.Content.ReadAsStringAsync(), Does.Contain("同时登录的请求太多"));
        Array.ForEach(answers, a => a.Dispose());
    }

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<DataFaultException>(() => act()))!.Code;
}
