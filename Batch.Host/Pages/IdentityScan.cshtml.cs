using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>A scan of a change of who a person is, as a file.</summary>
[Authorize(Permissions.SeePersonChanges)]
internal sealed class IdentityScanModel : ScanPage
{
    public async Task<IActionResult> OnGetAsync(int number) => await SendAsync(await new KeptScans(Area).OfProposalAsync(number, Cancellation));
}
