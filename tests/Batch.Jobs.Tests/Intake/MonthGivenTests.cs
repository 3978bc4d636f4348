using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

/// <summary>A month given beside a file whose rows name their month: one of the two is wrong when they differ, and nothing is booked.</summary>
public sealed class MonthGivenTests
{
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额,缴费类型";
    private static readonly YearMonth January = new(2021, 1), February = new(2021, 2), Wrong = new(2026, 11);
    private static readonly CitizenId Ann = Town.Person(1);
    private Town town = null!;

    [SetUp]
    public async Task FoundAsync() => town = await Town.FoundAsync();

    [TearDown]
    public async Task LeaveAsync() => await town.DisposeAsync();

    [Test]
    public async Task A_file_of_another_month_than_the_one_given_is_refused_whole()
    {
        FileOutcome refused = await PayrollAsync(Wrong);
        FileOutcome pension = await town.ImportAsync(
            "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金", [$"某人,{Ann.Full()},2021-01,3000.00,,"], Wrong, SubmissionKind.Regular, false);
        FileOutcome own = await PayrollAsync(null);
        Assert.Multiple(() =>
        {
            Assert.That((refused.Refused, refused.Accepted, refused.Rejected), Is.EqualTo((Codes.MonthDiffers, 0, 1)));
            Assert.That(RejectionCodes.Describe(refused.Rejections[0], "zh"), Does.Contain("2026-11").And.Contain("2021-01"));
            Assert.That(pension.Refused, Is.EqualTo(Codes.MonthDiffers));
            Assert.That((own.Refused, own.Accepted), Is.EqualTo(((string?)null, 1)));
        });
        // 5000 x (2 % + 1.1 %), posted in the file's own month; what was refused moved no month of the work.
        Assert.That(await new MonthList(await town.AreaAsync()).CurrentAsync(default), Is.EqualTo(January));
        await town.PostMonthAsync(January);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
    }

    [Test]
    public async Task A_large_file_of_another_month_is_refused_as_well()
    {
        FileOutcome refused = await town.ImportAsync(Header, Enumerable.Range(1, 9000).Select(n => Row(Town.Person(n % 900, 1960 + (n / 900)), "2021-01", "")), Wrong, SubmissionKind.Regular, false);
        Assert.That((refused.Rows, refused.Refused, refused.Accepted), Is.EqualTo((9000, Codes.MonthDiffers, 0)));
    }

    [TestCase("补缴", SubmissionKind.Regular)]
    [TestCase("", SubmissionKind.Supplementary)]
    [TestCase("", SubmissionKind.Regular)]
    public async Task Arrears_of_an_earlier_month_are_taken_in_the_month_given(string kind, SubmissionKind sent)
    {
        FileOutcome taken = await town.ImportAsync(Header, [Row(Ann, "2021-01", kind)], February, sent, false);
        Assert.That((taken.Refused, taken.Accepted), Is.EqualTo(((string?)null, 1)));
    }

    [Test]
    public async Task A_file_filed_under_a_wrong_month_is_filed_under_the_right_one_when_it_is_sent_again()
    {
        Assert.That((await PayrollAsync(Wrong, SubmissionKind.Supplementary)).Accepted, Is.EqualTo(1));
        RunDocument without = await town.AllocateAsync(January);
        Assert.That(without.Run, Is.Null);
        Assert.That(await new MonthsAround(await town.AreaAsync()).LaterAsync(January, default), Is.EqualTo(new[] { new LaterSubmission(1, "payroll.csv", Wrong) }));

        FileOutcome told = await PayrollAsync(null, SubmissionKind.Supplementary);
        Assert.That(told.Same!.Chinese, Does.Contain("2026-11").And.Contain("填写正确的月份再送一次"));
        FileOutcome again = await PayrollAsync(January, SubmissionKind.Supplementary);
        Assert.That((again.Submission, again.Unchanged, again.Same!.Refiled), Is.EqualTo((1, 1, Refiled.Done)));
        Assert.That(await new MonthList(await town.AreaAsync()).CurrentAsync(default), Is.EqualTo(January));
        await town.PostMonthAsync(January);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
        // Taken by a run: it stays where it is.
        Assert.That((await PayrollAsync(February, SubmissionKind.Supplementary)).Same!.Refiled, Is.EqualTo(Refiled.Taken));
        await town.AssertCleanAsync();
    }

    // What a reversal gives back waits under the month that people put it in, not under the one that was wrong; and that one is not the first to close.
    [Test]
    public async Task A_submission_filed_under_another_month_keeps_it_when_its_run_is_reversed()
    {
        await PayrollAsync(Wrong, SubmissionKind.Supplementary);
        await PayrollAsync(January, SubmissionKind.Supplementary);
        int run = (await town.PostMonthAsync(January)).Run!.Value;
        await town.PostAsync((await town.Life.ReverseAsync(run, January, "operator", default)).Run!.Value);
        Assert.That(await town.Database.ScalarAsync<DateTime>("SELECT month::timestamp FROM area_420100.waiting_submission WHERE submission_id = 1"), Is.EqualTo(new DateTime(2021, 1, 1)));
        Assert.That((await town.PostMonthAsync(January)).State, Is.EqualTo(RunState.Posted), "it is in the run of its month again");
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_submission_in_an_open_run_or_of_other_months_keeps_its_month()
    {
        await PayrollAsync(null);
        Assert.That((await PayrollAsync(February)).Same!.Refiled, Is.EqualTo(Refiled.OtherMonth));
        await town.AllocateAsync(January);
        Assert.That((await PayrollAsync(February)).Same!.Refiled, Is.EqualTo(Refiled.OpenRun));
    }

    private Task<FileOutcome> PayrollAsync(YearMonth? month, SubmissionKind kind = SubmissionKind.Regular) =>
        town.ImportAsync(Header, [Row(Ann, "2021-01", "")], month, kind, false, "payroll.csv");

    private static string Row(CitizenId who, string month, string kind) => $"E1,厂,某人,{who.Full()},{month},5000.00,100.00,400.00,{kind}";
}
