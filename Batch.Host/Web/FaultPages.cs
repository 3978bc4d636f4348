using System.Globalization;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Diagnostics;

namespace Batch.Host.Web;

/// <summary>What is shown when a request ends in a fault: its code and its sentence, on a page.</summary>
internal sealed class FaultPages(ILogger<FaultPages> log) : IExceptionHandler
{
    /// <summary>Where the page finds the fault.</summary>
    public const string Item = "fault";

    public ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        VerbFault fault = FaultText.Of(exception);
        context.Items[Item] = fault;
        context.Response.StatusCode = StatusOf(fault);
        SayWhen(context.Response, exception);
        if (fault.ExitCode == ExitCode.Environment && exception is not OperationCanceledException)
        {
            log.LogError("{Code} {Details}", fault.Code, LogText.Of(exception));
        }

        // Not handled here: the pipeline goes on to the page that shows it.
        return ValueTask.FromResult(false);
    }

    /// <summary>After how long a request that is one too many is worth sending again.</summary>
    public static void SayWhen(HttpResponse response, Exception fault)
    {
        if (fault is DataFaultException { RetrySeconds: { } seconds })
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
    }

    public static int StatusOf(VerbFault fault) => fault switch
    {
        { Code: "SAME_PERSON" or "ACCESS_DENIED" } => StatusCodes.Status403Forbidden,
        // RUN_UNKNOWN, AREA_UNKNOWN and so on.
        { Code: "AREA_NOT_OPEN" } => StatusCodes.Status404NotFound,
        { ExitCode: ExitCode.Data } when fault.Code.EndsWith("_UNKNOWN", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        { Code: "ID_INVALID" or "REASON_MISSING" or "DIGEST_MISSING" or "DECISION_MISSING" or "ACT_MISSING" or "KIND_INVALID" or "MONTH_INVALID" or "DATE_INVALID" or "NUMBER_INVALID" or "FORM_UNREADABLE" or "SCAN_TYPE" or "SCAN_LARGE" or "SCAN_MANY" or "SCAN_EMPTY" } => StatusCodes.Status400BadRequest,
        { Code: "SIGN_IN_BUSY" or "ACCOUNT_LIMIT" } => StatusCodes.Status429TooManyRequests,
        { ExitCode: ExitCode.Usage } => StatusCodes.Status400BadRequest,
        { ExitCode: ExitCode.Data } => StatusCodes.Status409Conflict,
        { Code: "INTERNAL" } => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status503ServiceUnavailable,
    };
}
