using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>One month: what is still to be done before its run, its closing and its certificate.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class MonthModel : AreaPage
{
    [BindProperty(SupportsGet = true)]
    public string Month { get; set; } = "";

    public YearMonth Of { get; private set; }

    public IReadOnlyList<ReadinessPoint> Points { get; private set; } = [];

    /// <summary>What is told before the month is closed.</summary>
    public IReadOnlyList<ClosingWarning> Warnings { get; private set; } = [];

    public MonthLine? Line { get; private set; }

    public ReportTable? Certificate { get; private set; }

    /// <summary>The money of a closed month; null: it has no money files.</summary>
    public CertificateSheet? Money { get; private set; }

    /// <summary>The closing in force; null: the month is open.</summary>
    public ClosingDocument? Closed { get; private set; }

    public bool MayClose { get; private set; }

    /// <summary>What keeps this month from being closed now; null: nothing, or it is closed.</summary>
    public ClosingBar? Before { get; private set; }

    /// <summary>A proposal to open the month again that waits, or how it was opened.</summary>
    public ReopeningDocument? Reopening { get; private set; }

    /// <summary>How often the month was closed; more than once when it was opened again in between.</summary>
    public long Closings { get; private set; }

    /// <summary>The run that was posted last in the closed month; null: none was.</summary>
    public RunLine? LastPosted { get; private set; }

    /// <summary>The proposal to open the month again that waits for another person, or can only be dismissed.</summary>
    public WaitingReopening? Waiting { get; private set; }

    public bool MayReopen { get; private set; }

    /// <summary>Differences of the month's money that keep it from being closed.</summary>
    public long OpenCount { get; private set; }

    public bool MayAccept { get; private set; }

    public bool MaySend { get; private set; }

    public bool MaySeeReports { get; private set; }

    public async Task OnGetAsync()
    {
        Of = Show.NeedMonth(Month);
        Line = (await new MonthList(Area).ReadAsync(Cancellation)).FirstOrDefault(m => m.Month == Of);
        bool closed = Line is { IsClosed: true };
        Points = closed ? [] : await new Readiness(Area).ReadAsync(Of, Cancellation);
        Warnings = closed ? [] : await ClosingWarning.ReadAsync(Area, Of, Points.First(p => p.Code == ClosingWarning.RejectsOpen).Count, Cancellation);
        Certificate = closed ? await ReportTable.ReadAsync(Area, "certificate", Of, 1, Cancellation) : null;
        Money = closed ? await CertificateSheet.ReadAsync(Area, Of, Cancellation) : null;
        Closed = closed ? await new Closing(Area).ReadAsync(Of, Cancellation) : null;
        MayClose = await MayAsync(Permissions.CloseMonths);
        Before = closed ? null : await ClosingBar.ReadAsync(Area, Of, Who, Cancellation);
        // Before what has come is posted, all of the month's money differs.
        OpenCount = closed || !MayClose || Before is not null || Points.First(p => p.Code == "waiting-files").Count > 0 ? 0 : await new OpenDifferences(Area).CountAsync(Of, Cancellation);
        MayAccept = await MayAsync(Permissions.AcceptDifferences);
        Reopening = await ReopeningOf.ReadAsync(Of, Cancellation);
        Closings = closed ? await ReopeningOf.ClosingsAsync(Of, Cancellation) : 0;
        LastPosted = closed ? await new RunList(Area, Clock).LastPostedAsync(Of, Cancellation) : null;
        Waiting = (await ReopeningOf.WaitingAsync(Cancellation)).FirstOrDefault(w => w.Month == Of);
        MayReopen = closed && await ReopeningOf.IsPossibleAsync(Of, Cancellation);
        MaySend = await MayAsync(Permissions.SendFiles);
        MaySeeReports = await MayAsync(Permissions.ExportReports);
    }

    /// <param name="accept">Why the differences that nobody has accepted are accepted with the closing.</param>
    public Task<IActionResult> OnPostCloseAsync(string? accept) => TryAsync(
        string.IsNullOrWhiteSpace(accept) ? Permissions.CloseMonths : Permissions.AcceptDifferences,
        async () =>
        {
            YearMonth month = Show.NeedMonth(Month);
            if ((await new MonthList(Area).ReadAsync(Cancellation)).FirstOrDefault(m => m.Month == month) is { IsClosed: true, ClosedAt: { } at } closed)
            {
                Already = ($"本月此前已由 {closed.ClosedBy} 于 {Show.Time(at)} 结账；这次没有再结账。", $"The month had been closed already, by {closed.ClosedBy} on {Show.Time(at)}; nothing was closed now.");
                await OnGetAsync();
                return Page();
            }

            await new Closing(Area).CloseAsync(month, Who, Cancellation, accept);
            await AuditAsync("month.close", Code, Show.Month(month));
            return Redirect($"~/{Code}/months/{Show.Month(month)}");
        },
        OnGetAsync);

    public Task<IActionResult> OnPostProposeAsync(string? reason) => ReopenAsync((month, reopening) => reopening.ProposeAsync(month, Who, Needed(reason), Cancellation));

    public Task<IActionResult> OnPostReopenAsync() => ReopenAsync((month, reopening) => reopening.ApproveAsync(month, Who, Cancellation));

    public Task<IActionResult> OnPostWithdrawAsync() => ReopenAsync((month, reopening) => reopening.WithdrawAsync(month, Who, Cancellation));

    private Reopening ReopeningOf => new(Area);

    private Task<IActionResult> ReopenAsync(Func<YearMonth, Reopening, Task> act) => TryAsync(
        Permissions.CloseMonths,
        async () =>
        {
            YearMonth month = Show.NeedMonth(Month);
            await act(month, ReopeningOf);
            return Redirect($"~/{Code}/months/{Show.Month(month)}");
        },
        OnGetAsync);

    /// <summary>Where a point is dealt with; null: it is only to be known.</summary>
    public string? HrefOf(ReadinessPoint point) => point.Ready == Ready.Yes ? null : point.Code switch
    {
        "missing-figures" or "figures-unlimited" or "policy-gap" => $"{Code}/policies?month={Show.Month(Of)}",
        "earlier-month-open" => $"{Code}/months/{point.Names[0]}",
        "open-run" => $"{Code}/runs/{point.Names[0]}",
        "files-none" when MaySend => $"{Code}/uploads",
        "files-none" or "files-refused" => $"{Code}/submissions?month={Show.Month(Of)}",
        "employers-missing" => $"{Code}/months/{Show.Month(Of)}/notices",
        "retirees-missing" or "retirees-unknown" when MaySeeReports => $"{Code}/reports?kind=retirees&month={Show.Month(Of)}",
        "left-declared" or "retired-declared" when MaySeeReports => $"{Code}/reports?kind=status&month={Show.Month(Of)}",
        "money-missing" => $"{Code}/reconcile?month={Show.Month(Of)}",
        "rejects-open" => $"{Code}/submissions?month={Show.Month(Of)}&open=true",
        "rows-held" => $"{Code}/held",
        "differences-open" => $"{Code}/reconcile?month={Show.Month(Of)}",
        "waiting-files" or "waiting-decisions" => $"{Code}/runs",
        "parked-work" => "jobs",
        _ => null,
    };

    public static (string Chinese, string English) NameOf(ReadinessPoint point) => point.Code switch
    {
        "missing-figures" => ("所需数值", "Figures that the policy needs"),
        "figures-unlimited" => ("缺少或过期的数值：照常计算，但金额可能不准", "Figures missing or old: the month is computed, amounts may be wrong"),
        "policy-gap" => ("该月没有有效政策", "No policy covers the month"),
        "earlier-month-open" => ("更早的月份未结账", "Earlier months not closed"),
        "open-run" => ("未结束的批次", "Open runs"),
        "files-none" => ("已收文件", "Files received"),
        "files-refused" => ("被整份拒收、尚未重报的文件", "Files refused whole and not sent again"),
        "parked-work" => ("出错搁置的作业", "Parked jobs"),
        "employers-missing" => ("上月申报、本月未申报的单位", "Employers of last month that have not filed"),
        "money-missing" => ("已申报、款项未到齐的单位（到齐后才划入）", "Employers that have declared and not paid in full (credited once the money is received)"),
        "retirees-missing" => ("在册、本月养老金文件中没有的退休人员", "Retirees on the roster and in no pension file of the month"),
        "retirees-unknown" => ("本月养老金文件中有、不在册的人员", "People in a pension file of the month and on no roster"),
        "left-declared" => ("已登记停保、单位仍申报的人员", "People on record as left whom an employer declares"),
        "retired-declared" => ("已登记退休、单位仍申报的人员", "People on record as retired whom an employer declares"),
        "rejects-open" => ("被拒绝的行", "Rejected rows"),
        "rows-held" => ("待定的行", "Held rows"),
        "differences-open" => ("对账中没有说明的差异", "Differences of the money that nobody has accepted"),
        "waiting-files" => ("尚未入账的报送", "Submissions not posted yet"),
        "waiting-decisions" => ("尚未入账的处理决定", "Decisions not posted yet"),
        "age-bounds" => ("本月跨入新年龄段的人员", "People who move to another age tier"),
        _ => ("本月登记退休的人员（人员变更文件）", "People whose retirement in the month is on record (persons files)"),
    };
}
