using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

/// <summary>The same bytes sent once more: what was taken stays as it is, what was turned away is judged anew, and nothing is recorded twice.</summary>
public sealed class SentAgainTests
{
    private static readonly YearMonth June = new(2021, 6);
    private static readonly CitizenId Ann = Town.Person(1), Bob = Town.Person(2);
    private Town town = null!;

    [SetUp]
    public async Task FoundAsync() => town = await Town.FoundAsync();

    [TearDown]
    public async Task LeaveAsync() => await town.DisposeAsync();

    [Test]
    public async Task A_row_that_was_rejected_is_taken_when_what_stood_against_it_is_gone()
    {
        await town.PersonsAsync(new YearMonth(2021, 5), (Ann, "新参保", "2021-07-01"));
        FileOutcome first = await PayrollAsync();
        FileOutcome same = await PayrollAsync();
        await town.PersonsAsync(June, (Ann, "新参保", "2021-05-01"));
        FileOutcome passed = await PayrollAsync();
        FileOutcome last = await PayrollAsync();
        Assert.Multiple(() =>
        {
            Assert.That((first.Submission, first.Accepted, first.Rejected, first.Rejections.Single().Code), Is.EqualTo((2, 1, 1, "BEFORE_ENROLMENT")));
            Assert.That((same.Submission, same.Unchanged, same.Rejected), Is.EqualTo((2, 2, 0)), "nothing came of it, so it is the version in force");
            Assert.That((passed.Submission, passed.Accepted, passed.Unchanged, passed.Rejected), Is.EqualTo((4, 1, 1, 0)));
            Assert.That((last.Submission, last.Unchanged), Is.EqualTo((4, 2)));
        });
        await town.PostMonthAsync(June);
        // 5000 x (2 % + 1.1 %)
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_file_that_is_refused_again_is_on_record_once_and_may_be_sent_in_another_way()
    {
        await PayrollAsync();
        await town.PostMonthAsync(June);
        await town.CloseAsync(June);
        FileOutcome refused = await LateAsync(SubmissionKind.Regular);
        FileOutcome again = await LateAsync(SubmissionKind.Regular);
        FileOutcome taken = await LateAsync(SubmissionKind.Supplementary);
        Assert.Multiple(() =>
        {
            Assert.That((refused.Submission, refused.Refused), Is.EqualTo((2, "MONTH_CLOSED")));
            Assert.That((again.Submission, again.Refused, again.Rejected), Is.EqualTo((2, "MONTH_CLOSED", 1)));
            Assert.That((taken.Submission, taken.Refused, taken.Accepted), Is.EqualTo((3, (string?)null, 1)));
        });
    }

    // Both people are enrolled from July: neither row of June passes. Then one of them is enrolled earlier.
    [Test]
    public async Task A_file_of_which_every_row_is_rejected_is_on_record_once_and_is_never_said_to_be_in_force()
    {
        await town.PersonsAsync(new YearMonth(2021, 5), (Ann, "新参保", "2021-07-01"), (Bob, "新参保", "2021-07-01"));
        FileOutcome first = await PayrollAsync(), again = await PayrollAsync();
        await town.PersonsAsync(June, (Ann, "新参保", "2021-05-01"));
        FileOutcome passed = await PayrollAsync();
        Assert.Multiple(() =>
        {
            Assert.That(new[] { first, again }.Select(o => (o.NoneTaken, o.Submission, o.Refused, o.Unchanged, o.Rejected, o.Same)), Is.All.EqualTo((true, (int?)2, (string?)null, 0, 2, (SameFile?)null)));
            Assert.That((first.NoneChinese, first.NoneEnglish), Is.EqualTo(("没有收下任何一行，2 行被拒绝。", "No row was taken in, 2 rejected.")));
            Assert.That((passed.NoneTaken, passed.Submission, passed.Accepted, passed.Rejected), Is.EqualTo((false, (int?)4, 1, 1)));
        });
    }

    private Task<FileOutcome> PayrollAsync() => town.PayrollAsync(June, "E1", [(Ann, 5000m), (Bob, 4000m)]);

    private Task<FileOutcome> LateAsync(SubmissionKind kind) => town.PayrollAsync(June, "E2", [(Town.Person(3), 5000m)], kind);
}
