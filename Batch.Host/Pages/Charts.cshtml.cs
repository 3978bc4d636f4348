using System.Collections.Concurrent;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
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

    /// <summary>The day on which the ages are.</summary>
    public LocalDate AgesOn => Today;

    public YearMonth? RejectMonth { get; private set; }

    public IReadOnlyList<CodeCount> Rejects { get; private set; } = [];

    public async Task OnGetAsync()
    {
        ChartData data = new(Area);
        Pool = await data.PoolAsync(PoolMonths, Cancellation);
        Ages = Whole(await data.AgesAsync(Today, Cancellation));
        RejectMonth = await new MonthList(Area).CurrentAsync(Cancellation);
        Rejects = RejectMonth is { } month ? await new SubmissionList(Area).CodesAsync(month, Cancellation) : [];
        IReadOnlyList<MonthLine> posted = [.. (await new MonthList(Area).ReadAsync(Cancellation)).Where(m => m.Runs > 0)];
        if (Rejects.Count == 0 && posted.Count > 0)
        {
            // Nothing has come in for the month that is open: the one before says more.
            RejectMonth = posted[0].Month;
            Rejects = await new SubmissionList(Area).CodesAsync(posted[0].Month, Cancellation);
        }

        MonthLine[] lines = [.. posted.Take(TierMonths).Reverse()];
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

    // A band that nobody is in is shown all the same.
    private static IReadOnlyList<AgeBand> Whole(IReadOnlyList<AgeBand> bands) => bands.Count == 0 ? bands
        : [.. Enumerable.Range(0, ((bands[^1].Age - bands[0].Age) / AgeBand.Years) + 1).Select(i => bands[0].Age + (i * AgeBand.Years))
            .Select(age => bands.FirstOrDefault(b => b.Age == age) ?? new AgeBand(age, 0, 0))];
}
