using Batch.Jobs.Areas;
using Batch.Jobs.Ledger;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Inquiry;

public sealed record CoverageDocument(YearMonth AsOf, int Continuous, int Accumulated, IReadOnlyList<CoverageBreak> Breaks, YearMonth? SuspendedFrom);

/// <summary>Where a person's coverage stands: folded from the months that the ledger has money for.</summary>
public sealed class CoverageInquiry(Area area)
{
    /// <param name="asOf">Null: the latest month posted, or <paramref name="today"/> when nothing is.</param>
    public async Task<CoverageDocument> ReadAsync(int account, YearMonth? asOf, YearMonth today, CancellationToken cancellation)
    {
        YearMonth month = asOf ?? (await new Balances(area.Program, area.Schema).BalanceAsync(account, null, cancellation)).AsOf ?? today;
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        CoverageFacts facts = await new PostedCoverage(connection, area.Schema, month).ReadAsync(account, cancellation);
        Coverage coverage = facts.Fold(month, area.Policy);
        return new CoverageDocument(month, coverage.Continuous, coverage.Accumulated, coverage.Breaks, coverage.SuspendedFrom);
    }
}
