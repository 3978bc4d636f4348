using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Work;
using Batch.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Batch.Web.Tests;

/// <summary>Keeps what the host logs, for the scan that comes last.</summary>
internal sealed class KeptLog : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        KeptLogs.Keep("host", $"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
        // Nothing is held open.
    }
}

/// <summary>The whole host in the test's process, on a port of its own and a database of its own.</summary>
internal sealed partial class TestHost : IAsyncDisposable
{
    public const string Password = "correct-horse-7";

    private TestHost(TestDatabase database, WebApplication app)
    {
        Database = database;
        App = app;
        Address = new Uri(app.Urls.First());
    }

    public TestDatabase Database { get; }

    public WebApplication App { get; }

    public Uri Address { get; }

    public QueuedWork Queue => App.Services.GetRequiredService<QueuedWork>();

    public static async Task<TestHost> StartAsync(bool worker = false, IClock? clock = null, int callsAMinute = 10_000, bool demo = false, params string[] areas)
    {
        TestDatabase database = await TestDatabase.CreateAsync(areas);
        WebOptions options = new(["http://127.0.0.1:0"], Pages: true, Worker: worker) { CallsAMinute = callsAMinute, Demo = demo };
        WebApplication app = WebHost.Build(database.Connection, options, clock ?? SystemClock.Instance);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new KeptLog());
        await app.StartAsync();
        return new TestHost(database, app);
    }

    /// <summary>A user whose password is <see cref="Password"/> and does not have to be changed.</summary>
    public async Task<string> AddUserAsync(string name, params string[] roles)
    {
        UserRegister users = App.Services.GetRequiredService<UserRegister>();
        await users.AddAsync(name, roles, "one-time-horse-7", "test", CancellationToken.None);
        await users.ChangePasswordAsync(name, "one-time-horse-7", Password, CancellationToken.None);
        return name;
    }

    /// <summary>The command line as a user, who is added when there is none of the name.</summary>
    public async Task<BatchCli> CliOfAsync(string name, params string[] roles)
    {
        if (await App.Services.GetRequiredService<UserRegister>().FindAsync(name, CancellationToken.None) is null)
        {
            await AddUserAsync(name, roles);
        }

        return new BatchCli { Db = Database.Url, SignedIn = (name, Password) };
    }

    public Task<string> AddKeyAsync(string name, params string[] scopes) =>
        App.Services.GetRequiredService<ApiKeys>().AddAsync(name, scopes, [], null, "test", CancellationToken.None);

    /// <summary>A browser: keeps cookies, follows nothing by itself.</summary>
    public HttpClient Browser(CookieContainer? cookies = null) =>
        new(new HttpClientHandler { CookieContainer = cookies ?? new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = Address };

    public HttpClient Machine(string key)
    {
        HttpClient client = new() { BaseAddress = new Uri(Address, "/api/v1/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public async Task<HttpClient> SignedInAsync(string name, CookieContainer? cookies = null)
    {
        HttpClient browser = Browser(cookies);
        using HttpResponseMessage answer = await SignInAsync(browser, name, Password);
        return answer.StatusCode == HttpStatusCode.Redirect ? browser : throw new InvalidOperationException($"{name} was not let in: {answer.StatusCode}.");
    }

    public static Task<HttpResponseMessage> SignInAsync(HttpClient browser, string name, string password) =>
        PostAsync(browser, "/sign-in", ("Name", name), ("Password", password));

    /// <summary>Fills a page's form in and sends it, with the token that the page holds.</summary>
    public static Task<HttpResponseMessage> PostAsync(HttpClient browser, string page, params (string Name, string Value)[] fields) => PostAsync(browser, page, null, fields);

    /// <param name="handler">Which of the page's forms.</param>
    public static async Task<HttpResponseMessage> PostAsync(HttpClient browser, string page, string? handler, params (string Name, string Value)[] fields)
    {
        string html = await browser.GetStringAsync(page);
        string token = TokenOf(html);
        return await browser.PostAsync(handler is null ? page : $"{page}?handler={handler}", new FormUrlEncodedContent([.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)), KeyValuePair.Create("__RequestVerificationToken", token)]));
    }

    public static string TokenOf(string html) => Token().Match(html).Groups[1].Value;

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Waits for work to end, to be parked or to be paused.</summary>
    public async Task<WorkItem> SettledAsync(int job, params WorkState[] states)
    {
        if (states.Length == 0)
        {
            states = [WorkState.Done, WorkState.Refused, WorkState.Cancelled, WorkState.Parked];
        }

        for (int i = 0; i < 600; i++)
        {
            WorkItem item = await Queue.ReadAsync(job, CancellationToken.None);
            if (states.Contains(item.State))
            {
                return item;
            }

            await Task.Delay(200);
        }

        throw new TimeoutException($"Job {job} is still {(await Queue.ReadAsync(job, CancellationToken.None)).State}.");
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        await Database.DisposeAsync();
    }

    [GeneratedRegex("__RequestVerificationToken[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
