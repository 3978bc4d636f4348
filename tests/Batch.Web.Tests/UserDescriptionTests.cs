using System.Net;
using Batch.Host.Access;
using Batch.Jobs.Store;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Who a user is: real name and unit, given by an administrator and shown beside the login; and what the page asks before it disables somebody.</summary>
public sealed class UserDescriptionTests
{
    private TestHost host = null!;
    private HttpClient admin = null!;

    private UserRegister Users => host.App.Services.GetRequiredService<UserRegister>();

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync();
        admin = await host.SignedInAsync(await host.AddUserAsync("keeper", UserRoles.Administrator));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        admin?.Dispose();
        await host.DisposeAsync();
    }

    [Test]
    public async Task Name_and_unit_are_shown_to_the_user_on_the_page_of_users_and_in_the_audit_log()
    {
        using HttpClient wang = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Reviewer));
        Assert.That(await HtmlAsync(wang, "/audit"), Does.Not.Contain("class=\"real\""));
        using HttpResponseMessage saved = await TestHost.PostAsync(admin, "/users", "Describe", ("name", "wang"), ("realName", " 王敏 "), ("unit", "复核科"));
        Assert.That(WebUtility.HtmlDecode(await saved.Content.ReadAsStringAsync()), Does.Contain("wang 的姓名和单位已保存").And.Contain("王敏 · 复核科").And.Contain("value=\"王敏\""));

        // The session goes on: who somebody is changes nothing of what they may do.
        string log = await HtmlAsync(wang, "/audit?who=wang");
        Assert.That(log, Does.Contain("<span class=\"real\" translate=\"no\">王敏 · 复核科</span>").And.Match("<div>wang\\s*<div class=\"note\">王敏 · 复核科</div>"));
        Assert.That(await wang.GetStringAsync("/audit?handler=csv&who=wang"), Does.Contain(",王敏 · 复核科"));
        Assert.That(await HtmlAsync(wang, "/audit?who=keeper&act=user&lang=zh"), Does.Contain("登记姓名和单位").And.Contain("<td translate=\"no\">王敏 · 复核科</td>"));

        // What comes after keeps it, and it can be taken away again.
        await Users.SetRolesAsync("wang", [UserRoles.Analyst], "keeper", CancellationToken.None);
        Assert.That((await Users.FindAsync("wang", CancellationToken.None))!.Description, Is.EqualTo(new UserDescription("王敏", "复核科")));
        await Users.DescribeAsync("wang", UserDescription.Read("", " "), "keeper", CancellationToken.None);
        Assert.That((await Users.FindAsync("wang", CancellationToken.None))!.Description.IsEmpty);
    }

    [Test]
    public async Task A_user_is_added_with_name_and_unit_and_nobody_is_with_what_cannot_be_one()
    {
        using HttpResponseMessage added = await TestHost.PostAsync(admin, "/users", "Add", ("name", "zhao"), ("roles", UserRoles.Operator), ("realName", "赵云"), ("unit", "征缴科"));
        Assert.That(WebUtility.HtmlDecode(await added.Content.ReadAsStringAsync()), Does.Contain("id=\"password\"").And.Contain("赵云 · 征缴科"));
        using HttpResponseMessage refused = await TestHost.PostAsync(admin, "/users", "Add", ("name", "qian"), ("roles", UserRoles.Operator), ("realName", "420100196801300793"));
        Assert.That(WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync()), Does.Contain("USER_DESCRIPTION"));
        Assert.That(await Users.FindAsync("qian", CancellationToken.None), Is.Null);
    }

    [TestCase("王\u0007敏", "")]
    [TestCase("", "420100196801300793")]
    [TestCase("", "４２０１００１９６８０１３００７９３")]
    public void What_cannot_be_a_name_or_a_unit_is_refused(string name, string unit) =>
        Assert.That(Assert.Throws<DataFaultException>(() => UserDescription.Read(name, unit))!.Code, Is.EqualTo("USER_DESCRIPTION"));

    [Test]
    public void The_longest_name_and_unit_are_taken_and_no_longer_ones()
    {
        Assert.DoesNotThrow(() => UserDescription.Read(new string('王', 32), new string('科', 64)));
        Assert.That(Assert.Throws<DataFaultException>(() => UserDescription.Read(new string('王', 33), ""))!.Code, Is.EqualTo("USER_DESCRIPTION"));
        Assert.That(Assert.Throws<DataFaultException>(() => UserDescription.Read("", new string('科', 65)))!.Code, Is.EqualTo("USER_DESCRIPTION"));
    }

    [Test]
    public async Task The_page_asks_once_more_before_it_disables_somebody()
    {
        await host.AddUserAsync("leaves", UserRoles.Operator);
        Assert.That(await HtmlAsync(admin, "/users"), Does.Not.Contain("id=\"ask\""));
        string asked = await HtmlAsync(admin, "/users?disable=leaves&lang=en");
        Assert.That(asked, Does.Contain("Disable leaves?").And.Contain("Yes, disable"));
        Assert.That((await Users.FindAsync("leaves", CancellationToken.None))!.Disabled, Is.False);
        using HttpResponseMessage done = await TestHost.PostAsync(admin, "/users", "Disable", ("name", "leaves"), ("disabled", "true"));
        Assert.That(WebUtility.HtmlDecode(await done.Content.ReadAsStringAsync()), Does.Contain("leaves is disabled.").Or.Contain("leaves 已停用"));
        Assert.That(await HtmlAsync(admin, "/users?disable=leaves"), Does.Not.Contain("id=\"ask\""), "disabled already");
        using HttpClient auditor = await host.SignedInAsync(await host.AddUserAsync("looks", UserRoles.Auditor));
        Assert.That(await HtmlAsync(auditor, "/users?disable=keeper"), Does.Not.Contain("id=\"ask\""), "may not");
    }

    [Test]
    public async Task The_last_administrator_is_neither_disabled_nor_loses_the_role_on_the_page()
    {
        foreach ((string handler, (string, string) field) in new[] { ("Disable", ("disabled", "true")), ("Roles", ("roles", UserRoles.Auditor)) })
        {
            using HttpResponseMessage refused = await TestHost.PostAsync(admin, "/users", handler, ("name", "keeper"), field);
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
            Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("LAST_ADMINISTRATOR"));
        }
    }

    private static async Task<string> HtmlAsync(HttpClient browser, string address) => WebUtility.HtmlDecode(await browser.GetStringAsync(address));
}
