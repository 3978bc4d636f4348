using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Batch.Host.Web;

/// <summary>A page whose forms take scans: requests may be as large as the scans of several decisions, and larger ones are refused without being kept.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TakesScansAttribute : Attribute, IAsyncAuthorizationFilter, IOrderedFilter
{
    // What is a little too much is read, so that the page can say which scan it is.
    private const int Times = 3;

    // Before the form is read for its token.
    public int Order => 900;

    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        if (!HttpMethods.IsPost(context.HttpContext.Request.Method))
        {
            return;
        }

        HttpRequest request = context.HttpContext.Request;
        ScanLimits limits = ScanLimits.Configured;
        long most = ((long)limits.MaxBytes * limits.MaxCount * Times) + (1 << 20);
        bool isLarger = request.ContentLength > most;
        if (context.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = isLarger ? null : most;
        }

        if (isLarger)
        {
            // A browser that is still sending shows no answer: what it sends is read and dropped.
            await request.Body.CopyToAsync(Stream.Null, context.HttpContext.RequestAborted);
            throw new DataFaultException(
                "SCAN_LARGE", $"扫描件太大：每份最多 {limits.MaxBytes} 字节，最多 {limits.MaxCount} 份。", $"The scans are too large: at most {limits.MaxCount}, each of at most {limits.MaxBytes} bytes.");
        }

        context.HttpContext.Features.Set<IFormFeature>(new FormFeature(request, new FormOptions { MultipartBodyLengthLimit = most }));
    }
}

/// <summary>The scans of a form. Their names are told to nobody but the store.</summary>
internal static class ScanForms
{
    public const string Accepted = ".pdf,.jpg,.jpeg,.png";

    /// <exception cref="DataFaultException">SCAN_MANY, SCAN_EMPTY, SCAN_LARGE, SCAN_TYPE.</exception>
    public static Task<IReadOnlyList<ScanFile>> ReadAsync(IEnumerable<IFormFile> files, CancellationToken cancellation) =>
        ScanFile.ReadAsync([.. files.Select(f => new GivenScan(f.FileName, f.Length, f.OpenReadStream))], ScanLimits.Configured, cancellation);
}
