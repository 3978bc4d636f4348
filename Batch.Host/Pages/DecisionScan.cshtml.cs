using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>A scan of a decision about a held row, as a file. It shows whole numbers: who may see the row may not always see this.</summary>
[Authorize(Permissions.SeePersonChanges)]
internal sealed class DecisionScanModel : ScanPage
{
    public async Task<IActionResult> OnGetAsync(int number) => await SendAsync(await new KeptScans(Area).OfDecisionAsync(number, Cancellation));
}
