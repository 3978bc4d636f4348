using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Ledger;

/// <summary>How many differences of a month's money are open.</summary>
public sealed class OpenDifferences(Area area)
{
    public Task<long> CountAsync(YearMonth month, CancellationToken cancellation) => new KeptOfMonth<long>(area, "differences-open").ReadAsync(
        month, async () => (await new MoneyDifferences(area).ReadAsync(month, cancellation)).Open, cancellation);
}
