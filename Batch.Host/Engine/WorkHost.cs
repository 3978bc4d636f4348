using Batch.Host.Web;
using Batch.Jobs.Work;
using Npgsql;

namespace Batch.Host.Engine;

/// <summary>
/// The worker in a host: starts the engine, looks over the queue every second, and keeps the engine's recurring entries those of the settings. Without the
/// worker role it does nothing: work that is asked for here is woken by a host that has it.
/// </summary>
internal sealed partial class WorkHost(IJobEngine engine, WorkParts parts, WebOptions options, ILogger<WorkHost> log) : BackgroundService
{
    private const long MuchMemory = 80L << 20;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Worker)
        {
            return;
        }

        using SemaphoreSlim asked = new(0, 1);
        parts.Queue.Asked = () =>
        {
            try
            {
                asked.Release();
            }
            catch (Exception fault) when (fault is SemaphoreFullException or ObjectDisposedException)
            {
                // It looks anyway, or no more.
            }
        };
        parts.Runner.Ended += Told;
        bool started = false;
        DateTimeOffset settled = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!started)
                {
                    await engine.StartAsync(stoppingToken);
                    started = true;
                    Started(engine.Name);
                }

                if (TimeProvider.System.GetUtcNow() - settled > Settle)
                {
                    await engine.ScheduleAsync(await parts.Settings.ListAsync(null, stoppingToken), stoppingToken);
                    await parts.Schedules.CatchUpAsync(stoppingToken);
                    await parts.Sweep.AdoptUploadsAsync(stoppingToken);
                    await parts.Sweep.SealRecordsAsync(stoppingToken);
                    settled = TimeProvider.System.GetUtcNow();
                }

                await parts.Sweep.SweepAsync(stoppingToken);
                await asked.WaitAsync(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault)
            {
                // The database may be away for a while; the host stays and says so.
                Stumbled(LogText.Of(fault));
                await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None);
            }
        }

        await engine.StopAsync();
    }

    private void Told(WorkEnd end)
    {
        (WorkItem item, WorkState state, Exception? fault) = end;
        GiveBack(item);
        HostMetrics.Ended(item.Kind, state);
        if (fault is null or Npgsql.PostgresException or Jobs.Store.DataFaultException)
        {
            Ended(item.Number, item.Kind, item.Area, item.Argument, item.Run, state, fault is null ? null : WorkFaults.Of(fault).Code);
        }
        else
        {
            // Texts of exceptions of the database may quote data; those of ours do not.
            Failed(item.Number, item.Kind, item.Area, item.Argument, item.Run, state, fault is NpgsqlException ? null : fault);
        }
    }

    // A city's file leaves much behind that the collector would keep for the next one; pages need little.
    private static void GiveBack(WorkItem ended)
    {
        if (ended.Kind != WorkKinds.Chunk && GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes > MuchMemory)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "worker started with {Engine}")]
    private partial void Started(string engine);

    [LoggerMessage(Level = LogLevel.Information, Message = "job {Job} {Kind} {Area} {Argument} run {Run}: {State} {Code}")]
    private partial void Ended(int job, string kind, string area, string argument, int? run, WorkState state, string? code);

    [LoggerMessage(Level = LogLevel.Error, Message = "job {Job} {Kind} {Area} {Argument} run {Run}: {State}")]
    private partial void Failed(int job, string kind, string area, string argument, int? run, WorkState state, Exception? fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "the worker met an error and continues: {Details}")]
    private partial void Stumbled(string details);
}

/// <summary>The parts that work is done with.</summary>
internal sealed record WorkParts(QueuedWork Queue, WorkRunner Runner, WorkSweep Sweep, ScheduleSettings Settings, Schedules Schedules);
