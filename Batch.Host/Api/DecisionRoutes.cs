using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Http.Features;

namespace Batch.Host.Api;

/// <summary>Decisions on held rows, and the scans kept with decisions and with changes of who a person is.</summary>
internal static class DecisionRoutes
{
    private const string AnyBytes = "application/octet-stream";

    // What a form says beside its file.
    private const int FormBytes = 64 * 1024;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/areas/{area}/held/{submission:int}/{row:int}/decide", DecideAsync).Needs(Scopes.Decisions).Example(new { act = "take", why = "劳动合同核实" })
            .WithSummary("Take or withdraw a held row; the next run includes the decision. Its number is needed for its scans.");
        api.MapGet("/areas/{area}/decisions/{decision:int}/scans", ScansAsync).Needs(Scopes.Scans).WithSummary("The scans of a decision, without their content.");
        api.MapPost("/areas/{area}/decisions/{decision:int}/scans", AddAsync).Needs(Scopes.Decisions)
            .Accepts<byte[]>(AnyBytes, "application/pdf", "image/jpeg", "image/png", "multipart/form-data")
            .WithSummary("Add a scan (PDF, JPEG or PNG) to a decision of the key's own; the body is its bytes, or a form with its one file.");
        api.MapGet("/areas/{area}/scans/{scan:int}", ScanAsync).Needs(Scopes.Scans).Produces(StatusCodes.Status200OK, contentType: AnyBytes)
            .WithSummary("A scan of a decision or of a change of who a person is; the look is on record.");
    }

    private static async Task<object> DecideAsync(string area, int submission, int row, Body<DecideRequest> body, HttpContext http)
    {
        Area open = await OpenAsync(area, http);
        Decision decision = new(submission, row, body.Value.Act == HeldAct.Take, http.User.Who(), body.Value.Why!);
        DecisionDocument made = await new Decisions(open).DecideAsync(decision, http.RequestAborted);
        await ApiRoutes.RecordAsync(http, "held.decide", (area, string.Create(CultureInfo.InvariantCulture, $"{made.Submission}:{made.Row} {made.Act}"), made.Reason));
        return new { decision = made.Number, made.Submission, made.Row, made.Act, made.Fact, made.Month, made.By, made.Reason };
    }

    private static async Task<object> ScansAsync(string area, int decision, HttpContext http)
    {
        Area open = await OpenAsync(area, http);
        await new Decisions(open).ReadAsync(decision, http.RequestAborted);
        return await TellAsync(open, decision, http.RequestAborted);
    }

    // Whose decision it is is asked before the scan is read.
    private static async Task<object> AddAsync(string area, int decision, [Description("What the sender calls the scan; a form's file has its name.")] string? name, HttpContext http)
    {
        Area open = await OpenAsync(area, http);
        Decisions decisions = new(open);
        await decisions.RequireOwnAsync(decision, http.User.Who(), http.RequestAborted);
        await decisions.AddScansAsync(decision, [await ReadAsync(name, http)], http.User.Who(), http.RequestAborted);
        return await TellAsync(open, decision, http.RequestAborted);
    }

    private static async Task<IResult> ScanAsync(string area, int scan, ClaimsPrincipal user, HttpContext http)
    {
        Area open = await OpenAsync(area, http);
        ScanContent kept = await new KeptScans(open).ReadAsync(scan, http.RequestAborted);
        foreach ((int person, int? account) in kept.People)
        {
            await new InquiryLog(open.Program).WriteAsync(new Inquired(user.Who(), AccountRoutes.ChannelName, area, person, "scan", $"scan {scan}", account), http.RequestAborted);
        }

        return Results.File(kept.Content, kept.Scan.MediaType, kept.Scan.Name);
    }

    private static async Task<ScanFile> ReadAsync(string? name, HttpContext http)
    {
        int most = ScanLimits.Configured.MaxBytes;
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = most + FormBytes;
        UploadBody body = await UploadBody.OpenAsync(http.Request, http.RequestAborted);
        // One byte more than is taken: the scan is then told to be too large.
        byte[] bytes = new byte[most + 1];
        int length = await body.Content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, http.RequestAborted);
        GivenScan given = new(name ?? body.Name ?? "", length, () => new MemoryStream(bytes, 0, length));
        return (await ScanFile.ReadAsync([given], ScanLimits.Configured, http.RequestAborted))[0];
    }

    private static async Task<object> TellAsync(Area area, int decision, CancellationToken cancellation) =>
        new { decision, scans = (await new KeptScans(area).OfDecisionsAsync([decision], cancellation)).Select(s => s.Scan) };

    private static Task<Area> OpenAsync(string area, HttpContext http) =>
        Area.OpenAsync(http.RequestServices.GetRequiredService<DatabaseConnection>(), area, http.RequestAborted);
}

/// <summary>What becomes of a held row.</summary>
internal enum HeldAct
{
    /// <summary>It is in force.</summary>
    Take,

    /// <summary>It is not.</summary>
    Withdraw,
}

/// <summary>A decision on a held row.</summary>
internal sealed record DecideRequest
{
    [Required, Description("take or withdraw.")]
    public HeldAct? Act { get; init; }

    [Required, StringLength(Decisions.LongestReason), Description("The document or reason that it rests on, which is recorded.")]
    public string? Why { get; init; }
}
