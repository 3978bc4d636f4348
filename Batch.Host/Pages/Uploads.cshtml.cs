using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>Files on their way in: received at once, their content taken as a job.</summary>
[Authorize(Permissions.SeeUploads)]
[DisableRequestSizeLimit]
[RequestFormLimits(MultipartBodyLengthLimit = long.MaxValue)]
internal sealed class UploadsModel : AreaPage
{
    private const int Shown = 50;

    public static IReadOnlyList<string> Kinds { get; } = ["regular", "supplementary", "replacement"];

    public IReadOnlyList<Upload> Lines { get; private set; } = [];

    /// <summary>Of uploads whose bytes were in force already: the submission that they were the same as.</summary>
    public Dictionary<int, SameFile> Same { get; private set; } = [];

    /// <summary>What became of the rows of uploads when they came in.</summary>
    public Dictionary<int, UploadedRows> Rows { get; private set; } = [];

    /// <summary>Each file of what was just sent; none: nothing was, or all of them are on their way in.</summary>
    public List<SentFile> Sent { get; } = [];

    public bool MaySend { get; private set; }

    public bool Working => Lines.Any(u => u.State is UploadState.Waiting or UploadState.Taking);

    public async Task OnGetAsync()
    {
        MaySend = await MayAsync(Permissions.SendFiles);
        Uploads uploads = new(Area, Clock, IntakeLimits.Configured);
        Lines = await uploads.ListAsync(null, Shown, Cancellation);
        Same = await uploads.SameAsync(Lines, Cancellation);
        Rows = await uploads.RowsAsync(Lines, Cancellation);
    }

    public async Task<IActionResult> OnPostAsync(List<IFormFile> files, string? month, string? kind, bool confirm, int? parent)
    {
        return await TryAsync(
            Permissions.SendFiles,
            async () =>
            {
                if (files.Count == 0)
                {
                    throw new DataFaultException("NO_FILE", "请选择要上传的文件。", "Choose the files to upload.");
                }

                SubmissionKind of = KindOf(kind);
                Uploads uploads = new(Area, Clock, IntakeLimits.Configured);
                ImportRequest request = new(Show.ReadMonth(month), of, confirm, Who, parent);
                foreach (IFormFile file in files)
                {
                    Sent.Add(await SendAsync(uploads, file, request));
                }

                if (Sent.TrueForAll(s => s.Code is null))
                {
                    return Redirect($"~/{Code}/uploads");
                }

                await OnGetAsync();
                return Page();
            },
            OnGetAsync);
    }

    // One file that the program fails on keeps none of the others out.
    private async Task<SentFile> SendAsync(Uploads uploads, IFormFile file, ImportRequest request)
    {
        Upload? upload = null;
        EveryAct.Tell(HttpContext, "file", file.FileName);
        try
        {
            await using Stream content = file.OpenReadStream();
            upload = await uploads.ReceiveAsync(file.FileName, content, request, null, Cancellation);
            if (!upload.HasEnded)
            {
                await AskAsync(upload.Number);
            }

            return new SentFile(file.FileName, upload, upload.State == UploadState.Refused ? upload.Fault?.Code : null);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Service<ILogger<UploadsModel>>().LogError(fault, "A file of an upload was not received.");
            return new SentFile(file.FileName, upload, FaultCodes.Of(fault));
        }
    }

    /// <summary>What became of one file of what was just sent.</summary>
    /// <param name="Upload">Null: it was not received.</param>
    /// <param name="Code">Why it was refused or not received, or why its content is not being taken yet.</param>
    public sealed record SentFile(string Name, Upload? Upload, string? Code);

    public async Task<IActionResult> OnPostAgainAsync(int upload)
    {
        if (!await MayAsync(Permissions.SendFiles))
        {
            return Forbid();
        }

        EveryAct.Tell(HttpContext, "upload", upload.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Upload failed = await new Uploads(Area, Clock, IntakeLimits.Configured).ReadAsync(upload, Cancellation);
        int job = await AskAsync(failed.Number);
        if ((await Service<QueuedWork>().ReadAsync(job, Cancellation)).State == WorkState.Parked)
        {
            await Service<QueuedWork>().RetryAsync(job, Who, "upload", Cancellation);
        }

        return Redirect($"~/{Code}/uploads");
    }

    /// <summary>For the script that keeps the page up to date.</summary>
    public async Task<IActionResult> OnGetProgressAsync()
    {
        await OnGetAsync();
        return new JsonResult(new
        {
            done = !Working,
            fields = Lines.Where(u => u.State is UploadState.Waiting or UploadState.Taking)
                .SelectMany(u => new[] { ($"rows-{u.Number}", Show.Count(u.Rows)), ($"share-{u.Number}", Share(u).ToString(System.Globalization.CultureInfo.InvariantCulture)), ($"state-{u.Number}", L[Show.Word(u.State.ToString().ToLowerInvariant())]) })
                .ToDictionary(f => f.Item1, f => f.Item2),
        });
    }

    // What cannot be read is refused: a file taken as another kind than its sender meant changes money.
    private static SubmissionKind KindOf(string? text) => string.IsNullOrEmpty(text) ? SubmissionKind.Regular
        : EnumWords.Read<SubmissionKind>(text) ?? throw new DataFaultException("KIND_INVALID", "报送类别须是正常、补充或替换。", "A file is regular, supplementary or a replacement.");

    private Task<int> AskAsync(int upload) => Service<QueuedWork>().AskAsync(
        new WorkOrder(WorkKinds.Upload, Area.Schema, upload.ToString(System.Globalization.CultureInfo.InvariantCulture), Who), Cancellation);

    /// <summary>How far it is, of 100.</summary>
    public static long Share(Upload upload) => upload.Bytes == 0 ? 0 : Math.Min(100, upload.BytesRead * 100 / upload.Bytes);
}
