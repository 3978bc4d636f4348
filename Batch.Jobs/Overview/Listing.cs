namespace Batch.Jobs.Overview;

/// <summary>A page of a longer list.</summary>
/// <param name="Page">From 1.</param>
/// <param name="Count">Rows of the whole list.</param>
public sealed record Listing<T>(IReadOnlyList<T> Rows, int Page, long Count)
{
    public const int PageRows = 50;

    public int Pages => (int)Math.Max(1, (Count + PageRows - 1) / PageRows);
}
