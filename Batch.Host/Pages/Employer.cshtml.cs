using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>An employer month by month, each with what it leads to, and the files that named it.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class EmployerModel : AreaPage
{
    [BindProperty(SupportsGet = true)]
    public string Number { get; set; } = "";

    /// <summary>The last month shown.</summary>
    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    public EmployerRecord Told { get; private set; } = null!;

    public bool MayTrace { get; private set; }

    public async Task OnGetAsync()
    {
        Told = await new EmployerRecords(Area).FindAsync(Number, Show.ReadMonth(To), Cancellation);
        MayTrace = await MayAsync(Permissions.TraceMoney);
    }
}
