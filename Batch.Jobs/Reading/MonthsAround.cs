using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>A month before a run's that is not closed.</summary>
/// <param name="Submissions">Files filed under it that are not posted.</param>
/// <param name="Posted">Something is posted in it.</param>
public sealed record OpenMonth(YearMonth Month, long Submissions, bool Posted)
{
    public string Chinese => Posted
        ? $"{Month.Text()} 尚未结账{(Submissions > 0 ? $"，还有 {Submissions} 份报送未入账" : "")}。"
        : $"{Month.Text()} 尚未结账，也没有入账，有 {Submissions} 份报送未入账，它们会计入后面月份的批次。请先计算 {Month.Text()}。";

    /// <summary>Of the month that is about to be computed.</summary>
    public (string Chinese, string English) AsChosen => Posted ? (Chinese, English) : (
        $"{Month.Text()} 尚未结账，也没有入账，有 {Submissions} 份报送未入账。",
        $"{Month.Text()} is not closed and nothing is posted in it; {Submissions} of its submissions wait.");

    public string English => Posted
        ? $"{Month.Text()} is not closed{(Submissions > 0 ? $", and {Submissions} of its submissions are not posted" : "")}."
        : $"{Month.Text()} is not closed and nothing is posted in it; {Submissions} of its submissions wait and would be in a later month's run. Compute {Month.Text()} first.";
}

/// <summary>A submission that a run does not take, because it is filed under a later month.</summary>
public sealed record LaterSubmission(int Submission, string File, YearMonth Month);

/// <summary>What lies beside a month: open months before it, and files of later months that its run leaves waiting.</summary>
public sealed class MonthsAround(Area area)
{
    private const int MostLater = 20;

    /// <summary>The months before this one that are not closed, the earliest first.</summary>
    public async Task<IReadOnlyList<OpenMonth>> OpenBeforeAsync(YearMonth month, CancellationToken cancellation) => await area.ReadAsync(
        """
        SELECT month, sum(waiting)::bigint, bool_or(posted) FROM (
            SELECT w.month, (s.content <> 'decision')::int AS waiting, false AS posted FROM :area.waiting_submission w JOIN :area.submission s USING (submission_id)
            UNION ALL SELECT posting_month, 0, true FROM :area.posted_run) m
        WHERE month < $1 AND month > coalesce(:area.last_closed(), '-infinity') GROUP BY month HAVING bool_or(posted) OR sum(waiting) > 0 ORDER BY month
        """, r => new OpenMonth(r.GetFieldValue<DateOnly>(0).Month(), r.GetInt64(1), r.GetBoolean(2)), cancellation, month.FirstDay());

    /// <summary>Submissions of later months that wait, the first ones.</summary>
    public async Task<IReadOnlyList<LaterSubmission>> LaterAsync(YearMonth month, CancellationToken cancellation) => await area.ReadAsync(
        "SELECT submission_id, s.file, w.month FROM :area.waiting_submission w JOIN :area.submission s USING (submission_id) "
        + $"WHERE w.month > $1 AND s.content <> 'decision' ORDER BY w.month, submission_id LIMIT {MostLater}",
        r => new LaterSubmission(r.GetInt32(0), r.GetString(1), r.GetFieldValue<DateOnly>(2).Month()), cancellation, month.FirstDay());
}
