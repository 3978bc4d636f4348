using Batch.Host.Access;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Hangfire;
using Hangfire.Dashboard;

namespace Batch.Host.Engine;

/// <summary>The job engine in a host and in a verb: Hangfire.</summary>
internal static class Engines
{
    /// <summary>Where the engine's own pages are.</summary>
    public const string DashboardPath = "/jobs/engine";

    /// <summary>An engine that only reads and says times: for verbs.</summary>
    public static IJobEngine Alone(DatabaseConnection database) => new HangfireEngine(new ServiceCollection().BuildServiceProvider(), database);

    /// <summary>Makes the engine's tables, for a host that may not.</summary>
    public static void Install(DatabaseConnection database) => HangfireEngine.Install(database);

    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<HangfireEngine>();
        services.AddSingleton<IJobEngine>(provider => provider.GetRequiredService<HangfireEngine>());
        // For the dashboard; the worker is started by the engine.
        services.AddHangfire((provider, hangfire) => hangfire
            .UseStorage(provider.GetRequiredService<HangfireEngine>().Storage).UseLogProvider(new HangfireLog(provider.GetRequiredService<ILoggerFactory>())));
    }

    /// <summary>Its dashboard: administrators may press its buttons, the others who see jobs only look.</summary>
    public static void MapDashboard(WebApplication app)
    {
        HangfireEngine engine = app.Services.GetRequiredService<HangfireEngine>();
        app.MapHangfireDashboard(
            DashboardPath,
            new DashboardOptions
            {
                Authorization = [],
                AppPath = "/",
                DashboardTitle = "Batch",
                DisplayStorageConnectionString = false,
                IsReadOnlyFunc = static context => !context.GetHttpContext().User.IsInRole(UserRoles.Administrator),
            },
            engine.Storage).RequireAuthorization(Permissions.SeeJobs);
    }
}
