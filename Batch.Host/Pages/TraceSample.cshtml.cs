using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>Credits of a month that an auditor draws, each leading to its trace; and the same as a file.</summary>
[Authorize(Permissions.TraceMoney)]
internal sealed class TraceSampleModel : AreaPage
{
    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Seed { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Size { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Least { get; set; }

    [BindProperty(SupportsGet = true)]
    public bool Money { get; set; }

    public SampleDocument? Told { get; private set; }

    /// <summary>The draw as an address has it.</summary>
    public string Query => $"month={Uri.EscapeDataString(Month ?? "")}&seed={Uri.EscapeDataString(Seed ?? "")}&size={Uri.EscapeDataString(Size ?? "")}&least={Uri.EscapeDataString(Least ?? "")}&money={(Money ? "true" : "false")}";

    public async Task OnGetAsync()
    {
        try
        {
            (YearMonth month, Draw draw) = Asked();
            Told = await new CreditSample(Area).DrawAsync(month, draw, Cancellation);
        }
        catch (DataFaultException fault)
        {
            Fault = fault;
        }
    }

    /// <summary>The drawn credits as a file; recorded.</summary>
    public async Task<IActionResult> OnGetExportAsync(string? format)
    {
        if (!await MayAsync(Permissions.ExportReports))
        {
            return Forbid();
        }

        (YearMonth month, Draw draw) = Asked();
        TraceReport report = new(draw, await new CreditSample(Area).DrawAsync(month, draw, Cancellation));
        bool xlsx = format == "xlsx";
        string path = Path.Combine(Path.GetTempPath(), $"batch-report-{Guid.NewGuid():N}");
        FileStream file;
        try
        {
            await ReportFile.WriteAsync(Area, report, month, xlsx ? ReportFormat.Xlsx : ReportFormat.Csv, path, Cancellation);
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        }
        catch
        {
            System.IO.File.Delete(path);
            throw;
        }

        await AuditAsync("report.export", Code, $"{report.Kind} {Show.Month(month)} {(xlsx ? "xlsx" : "csv")} {draw}");
        return File(
            file, xlsx ? XlsxReport.MediaType : "text/csv",
            $"{draw.FileName(Code, month)}.{(xlsx ? "xlsx" : "csv")}");
    }

    private (YearMonth Month, Draw Draw) Asked()
    {
        int? size = string.IsNullOrWhiteSpace(Size) ? null
            : int.TryParse(HalfWidth.Of(Size).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 0;
        decimal? least = string.IsNullOrWhiteSpace(Least) ? null
            : TypedAmount.Read(Least) is { } yuan and < 1_000_000_000m && yuan * 100m == decimal.Truncate(yuan * 100m) ? yuan
            : throw new DataFaultException("AMOUNT_INVALID", "最低金额应为元，最多两位小数，如 5000.00。", "Write the least amount in yuan with at most two places, such as 5000.00.");
        // All of at least an amount: nothing is left to a seed.
        return (Show.NeedMonth(Month), new Draw(string.IsNullOrWhiteSpace(Seed) || (size is null && !Money) ? null : Seed.Trim(), size, least is { } amount ? Batch.Rules.Money.FromYuan(amount) : null, Money));
    }
}
