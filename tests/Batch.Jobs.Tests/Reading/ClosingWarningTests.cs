using System.Text.Json;
using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Jobs.Tests.Runs;
using Batch.Jobs.Work;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Reading;

/// <summary>Who closes learns from the job, as on the page and the command line, of rejected rows that nobody has mended and of files that are not posted.</summary>
public sealed class ClosingWarningTests
{
    private static readonly YearMonth January = new(2021, 1);

    // 5000 x 8 % = 400.00 is due; 300.00 was paid: one row of two is rejected.
    [TestCase("300.00", "rejects-open 1")]
    [TestCase("400.00", "")]
    public async Task A_closing_job_tells_of_rejected_rows(string paid, string told)
    {
        await using Town town = await Town.FoundAsync();
        await town.ImportAsync(
            "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额",
            [$"E1,厂,某人,{Town.Person(1).Full()},2021-01,5000.00,100.00,400.00", $"E1,厂,某人,{Town.Person(2).Full()},2021-01,5000.00,100.00,{paid}"], January, SubmissionKind.Regular, false);
        await town.PostMonthAsync(January);
        Assert.That(await CloseAsync(town), Is.EqualTo(told));
    }

    // A file that came after the run would be posted in February.
    [Test]
    public async Task A_closing_job_tells_of_files_that_are_not_posted()
    {
        await using Town town = await Town.FoundAsync();
        await town.PayrollAsync(January, "E1", [(Town.Person(1), 5000m)]);
        await town.PostMonthAsync(January);
        await town.PayrollAsync(January, "E2", [(Town.Person(2), 5000m)]);
        await town.PayrollAsync(January.PlusMonths(1), "E1", [(Town.Person(1), 5000m)]);
        ClosingWarning warning = (await ClosingWarning.ReadAsync(await town.AreaAsync(), January, default)).Single();
        Assert.That(warning.Chinese, Does.StartWith("本月及以前月份还有 1 份报送没有入账"));
        Assert.That(warning.English, Does.StartWith("1 file of this month or earlier ones not posted yet"));
        Assert.That(await CloseAsync(town), Is.EqualTo("not-posted 1"));
    }

    private static async Task<string> CloseAsync(Town town)
    {
        QueuedWork queue = new(town.Database.Program);
        int job = await queue.AskAsync(new WorkOrder(WorkKinds.Close, Town.Schema, "2021-01", "closer"), default);
        WorkOutcome closed = await new KindsOfWork(town.Database.Connection, SystemClock.Instance, queue).DoAsync(await queue.ReadAsync(job, default), new Progress<WorkProgress>(), default);
        JsonElement result = JsonSerializer.SerializeToElement(closed.Result);
        return string.Join(' ', result.GetProperty("warnings").EnumerateArray().Select(w => $"{w.GetProperty("code")} {w.GetProperty("count")}"));
    }
}
