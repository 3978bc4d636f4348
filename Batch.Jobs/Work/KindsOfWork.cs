using System.Globalization;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using NodaTime;
using NodaTime.Text;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>How a piece of work came out. The result is a small document: numbers, states, nothing personal.</summary>
public sealed record WorkOutcome(WorkState State, object? Result);

/// <summary>How far it is.</summary>
public readonly record struct WorkProgress(long Done, long? Total);

/// <summary>Does each kind of work. All of it may be killed and done again, and may be done twice at once: the tables of the areas make it once.</summary>
public sealed class KindsOfWork(DatabaseConnection database, IClock clock, QueuedWork queue)
{
    private static readonly YearMonthPattern MonthPattern = YearMonthPattern.CreateWithInvariantCulture("uuuu-MM");

    public async Task<WorkOutcome> DoAsync(WorkItem item, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        Area area = await Area.OpenAsync(database, item.Area, cancellation);
        RunLife life = new(area);
        return item.Kind switch
        {
            WorkKinds.Upload => await TakeAsync(area, item, progress, cancellation),
            WorkKinds.Allocate => await new RunWork(area, queue).AllocateAsync(item, Month(item.Argument), cancellation),
            WorkKinds.Chunk => await ComputeAsync(area, item, cancellation),
            WorkKinds.Post => RunWork.Done(await life.PostAsync(Number(item.Argument), item.AskedBy, cancellation)),
            WorkKinds.Close => await CloseAsync(area, item, cancellation),
            WorkKinds.Interest => RunWork.Done(
                await new InterestRun(area).RunAsync(Number(item.Argument), null, item.AskedBy, cancellation)),
            WorkKinds.Report => await new ReportWork(area).WriteAsync(item, cancellation),
            WorkKinds.DropFolder => await TakeDroppedAsync(area, item, cancellation),
            WorkKinds.Verify => await VerifyAsync(area, item, cancellation),
            WorkKinds.Retention => await RetainAsync(area, cancellation),
            _ => throw new DataFaultException("WORK_KIND", $"没有“{item.Kind}”这种作业。", $"There is no work called {item.Kind}."),
        };
    }

    internal static YearMonth Month(string text) => MonthPattern.Parse(text).GetValueOrThrow();

    internal static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Of a run's piece: run, month, first person.</summary>
    internal static string Argument(int run, Chunk chunk) => string.Create(CultureInfo.InvariantCulture, $"{run}:{chunk.Month.Text()}:{chunk.FirstPerson}");

    private async Task<WorkOutcome> TakeAsync(Area area, WorkItem item, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        Progress watcher = new(progress);
        Upload upload = await new Uploads(area, clock, IntakeLimits.Configured).TakeAsync(Number(item.Argument), watcher, cancellation);
        return new WorkOutcome(
            upload.State == UploadState.Refused ? WorkState.Refused : WorkState.Done,
            new { upload = upload.Number, state = upload.State.ToString().ToLowerInvariant(), submission = upload.Submission, rows = upload.Rows, code = upload.Fault?.Code });
    }

    private async Task<WorkOutcome> TakeDroppedAsync(Area area, WorkItem item, CancellationToken cancellation)
    {
        IReadOnlyList<DroppedFile> taken = await new DropFolder(area, clock, IntakeLimits.Configured, DropFolder.UsualRest).TakeOnceAsync(item.Argument, item.AskedBy, null, cancellation);
        string[] failed = [.. taken.Where(f => f.Upload is null).Select(f => f.Code!)];
        return new WorkOutcome(WorkState.Done, new { files = taken.Count, uploads = taken.Where(f => f.Upload is not null).Select(f => f.Upload!.Number), failed });
    }

    private static async Task<WorkOutcome> ComputeAsync(Area area, WorkItem item, CancellationToken cancellation)
    {
        string[] parts = item.Argument.Split(':');
        await new Allocation(area).ComputeAsync(Number(parts[0]), Month(parts[1]), Number(parts[2]), item.AskedBy, cancellation);
        return new WorkOutcome(WorkState.Done, null);
    }

    private async Task<WorkOutcome> VerifyAsync(Area area, WorkItem item, CancellationToken cancellation)
    {
        VerificationDocument document = await new Verifier(database, area.Schema).VerifyAsync(item.Argument == "all", cancellation);
        string[] broken = [.. document.Checks.Where(c => !c.Ok).Select(c => c.Id)];
        if (broken.Length > 0)
        {
            string checks = string.Join(", ", broken);
            await Alarms.RaiseAsync(
                area.Program, new Alarm(item.Area, "LEDGER_BROKEN", $"核验发现账本不符：{checks}。请立即停止入账并查明原因。", $"The ledger does not hold: {checks}. Stop posting and find out why."),
                item.Number, cancellation);
        }

        return new WorkOutcome(document.Ok ? WorkState.Done : WorkState.Refused, new { ok = document.Ok, broken });
    }

    private static async Task<WorkOutcome> CloseAsync(Area area, WorkItem item, CancellationToken cancellation)
    {
        YearMonth month = Month(item.Argument);
        IReadOnlyList<ClosingWarning> warnings = await ClosingWarning.ReadAsync(area, month, cancellation);
        ClosingDocument closing = await new Closing(area).CloseAsync(month, item.AskedBy, cancellation);
        return new WorkOutcome(WorkState.Done, new
        {
            month = month.Text(),
            closing = closing.Closing.ToString(),
            seal = closing.Seal,
            statements = closing.Statements,
            warnings = warnings.Select(w => new { code = w.Code, count = w.Count, message = w.English, messageZh = w.Chinese }),
        });
    }

    /// <summary>Reports made by jobs can be made again: they are kept for a month.</summary>
    private static async Task<WorkOutcome> RetainAsync(Area area, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Program.CreateCommand(
            "DELETE FROM batch.job_file f USING batch.job j WHERE j.job_id = f.job_id AND j.area = $1 AND j.asked_at < now() - interval '30 days'");
        command.Parameters.AddWithValue(area.Schema.Code);
        return new WorkOutcome(WorkState.Done, new { pieces = await command.ExecuteNonQueryAsync(cancellation) });
    }

    private sealed class Progress(IProgress<WorkProgress> progress) : IProgress<Upload>
    {
        public void Report(Upload value) => progress.Report(new WorkProgress(value.Rows, null));
    }
}
