using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// The later runs in force that were computed upon a run: they concern a person and month that it concerns, by entries, by facts (which may
/// have changed nothing, as long as it stood) or by a change of status; or one of both computed a common month for everybody; where its policy
/// gates on other months (breaks, years, enrolments), they concern the person at all. Without
/// the run their differences would be others, so it is not taken back beneath them.
/// </summary>
internal sealed class BuiltUpon(AreaSession area)
{
    /// <returns>The last one first: the order in which they can be reversed.</returns>
    public async Task<IReadOnlyList<int>> RunsAsync(int run, CancellationToken cancellation)
    {
        // Interest follows from closed months alone: upon it are built the later differences of the same year, and no allocation.
        List<int> built = await NumbersAsync(
            """
            SELECT s.run_id FROM :area.standing_interest s JOIN :area.run_month m USING (run_id)
            JOIN :area.run_month n ON n.contribution_month = m.contribution_month AND n.run_id = $1
            JOIN :area.posted_run o ON o.run_id = n.run_id AND o.kind = 'interest' AND o.seq < s.seq ORDER BY s.seq DESC
            """, [run], cancellation);
        foreach (int later in await NumbersAsync(
            "SELECT s.run_id FROM :area.standing_run s JOIN :area.ledger l USING (run_id) JOIN :area.posted_run o ON o.run_id = $1 AND o.kind <> 'interest' WHERE l.seq > o.seq ORDER BY l.seq DESC",
            [run], cancellation))
        {
            if (await SharesAsync(run, later, cancellation))
            {
                built.Add(later);
            }
        }

        return built;
    }

    private async Task<bool> SharesAsync(int run, int later, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT m.contribution_month, bool_or(m.whole) AND count(*) > 1 FROM :area.run_month m WHERE m.run_id IN ($1, $2) GROUP BY 1 ORDER BY 1
            """);
        command.Parameters.AddWithValue(run);
        command.Parameters.AddWithValue(later);
        bool gated = await GatesAsync(later, cancellation);
        List<DateOnly> months = [];
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                if (reader.GetBoolean(1))
                {
                    return true;
                }

                months.Add(reader.GetFieldValue<DateOnly>(0));
            }
        }

        if (gated)
        {
            string first = string.Join(" UNION ", months.Select(m => Persons("$1", m, gated))), second = string.Join(" UNION ", months.Select(m => Persons("$2", m, gated)));
            return (await NumbersAsync($"SELECT person_id FROM ({first}) a JOIN ({second}) b USING (person_id) LIMIT 1", [run, later], cancellation)).Count > 0;
        }

        foreach (DateOnly month in months)
        {
            if ((await NumbersAsync($"SELECT person_id FROM ({Persons("$1", month, gated)}) a JOIN ({Persons("$2", month, gated)}) b USING (person_id) LIMIT 1", [run, later], cancellation)).Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> GatesAsync(int run, CancellationToken cancellation) => (await NumbersAsync(
        """
        SELECT 1 FROM :area.run_month m JOIN batch.policy_slice s ON s.hash = m.policy_hash
        WHERE m.run_id = $1 AND (s.content -> 'resumptionOffset' <> '0' OR s.content -> 'firstMonthOffset' <> '0' OR s.content ? 'minimumYears' OR s.content ? 'advance' OR jsonb_path_exists(s.content, '$.categories.*.retired.**.proRata')
              OR s.content -> 'arrears' <> '{"ageOn": "accrual", "credited": "yes"}' OR jsonb_path_exists(s.content, '$.categories.*.retired.credit ? (@ == "frozen")')) LIMIT 1
        """, [run], cancellation)).Count > 0;

    private static string Persons(string run, DateOnly month, bool gated)
    {
        string day = $"DATE '{month.Month().Text()}-01'";
        string own = $"SELECT submission_id FROM :area.run_submission WHERE run_id = {run}";
        return $"""
            SELECT {AccountNumbers.PersonSql("account_id")} AS person_id FROM :area.entry WHERE run_id = {run} AND contribution_month = {day}
                AND posting_month = (SELECT posting_month FROM :area.run WHERE run_id = {run})
            UNION SELECT person_id FROM :area.contribution WHERE contribution_month = {day} AND submission_id IN ({own})
            UNION SELECT person_id FROM :area.contribution WHERE contribution_month = {day} AND employer_id IN (
                SELECT employer_id FROM (
                    SELECT employer_id, submission_id FROM :area.receipt WHERE receipt_month = {day}
                    UNION ALL SELECT employer_id, taken_with FROM :area.money_returned WHERE month = {day}) r
                WHERE submission_id IN ({own}) OR employer_id IN (SELECT employer_id FROM :area.contribution WHERE contribution_month = {day} AND submission_id IN ({own})))
            UNION SELECT p.person_id FROM :area.pension p JOIN :area.pension q USING (person_id)
                WHERE p.submission_id IN ({own}) AND p.pension_month BETWEEN {day} - interval '11 months' AND {day} + interval '11 months'
                      AND q.pension_month = {day} AND q.prior_year_fen IS NULL AND EXISTS (
                          SELECT FROM :area.run_month m JOIN batch.policy_slice s ON s.hash = m.policy_hash
                          WHERE m.contribution_month = {day} AND m.run_id IN ($1, $2) AND s.content ->> 'provisionalPension' = 'true-up')
            UNION SELECT person_id FROM :area.pension WHERE pension_month = {day} AND submission_id IN ({own})
            UNION SELECT person_id FROM :area.movement WHERE movement_month = {day} AND submission_id IN ({own})
            UNION SELECT person_id FROM :area.person_event WHERE event IN ({(gated ? "1, 2, 4, 5, 6, 8, 9, 20" : "4, 5, 6")}) AND submission_id IN ({own})
            """;
    }

    private Task<List<int>> NumbersAsync(string sql, int[] runs, CancellationToken cancellation) =>
        area.ReadAsync(sql, r => r.GetInt32(0), cancellation, [.. runs.Cast<object>()]);
}
