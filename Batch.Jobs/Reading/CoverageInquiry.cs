using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <param name="AsOf">The last month that is judged: none after the last one for which contributions were allocated.</param>
public sealed record CoverageDocument(YearMonth AsOf, int Continuous, int Accumulated, IReadOnlyList<CoverageBreak> Breaks, YearMonth? SuspendedFrom)
{
    /// <summary>Paying has not resumed since: the break has had no effect yet.</summary>
    public bool IsOpen(CoverageBreak gap) => SuspendedFrom is not null && gap == Breaks[^1];
}

/// <summary>A person's coverage, folded from the months that the ledger has money for.</summary>
public sealed class CoverageInquiry(Area area)
{
    private static readonly YearMonth Forever = new(9999, 12);

    /// <param name="asOf">As it was known in this month; null: as it is known now.</param>
    /// <param name="today">What an area is asked about in which no contribution was ever allocated.</param>
    public async Task<CoverageDocument> ReadAsync(int account, YearMonth? asOf, YearMonth today, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        YearMonth asked = asOf ?? today;
        YearMonth? allocated = await AllocatedMonths.LastAsync(area.On(connection), asOf, cancellation);
        YearMonth month = allocated is { } last && (asOf is null || last < asked) ? last : asked;
        CoverageFacts facts = await new PostedCoverage(area.On(connection), asOf ?? Forever).ReadAsync(account, cancellation);
        Coverage coverage = facts.Fold(month, area.Policy);
        return new CoverageDocument(month, coverage.Continuous, coverage.Accumulated, coverage.Breaks, coverage.SuspendedFrom);
    }
}
