using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Npgsql;

namespace Batch.Host.Pages;

/// <summary>One submission: what became of its rows, its rejects and how they are mended.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class SubmissionModel : AreaPage
{
    [BindProperty(SupportsGet = true)]
    public int Number { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Reject { get; set; }

    public SubmissionLine Line { get; private set; } = null!;

    public Submission Record { get; private set; } = null!;

    public IReadOnlyList<Submission> Children { get; private set; } = [];

    public IReadOnlyList<CodeCount> Counts { get; private set; } = [];

    public Listing<Rejection> Rejections { get; private set; } = null!;

    /// <summary>Why rows were held, of the first ones.</summary>
    public Listing<Rejection> Held { get; private set; } = null!;

    /// <summary>How many of its rows still wait for a decision.</summary>
    public int StillHeld => Now.Held;

    /// <summary>Of the rows held when the file was taken in, those decided or corrected since.</summary>
    public int Settled => Line.Held - Now.HeldBefore;

    /// <summary>What has become of its rows since.</summary>
    public RowsNow Now { get; private set; } = RowsNow.Unchanged;

    /// <summary>Rows that a mended file can bring: rejected ones that none has brought, and held ones that wait beside what is in force.</summary>
    public bool IsMendable => Line.Rejected > Mended.Count || Held.Rows.Any(r => RejectionCodes.IsBeside(r.Code));

    /// <summary>Rejected rows that mended files have brought since.</summary>
    public IReadOnlySet<int> Mended { get; private set; } = new HashSet<int>();

    public long Superseded { get; private set; }

    /// <summary>Why the whole file was refused.</summary>
    public Rejection? Refusal { get; private set; }

    /// <summary>A replacement mends no single rows: it is sent again whole.</summary>
    public bool IsReplacement => Record.Kind == SubmissionKind.Replacement;

    /// <summary>It was refused only for want of a confirmation.</summary>
    public bool MayConfirm => Line.Refused == Codes.ReplacementLeavesOut;

    /// <summary>Employers of the file whose money has not come.</summary>
    public UnpaidList Unpaid { get; private set; } = UnpaidList.None;

    /// <summary>Scans kept with this decision, or with decisions about rows of this file.</summary>
    public IReadOnlyList<DecisionScan> Scans { get; private set; } = [];

    public bool MaySend { get; private set; }

    public bool MonthClosed { get; private set; }

    /// <summary>Of rejected rows that will not be sent again.</summary>
    public (string By, string Reason)? Dismissal { get; private set; }

    /// <summary>How mended rows are sent: into a closed month nothing regular is taken.</summary>
    public string ChildKind => MonthClosed ? "supplementary" : Line.Kind;

    /// <summary>A supplementary file of a closed month is filed under the month of its rows all the same; it is posted in the open one.</summary>
    public string ChildMonth => Show.Month(Line.Month);

    public string Query => Reject is null ? "" : "reject=" + Uri.EscapeDataString(Reject);

    public async Task OnGetAsync()
    {
        SubmissionList list = new(Area);
        Line = await list.FindAsync(Number, Cancellation);
        Counts = await list.CodesAsync(Number, Cancellation);
        Rejections = await list.RejectionsAsync(Number, Reject, PageNumber, Cancellation);
        Refusal = Line.Refused is { } code && (await list.RejectionsAsync(Number, code, 1, Cancellation)).Rows is [{ } why, ..] ? why : null;
        Held = await list.HeldAsync(Number, 1, Cancellation);
        Dismissal = await list.DismissalAsync(Number, Cancellation);
        MonthClosed = await Area.OneAsync<bool>("SELECT coalesce($1 <= :area.last_closed(), false)", Cancellation, Line.Month.FirstDay());
        Mended = await list.MendedAsync(Number, Cancellation);
        Unpaid = Line.Refused is null && Line.Content == "payroll" ? await new UnpaidEmployers(Area).OfSubmissionsAsync([Number], Cancellation) : UnpaidList.None;
        Scans = await new KeptScans(Area).OfSubmissionAsync(Number, Cancellation);
        MaySend = await MayAsync(Permissions.SendFiles);
        await using NpgsqlConnection connection = await Area.Program.OpenConnectionAsync(Cancellation);
        Submissions submissions = new(Area.On(connection));
        Record = await submissions.ReadAsync(Number, Cancellation);
        Children = await submissions.ChildrenAsync(Number, Cancellation);
        Now = (await list.RowsNowAsync(Cancellation)).GetValueOrDefault(Number, RowsNow.Unchanged);
        Superseded = Line.Refused is null ? await new SubmissionLog(Area.On(connection)).AcceptedSupersededAsync(Number, Cancellation) : 0;
    }

    /// <param name="decision">Null: of all.</param>
    public IReadOnlyList<ScanDocument> ScansOf(int? decision) => [.. Scans.Where(s => decision is null || s.Decision == decision).Select(s => s.Scan)];

    public Task<IActionResult> OnPostDismissAsync(string? reason) => TryAsync(
        Permissions.SendFiles,
        async () =>
        {
            string why = Needed(reason);
            SubmissionList list = new(Area);
            await list.FindAsync(Number, Cancellation);
            await list.DismissAsync(Number, Who, why, Cancellation);
            await AuditAsync("rejects.dismiss", Code, Number.ToString(System.Globalization.CultureInfo.InvariantCulture), why);
            return Redirect($"~/{Code}/submissions/{Number}");
        },
        OnGetAsync);
}
