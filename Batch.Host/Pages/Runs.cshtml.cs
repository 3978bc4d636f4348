using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
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

    public Task<IActionResult> OnPostAsync(string? month) => TryAsync(
        Permissions.ComputeRuns,
        async () =>
        {
            YearMonth of = Show.ReadMonth(month) ?? throw new DataFaultException("MONTH_INVALID", "请填写入账月份，例如 2021-06。", "Give the posting month, such as 2021-06.");
            return await StartAsync(WorkKinds.Allocate, Show.Month(of));
        },
        OnGetAsync);

    public Task<IActionResult> OnPostInterestAsync(int year) =>
        TryAsync(Permissions.ComputeRuns, () => StartAsync(WorkKinds.Interest, year.ToString(CultureInfo.InvariantCulture)), OnGetAsync);

    private async Task<IActionResult> StartAsync(string kind, string of)
    {
        EveryAct.Tell(HttpContext, kind == WorkKinds.Interest ? "year" : "month", of);
        int job = await Service<QueuedWork>().AskAsync(new WorkOrder(kind, Area.Schema, of, Who), Cancellation);
        return Redirect($"~/{Code}/runs/now?job={job}");
    }
}
