using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>What a closing in force knew of the money.</summary>
/// <param name="Checked">Its differences are on record.</param>
/// <param name="Submissions">The last submission that it knew.</param>
public sealed record ClosedCheck(long Seq, YearMonth Month, string By, Instant At, bool Checked, int Submissions)
{
    /// <summary>The last submission that a report of the month knows: a closed month has those that it was closed with, an open one all.</summary>
    public static async Task<int> KnownAsync(AreaSession area, YearMonth month, CancellationToken cancellation) =>
        (await CheckedMonth.ReadAsync(area, month, cancellation)).Own?.Submissions ?? int.MaxValue;
}

/// <summary>A month whose money is checked, with the closing before it, from which what has not changed since is carried over.</summary>
/// <param name="Own">The closing of the month itself; null: it is open.</param>
internal sealed record CheckedMonth(YearMonth Month, ClosedCheck? Before, ClosedCheck? Own)
{
    private static readonly LocalDate Beginning = new(1900, 1, 1);

    public LocalDate End => Month.ToDateInterval().End;

    /// <summary>The first day after the closing before.</summary>
    public LocalDate From => Before is { } before ? before.Month.PlusMonths(1).OnDayOfMonth(1) : Beginning;

    public static async Task<CheckedMonth> ReadAsync(Area area, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await ReadAsync(area.On(connection), month, cancellation);
    }

    /// <summary>Within a transaction that closes the month, its own closing is not one yet.</summary>
    public static async Task<CheckedMonth> ReadAsync(AreaSession area, YearMonth month, CancellationToken cancellation)
    {
        List<ClosedCheck> closings = await area.ReadAsync(
            """
            SELECT c.seq, c.month, l.by, l.at, m.checked, m.submissions FROM :area.closing_in_force c JOIN :area.ledger l USING (seq) JOIN :area.closing_money m USING (seq)
            WHERE c.month <= $1 ORDER BY c.month DESC LIMIT 2
            """,
            r => new ClosedCheck(r.GetInt64(0), r.GetFieldValue<DateOnly>(1).Month(), r.GetString(2), r.Moment(3)!.Value, r.GetBoolean(4), r.GetInt32(5)), cancellation, month.FirstDay());
        ClosedCheck? own = closings.Find(c => c.Month == month);
        return new CheckedMonth(month, closings.Find(c => c.Month < month), own);
    }
}
