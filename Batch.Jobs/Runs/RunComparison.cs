using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>The totals posted in the month before a run's: what a reviewer compares it with.</summary>
public sealed record RunComparison(
    YearMonth Month, int People, long Entries, Money Credited, Money PersonPaid, Money EmployerPaid, Money PoolPaid, Money Pool, Money Other)
{
    public static async Task<RunComparison?> ReadAsync(Area area, RunDocument run, CancellationToken cancellation)
    {
        if (run.Run is null)
        {
            return null;
        }

        List<RunDocument> before = [];
        foreach (int id in await PostedAsync(area, run.Month.PlusMonths(-1), cancellation))
        {
            before.Add(await RunDocument.ReadAsync(area.Program, area.Schema, id, cancellation));
        }

        Money Sum(Func<RunDocument, Money> amount) => before.Aggregate(Money.Zero, (sum, r) => sum + amount(r));
        return before.Count == 0 ? null : new RunComparison(
            run.Month.PlusMonths(-1), before.Count == 1 ? before[0].People : await PeopleAsync(area, run.Month.PlusMonths(-1), cancellation), before.Sum(r => r.Entries), Sum(r => r.Credited), Sum(r => r.PersonPaid), Sum(r => r.EmployerPaid),
            Sum(r => r.PoolPaid), Sum(r => r.Pool), Sum(r => r.Other));
    }

    // Of several runs the people are those of any of them, each once.
    private static async Task<int> PeopleAsync(Area area, YearMonth month, CancellationToken cancellation) =>
        (int)await area.OneAsync<long>("SELECT count(DISTINCT account_id) FROM :area.entry WHERE posting_month = $1", cancellation, month.FirstDay());

    private static Task<List<int>> PostedAsync(Area area, YearMonth month, CancellationToken cancellation) =>
        area.ReadAsync("SELECT run_id FROM :area.ledger WHERE act = 'post' AND month = $1 ORDER BY seq", r => r.GetInt32(0), cancellation, month.FirstDay());
}
