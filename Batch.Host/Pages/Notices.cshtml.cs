using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>Letters to the employers of last month that have not declared for the month, one to a sheet.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class NoticesModel : AreaPage
{
    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    /// <summary>The only employer that is written to; null: all of them.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Employer { get; set; }

    public YearMonth Of { get; private set; }

    public ReportTable? Table { get; private set; }

    public async Task OnGetAsync()
    {
        Of = Today.ToYearMonth();
        try
        {
            Of = Show.NeedMonth(Month);
            Table = string.IsNullOrWhiteSpace(Employer)
                ? await ReportTable.ReadAsync(Area, "missing-employers", Of, PageNumber, Cancellation)
                : await ReportTable.OnlyAsync(Area, "missing-employers", Of, row => row[0].Text == Employer, Cancellation);
        }
        catch (DataFaultException fault)
        {
            Fault = fault;
        }
    }
}
