using System.CommandLine;
using Batch.Host.Engine;
using Batch.Host.Web;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>serve</c>: pages, API and jobs, until it is asked to end.</summary>
internal static class ServeVerb
{
    private const string WebRole = "web";
    private const string WorkerRole = "worker";

    private static readonly Option<string[]> Urls = new("--urls")
    {
        Description = "监听地址，逗号分隔；缺省只在本机 / where to listen, by commas; loopback only by default",
        DefaultValueFactory = _ => [WebOptions.DefaultUrl],
        CustomParser = result => result.Tokens.SelectMany(t => t.Value.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray(),
    };

    private static readonly Option<string?> Roles = VerbOptions.Parsed<string?>("--roles", required: false, "ROLES", "web,worker（缺省两者）/ web, worker or both (default)", text =>
        Split(text) is { Length: > 0 } roles && roles.All(r => r is WebRole or WorkerRole) ? text : throw new FormatException("roles are web and worker"));

    private static readonly Option<bool> Routes = new("--routes") { Description = "只列出路径与权限 / only list the routes and who may use them" };

    private static readonly Option<string?> Proxies = new("--proxies")
    {
        Description = "可信代理的地址或网段，逗号分隔；缺省只有本机 / proxies that are believed on the client's address, by commas; loopback only by default",
        HelpName = "ADDRESSES",
    };

    private static readonly Option<bool> Demo = new("--demo")
    {
        Description = "演示：虚构的人员，一键以各角色登录，只在本机 / a demonstration with made-up people, signed in as each role by one click, on this machine alone",
    };

    public static Command Create() => new Verb("serve", "网页、接口与作业", "web pages, API and jobs, until it is asked to end", RunAsync) { Urls, Roles, Proxies, Routes, Demo };

    private static async Task<int> RunAsync(VerbCall call)
    {
        string[] roles = Split(call.Get(Roles) ?? $"{WebRole},{WorkerRole}");
        string[] urls = call.Need(Urls);
        if (urls.Length == 0 || !urls.All(u => Uri.TryCreate(u.Replace("//*", "//any", StringComparison.Ordinal).Replace("//+", "//any", StringComparison.Ordinal), UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"))
        {
            throw VerbFault.OfUsage($"--urls takes addresses such as {WebOptions.DefaultUrl}.", $"--urls 须为地址，例如 {WebOptions.DefaultUrl}。");
        }

        bool demo = call.Get(Demo);
        if (demo)
        {
            DemoData.RefuseElsewhere(urls, (call.Get(CommandLine.Db) ?? call.Get(CommandLine.OwnerDb)) is not null);
        }

        await using DatabaseConnection database = await (demo ? DemoData.OpenAsync(call) : call.OpenDatabaseAsync(asHost: true));
        foreach (string area in await Migrator.AreasAsync(database.Program, call.Cancellation))
        {
            if (await Migrator.IsAreaCurrentAsync(database.Program, area, call.Cancellation) is not true)
            {
                await Migrator.EnsureAreaAsync(database.Owner, area, call.Cancellation);
            }
        }

        // A limit that cannot be read is told now, not at the first upload.
        VerbOptions.Limited();
        _ = ScanLimits.Configured;
        await using WebApplication app = WebHost.Build(database, OptionsOf(call, urls, roles), SystemClock.Instance);
        if (call.Get(Routes))
        {
            RouteRules.Write(call.Output, RouteRules.Of(app));
            return ExitCode.Done;
        }

        await app.StartAsync(call.Cancellation);
        call.Output.Document(new { state = "serving", urls = app.Urls, roles });
        call.Output.Line($"{string.Join(", ", app.Urls)}  ({string.Join(", ", roles)})");
        if (demo)
        {
            call.Output.Line($"演示已就绪，请用浏览器打开 / the demonstration is ready, open it in a browser: {app.Urls.First()}");
        }

        try
        {
            await (database.Server is null ? Task.Delay(Timeout.Infinite, call.Cancellation) : ServerWatch.KeepAsync(database, call.Output, call.Cancellation));
        }
        catch (OperationCanceledException)
        {
            // Asked to end: requests and chunks in hand are finished first.
        }

        await app.StopAsync(CancellationToken.None);
        return ExitCode.Done;
    }

    private static WebOptions OptionsOf(VerbCall call, string[] urls, string[] roles)
    {
        WebOptions options = new(urls, roles.Contains(WebRole), roles.Contains(WorkerRole)) { Demo = call.Get(Demo), Proxies = call.Get(Demo) ? [] : ProxiesOf(call) };
        if (int.TryParse(Environment.GetEnvironmentVariable("BATCH_API_CALLS"), out int calls) && calls > 0)
        {
            options = options with { CallsAMinute = calls };
        }

        if (int.TryParse(Environment.GetEnvironmentVariable("BATCH_ACCOUNTS_AN_HOUR"), out int accounts) && accounts > 0)
        {
            options = options with { AccountsAnHour = accounts };
        }

        return options;
    }

    private static IReadOnlyList<System.Net.IPNetwork> ProxiesOf(VerbCall call)
    {
        try
        {
            return WebOptions.ReadProxies(call.Get(Proxies) ?? Environment.GetEnvironmentVariable("BATCH_PROXIES") ?? "");
        }
        catch (FormatException wrong)
        {
            throw VerbFault.OfUsage(
                $"--proxies (BATCH_PROXIES) takes addresses and ranges such as 10.0.0.5,192.168.7.0/24, not {wrong.Message}.",
                $"--proxies（BATCH_PROXIES）须为地址或网段，例如 10.0.0.5,192.168.7.0/24，不能是 {wrong.Message}。");
        }
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
