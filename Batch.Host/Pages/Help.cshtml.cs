using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;

namespace Batch.Host.Pages;

/// <summary>What to do first, a month in the order of the work, and the words.</summary>
[Authorize(Permissions.Anyone)]
internal sealed class HelpModel : BatchPage
{
    /// <summary>The area that links lead into; null: none is in use.</summary>
    public string? Code { get; private set; }

    public bool IsDemo => Service<WebOptions>().Demo;

    public async Task OnGetAsync()
    {
        IReadOnlyList<string> areas = await Migrator.AreasAsync(Database.Program, Cancellation);
        Code = AreaPage.Chosen(AreaPage.LastOf(HttpContext), areas);
    }

    /// <summary>The address of a page for who may open it; null: it is only named.</summary>
    public async Task<string?> HrefOfAsync(NavigationEntry page) => page.Leads(Code) && await MayAsync(page.Permission) ? page.Href(Code) : null;
}
