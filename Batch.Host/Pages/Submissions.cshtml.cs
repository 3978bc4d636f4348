using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>What came in.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class SubmissionsModel : AreaPage
{
    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    [BindProperty(SupportsGet = true)]
    public bool Open { get; set; }

    public Listing<SubmissionLine> Lines { get; private set; } = null!;

    public SubmissionTotals Totals { get; private set; } = null!;

    public string Query => $"month={(Show.ReadMonth(Month) is { } m ? Show.Month(m) : "")}&open={(Open ? "true" : "false")}";

    public async Task OnGetAsync()
    {
        YearMonth? month = Show.ReadMonth(Month);
        (Lines, Totals) = await new SubmissionList(Area).ReadAsync(new SubmissionFilter(month, Open), PageNumber, Cancellation);
    }
}
