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
    /// The same rule for versions that are read in the order of submission and row: whether the next one replaces the one read before it. A consequence
    /// comes before the rows of its submission and is replaced by a later submission only.
    /// </summary>
    public static bool Replaces(int submission, int earlierSubmission, int earlierRow) => submission > earlierSubmission || earlierRow > 0;
}
