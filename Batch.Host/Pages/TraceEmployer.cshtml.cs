using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;

namespace Batch.Host.Pages;

/// <summary>An employer's month: money, files, people and runs, with sums that meet.</summary>
[Authorize(Permissions.TraceMoney)]
internal sealed class TraceEmployerModel : AreaPage
{
    public EmployerTrace Told { get; private set; } = null!;

    public async Task OnGetAsync(string? employer, string? month) =>
        Told = await new Tracing(Area).EmployerAsync(employer ?? "", Show.NeedMonth(month), PageNumber, Cancellation);
}
