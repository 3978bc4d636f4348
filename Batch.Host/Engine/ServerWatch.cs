using Batch.Jobs.Store;

namespace Batch.Host.Engine;

/// <summary>Brings the embedded server back when it was killed under a running host. When that fails again and again, the host ends, so that its supervisor begins anew.</summary>
internal static class ServerWatch
{
    private const int MostFailures = 5;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterAFailure = TimeSpan.FromSeconds(5);

    /// <exception cref="EnvironmentException">The server could not be started again.</exception>
    public static async Task KeepAsync(DatabaseConnection database, VerbOutput output, CancellationToken cancellation)
    {
        for (int failures = 0; ;)
        {
            await Task.Delay(failures == 0 ? BetweenLooks : AfterAFailure, cancellation);
            try
            {
                if (await database.Server!.ReviveAsync(cancellation))
                {
                    // Sessions of the killed server are of no use any more.
                    database.Owner.Clear();
                    database.Program.Clear();
                    output.Log("内置数据库曾被终止，已重新启动 / the embedded database was killed and is started again");
                }

                failures = 0;
            }
            catch (Exception fault) when (fault is EnvironmentException or IOException && ++failures < MostFailures)
            {
                output.Log($"内置数据库未能重新启动 / the embedded database could not be started again: {fault.Message}");
            }
        }
    }
}
