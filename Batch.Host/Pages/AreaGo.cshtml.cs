using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Where the area switcher leads.</summary>
[Authorize(Permissions.Anyone)]
internal sealed class AreaGoModel : BatchPage
{
    public IActionResult OnGet(string? code) => Redirect(code is { Length: 6 } && code.All(char.IsAsciiDigit) ? "~/" + code : "~/areas");
}
