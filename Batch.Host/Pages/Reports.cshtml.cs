using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>The reports, to look at and to take away.</summary>
[Authorize(Permissions.ExportReports)]
internal sealed class ReportsModel : AreaPage
{
    [BindProperty(SupportsGet = true)]
    public string? Kind { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    public YearMonth Of { get; private set; }

    public ReportTable? Table { get; private set; }

    /// <summary>Why there is no table yet: nothing that went wrong.</summary>
    public DataFaultException? NotYet { get; private set; }

    public string Query => $"kind={Uri.EscapeDataString(Kind ?? "")}&month={Show.Month(Of)}";

    public static (string Chinese, string English) NameOf(Report report) => (report.Title, report.Kind switch
    {
        "allocation" => "Allocation, person by person",
        "employer" => "By employer",
        "age-tier" => "By standing and age tier",
        "pooled-fund" => "Flows of the pooled fund",
        "rejection" => "Rejections",
        "held" => "Held rows",
        "certificate" => "Certificate of the closing",
        "arrears" => "Arrears",
        "movement" => "Account movements",
        "flows" => "Accounts: in, out and balances",
        "recovery" => "Accounts to be recovered from",
        "provisional" => "Provisional credits of retirees",
        _ => report.Kind,
    });

    public async Task OnGetAsync()
    {
        IReadOnlyList<MonthLine> months = await new MonthList(Area).ReadAsync(Cancellation);
        Of = months.Count > 0 ? months[0].Month : Today.ToYearMonth();
        try
        {
            Of = string.IsNullOrWhiteSpace(Month) ? Of : Show.NeedMonth(Month);
            Table = string.IsNullOrEmpty(Kind) ? null : await ReportTable.ReadAsync(Area, Kind, Of, PageNumber, Cancellation);
        }
        catch (DataFaultException fault) when (fault.Code == "MONTH_OPEN")
        {
            NotYet = fault;
        }
        catch (DataFaultException fault)
        {
            Fault = fault;
        }
    }
}
