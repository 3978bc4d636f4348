using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>The employers of the area, by a part of the number or the name.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class EmployersModel : AreaPage
{
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    public Listing<EmployerLine> Found { get; private set; } = null!;

    public async Task OnGetAsync() => Found = await new EmployerRecords(Area).ReadAsync(Text, PageNumber, Cancellation);
}
