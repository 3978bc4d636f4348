using Batch.Jobs.Work;

namespace Batch.Host.Engine;

/// <summary>What an engine calls: the one stable class that its stored entries name. Arguments are numbers and names of ours.</summary>
public sealed class EngineCalls(WorkRunner runner, Schedules schedules)
{
    public Task RunAsync(int job, CancellationToken cancellation) => runner.RunAsync(job, cancellation);

    public Task FireAsync(string area, string work, CancellationToken cancellation) => schedules.FireAsync(area, work, cancellation);
}
