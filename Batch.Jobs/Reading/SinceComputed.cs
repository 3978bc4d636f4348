using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>An act of the ledger that came after a run was computed.</summary>
/// <param name="Act"><c>post</c>, <c>close</c> or <c>reopen</c>.</param>
/// <param name="Run">The run that was posted; null for a closing or a reopening.</param>
public sealed record LedgerAct(string Act, int? Run, YearMonth Month, string By, DateTime At)
{
    public string Chinese => Act switch
    {
        "post" => $"{By} 把批次 {Run} 入账到 {Month.Text()}",
        "close" => $"{By} 结清了 {Month.Text()}",
        _ => $"{By} 重新打开了 {Month.Text()}",
    };

    public string English => Act switch
    {
        "post" => $"{By} posted run {Run} in {Month.Text()}",
        "close" => $"{By} closed {Month.Text()}",
        _ => $"{By} opened {Month.Text()} again",
    };
}

/// <summary>What has happened since a run was computed, and is not in it.</summary>
public sealed class SinceComputed(Area area)
{
    private const int Most = 20;

    /// <summary>Acts of the ledger, the earliest first: with any, the run is out of date.</summary>
    public async Task<IReadOnlyList<LedgerAct>> ActsAsync(int run, CancellationToken cancellation) => await area.ReadAsync(
        $"SELECT l.act, l.run_id, l.month, l.by, l.at FROM :area.ledger l JOIN :area.run r ON l.seq > r.ledger_head WHERE r.run_id = $1 ORDER BY l.seq LIMIT {Most}",
        r => new LedgerAct(r.GetString(0), r.IsDBNull(1) ? null : r.GetInt32(1), r.GetFieldValue<DateOnly>(2).Month(), r.GetString(3), r.GetDateTime(4)), cancellation, run);

    /// <summary>Files and decisions of the run's month and of months before it that wait and that the run does not take: how many, and the first of them.</summary>
    public async Task<(long Count, IReadOnlyList<LaterSubmission> First)> SubmissionsAsync(int run, CancellationToken cancellation)
    {
        const string Left =
            """
            FROM :area.waiting_submission w JOIN :area.run r ON w.month <= r.posting_month JOIN :area.submission s USING (submission_id)
            WHERE r.run_id = $1 AND r.kind = 'allocation' AND NOT EXISTS (SELECT FROM :area.run_submission t WHERE t.run_id = r.run_id AND t.submission_id = w.submission_id)
            """;
        long count = await area.OneAsync<long>($"SELECT count(*) {Left}", cancellation, run);
        return (count, count == 0 ? [] : await area.ReadAsync(
            $"SELECT submission_id, s.file, w.month {Left} ORDER BY submission_id LIMIT {Most}",
            r => new LaterSubmission(r.GetInt32(0), r.GetString(1), r.GetFieldValue<DateOnly>(2).Month()), cancellation, run));
    }
}
