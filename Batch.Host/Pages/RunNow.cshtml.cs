using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Where a person who started a run waits until it has a number, or learns that there was nothing to post, or why it was refused.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class RunNowModel : AreaPage
{
    [BindProperty(SupportsGet = true)]
    public int Job { get; set; }

    public WorkItem Work { get; private set; } = null!;

    /// <summary>Employers of the month that have declared and whose money has not come.</summary>
    public UnpaidList Unpaid { get; private set; } = UnpaidList.None;

    /// <summary>The session that the job waits for; empty: none.</summary>
    public string Waits => JobsModel.WaitOf(Work, L);

    public bool Waiting => !Work.HasEnded && Work.State is not (WorkState.Parked or WorkState.Paused) && Work.Run is null;

    public async Task<IActionResult> OnGetAsync()
    {
        Work = await Service<QueuedWork>().ReadAsync(Job, Cancellation);
        if (Work.Run is { } number)
        {
            return Redirect($"~/{Code}/runs/{number}");
        }

        Unpaid = Work is { State: WorkState.Done, Kind: WorkKinds.Allocate } ? await new UnpaidEmployers(Area).OfMonthAsync(Show.NeedMonth(Work.Argument), Cancellation) : UnpaidList.None;
        Fault = Work.Fault is { } fault ? new DataFaultException(fault.Code, fault.Zh, fault.En) : null;
        return Page();
    }

    public async Task<IActionResult> OnGetProgressAsync()
    {
        Work = await Service<QueuedWork>().ReadAsync(Job, Cancellation);
        return new JsonResult(new { done = !Waiting, fields = new Dictionary<string, string> { ["waits"] = Waits } });
    }
}
