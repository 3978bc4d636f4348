using System.Runtime.CompilerServices;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>
/// How many differences of a month's money are open. Pages ask for it all day, and of a large month the check takes seconds: the count is kept until a file, a posting, a
/// match or an acceptance changes it.
/// </summary>
public sealed class OpenDifferences(Area area)
{
    private static readonly ConditionalWeakTable<NpgsqlDataSource, Dictionary<(string Area, YearMonth Month), (string Known, long Count)>> Kept = [];

    public async Task<long> CountAsync(YearMonth month, CancellationToken cancellation)
    {
        string known = await area.OneAsync<string>(
            $"""
            SELECT concat_ws(' ', (SELECT max(submission_id) FROM :area.submission), :area.ledger_head(), (SELECT max(match_id) FROM :area.money_match),
                (SELECT max(match_act_id) FROM :area.money_match_act), (SELECT max(difference_act_id) FROM :area.difference_act), (SELECT max(refiling_id) FROM :area.refiling), {area.Policy.Seq})
            """, cancellation);
        Dictionary<(string, YearMonth), (string Known, long Count)> kept = Kept.GetOrCreateValue(area.Program);
        (string, YearMonth) of = (area.Schema.Name, month);
        lock (kept)
        {
            if (kept.TryGetValue(of, out (string Known, long Count) before) && before.Known == known)
            {
                return before.Count;
            }
        }

        MonthDifferences differences = await new MoneyDifferences(area).ReadAsync(month, cancellation);
        lock (kept)
        {
            kept[of] = (known, differences.Open);
        }

        return differences.Open;
    }
}
