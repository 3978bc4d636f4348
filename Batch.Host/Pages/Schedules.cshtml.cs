using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Recurring work of all areas: when it is due, what becomes of a time that was missed, how the last one came out; changed by two people.</summary>
[Authorize(Permissions.SeeJobs)]
internal sealed class SchedulesModel : BatchPage
{
    public IReadOnlyList<ScheduleLine> Lines { get; private set; } = [];

    public IReadOnlyList<Schedule> Pending { get; private set; } = [];

    public bool MayPropose { get; private set; }

    public bool MayApprove { get; private set; }

    private ScheduleSettings Settings => Service<ScheduleSettings>();

    public async Task OnGetAsync()
    {
        Lines = await Service<ScheduleList>().ReadAsync(Cancellation);
        Pending = await Settings.PendingAsync(null, Cancellation);
        MayPropose = await MayAsync(Permissions.ManageJobs);
        MayApprove = await MayAsync(Permissions.ApprovePolicies);
    }

    /// <summary>A schedule as the form says it that is shown again.</summary>
    public Schedule TypedOver(Schedule now) => now with
    {
        Cron = Typed("Propose", "cron") ?? now.Cron,
        Missed = Enum.TryParse(Typed("Propose", "missed"), out MissedPolicy missed) ? missed : now.Missed,
        Enabled = Typed("Propose", "enabled") == "true",
        Argument = Typed("Propose", "folder") ?? now.Argument,
    };

    public Task<IActionResult> OnPostProposeAsync(string? area, string? work, string? cron, MissedPolicy missed, bool enabled, string? folder) => ActAsync(Permissions.ManageJobs, async () =>
    {
        Schedule now = (await Settings.ListAsync(area ?? "", Cancellation)).FirstOrDefault(s => s.Area == area && s.Work == work)
            ?? throw new DataFaultException("SCHEDULE_UNKNOWN", "没有这项定时作业。", "There is no such recurring work.");
        await Settings.ProposeAsync(now with { Cron = (cron ?? "").Trim(), Missed = missed, Enabled = enabled, Argument = (folder ?? "").Trim() }, Who, Cancellation);
        Tell("更改已提出，须由另一人复核。", "The change is proposed; another person approves it.");
    });

    public Task<IActionResult> OnPostApproveAsync(int change) => ActAsync(Permissions.ApprovePolicies, async () =>
    {
        await Settings.ApproveAsync(change, Who, Cancellation);
        Tell("更改已复核通过，现已生效。", "The change is approved and in force.");
    });

    public Task<IActionResult> OnPostWithdrawAsync(int change) => ActAsync(Permissions.ManageJobs, async () =>
    {
        await Settings.EndAsync(change, ProposalEnd.Withdraw, null, Who, Cancellation);
        Tell("更改已撤回。", "The change is withdrawn.");
    });

    public Task<IActionResult> OnPostRefuseAsync(int change, string? reason) =>
        ActAsync(Permissions.ApprovePolicies, async () =>
        {
            await Settings.EndAsync(change, ProposalEnd.Refuse, reason, Who, Cancellation);
            Tell("更改未获同意。", "The change is refused.");
        });

    private Task<IActionResult> ActAsync(string permission, Func<Task> act) => TryAsync(
        permission,
        async () =>
        {
            await act();
            return Redirect("~/schedules");
        },
        OnGetAsync);

    public static (string Chinese, string English) NameOf(MissedPolicy missed) => missed switch
    {
        MissedPolicy.Alarm => ("报警，由人决定", "raise an alarm"),
        MissedPolicy.Skip => ("略过", "skip it"),
        _ => ("补做一次", "do it once, late"),
    };

    public static (string Chinese, string English) NameOf(ScheduleFire last) => last.Outcome switch
    {
        "fired" => ("按时执行", "done on time"),
        "late" => ("已补做", "done late"),
        "skipped" => ("已略过", "skipped"),
        _ => ("错过，已报警", "missed, alarm raised"),
    };
}
