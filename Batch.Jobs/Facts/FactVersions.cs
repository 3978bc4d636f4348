namespace Batch.Jobs.Facts;

/// <summary>Which of several versions of a fact is in force.</summary>
public static class FactVersions
{
    /// <summary>
    /// Order in which the first of several versions of a fact is the one in force: of the latest submission, within it a consequence
    /// (<c>row_no &lt;= 0</c>) before a row, and of two rows the later one.
    /// </summary>
    public const string LatestFirst = "submission_id DESC, (row_no <= 0) DESC, row_no DESC";

    /// <summary>
    /// Order in which the first of the lines <c>c</c> that runs have taken is the one that they computed with last: one in force before one that was withdrawn, and of these the later one.
    /// </summary>
    public static string TakenLast { get; } = $"(c.state = {FactState.Accepted:D}) DESC, c.submission_id DESC, c.row_no DESC";

    /// <summary>
    /// The people with several lines in a contribution month, by the order of the key. Nearly everybody has one line, and only the lines of these few must be sorted to
    /// find those in force.
    /// </summary>
    /// <param name="lines">The table with a condition for the month and for which lines count.</param>
    public static string WithSeveral(string lines) =>
        $"SELECT DISTINCT person_id FROM (SELECT person_id, lag(person_id) OVER (ORDER BY person_id) = person_id AS again FROM {lines}) p WHERE again";

    /// <summary>
    /// A condition for one row alone, where it matters only that an accepted version is in force and not which: the row is accepted, and no later version takes it back.
    /// </summary>
    /// <param name="row">The name of the row in the query.</param>
    /// <param name="same">Whether <c>w</c> is a version of the same fact as <c>{0}</c>.</param>
    public static string IsAccepted(string table, string row, string same) =>
        $"""
        {row}.state = {FactState.Accepted:D} AND NOT EXISTS (
            SELECT FROM {table} w WHERE {same.Replace("{0}", row, StringComparison.Ordinal)} AND w.state <> {FactState.Accepted:D}
                AND (w.submission_id > {row}.submission_id OR (w.submission_id = {row}.submission_id AND {row}.row_no > 0 AND (w.row_no <= 0 OR w.row_no > {row}.row_no))))
        """;

    /// <summary>
    /// The same rule for versions that are read in the order of submission and row: whether the next one replaces the one read before it. A consequence
    /// comes before the rows of its submission and is replaced by a later submission only.
    /// </summary>
    public static bool Replaces(int submission, int earlierSubmission, int earlierRow) => submission > earlierSubmission || earlierRow > 0;
}
