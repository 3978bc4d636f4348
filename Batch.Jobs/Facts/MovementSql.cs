namespace Batch.Jobs.Facts;

/// <summary>Movements in SQL: what submissions change.</summary>
internal static class MovementSql
{
    private const string Key = "on_date, person_id, kind, channel, member, reference";

    /// <summary>
    /// By person and kind, what submissions change beside those that are seen already: of each movement the version in force with them less
    /// the one in force without them. $1 the submissions, $2 those that are not to be seen at all.
    /// </summary>
    /// <param name="part">The table of a month.</param>
    /// <param name="which">Which days and persons; a movement is there whole or not at all.</param>
    public static string Difference(string part, string which) =>
        $"""
        SELECT person_id, kind, sum(fen)::bigint, sum(CASE WHEN ground = {Ground.NoHeir:D} THEN -fen ELSE 0 END)::bigint FROM (
            (SELECT DISTINCT ON ({Key}) person_id, kind, ground, CASE WHEN state = {FactState.Accepted:D} THEN amount_fen ELSE 0 END AS fen
             FROM {part} WHERE {which} AND submission_id <> ALL($2) ORDER BY {Key}, {FactVersions.LatestFirst})
            UNION ALL
            (SELECT DISTINCT ON ({Key}) person_id, kind, ground, CASE WHEN state = {FactState.Accepted:D} THEN -amount_fen ELSE 0 END
             FROM {part} WHERE {which} AND submission_id <> ALL($2) AND submission_id <> ALL($1) ORDER BY {Key}, {FactVersions.LatestFirst})) versions
        GROUP BY person_id, kind HAVING sum(fen) <> 0 OR sum(CASE WHEN ground = {Ground.NoHeir:D} THEN fen ELSE 0 END) <> 0
        """;
}
