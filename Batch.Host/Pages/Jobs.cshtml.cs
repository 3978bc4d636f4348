using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Queued work of all areas, and the alarms that somebody has to look at.</summary>
[Authorize(Permissions.SeeJobs)]
internal sealed class JobsModel : BatchPage
{
    private const int Shown = 50;

    [BindProperty(SupportsGet = true)]
    public int? Before { get; set; }

    public IReadOnlyList<WorkItem> Items { get; private set; } = [];

    public IReadOnlyList<RaisedAlarm> Alarms { get; private set; } = [];

    public bool MaySteer { get; private set; }

    public bool Working => Items.Any(i => i.State is WorkState.Queued or WorkState.Running or WorkState.Waiting);

    private QueuedWork Queue => Service<QueuedWork>();

    public async Task OnGetAsync()
    {
        Items = await Queue.ListAsync(null, Before, Shown, Cancellation);
        Alarms = await Batch.Jobs.Work.Alarms.OpenAsync(Database.Program, Cancellation);
        MaySteer = await MayAsync(Permissions.SteerJobs);
    }

    public async Task<IActionResult> OnGetProgressAsync()
    {
        await OnGetAsync();
        return new JsonResult(new
        {
            done = !Working,
            fields = Items.Where(i => !i.HasEnded).SelectMany(i => new[] { ($"state-{i.Number}", L[WorkText.Of(i.State)]), ($"done-{i.Number}", DoneOf(i)), ($"waits-{i.Number}", WaitOf(i, L)) }).ToDictionary(f => f.Item1, f => f.Item2),
        });
    }

    public Task<IActionResult> OnPostAsync(int job, string? act, string? why) => TryAsync(
        Permissions.SteerJobs,
        async () =>
        {
            await (act switch
            {
                "pause" => Queue.PauseAsync(job, Who, why ?? "", Cancellation),
                "resume" => Queue.ResumeAsync(job, Who, why ?? "", Cancellation),
                "cancel" => Queue.CancelAsync(job, Who, why ?? "", Cancellation),
                "retry" => Queue.RetryAsync(job, Who, why ?? "", Cancellation),
                _ => throw new DataFaultException("ACT_MISSING", "请选择暂停、继续、取消或重试。", "Choose to pause, resume, cancel or retry."),
            });
            return Redirect("~/jobs");
        },
        OnGetAsync);

    public async Task<IActionResult> OnPostSeenAsync(int alarm, string? why)
    {
        if (!await MayAsync(Permissions.SteerJobs))
        {
            return Forbid();
        }

        await Batch.Jobs.Work.Alarms.SeenAsync(Database.Program, alarm, Who, why, Cancellation);
        return Redirect("~/jobs");
    }

    public static string DoneOf(WorkItem item) => item.Total is { } total ? $"{Show.Count(item.Done)} / {Show.Count(total)}" : item.Done > 0 ? Show.Count(item.Done) : "";

    /// <summary>The session that a running job waits for; empty: none.</summary>
    public static string WaitOf(WorkItem item, Language language) => item.Waits is { } wait ? language[wait.Zh, wait.En] : "";

    public static (string Chinese, string English) NameOf(string kind) => WorkText.Of(kind);

    /// <summary>What a job is about, in words where its argument is made of our own names.</summary>
    public static (string Chinese, string English) SubjectOf(WorkItem item) => (item.Kind, item.Argument.Split(':')) switch
    {
        (WorkKinds.Report, [var kind, var month, var format]) when AllReports.Find(kind) is { } report => ($"{report.Title} {month} {format}", $"{ReportsModel.NameOf(report).English} {month} {format}"),
        (WorkKinds.Chunk, [var run, var month, _]) => ($"批次 {run} · {month}", $"run {run} · {month}"),
        (WorkKinds.Upload, _) => ($"上传 {item.Argument}", $"upload {item.Argument}"),
        _ => (item.Argument, item.Argument),
    };

    /// <summary>What may be asked of a job in its state.</summary>
    public static IEnumerable<(string Act, (string Chinese, string English) Name)> ActsOf(WorkItem item) => item.State switch
    {
        WorkState.Queued or WorkState.Running or WorkState.Waiting => [("pause", ("暂停", "Pause")), ("cancel", ("取消", "Cancel"))],
        WorkState.Paused => [("resume", ("继续", "Resume")), ("cancel", ("取消", "Cancel"))],
        WorkState.Parked => [("retry", ("重试", "Retry")), ("cancel", ("取消", "Cancel"))],
        _ => [],
    };
}
