using System.Diagnostics;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>One month through the product, stage by stage, with every check; the totals are compared with the manifest's before any time is told.</summary>
public sealed class ProductMonth(Area area, IClock clock)
{
    public async Task<IReadOnlyDictionary<string, double>> RunAsync(
        YearMonth month, IReadOnlyList<string> files, long creditedFen, int rejected, CancellationToken cancellation)
    {
        Dictionary<string, double> stages = [];
        IReadOnlyList<FileOutcome> outcomes = await TimeAsync(stages, "import", () => new Importer(area, clock, IntakeLimits.Default)
            .ImportAsync(files, new ImportRequest(month, SubmissionKind.Regular, false, "bench"), null, cancellation));
        RunDocument run = await TimeAsync(stages, "allocate", () =>
            new Allocation(area).RunAsync(month, "bench", Math.Max(2, Environment.ProcessorCount), null, cancellation));
        RunLife life = new(area);
        await TimeAsync(stages, "approve", () => life.ApproveAsync(run.Run!.Value, "bench-reviewer", null, cancellation, "measured"));
        RunDocument posted = await TimeAsync(stages, "post", () => life.PostAsync(run.Run!.Value, "bench-reviewer", cancellation));
        await TimeAsync(stages, "close", () => new Closing(area).CloseAsync(month, "bench-closer", cancellation, "bench"));
        if (posted.Credited.Fen != creditedFen || outcomes.Sum(o => o.Rejected) != rejected)
        {
            throw new InvalidOperationException($"The month's totals are not the manifest's: {posted.Credited} credited.");
        }

        return stages;
    }

    private static async Task<T> TimeAsync<T>(Dictionary<string, double> stages, string stage, Func<Task<T>> work)
    {
        long start = Stopwatch.GetTimestamp();
        T result = await work();
        stages[stage] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return result;
    }
}
