using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>The fix pack of a submission as a file: in the sender's own form, or as a workbook.</summary>
[Authorize(Permissions.SendFiles)]
internal sealed class FixPackModel : AreaPage
{
    public async Task<IActionResult> OnGetAsync(int number, string? format, bool held = false)
    {
        SubmissionLine line = await new SubmissionList(Area).FindAsync(number, Cancellation);
        ReportFormat? wanted = format == "xlsx" ? ReportFormat.Xlsx : null;
        bool workbook = wanted == ReportFormat.Xlsx || line.File.EndsWith(".xlsx", StringComparison.OrdinalIgnoreCase) || line.File.EndsWith(".xls", StringComparison.OrdinalIgnoreCase);
        FileStream file = new(
            Path.Combine(Path.GetTempPath(), $"batch-fix-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
        try
        {
            await new FixPacks(Area, IntakeLimits.Configured).WriteAsync(number, held, wanted, file, Cancellation);
            file.Position = 0;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }

        await AuditAsync("fix-pack.download", Code, $"submission {number}");
        string name = $"更正包_{number}_{Path.GetFileNameWithoutExtension(line.File)}.{(workbook ? "xlsx" : "csv")}";
        return File(file, workbook ? XlsxReport.MediaType : "text/csv", name);
    }
}
