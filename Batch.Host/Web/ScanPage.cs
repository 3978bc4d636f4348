using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Web;

/// <summary>Sends a scan to be kept as a file, never shown in the page: what is in it came from elsewhere. The look is recorded for each person that it is about.</summary>
internal abstract class ScanPage : AreaPage
{
    protected async Task<IActionResult> SendAsync(ScanContent scan)
    {
        InquiryLog log = Service<InquiryLog>();
        foreach ((int person, int? account) in scan.People)
        {
            await log.WriteAsync(new Inquired(Who, "page", Code, person, "scan", $"scan {scan.Scan.Scan}", account), Service<WebOptions>().AccountsAnHour, Cancellation);
        }

        return File(scan.Content, scan.Scan.MediaType, scan.Scan.Name);
    }
}
