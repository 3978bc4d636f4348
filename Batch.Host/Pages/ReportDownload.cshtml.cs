using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>A report as a file: written whole beside, then sent; recorded.</summary>
[Authorize(Permissions.ExportReports)]
internal sealed class ReportDownloadModel : AreaPage
{
    public async Task<IActionResult> OnGetAsync(string? kind, string? month, string? format)
    {
        Report report = AllReports.Find(kind ?? "") ?? throw new DataFaultException("REPORT_UNKNOWN", "没有这种报表。", "There is no such report.");
        YearMonth of = Show.NeedMonth(month);
        bool xlsx = format == "xlsx";
        string path = Path.Combine(Path.GetTempPath(), $"batch-report-{Guid.NewGuid():N}");
        FileStream file;
        try
        {
            await ReportFile.WriteAsync(
                Area, report, of, xlsx ? ReportFormat.Xlsx : ReportFormat.Csv, path, Cancellation, format == "csv-gb18030" ? ReportEncoding.Gb18030 : ReportEncoding.Utf8);
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        }
        catch (DataFaultException)
        {
            System.IO.File.Delete(path);
            // The page of reports says why there is none.
            return RedirectToPage("/Reports", new { Code, kind, month });
        }
        catch
        {
            System.IO.File.Delete(path);
            throw;
        }

        await AuditAsync("report.export", Code, $"{report.Kind} {Show.Month(of)} {format}");
        return File(
            file, xlsx ? XlsxReport.MediaType : "text/csv",
            $"{report.Title}_{Code}_{of.Year:0000}{of.Month:00}.{(xlsx ? "xlsx" : "csv")}");
    }
}
