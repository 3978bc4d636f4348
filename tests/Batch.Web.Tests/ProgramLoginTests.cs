using System.Net;
using Batch.Host.Access;
using Batch.Host.Engine;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Batch.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>A host whose login is a member of the program's role alone, as docs/operation.md recommends: no page needs the owner's.</summary>
public sealed class ProgramLoginTests
{
    private const string Login = "pages_app";
    private const string Area = "420100";

    private TestServer server = null!;

    [OneTimeSetUp]
    public async Task MakeAsync()
    {
        server = await TestServer.RequireAsync();
        await server.ExecuteAsync($"CREATE ROLE {Login} LOGIN PASSWORD 'p'");
    }

    [OneTimeTearDown]
    public Task DropAsync() => server.ExecuteAsync($"DROP OWNED BY {Login}; DROP ROLE {Login}");

    [Test]
    public async Task Each_page_of_the_menu_opens_without_the_owners_login()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        // As "batch db migrate" does with the owner's login.
        Engines.Install(database.Connection);
        await server.ExecuteAsync($"GRANT {Roles.Program} TO {Login}");
        string url = database.Url.Replace("batch_admin@", $"{Login}:p@", StringComparison.Ordinal);
        await using DatabaseConnection alone = await DatabaseConnection.OpenAsync(new DatabaseOptions(url, ""), CancellationToken.None);
        Assert.That(Assert.Throws<EnvironmentException>(() => _ = alone.Owner)!.Code, Is.EqualTo("SCHEMA_OUT_OF_DATE"));
        await using WebApplication app = WebHost.Build(alone, new WebOptions(["http://127.0.0.1:0"], Pages: true, Worker: false), SystemClock.Instance);
        await app.StartAsync();
        UserRegister users = app.Services.GetRequiredService<UserRegister>();
        await users.AddAsync("all", [.. UserRoles.All], "one-time-horse-7", "test", CancellationToken.None);
        await users.ChangePasswordAsync("all", "one-time-horse-7", TestHost.Password, CancellationToken.None);
        using HttpClient browser = new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
        using HttpResponseMessage signedIn = await TestHost.SignInAsync(browser, "all", TestHost.Password);
        Assert.That(signedIn.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        List<string> shut = [];
        foreach (NavigationEntry entry in Navigation.Groups.SelectMany(g => g.Entries))
        {
            using HttpResponseMessage answer = await browser.GetAsync(entry.Href(Area));
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                shut.Add($"{entry.Path} {answer.StatusCode}");
            }
        }

        Assert.That(shut, Is.Empty);
        await app.StopAsync();
    }
}
