using System.Collections.Concurrent;
using Batch.Jobs.Areas;
using Batch.Jobs.Import;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Server;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>How a computation that a page asked for ended; <paramref name="Run"/> and <paramref name="Fault"/> null: it goes on.</summary>
internal sealed record AskedRun(YearMonth Month, RunDocument? Run, DataFaultException? Fault);

/// <summary>Long work that pages ask for and do not wait for.</summary>
internal sealed class PageActs(DatabaseConnection database, IClock clock, IHostApplicationLifetime life, ILogger<PageActs> log)
{
    private readonly ConcurrentDictionary<string, AskedRun> _asked = new();

    public void Take(string code, int upload) => Begin(async cancellation =>
    {
        Area area = await Area.OpenAsync(database, code, cancellation);
        await new Uploads(area, clock, IntakeLimits.Default).TakeAsync(upload, null, cancellation);
    });

    public void Allocate(string code, YearMonth month, string by)
    {
        _asked[code] = new AskedRun(month, null, null);
        Begin(async cancellation =>
        {
            try
            {
                Area area = await Area.OpenAsync(database, code, cancellation);
                RunDocument run = await new Allocation(database, area.Schema, area.Policy).RunAsync(month, by, Math.Max(2, Environment.ProcessorCount), null, cancellation);
                _asked[code] = new AskedRun(month, run, null);
            }
            catch (DataFaultException fault)
            {
                _asked[code] = new AskedRun(month, null, fault);
            }
        });
    }

    public AskedRun? LastAsked(string code) => _asked.GetValueOrDefault(code);

    private void Begin(Func<CancellationToken, Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await work(life.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // The host ends: the work is found unfinished and is done by whoever comes next.
        }
        catch (Exception fault)
        {
            log.LogError(fault, "work asked for by a page failed");
        }
    });
}
