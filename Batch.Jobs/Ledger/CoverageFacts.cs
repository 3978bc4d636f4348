using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Ledger;

/// <summary>What a person's coverage is folded from: months paid, months accumulated before the system's start, retirement and death.</summary>
public sealed record CoverageFacts(IReadOnlyList<YearMonth> Paid, int EarlierMonths, YearMonth? RetiredIn, YearMonth? DiedIn)
{
    public YearMonth? LastPaid => Paid.Count == 0 ? null : Paid.Max();

    public Coverage Fold(YearMonth asOf, PolicyInForce policy) =>
        Fold(CoverageOpening.None with { Accumulated = EarlierMonths }, asOf, policy);

    /// <summary>The months after an opening position only: a statement carried on.</summary>
    public Coverage Fold(CoverageOpening opening, YearMonth asOf, PolicyInForce policy)
    {
        MonthPolicy slice = policy.For(asOf);
        return Coverage.Fold(opening, Paid, RetiredIn?.PlusMonths(slice.RetirementOffset), DiedIn, asOf, slice);
    }
}
