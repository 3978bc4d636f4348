using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Batch.Rules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>One run: its progress while it is computed, then its totals beside last month's, its anomalies, and what is decided about it.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class RunModel : AreaPage
{
    [BindProperty(SupportsGet = true)]
    public int Run { get; set; }

    public RunLine Line { get; private set; } = null!;

    public RunDocument Document { get; private set; } = null!;

    public RunProgressDocument Progress { get; private set; } = null!;

    public RunComparison? Compared { get; private set; }

    /// <summary>The month that the run is compared with; null: none.</summary>
    public CreditedMonth? LastMonth => Compared?.Before;

    /// <summary>The run's month, where the run is not all that is compared with the month before.</summary>
    public CreditedMonth? ThisMonth => LastMonth is not null && (Compared!.Now.Runs.Count > 1 || Document.Movements is not null) ? Compared.Now : null;

    /// <summary>What could not be checked for anomalies, as long as the run may be approved.</summary>
    public IEnumerable<ComparisonNote> NotChecked => Line.State is RunState.Computed or RunState.Approved ? Compared?.Notes.Where(n => n.Code == RunComparison.FewPeople) ?? [] : [];

    public IReadOnlyList<Anomaly> Anomalies { get; private set; } = [];

    /// <summary>What the run does to the accounts, kind by kind.</summary>
    public IReadOnlyList<RunKind> Kinds { get; private set; } = [];

    /// <summary>The same of the month and of the month before, where there is one to compare with.</summary>
    public IReadOnlyList<RunKind> KindsNow { get; private set; } = [];

    public IReadOnlyList<RunKind> KindsBefore { get; private set; } = [];

    /// <summary>What comes after the posting; null: the run is not posted.</summary>
    public MonthAfterPosting? Next { get; private set; }

    public bool MayLookUp { get; private set; }

    /// <summary>The run has so few people that each is led to.</summary>
    public bool HasFewPeople => MayLookUp && Document.People <= Listing<RunPerson>.PageRows;

    /// <summary>The figures that the run was computed without, or with one from a year ago or earlier.</summary>
    public IReadOnlyList<FigureGap> Figures { get; private set; } = [];

    /// <summary>Months before the run's that are not closed, and submissions of later months that it does not take.</summary>
    public IReadOnlyList<OpenMonth> OpenBefore { get; private set; } = [];
    public IReadOnlyList<LaterSubmission> NotTaken { get; private set; } = [];

    /// <summary>What the ledger did since the run was computed: with any, it is out of date.</summary>
    public IReadOnlyList<LedgerAct> Moved { get; private set; } = [];

    /// <summary>Files and decisions that have come since the run was computed and are not in it: how many, and the first of them.</summary>
    public (long Count, IReadOnlyList<LaterSubmission> First) CameLater { get; private set; } = (0, []);

    /// <summary>Employers of the month that have declared and whose money has not come.</summary>
    public UnpaidList Unpaid { get; private set; } = UnpaidList.None;

    /// <summary>What was decided about held rows, of this run and of its month.</summary>
    public IReadOnlyList<RunDecision> Decisions { get; private set; } = [];

    /// <summary>How the people are put in order; a word that is none is the first order.</summary>
    [BindProperty(SupportsGet = true, Name = "by")]
    public string? Order { get; set; }

    public PeopleOrder By => Order switch { "amount" => PeopleOrder.Amount, "change" when Line.Kind == "allocation" => PeopleOrder.Change, _ => PeopleOrder.Account };

    public RunOverride? Override { get; private set; }

    /// <summary>Jobs of the area that are parked: a run does not go on before they are seen to.</summary>
    public int Parked { get; private set; }

    public bool MayReview { get; private set; }

    public bool MayCompute { get; private set; }

    public bool MayTrace { get; private set; }

    public bool MayDiscard { get; private set; }

    private RunLife Life => new(Area);

    public async Task OnGetAsync()
    {
        RunList runs = new(Area, Clock);
        Line = await runs.FindAsync(Run, Cancellation);
        Document = await Life.PreviewAsync(Run, Cancellation);
        Progress = await runs.ProgressAsync(Run, Cancellation);
        Compared = await RunComparison.ReadAsync(Area, Document, Cancellation);
        Anomalies = await Anomaly.ReadAsync(Area, Run, Cancellation);
        Kinds = await RunKind.ReadAsync(Area, Run, Cancellation);
        if (LastMonth is not null)
        {
            KindsNow = await RunKind.ReadAsync(Area, Compared!.Now.Runs, Cancellation);
            KindsBefore = await RunKind.ReadAsync(Area, LastMonth.Runs, Cancellation);
        }

        Figures = await new FigureWarnings(Area).OfRunAsync(Run, Cancellation);
        OpenBefore = await new MonthsAround(Area).OpenBeforeAsync(Line.Month, Cancellation);
        NotTaken = await new MonthsAround(Area).LaterAsync(Line.Month, Cancellation);
        Unpaid = Line.Kind == "allocation" && Line.State is not (RunState.Computing or RunState.Discarded) ? await new UnpaidEmployers(Area).OfMonthAsync(Line.Month, Cancellation) : UnpaidList.None;
        Decisions = Line.Kind == "allocation" && Line.State != RunState.Discarded ? await new RunDecisions(Area).ReadAsync(Run, Line.Month, Cancellation) : [];
        if (Line.State is RunState.Computed or RunState.Approved)
        {
            SinceComputed since = new(Area);
            Moved = Line.IsOutOfDate ? await since.ActsAsync(Run, Cancellation) : [];
            CameLater = await since.SubmissionsAsync(Run, Cancellation);
        }

        Override = await runs.OverrideAsync(Run, Cancellation);
        Parked = Line.State == RunState.Computing ? (await Service<QueuedWork>().ParkedAsync(Code, Cancellation)).Count : 0;
        MayReview = await MayAsync(Permissions.ReviewRuns);
        MayCompute = await MayAsync(Permissions.ComputeRuns);
        MayTrace = await MayAsync(Permissions.TraceMoney);
        MayDiscard = await MayAsync(Permissions.DiscardRuns);
        MayLookUp = await MayAsync(Permissions.LookUpAccounts);
        Next = Line.State == RunState.Posted ? await MonthAfterPosting.ReadAsync(Area, Line.Month, await MayAsync(Permissions.CloseMonths) ? Who : null, Cancellation) : null;
    }

    /// <summary>How a kind's net changed from the month before; null where it is not compared.</summary>
    public (long Now, long Before)? ChangeOf(string kind)
    {
        long Net(IReadOnlyList<RunKind> kinds) => kinds.FirstOrDefault(k => k.Kind == kind)?.Net.Fen ?? 0;
        return LastMonth is not null && RunKind.IsCompared(kind) ? (Net(KindsNow), Net(KindsBefore)) : null;
    }

    /// <summary>The comparison in detail reads the whole month: it is asked for when somebody looks at it.</summary>
    public Task<ReviewDocument> ReviewAsync() => new RunReview(Area).ReadAsync(Run, Cancellation);

    /// <summary>Fifty of the people; asked for as the comparison is.</summary>
    public Task<Listing<RunPerson>> PeopleAsync() => new RunPeople(Area).ReadAsync(Document, Compared, By, PageNumber, Cancellation);

    public static (string Chinese, string English) CameLaterOf(long count, bool ofMonth) => ofMonth
        ? ($"计算后又收到 {count} 份本月报送，未包含在内：", $"{Show.Count(count, "submission")} of this month came in after the run was computed and not included in it:")
        : ($"计算后又收到 {count} 份本月及以前月份的报送，未包含在内：", $"{Show.Count(count, "submission")} of this month and earlier ones came in after the run was computed and not included in it:");

    /// <summary>What a line of the review counts.</summary>
    public static (string Chinese, string English) WordsOf(string kind) => kind switch
    {
        "joiners" => ("新增（上月无、本月有）", "Joiners (not credited last month)"),
        "leavers" => ("减少（上月有、本月无）", "Leavers (credited last month)"),
        "newly-retired" => ("由在职转为退休（按上月与本月的划入）", "Newly retired (by what was credited in the two months)"),
        "newly-active" => ("由退休转为在职（按上月与本月的划入）", "Newly active (by what was credited in the two months)"),
        "changed" => ("金额变动（同为在职或同为退休）", "Other amount (active in both months, or retired in both)"),
        "earlier-months-before" => ("上月入账的补缴和以前月份更正（本月不再有）", "Arrears and corrections of earlier months, posted last month"),
        "earlier-months" => ("本月入账的补缴和以前月份更正", "Arrears and corrections of earlier months, posted this month"),
        "tier-movers" => ("跨入新的年龄段", "Moved to another age tier"),
        "base-jumps" => ($"缴费基数变动超过 {RunReview.JumpPercent}%", $"Base changed by more than {RunReview.JumpPercent} %"),
        "floor-hits" => ("按下限计算的退休人员", "Retirees lifted to the floor"),
        "retired-working" => ("已退休、本月按在职划入", "Retired, credited as active this month"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static (string Chinese, string English) NameOf(PeopleOrder order) => order switch
    {
        PeopleOrder.Amount => ("金额最大的在前", "largest amount first"),
        PeopleOrder.Change => ("与上月差额最大的在前", "largest difference from last month first"),
        _ => ("按账户顺序", "in the order of the accounts"),
    };

    public async Task<IActionResult> OnGetProgressAsync()
    {
        RunProgressDocument progress = await new RunList(Area, Clock).ProgressAsync(Run, Cancellation);
        return new JsonResult(new
        {
            done = progress.State != RunState.Computing,
            fields = new Dictionary<string, object>
            {
                ["chunks"] = $"{progress.Done} / {progress.Chunks}",
                ["bar"] = progress.Done,
                ["rows"] = $"{Show.Count(progress.Rows)} / {Show.Count(progress.AllRows)}",
                ["rate"] = Show.Count(progress.RowsPerSecond),
                ["left"] = Left(progress),
            },
        });
    }

    public string Left(RunProgressDocument progress) => progress.SecondsLeft is { } seconds
        ? L[$"{seconds / 60} 分 {seconds % 60} 秒", $"{seconds / 60} min {seconds % 60} s"]
        : L["尚不能估计", "not known yet"];

    public Task<IActionResult> OnPostApproveAsync(string? digest, string? reason) => OnceAsync(
        l => l.State is RunState.Approved or RunState.Posted && l.ApprovedBy is not null,
        l => ($"本批次此前已由 {l.ApprovedBy} 于 {Show.Time(l.ApprovedAt)} 复核；这次没有再复核。", $"The run had been approved already, by {l.ApprovedBy} on {Show.Time(l.ApprovedAt)}; nothing was approved now."),
        () => Life.ApproveAsync(Run, Who, Shown(digest), Cancellation, reason),
        async () => (await Life.PreviewAsync(Run, Cancellation)).Digest == Shown(digest));

    public Task<IActionResult> OnPostPostAsync() => OnceAsync(
        l => l.State == RunState.Posted,
        l => ($"本批次此前已由 {l.EndedBy} 于 {Show.Time(l.EndedAt)} 入账；这次没有再入账。", $"The run had been posted already, by {l.EndedBy} on {Show.Time(l.EndedAt)}; nothing was posted now."),
        () => Life.PostAsync(Run, Who, Cancellation));

    // Sent again from a second window: what was done before is said, with who did it, and not shown as if it was done now.
    private async Task<IActionResult> OnceAsync(
        Func<RunLine, bool> isDone, Func<RunLine, (string, string)> words, Func<Task<RunDocument>> act, Func<Task<bool>>? isSame = null)
    {
        if (await MayAsync(Permissions.ReviewRuns) && await new RunList(Area, Clock).FindAsync(Run, Cancellation) is var line && isDone(line)
            && (isSame is null || await isSame()))
        {
            Already = words(line);
            await OnGetAsync();
            return Page();
        }

        return await ActAsync(Permissions.ReviewRuns, act);
    }

    public Task<IActionResult> OnPostDiscardAsync(string? reason) =>
        ActAsync(Permissions.DiscardRuns, async () => await Life.DiscardAsync(Run, Who, Needed(reason), Cancellation));

    public Task<IActionResult> OnPostReverseAsync(string? reason) => ActAsync(Permissions.ComputeRuns, async () =>
    {
        string why = Needed(reason);
        YearMonth month = await Life.OpenMonthAsync(Run, Cancellation);
        RunDocument reversal = await Life.ReverseAsync(Run, month, Who, Cancellation);
        await AuditAsync("run.reverse", Code, $"{Run} {reversal.Run}", why);
        return reversal;
    });

    // The form sends the digest of what it showed: without it nobody knows what was reviewed.
    private static string Shown(string? digest) => string.IsNullOrWhiteSpace(digest)
        ? throw new DataFaultException("DIGEST_MISSING", "缺少所复核内容的摘要，请重新打开批次。", "The digest of what was reviewed is missing; open the run again.")
        : digest;

    private Task<IActionResult> ActAsync(string permission, Func<Task<RunDocument>> act) => TryAsync(
        permission, async () => Redirect($"~/{Code}/runs/{(await act()).Run}"), OnGetAsync);
}
