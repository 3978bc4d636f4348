using System.Globalization;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>What keeps somebody from closing a month now; the database refuses for the same reasons.</summary>
/// <param name="Next">The month to close first.</param>
public sealed record ClosingBar(string Chinese, string English, YearMonth? Next)
{
    // Of the month $1 and the person $2, by the rule that the database closes by.
    private const string PostedLast = "coalesce(batch.same_person(:area.last_poster($1), $2), false)";

    /// <summary>Who posted last in a month does not close it.</summary>
    public static Task<bool> IsLastPosterAsync(Area area, YearMonth month, string who, CancellationToken cancellation) =>
        area.OneAsync<bool>($"SELECT {PostedLast}", cancellation, month.FirstDay(), who);

    /// <summary>Null: nothing does.</summary>
    public static async Task<ClosingBar?> ReadAsync(Area area, YearMonth month, string who, CancellationToken cancellation)
    {
        (DateOnly? next, DateTime from, bool ended, bool postedLast) = (await area.ReadAsync(
            $"SELECT :area.next_to_close(), :area.closable_from($1) AT TIME ZONE 'Asia/Shanghai', now() >= :area.closable_from($1), {PostedLast}",
            r => (r.IsDBNull(0) ? (DateOnly?)null : r.GetFieldValue<DateOnly>(0), r.GetDateTime(1), r.GetBoolean(2), r.GetBoolean(3)), cancellation, month.FirstDay(), who))[0];
        string day = from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return next is { } first && first.Month() != month ? new ClosingBar("须按月份顺序结账，下一个应结账的月份是", "Months are closed in order; the next one to close is", first.Month())
            : !ended ? new ClosingBar($"本月尚未结束，{day} 起可以结账。", $"The month has not ended; it can be closed from {day} on.", null)
            : postedLast ? new ClosingBar("本月最后一次入账的是您，请由另一人结账。", "You posted last in this month; another person closes it.", null)
            : null;
    }
}
