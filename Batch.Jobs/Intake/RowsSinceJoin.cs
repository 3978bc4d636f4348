using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>
/// What has been recorded for the person who stays since a join. It can be either's, whatever number the file named: who proposes the undoing says which rows are the
/// other person's.
/// </summary>
internal sealed class RowsSinceJoin(AreaSession area)
{
    /// <exception cref="DataFaultException">JOIN_BUILT_UPON: what the join moved was withdrawn or held since by what is no row.</exception>
    public async Task<List<PersonRow>> ReadAsync(int stays, int[] join, CancellationToken cancellation)
    {
        List<PersonRow> rows = [];
        foreach ((string fact, string _, string month, string key, string _) in PersonRows.Tables)
        {
            List<(PersonRow Row, FactState State, bool Joined)> latest = await area.ReadAsync(
                $"""
                SELECT * FROM (
                    SELECT DISTINCT ON ({key}) {month}, submission_id, row_no, state, bool_or(submission_id = ANY($2)) OVER (PARTITION BY {key})
                    FROM :area.{fact} WHERE person_id = $1 ORDER BY {key}, {FactVersions.LatestFirst}) l
                WHERE submission_id > $3 ORDER BY 2, 3
                """,
                r => (new PersonRow(fact, r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1), r.GetInt32(2)), (FactState)r.GetInt16(3), r.GetBoolean(4)), cancellation,
                stays, join, join.DefaultIfEmpty().Max());
            foreach ((PersonRow row, FactState state, bool joined) in latest)
            {
                bool named = state != FactState.Withdrawn && row.Row > 0;
                if (joined && !named)
                {
                    throw JoinRefusal.BuiltUpon(row.Month);
                }

                rows.AddRange(named ? [row] : []);
            }
        }

        return rows;
    }

    /// <summary>What a part moved has no later version, of either person.</summary>
    /// <exception cref="DataFaultException">JOIN_BUILT_UPON.</exception>
    public async Task RefuseBuiltUponAsync(int[] persons, int[] part, CancellationToken cancellation)
    {
        foreach ((string fact, string _, string month, string key, string _) in PersonRows.Tables)
        {
            DateOnly? built = (await area.ReadAsync(
                $"""
                SELECT {month} FROM (
                    SELECT DISTINCT ON (person_id, {key}) *, bool_or(submission_id = ANY($2)) OVER (PARTITION BY person_id, {key}) AS moved
                    FROM :area.{fact} WHERE person_id = ANY($1) ORDER BY person_id, {key}, {FactVersions.LatestFirst}) l
                WHERE moved AND submission_id <> ALL($2) LIMIT 1
                """, r => (DateOnly?)r.GetFieldValue<DateOnly>(0), cancellation, persons, part)).FirstOrDefault();
            if (built is { } of)
            {
                throw JoinRefusal.BuiltUpon(of.Month());
            }
        }
    }

    /// <summary>The rows with what was said of each: whether it is the other person's.</summary>
    /// <param name="others">all, none, or rows as 5:2,5:3.</param>
    /// <exception cref="DataFaultException">JOIN_ROWS_UNDECIDED, JOIN_ROW_UNKNOWN.</exception>
    public static List<(PersonRow Row, bool Goes)> Choose(List<PersonRow> rows, string? others)
    {
        string said = others?.Trim() ?? "";
        if (said.Length == 0)
        {
            return rows.Count == 0 ? [] : throw Undecided(rows);
        }

        if (said is "all" or "none")
        {
            return [.. rows.Select(r => (r, said == "all"))];
        }

        string[] named = PersonRows.Words(said);
        return named.FirstOrDefault(n => !rows.Exists(r => r.Name == n)) is { } unknown
            ? throw new DataFaultException(
                "JOIN_ROW_UNKNOWN", $"“{unknown}”不是合并之后记在保留的人名下的行；请写 all（全部）、none（没有），或“报送:行”。",
                $"\"{unknown}\" is no row recorded for the person who stays since the join; give all, none, or SUBMISSION:ROW.")
            : [.. rows.Select(r => (r, named.Contains(r.Name)))];
    }

    private static DataFaultException Undecided(List<PersonRow> rows)
    {
        string zh = PersonRows.Listed(rows, r => $"{r.Name}（{r.Month.Text()} {PersonRows.Tables.Single(t => t.Fact == r.Fact).Chinese}）");
        string en = PersonRows.Listed(rows, r => $"{r.Name} ({r.Fact} of {r.Month.Text()})");
        return new DataFaultException(
            "JOIN_ROWS_UNDECIDED", $"合并之后又有 {rows.Count} 行记在保留的人名下，可能属于其中任何一人：{zh}。请指明哪些属于被并入的号码：all（全部）、none（没有），或逐行写“报送:行”。",
            $"{rows.Count} rows have been recorded for the person who stays since the join, and may be either's: {en}. Say which are of the number that was joined: all, none, or SUBMISSION:ROW for each.");
    }
}
