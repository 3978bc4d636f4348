using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Where a signed-in user without the permission is sent.</summary>
[Authorize(Permissions.Anyone)]
internal sealed class RefusedModel : BatchPage
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public void OnGet() => Response.StatusCode = StatusCodes.Status403Forbidden;
}
