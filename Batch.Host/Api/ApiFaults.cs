using System.Globalization;
using Batch.Host.Web;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Api;

/// <summary>Faults of the API as ProblemDetails (RFC 9457) with the stable code and the sentence in both languages.</summary>
internal sealed class ApiFaults(ILogger<ApiFaults> log) : IExceptionHandler
{
    public const string Path = "/api";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        // The request itself is already on its way to the page of faults.
        if (!new PathString(context.Features.GetRequiredFeature<IExceptionHandlerPathFeature>().Path).StartsWithSegments(Path, StringComparison.Ordinal))
        {
            return false;
        }

        if (exception is BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } && QueryFaults.Of(context) is { Count: > 0 } wrongOnes)
        {
            exception = new RequestFault(wrongOnes);
        }

        if (exception is RequestFault request)
        {
            await WriteAsync(context, Of(request));
            return true;
        }

        VerbFault fault = exception switch
        {
            FormatException wrong => new VerbFault(ExitCode.Usage, "BAD_REQUEST", $"A value cannot be read: {wrong.Message}.", $"参数无法识别：{wrong.Message}。"),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } when context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is { } most => new VerbFault(ExitCode.Usage, "REQUEST_TOO_LARGE",
                string.Create(CultureInfo.InvariantCulture, $"The request is larger than the {most:N0} bytes taken here; send a file in parts."), string.Create(CultureInfo.InvariantCulture, $"请求超过此处可收的 {most:N0} 字节，请把文件分开报送。")),
            BadHttpRequestException wrong => new VerbFault(ExitCode.Usage, "BAD_REQUEST", "The request cannot be read; see the OpenAPI document.", $"请求无法识别（{wrong.StatusCode}），请参照 OpenAPI 文档。"),
            _ => FaultText.Of(exception),
        };
        if (fault.ExitCode == ExitCode.Environment && exception is not OperationCanceledException)
        {
            log.LogError("{Code} {Details}", fault.Code, LogText.Of(exception));
        }

        await WriteAsync(context, Of(exception is BadHttpRequestException { StatusCode: var status } ? status : FaultPages.StatusOf(fault), fault.Code, fault.Chinese, fault.Message));
        return true;
    }

    public static ProblemDetails Of(VerbFault fault) => Of(FaultPages.StatusOf(fault), fault.Code, fault.Chinese, fault.Message);

    public static ProblemDetails Of(int status, string code, string chinese, string english) => new()
    {
        Status = status,
        Title = code,
        Detail = $"{chinese} / {english}",
        Extensions = { ["code"] = code, ["zh"] = chinese, ["en"] = english },
    };

    private static ProblemDetails Of(RequestFault fault)
    {
        ProblemDetails problem = Of(StatusCodes.Status400BadRequest, fault.Code, fault.Chinese, fault.English);
        problem.Extensions["errors"] = fault.Fields.ToDictionary(f => f.Key, f => new[] { $"{f.Value.Chinese} / {f.Value.English}" });
        return problem;
    }

    /// <summary>What the pipeline refuses before a route sees it.</summary>
    public static Task TellStatusAsync(HttpContext context) => WriteAsync(context, context.Response.StatusCode switch
    {
        StatusCodes.Status401Unauthorized => Of(401, "KEY_MISSING", "需要有效的 API 密钥（Authorization: Bearer …）。", "A valid API key is needed (Authorization: Bearer ...)."),
        StatusCodes.Status403Forbidden => Of(403, "SCOPE_MISSING", "此密钥没有该权限范围。", "The key does not have the scope."),
        StatusCodes.Status404NotFound => Of(404, "NOT_FOUND", "没有这个地址。", "There is no such address."),
        StatusCodes.Status405MethodNotAllowed => Of(
            405, "METHOD_NOT_ALLOWED", $"此地址只接受 {context.Response.Headers.Allow}。", $"This address takes {context.Response.Headers.Allow} only."),
        StatusCodes.Status415UnsupportedMediaType => Of(
            415, "MEDIA_TYPE", "不接受这种 Content-Type，请参照 OpenAPI 文档。", "This Content-Type is not taken here; see the OpenAPI document."),
        StatusCodes.Status429TooManyRequests => Of(429, "TOO_MANY_REQUESTS", "请求过于频繁，请稍后再试。", "Too many requests; try again in a moment."),
        int status => Of(status, "BAD_REQUEST", "请求无效。", "The request is not valid."),
    });

    public static Task WriteAsync(HttpContext context, ProblemDetails problem)
    {
        context.Response.StatusCode = problem.Status!.Value;
        return context.Response.WriteAsJsonAsync(problem, JsonConventions.Options, "application/problem+json", CancellationToken.None);
    }
}
