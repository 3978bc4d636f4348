using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Where a signed-in user without the permission is sent; the refusal is recorded.</summary>
[Authorize(Permissions.Anyone)]
internal sealed class RefusedModel : BatchPage
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public async Task OnGetAsync()
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        // Without the query, which may hold what was typed.
        string page = (ReturnUrl ?? "").Split('?')[0];
        await AuditAsync("refused", subject: page.Length > 200 ? page[..200] : page);
    }
}
