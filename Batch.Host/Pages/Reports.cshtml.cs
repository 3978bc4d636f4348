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

    /// <summary>Whether a run was posted in the month.</summary>
    public bool HasPosted { get; private set; }

    /// <summary>Of a report without a row: only what is posted depends on runs.</summary>
    public (string Chinese, string English) NothingOf(string? kind) => kind switch
    {
        "rejection" => ("本月报送的文件没有被拒绝的行。", "No row of the month's files was rejected."),
        "held" => ("本月报送的文件没有待定的行。", "No row of the month's files is held."),
        _ when HasPosted => ("本月没有这种记录。", "There is nothing of this kind in the month."),
        _ => ("本月没有这种记录。请换一个月份，或先把批次入账。", "There is nothing of this kind in the month. Choose another one, or post a run first."),
    };

    public static (string Chinese, string English) NameOf(Report report) => (report.Title, report.Kind switch
    {
        "allocation" => "Allocation, person by person",
        "sources" => "Postings with the rows that they come from",
        "employer" => "By employer",
        "age-tier" => "By standing and age tier",
        "pooled-fund" => "Flows of the pooled fund",
        "rejection" => "Rejections",
        "held" => "Held rows",
        "missing-employers" => "Employers that have not declared",
        "certificate" => "Certificate of the closing",
        "certificate-money" => "Certificate of the closing: money",
        "certificate-employers" => "Certificate of the closing: employers",
        "certificate-differences" => "Certificate of the closing: differences accepted",
        "arrears" => "Arrears",
        "receipts" => "Receipts",
        "suspense" => "Money in suspense",
        "books" => "Trial balance",
        "vouchers" => "Vouchers",
        "trace" => "Credits traced to the bank",
        "movement" => "Account movements",
        "flows" => "Accounts: in, out and balances",
        "recovery" => "Accounts to be recovered from",
        "retirees" => "Retirees checked against the roster",
        "status" => "Declared and on record otherwise",
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
            HasPosted = months.Any(m => m.Month == Of && m.Runs > 0);
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
