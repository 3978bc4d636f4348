using Batch.Jobs.Server;
using Batch.Jobs.Work;

namespace Batch.Host.Engine;

/// <summary>The engine that this program was built with: Quartz.NET. The other folder holds the other one.</summary>
internal static class Engines
{
    /// <summary>Quartz has no pages of its own: those of the product show the work.</summary>
    public const string? DashboardPath = null;

    /// <summary>An engine that only reads and says times: for verbs.</summary>
    public static IJobEngine Alone(DatabaseConnection database) => new QuartzEngine(new ServiceCollection().BuildServiceProvider(), database);

    /// <summary>The engine's tables are made by our own scripts.</summary>
    public static void Install(DatabaseConnection database) => ArgumentNullException.ThrowIfNull(database);

    public static void AddTo(IServiceCollection services) =>
        services.AddSingleton<IJobEngine>(provider => new QuartzEngine(provider, provider.GetRequiredService<DatabaseConnection>()));

    public static void MapDashboard(WebApplication app)
    {
    }
}
