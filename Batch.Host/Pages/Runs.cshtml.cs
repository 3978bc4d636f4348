using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>The runs of an area, and where one is started.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class RunsModel : AreaPage
{
    public YearMonth Month { get; private set; }

    public Listing<RunLine> Lines { get; private set; } = null!;

    public RunLine? Open { get; private set; }

    /// <summary>Insurance years that have ended and have their statements, the latest first.</summary>
    public IReadOnlyList<int> Years { get; private set; } = [];

    public bool MayCompute { get; private set; }

    /// <summary>The approved run that computing again may discard, when it was asked for: it is done once this is confirmed.</summary>
    public RunLine? Approved { get; private set; }

    /// <summary>The year whose interest was asked for.</summary>
    public int? Year { get; private set; }

    /// <summary>Months before the one proposed that are not closed.</summary>
    public IReadOnlyList<OpenMonth> Earlier { get; private set; } = [];

    public async Task OnGetAsync()
    {
        RunList runs = new(Area, Clock);
        Month = await new MonthList(Area).CurrentAsync(Cancellation) ?? new YearMonth(Today.Year, Today.Month);
        Lines = await runs.ReadAsync(null, PageNumber, Cancellation);
        Open = await runs.OpenAsync(Cancellation);
        Years = await new MonthList(Area).StatedYearsAsync(Cancellation);
        Earlier = await new MonthsAround(Area).OpenBeforeAsync(Month.PlusMonths(1), Cancellation);
        MayCompute = await MayAsync(Permissions.ComputeRuns);
    }

    /// <param name="confirmed">The number of the approved run that may be discarded: another one is asked about again.</param>
    public Task<IActionResult> OnPostAsync(string? month, int? confirmed) => TryAsync(
        Permissions.ComputeRuns,
        async () =>
        {
            YearMonth of = Show.ReadMonth(month) ?? throw new DataFaultException("MONTH_INVALID", "请填写入账月份，例如 2021-06。", "Give the posting month, such as 2021-06.");
            return await AskAsync("allocation", of, confirmed) ? Page() : await StartAsync(WorkKinds.Allocate, Show.Month(of));
        },
        OnGetAsync);

    public Task<IActionResult> OnPostInterestAsync(int year, int? confirmed) => TryAsync(
        Permissions.ComputeRuns,
        async () =>
        {
            Year = year;
            return await AskAsync("interest", null, confirmed) ? Page() : await StartAsync(WorkKinds.Interest, year.ToString(CultureInfo.InvariantCulture));
        },
        OnGetAsync);

    // A run of another kind or month is not replaced.
    private async Task<bool> AskAsync(string kind, YearMonth? month, int? confirmed)
    {
        if (await new RunList(Area, Clock).OpenAsync(Cancellation) is not { State: RunState.Approved } open || open.Kind != kind || (month ?? open.Month) != open.Month
            || open.Run == confirmed)
        {
            return false;
        }

        Approved = open;
        await OnGetAsync();
        return true;
    }

    private async Task<IActionResult> StartAsync(string kind, string of)
    {
        EveryAct.Tell(HttpContext, kind == WorkKinds.Interest ? "year" : "month", of);
        int job = await Service<QueuedWork>().AskAsync(new WorkOrder(kind, Area.Schema, of, Who), Cancellation);
        return Redirect($"~/{Code}/runs/now?job={job}");
    }
}
