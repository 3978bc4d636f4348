using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>A posted run of a month.</summary>
/// <param name="People">Counted when the run was computed; who is in two runs of the month is counted in both.</param>
public sealed record PostedRun(YearMonth Month, int Run, long People);

/// <summary>What the first page shows of the months. Nothing of it reads entries or contributions, so it is as quick in a large area.</summary>
public sealed class MonthHistory(Area area)
{
    /// <summary>The posted runs from a month on, in the order of posting.</summary>
    public async Task<ILookup<YearMonth, PostedRun>> RunsAsync(YearMonth from, CancellationToken cancellation) => (await area.ReadAsync(
        "SELECT posting_month, run_id, coalesce(people, 0) FROM :area.posted_run WHERE posting_month >= $1 ORDER BY posting_month, seq",
        r => new PostedRun(r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1), r.GetInt32(2)), cancellation, from.FirstDay())).ToLookup(r => r.Month);

    /// <summary>How many receipts are in force for a contribution month.</summary>
    public Task<long> ReceiptsAsync(YearMonth month, CancellationToken cancellation) =>
        area.OneAsync<long>("SELECT count(*) FROM :area.receipt_in_force WHERE receipt_month = $1", cancellation, month.FirstDay());
}
