using System.Globalization;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>What whoever closes a month is told before it, and what does not keep the month open.</summary>
public sealed record ClosingWarning(string Code, long Count, string Chinese, string English)
{
    /// <summary>Rows of the month that were rejected and that nobody has mended or marked as not needed.</summary>
    public const string RejectsOpen = "rejects-open";

    public static async Task<IReadOnlyList<ClosingWarning>> ReadAsync(Area area, YearMonth month, CancellationToken cancellation) =>
        Of((await new SubmissionList(area).UnmendedAsync(cancellation)).GetValueOrDefault(month));

    public static IReadOnlyList<ClosingWarning> Of(long rejects)
    {
        string count = rejects.ToString("#,##0", CultureInfo.InvariantCulture);
        return rejects == 0 ? [] :
        [
            new(
                RejectsOpen, rejects, $"本月还有 {count} 行被拒绝、没有改正。结账后仍可改正再报，记入以后的月份；“今日待办”会一直列出，直到改正或标为不再需要。",
                $"{count} row{(rejects == 1 ? "" : "s")} of this month rejected and not mended yet. They can still be mended and sent after the closing and are posted in a later month; “To do today” lists them until they are mended or marked as not needed."),
        ];
    }
}
