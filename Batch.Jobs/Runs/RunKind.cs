using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;

namespace Batch.Jobs.Runs;

/// <summary>What a run does to the accounts by one kind of entry.</summary>
/// <param name="Kind">The component's name in documents: <c>contribution</c>, <c>pay-out</c>.</param>
/// <param name="Increase">Of the entries that add to an account, the sum.</param>
/// <param name="Decrease">Of the entries that take from an account, the sum, negative.</param>
/// <param name="Net">Both together.</param>
public sealed record RunKind(string Kind, long Entries, Money Increase, Money Decrease, Money Net)
{
    /// <summary>The kinds of a computed or posted run, in the order of the ledger's components; none for a run that is still computed, or was discarded.</summary>
    public static Task<IReadOnlyList<RunKind>> ReadAsync(Area area, int run, CancellationToken cancellation) => ReadAsync(area, [run], cancellation);

    /// <summary>The kinds of several runs together.</summary>
    public static async Task<IReadOnlyList<RunKind>> ReadAsync(Area area, IReadOnlyList<int> runs, CancellationToken cancellation) => await area.ReadAsync(
        """
        SELECT component, sum(entries)::bigint, sum(credited_fen)::bigint, sum(account_fen - credited_fen)::bigint FROM :area.run_total WHERE run_id = ANY($1)
        GROUP BY component ORDER BY component
        """,
        r => new RunKind(
            LedgerWords.NameOf((Component)r.GetInt16(0)), r.GetInt64(1), new Money(r.GetInt64(2)), new Money(r.GetInt64(3)), new Money(r.GetInt64(2) + r.GetInt64(3))),
        cancellation, runs.ToArray());

    /// <summary>Kinds that the comparison of two months holds: contributions and retirees' credits.</summary>
    public static bool IsCompared(string kind) => kind == LedgerWords.NameOf(Component.Contribution) || kind == LedgerWords.NameOf(Component.Retiree);
}
