using System.ComponentModel;
using System.Globalization;
using Batch.Host.Verbs;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Npgsql;

namespace Batch.Host.Api;

/// <summary>Files in: uploads and what became of them.</summary>
internal static class FileRoutes
{
    internal const string KeyHeader = "Idempotency-Key";
    internal const int LongestKey = 200;

    // What a file is shows in its bytes, whatever the sender calls it: these are the types that programs and browsers send for the files that are taken.
    private static readonly string[] MediaTypes =
    [
        "application/octet-stream", "multipart/form-data", "text/csv", "text/plain", "application/csv", "application/vnd.ms-excel",
        XlsxReport.MediaType,
    ];

    // What a form says beside its file.
    private const int FormBytes = 64 * 1024;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/areas/{area}/uploads", ReceiveAsync).Needs(Scopes.Files).Accepts<byte[]>(MediaTypes[0], MediaTypes[1..])
            .Produces(StatusCodes.Status202Accepted).WithSummary("Send a file; the body is its bytes, or a form with its fields (month, kind, confirm, parent) before its one file. Needs an Idempotency-Key.");
        api.MapGet("/areas/{area}/uploads", UploadsAsync).Needs(Scopes.Files).WithSummary("Received files, the latest first.");
        api.MapGet("/areas/{area}/uploads/{number:int}", UploadAsync).Needs(Scopes.Files).WithSummary("A received file, how far it is, and its outcome when it is in.");
        api.MapGet("/areas/{area}/submissions", SubmissionsAsync).Needs(Scopes.See).WithSummary("Submissions, the latest first.");
        api.MapGet("/areas/{area}/submissions/{number:int}", SubmissionAsync).Needs(Scopes.See).WithSummary("A submission with its first rejections, by code, in both languages.");
        api.MapGet("/areas/{area}/held", HeldAsync).Needs(Scopes.See).WithSummary("Rows that wait for an operator's decision, with both sides.");
    }

    private static async Task<object> HeldAsync(string area, string? month, DatabaseConnection database, CancellationToken cancellation)
    {
        Area open = await Area.OpenAsync(database, area, cancellation);
        await using NpgsqlConnection connection = await open.Program.OpenConnectionAsync(cancellation);
        return new { items = await new HeldRows(open.Schema).ListAsync(connection, month is null ? null : ApiRoutes.Month("month", month), cancellation) };
    }

    /// <summary>How a file is to be taken, as the address says it; a form's fields say what the address leaves open.</summary>
    internal sealed record UploadAsked(
        [property: FromQuery(Name = "name"), Description("What the sender calls the file; a form's file has its name.")] string? Name,
        [property: FromQuery(Name = "month"), Description("The month that the file is for, when its rows do not say.")] string? Month,
        [property: FromQuery(Name = "kind"), Description("regular (when left out), supplementary or replacement, in upper or lower case.")] string? Kind,
        [property: FromQuery(Name = "confirm"), Description("A replacement may leave out more than a tenth of the people.")] bool? Confirm,
        [property: FromQuery(Name = "parent"), Description("The submission whose rejected rows the file brings.")] int? Parent,
        [property: FromHeader(Name = KeyHeader), Description("A text of the sender's own for this upload, at most 200 characters: sent again, it is the same upload.")] string? IdempotencyKey)
    {
        public ImportRequest Request(string by, IReadOnlyDictionary<string, string> form) => new(
            (Month ?? form.GetValueOrDefault("month")) is { Length: > 0 } month ? ApiRoutes.Month("month", month) : null,
            (Kind ?? form.GetValueOrDefault("kind")) is { Length: > 0 } kind ? KindOf(kind) : SubmissionKind.Regular,
            Confirm ?? Field(form, "confirm", bool.Parse) ?? false, by, Parent ?? Field(form, "parent", text => int.Parse(text, CultureInfo.InvariantCulture)));

        private static SubmissionKind KindOf(string text) =>
            EnumWords.Read<SubmissionKind>(text) ?? throw new RequestFault("kind", FieldFault.OneOf(EnumWords.Of(typeof(SubmissionKind))));

        private static T? Field<T>(IReadOnlyDictionary<string, string> form, string name, Func<string, T> read)
            where T : struct
        {
            try
            {
                return form.GetValueOrDefault(name) is { Length: > 0 } text ? read(text) : null;
            }
            catch (Exception wrong) when (wrong is FormatException or OverflowException)
            {
                throw new RequestFault(name, FieldFault.Unreadable);
            }
        }
    }

    private static async Task<IResult> ReceiveAsync(string area, [AsParameters] UploadAsked asked, HttpContext http, DatabaseConnection database, QueuedWork queue, IClock clock)
    {
        if (asked.IdempotencyKey is not { Length: > 0 and <= LongestKey } key)
        {
            FieldFault wrong = asked.IdempotencyKey is { Length: > 0 } ? FieldFault.TooLong(LongestKey) : new FieldFault("每次上传须带一个", "give each upload one of its own");
            throw new RequestFault(KeyHeader, wrong) { Code = "IDEMPOTENCY_KEY_MISSING" };
        }

        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = IntakeLimits.Configured.MaxBytes + FormBytes;
        Area open = await Area.OpenAsync(database, area, http.RequestAborted);
        UploadBody body = await UploadBody.OpenAsync(http.Request, http.RequestAborted);
        ImportRequest request = asked.Request(http.User.Who(), body.Fields);
        string name = asked.Name ?? body.Name ?? throw new RequestFault("name", FieldFault.Missing);
        Web.EveryAct.Tell(http, "file", name);
        Upload upload = await new Uploads(open, clock, IntakeLimits.Configured).ReceiveAsync(name, body.Content, request, key, http.RequestAborted);
        if (upload.State == UploadState.Refused)
        {
            Rejection fault = upload.Fault!;
            return Results.Problem(ApiFaults.Of(422, fault.Code, RejectionCodes.Describe(fault, "zh"), RejectionCodes.Describe(fault, "en")));
        }

        int? job = upload.State == UploadState.Taken ? null
            : await queue.AskAsync(new WorkOrder(WorkKinds.Upload, open.Schema, upload.Number.ToString(CultureInfo.InvariantCulture), request.By), http.RequestAborted);
        return Results.Accepted($"{ApiFaults.Path}/v1/areas/{area}/uploads/{upload.Number}", new { upload = Document(upload), job });
    }

    private static async Task<object> UploadsAsync(string area, int? before, int? limit, DatabaseConnection database, IClock clock, CancellationToken cancellation)
    {
        Area open = await Area.OpenAsync(database, area, cancellation);
        IReadOnlyList<Upload> uploads = await new Uploads(open, clock, IntakeLimits.Configured).ListAsync(before, ApiRoutes.Rows(limit), cancellation);
        return ApiRoutes.Page([.. uploads.Select(Document)], ApiRoutes.Rows(limit), u => u.Number);
    }

    private static async Task<object> UploadAsync(string area, int number, DatabaseConnection database, IClock clock, CancellationToken cancellation)
    {
        Uploads uploads = new(await Area.OpenAsync(database, area, cancellation), clock, IntakeLimits.Configured);
        (Upload upload, FileOutcome? outcome) = await uploads.ReadWithOutcomeAsync(number, cancellation);
        return new { upload = Document(upload), outcome = outcome is null ? null : OutcomeText.Document(outcome) };
    }

    private static async Task<object> SubmissionsAsync(string area, int? before, int? limit, DatabaseConnection database, CancellationToken cancellation)
    {
        Area open = await Area.OpenAsync(database, area, cancellation);
        await using NpgsqlConnection connection = await open.Program.OpenConnectionAsync(cancellation);
        List<Submission> found = await new Submissions(open.On(connection)).LatestAsync(before ?? int.MaxValue, ApiRoutes.Rows(limit), cancellation);
        return ApiRoutes.Page(found.ConvertAll(Document), ApiRoutes.Rows(limit), s => s.Number);
    }

    private static async Task<object> SubmissionAsync(string area, int number, DatabaseConnection database, CancellationToken cancellation)
    {
        Area open = await Area.OpenAsync(database, area, cancellation);
        await using NpgsqlConnection connection = await open.Program.OpenConnectionAsync(cancellation);
        Submissions submissions = new(open.On(connection));
        return new { submission = Document(await submissions.ReadAsync(number, cancellation)), outcome = OutcomeText.Document(await FileOutcome.ReadAsync(submissions, number, cancellation)) };
    }

    private sealed record UploadDocument(
        int Number, string File, long Bytes, string State, string? Content, YearMonth? Month, string Kind, string By, Instant At, int Rows, long BytesRead, int? Submission, string? Code);

    private sealed record SubmissionDocument(
        int Number, string? Content, string Kind, YearMonth Month, string File, string Sha256, string? Refused, int Rows, int Accepted, int Unchanged, int Held, int Rejected, string By,
        Instant At, int? Parent);

    private static UploadDocument Document(Upload of) => new(
        of.Number, of.File, of.Bytes, of.State.ToString().ToLowerInvariant(), of.Content?.ToString().ToLowerInvariant(), of.Request.Month, of.Request.Kind.ToString().ToLowerInvariant(),
        of.Request.By, of.At, of.Rows, of.BytesRead, of.Submission, of.Fault?.Code);

    private static SubmissionDocument Document(Submission of) => new(
        of.Number, of.Content?.ToString().ToLowerInvariant(), of.Kind.ToString().ToLowerInvariant(), of.Month, of.File, Convert.ToHexStringLower(of.Sha256), of.Refused, of.Rows,
        of.Accepted, of.Unchanged, of.Held, of.Rejected, of.By, of.At, of.Parent);
}
