using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Overview;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Where whoever started a run waits until it has a number; or learns that there was nothing to post, or why it was refused.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class RunNowModel : AreaPage
{
    public AskedRun? Asked { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        Asked = Service<PageActs>().LastAsked(Code);
        int? run = Asked is { Run.Run: { } made } ? made : (await new RunList(Area, Clock).OpenAsync(Cancellation))?.Run;
        if (run is { } number && Asked?.Fault is null)
        {
            return Redirect($"~/{Code}/runs/{number}");
        }

        Fault = Asked?.Fault;
        return Page();
    }

    public async Task<IActionResult> OnGetProgressAsync()
    {
        await OnGetAsync();
        return new JsonResult(new { done = Asked is null or { Fault: not null } or { Run: not null } || await new RunList(Area, Clock).OpenAsync(Cancellation) is not null });
    }
}
