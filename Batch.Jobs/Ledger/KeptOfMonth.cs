using System.Runtime.CompilerServices;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>
/// Keeps an answer about a month that pages ask for all day and that takes seconds in a large area, until a file, a decision, a posting, a match, a return, an acceptance
/// or a policy changes it.
/// </summary>
/// <param name="what">Which answer.</param>
internal sealed class KeptOfMonth<T>(Area area, string what)
{
    private static readonly ConditionalWeakTable<NpgsqlDataSource, Dictionary<(string What, string Area, YearMonth Month), (string Known, T Answer)>> Kept = [];

    public async Task<T> ReadAsync(YearMonth month, Func<Task<T>> read, CancellationToken cancellation)
    {
        // The time of the last submission tells an area that was restored from a backup since.
        string known = await area.OneAsync<string>(
            $"""
            SELECT concat_ws(' ', (SELECT submission_id || '@' || received_at FROM :area.submission ORDER BY submission_id DESC LIMIT 1), :area.ledger_head(),
                (SELECT coalesce(max(match_id), 0) FROM :area.money_match), (SELECT coalesce(max(match_act_id), 0) FROM :area.money_match_act),
                (SELECT coalesce(max(difference_act_id), 0) FROM :area.difference_act), (SELECT coalesce(max(refiling_id), 0) FROM :area.refiling),
                (SELECT coalesce(max(return_act_id), 0) FROM :area.money_return_act), {area.Policy.Seq})
            """, cancellation);
        Dictionary<(string, string, YearMonth), (string Known, T Answer)> kept = Kept.GetOrCreateValue(area.Program);
        (string, string, YearMonth) of = (what, area.Schema.Name, month);
        lock (kept)
        {
            if (kept.TryGetValue(of, out (string Known, T Answer) before) && before.Known == known)
            {
                return before.Answer;
            }
        }

        T answer = await read();
        lock (kept)
        {
            kept[of] = (known, answer);
        }

        return answer;
    }
}
