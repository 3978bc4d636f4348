using System.Globalization;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>What a person who closes a month is told first, and what does not keep the month open.</summary>
public sealed record ClosingWarning(string Code, long Count, string Chinese, string English)
{
    /// <summary>Rows of the month that were rejected and that nobody has mended or marked as not needed.</summary>
    public const string RejectsOpen = "rejects-open";

    /// <summary>Files and decisions of the month, or of earlier ones, that no posted run has taken.</summary>
    public const string NotPosted = "not-posted";

    public static async Task<IReadOnlyList<ClosingWarning>> ReadAsync(Area area, YearMonth month, CancellationToken cancellation) =>
        await ReadAsync(area, month, (await new SubmissionList(area).UnmendedAsync(cancellation)).GetValueOrDefault(month), cancellation);

    /// <param name="rejects">Rejected rows of the month that nobody has mended, where they have been counted.</param>
    public static async Task<IReadOnlyList<ClosingWarning>> ReadAsync(Area area, YearMonth month, long rejects, CancellationToken cancellation)
    {
        (long files, long decisions) = (await area.ReadAsync(
            """
            SELECT count(*) FILTER (WHERE s.content <> 'decision' AND (s.content <> 'receipts' OR $2)), count(*) FILTER (WHERE s.content = 'decision')
            FROM :area.waiting_submission w JOIN :area.submission s USING (submission_id) WHERE w.month <= $1
            """, r => (r.GetInt64(0), r.GetInt64(1)), cancellation, month.FirstDay(), SubmissionList.ReceiptsCredit(area, month)))[0];
        return [.. OfWaiting(files, decisions), .. OfRejects(rejects)];
    }

    private static IEnumerable<ClosingWarning> OfWaiting(long files, long decisions)
    {
        string zh = string.Join("和", new[] { files > 0 ? $" {files} 份报送" : "", decisions > 0 ? $" {decisions} 项处理决定" : "" }.Where(t => t.Length > 0));
        string en = string.Join(" and ", new[] { files > 0 ? $"{files} file{(files == 1 ? "" : "s")}" : "", decisions > 0 ? $"{decisions} decision{(decisions == 1 ? "" : "s")}" : "" }.Where(t => t.Length > 0));
        return files + decisions == 0 ? [] :
        [
            new(
                NotPosted, files + decisions, $"本月及以前月份还有{zh}没有入账。结账后，它们的金额记入以后的月份。要记入本月，请先计算并入账本月的批次。",
                $"{en} of this month or earlier ones not posted yet. After the closing their amounts are posted in a later month. To post them in this month, compute and post a run of it first."),
        ];
    }

    private static IEnumerable<ClosingWarning> OfRejects(long rejects)
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
