using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Work;

/// <summary>
/// A month's run as work: opened, handed out in chunks that are work of their own, sealed when the last of them is done. The same method is called at each
/// of these stages and does what is left.
/// </summary>
internal sealed class RunWork(Area area, QueuedWork queue)
{
    public async Task<WorkOutcome> AllocateAsync(WorkItem item, YearMonth month, CancellationToken cancellation)
    {
        Allocation stages = new(area);
        int? run = item.Result is { } before ? before.GetProperty("run").GetInt32() : null;
        if (item.Wanted == "cancel")
        {
            return await GiveUpAsync(item, run, cancellation);
        }

        run ??= await stages.OpenAsync(month, item.AskedBy, cancellation);
        if (run is null)
        {
            return Done(RunDocument.Nothing(area.Schema.Code, month));
        }

        IReadOnlyList<Chunk> left = await stages.LeftAsync(run.Value, cancellation);
        foreach (Chunk chunk in left)
        {
            await queue.AskAsync(new WorkOrder(WorkKinds.Chunk, area.Schema, KindsOfWork.Argument(run.Value, chunk), item.AskedBy, item.Number), cancellation);
        }

        return left.Count > 0
            ? new WorkOutcome(WorkState.Waiting, new { run = run.Value, state = RunState.Computing.Text() })
            : Done(await stages.SealAsync(run.Value, month, cancellation));
    }

    public static WorkOutcome Done(RunDocument run) => new(WorkState.Done, new { run = run.Run, state = run.State, month = run.Month.Text() });

    // The chunks at work end first: the run's table cannot go from under them.
    private async Task<WorkOutcome> GiveUpAsync(WorkItem item, int? run, CancellationToken cancellation)
    {
        if ((await queue.PiecesAsync(item.Number, cancellation)).Any(p => p.State == WorkState.Running))
        {
            return new WorkOutcome(WorkState.Waiting, item.Result);
        }

        RunLife life = new(area);
        if (run is { } number && (await life.PreviewAsync(number, cancellation)).State == RunState.Computing)
        {
            await life.DiscardAsync(number, item.WantedBy!, item.WantedWhy!, cancellation);
        }

        return new WorkOutcome(WorkState.Cancelled, item.Result);
    }
}
