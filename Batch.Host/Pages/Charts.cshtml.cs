using System.Collections.Concurrent;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Overview;
using Microsoft.AspNetCore.Authorization;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>Figures of the last months, each chart beside the table that it is drawn from.</summary>
[Authorize(Permissions.ExportReports)]
internal sealed class ChartsModel : AreaPage
{
    private const int TierMonths = 6;
    private const int PoolMonths = 24;
    private static readonly ConcurrentDictionary<(string Database, string Code, YearMonth Month, long Entries), IReadOnlyList<TierCredit>> Kept = new();

    public IReadOnlyList<PoolFlow> Pool { get; private set; } = [];

    public IReadOnlyList<YearMonth> Months { get; private set; } = [];

    public IReadOnlyList<TierCredit> Tiers { get; private set; } = [];

    public IReadOnlyList<AgeBand> Ages { get; private set; } = [];

    public YearMonth? RejectMonth { get; private set; }

    public IReadOnlyList<CodeCount> Rejects { get; private set; } = [];

    public async Task OnGetAsync()
    {
        ChartData data = new(Area);
        Pool = await data.PoolAsync(PoolMonths, Cancellation);
        Ages = await data.AgesAsync(Today, Cancellation);
        RejectMonth = await new MonthList(Area).CurrentAsync(Cancellation);
        Rejects = RejectMonth is { } month ? await new SubmissionList(Area).CodesAsync(month, Cancellation) : [];
        MonthLine[] lines = [.. (await new MonthList(Area).ReadAsync(Cancellation)).Where(m => m.Runs > 0).Take(TierMonths).Reverse()];
        Months = [.. lines.Select(l => l.Month)];
        List<TierCredit> tiers = [];
        foreach (MonthLine line in lines)
        {
            // What a month says changes only when something more is posted into it.
            var key = (Database.Url, Code, line.Month, line.Entries);
            if (!Kept.TryGetValue(key, out IReadOnlyList<TierCredit>? credits))
            {
                Kept[key] = credits = await data.TiersAsync(line.Month, Cancellation);
            }

            tiers.AddRange(credits);
        }

        Tiers = tiers;
    }
}
