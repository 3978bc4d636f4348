namespace Batch.Jobs.Reading;

/// <summary>A page of a longer list.</summary>
/// <param name="Page">From 1.</param>
/// <param name="Count">Rows of the whole list.</param>
public sealed record Listing<T>(IReadOnlyList<T> Rows, int Page, long Count)
{
    public const int PageRows = 50;

    public int Pages => Listing.PagesOf(Count);
}

public static class Listing
{
    public static int PagesOf(long count) => (int)Math.Max(1, (count + Listing<object>.PageRows - 1) / Listing<object>.PageRows);

    /// <summary>The page that is shown for one that was asked for: past the end, the last.</summary>
    public static int Within(int page, long count) => Math.Clamp(page, 1, PagesOf(count));
}
