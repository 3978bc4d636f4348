using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>What comes after a run of a month is posted: the closing, or what keeps it from being done now.</summary>
/// <param name="At">The month whose page it is done on.</param>
internal sealed record MonthAfterPosting(YearMonth At, string Chinese, string English)
{
    /// <param name="closer">Who may close months and is signed in; null: the user may not.</param>
    public static async Task<MonthAfterPosting> ReadAsync(Area area, YearMonth month, string? closer, CancellationToken cancellation)
    {
        string of = Show.Month(month);
        return (await new MonthList(area).ReadAsync(cancellation)).FirstOrDefault(m => m.Month == month) is { IsClosed: true }
                ? new(month, $"{of} 已结账。", $"{of} is closed.")
            : closer is null ? new(month, $"本批次已入账。文件齐全后由经办或复核结清 {of}。", $"The run is posted. An operator or a reviewer closes {of} when its files are complete.")
            : await ClosingBar.ReadAsync(area, month, closer, cancellation) is not { } bar ? new(month, $"本批次已入账。下一步：文件齐全、对账没有差异后，结清 {of}。", $"The run is posted. Next: close {of}, once its files are complete and its money agrees.")
            : bar.Next is { } first ? new(first, $"本批次已入账。下一步：先结清更早的 {Show.Month(first)}，再结清 {of}。", $"The run is posted. Next: close {Show.Month(first)}, which is earlier, then {of}.")
            : new(month, $"本批次已入账。下一步是结清 {of}：{bar.Chinese}", $"The run is posted. Next, {of} is closed: {bar.English}");
    }
}
