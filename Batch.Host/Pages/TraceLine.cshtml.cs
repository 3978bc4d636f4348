using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;

namespace Batch.Host.Pages;

/// <summary>A line of the bank's statement with its receipts and the employers' months that they are for.</summary>
[Authorize(Permissions.TraceMoney)]
internal sealed class TraceLineModel : AreaPage
{
    public LineTrace Told { get; private set; } = null!;

    public async Task OnGetAsync(string? serial) => Told = await new Tracing(Area).LineAsync(serial ?? "", Cancellation);
}
