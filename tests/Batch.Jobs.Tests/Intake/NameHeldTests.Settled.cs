using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

/// <summary>What settles a row that is held for its name, and what does not.</summary>
public sealed partial class NameHeldTests
{
    // 9000 x 3.1 % = 279.00; a later row of 1000 that calls itself arrears would leave 31.00
    [Test]
    public async Task Arrears_that_are_less_than_what_is_paid_wait_beside_it()
    {
        await SendAsync(Payroll, Paid("张三", Ann, May, 9000m));
        await town.PostMonthAsync(May);
        FileOutcome less = await SendAsync(Payroll, [Paid("张三", Ann, May, 1000m, "补缴"), Paid("张三", Ann, June, 9000m)], SubmissionKind.Supplementary);
        Assert.That((less.Accepted, less.Held, less.Rejections[0].Code, less.Rejections[0].Found, less.Rejections[0].Expected), Is.EqualTo((1, 1, Codes.ArrearsBelowPaid, "1000.00", "9000.00")));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(558m)));
        FileOutcome regular = await SendAsync(Payroll, Paid("张三", Ann, May, 8000m), Paid("张三", Ann, June, 9000m));
        Assert.That((regular.Unchanged, regular.Held), Is.EqualTo((1, 1)), "a regular file for June does not correct May");
        // A correction that says so is one: 8000 x 3.1 % = 248.00 for May.
        await SendAsync(Payroll, [Paid("张三", Ann, May, 8000m)], SubmissionKind.Supplementary);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(527m)));
        // Arrears up to a higher base are taken: 9500 x 3.1 % = 294.50
        await SendAsync(Payroll, [Paid("张三", Ann, May, 9500m, "补缴")], SubmissionKind.Supplementary);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(573.50m)));
    }

    [Test]
    public async Task Lesser_arrears_that_are_taken_replace_what_is_paid()
    {
        await SendAsync(Payroll, Paid("张三", Ann, May, 9000m));
        await SendAsync(Payroll, [Paid("张三", Ann, May, 1000m, "补缴")], SubmissionKind.Supplementary);
        await DecideAsync(2, 2, take: true);
        await town.PostMonthAsync(May);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(31m)));
    }

    // The same line with the name on record: 7000 x 3.1 % = 217.00.
    [TestCase(SubmissionKind.Regular)]
    [TestCase(SubmissionKind.Supplementary)]
    public async Task The_line_that_comes_again_with_the_name_on_record_settles_the_held_one(SubmissionKind kind)
    {
        await SendAsync(Payroll, Paid("张三", Ann, May, 5000m));
        await SendAsync(Payroll, Paid("李四", Ann, June, 7000m));
        Assert.That(await HeldCountAsync(June), Is.EqualTo(1));
        FileOutcome right = await SendAsync(Payroll, [Paid("张三", Ann, June, 7000m)], kind);
        Assert.That((right.Accepted, right.Held), Is.EqualTo((1, 0)));
        Assert.That(await HeldAsync(), Is.Empty);
        Assert.That(await HeldCountAsync(June), Is.Zero);
        DataFaultException? gone = await Assert.ThrowsAsync<DataFaultException>(() => DecideAsync(2, 2, take: true));
        Assert.That(gone!.Code, Is.EqualTo("ROW_NOT_HELD"));
        await town.PostMonthAsync(June);
        // 155.00 of May
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(372m)));
    }

    // Nothing was in force for June when the line was held: whatever figures the line has when it is right, it is that line.
    [Test]
    public async Task So_does_a_line_with_other_figures_where_nothing_was_in_force_for_the_month()
    {
        await SendAsync(Payroll, Paid("张三", Ann, May, 5000m));
        await SendAsync(Payroll, Paid("李四", Ann, June, 7000m));
        await SendAsync(Payroll, [Paid("张三", Ann, June, 7200m)], SubmissionKind.Supplementary);
        Assert.That(await HeldAsync(), Is.Empty);
    }

    [Test]
    public async Task A_correction_of_what_was_in_force_already_does_not_settle_a_line_with_another_name()
    {
        await SendAsync(Payroll, Paid("张三", Ann, June, 5000m));
        await SendAsync(Payroll, [Paid("李四", Ann, June, 7000m)], SubmissionKind.Supplementary);
        await SendAsync(Payroll, [Paid("张三", Ann, June, 6000m)], SubmissionKind.Supplementary);
        Assert.That((await HeldAsync()).Select(h => (h.Submission, h.Row)), Is.EqualTo(new[] { (2, 2) }));
        await SendAsync(Payroll, [Paid("张三", Ann, June, 7000m)], SubmissionKind.Supplementary);
        Assert.That(await HeldAsync(), Is.Empty);
    }

    [Test]
    public async Task Another_employers_line_settles_nothing()
    {
        await SendAsync(Payroll, Paid("张三", Ann, May, 5000m));
        await SendAsync(Payroll, Paid("李四", Ann, June, 7000m));
        await SendAsync(Payroll, [Paid("张三", Ann, June, 7000m).Replace("E1", "E2", StringComparison.Ordinal)], SubmissionKind.Supplementary);
        Assert.That((await HeldAsync()).Select(h => h.Submission), Is.EqualTo(new[] { 2 }));
    }

    // A file that says both lines has two persons with one number: the one is not the other's correction, in whatever order they come.
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_file_that_says_the_held_line_again_beside_the_persons_own_settles_nothing(bool ownFirst)
    {
        await SendAsync(Payroll, Paid("张三", Ann, May, 5000m));
        await SendAsync(Payroll, Paid("李四", Ann, June, 7000m));
        string own = Paid("张三", Ann, June, 7000m), other = Paid("李四", Ann, June, 7000m);
        FileOutcome both = await SendAsync(Payroll, ownFirst ? [own, other] : [other, own], SubmissionKind.Supplementary);
        Assert.That((both.Accepted, both.Held, both.Unchanged), Is.EqualTo((1, 1, 0)));
        Assert.That((await HeldAsync()).Select(h => (h.Submission, h.Row)), Is.EqualTo(new[] { (3, ownFirst ? 3 : 2) }));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(372m)));
    }

    [Test]
    public async Task A_line_that_is_settled_and_sent_again_with_the_wrong_name_is_asked_about_again()
    {
        await SendAsync(Payroll, Paid("张三", Ann, May, 5000m));
        await SendAsync(Payroll, Paid("李四", Ann, June, 7000m));
        await SendAsync(Payroll, [Paid("张三", Ann, June, 7000m)], SubmissionKind.Supplementary);
        await SendAsync(Payroll, [Paid("李四", Ann, June, 7000m), Paid("王五", Bob, June, 4000m)], SubmissionKind.Supplementary);
        Assert.That((await HeldAsync()).Select(h => h.Submission), Is.EqualTo(new[] { 4 }));
    }

    // After the change of name is on record the same line is the person's.
    [Test]
    public async Task A_line_that_comes_again_after_the_change_of_name_settles_the_held_one()
    {
        await SendAsync(Payroll, Paid("张三", Ann, May, 5000m));
        await SendAsync(Payroll, Paid("李四", Ann, June, 7000m));
        await SendAsync(Persons, $"张三,{Ann.Full()},姓名变更,2021-06-01,李四,户字1号");
        await SendAsync(Payroll, [Paid("李四", Ann, June, 7000m), Paid("王五", Bob, June, 4000m)], SubmissionKind.Supplementary);
        Assert.That(await HeldAsync(), Is.Empty);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(372m)));
    }

    // 155.00 - 40.00
    [Test]
    public async Task A_movement_and_a_change_that_come_again_with_the_name_on_record_settle_the_held_ones()
    {
        await SendAsync(Payroll, Paid("张三", Ann, June, 5000m));
        await town.PostMonthAsync(June);
        await SendAsync(Movements, $"李四,{Ann.Full()},消费,40.00,2021-06-04,药店,");
        await SendAsync(Persons, $"李四,{Ann.Full()},卡号,2021-06-05,4201000001,");
        Assert.That((await HeldAsync()).Select(h => h.Fact), Is.EqualTo(new[] { "movement", "event" }));
        await SendAsync(Movements, $"张三,{Ann.Full()},消费,40.00,2021-06-04,药店,");
        await SendAsync(Persons, $"张三,{Ann.Full()},卡号,2021-06-05,4201000001,");
        Assert.That(await HeldAsync(), Is.Empty);
        Assert.That((await Assert.ThrowsAsync<DataFaultException>(() => DecideAsync(2, 2, take: true)))!.Code, Is.EqualTo("ROW_NOT_HELD"));
        Assert.That((await Assert.ThrowsAsync<DataFaultException>(() => DecideAsync(3, 2, take: true)))!.Code, Is.EqualTo("ROW_NOT_HELD"));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(115m)));
    }
}
