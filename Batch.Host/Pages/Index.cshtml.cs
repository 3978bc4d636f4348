using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Leads to the area that the browser was last in, or to the list of areas.</summary>
[Authorize(Permissions.Anyone)]
internal sealed class IndexModel : BatchPage
{
    public async Task<IActionResult> OnGetAsync()
    {
        IReadOnlyList<string> areas = await Migrator.AreasAsync(Database.Program, Cancellation);
        string? last = AreaPage.LastOf(HttpContext);
        return areas.Count == 0 ? Redirect("~/areas") : Redirect("~/" + (areas.Contains(last ?? "") ? last : areas[0]));
    }
}
