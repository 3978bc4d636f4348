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

/// <summary>A number that a file gives to another name is held and touches nothing of the person on record, whatever the file holds and however it is sent.</summary>
public sealed partial class NameHeldTests
{
    private const string Payroll = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额,缴费类型";
    private const string Pension = "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金";
    private const string Persons = "姓名,公民身份号码,变更类型,变更日期,变更内容,凭证号";
    private const string Movements = "姓名,公民身份号码,变动类型,金额,发生日期,渠道,凭证号";
    private static readonly YearMonth May = new(2021, 5), June = new(2021, 6);

    // Born on 1990-06-15: 31 at most in 2021, so 2 % + 1.1 % of the base.
    private static readonly CitizenId Ann = Town.Person(1), Bob = Town.Person(2);
    private Town town = null!;

    [SetUp]
    public async Task SetUp() => town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown()
    {
        await town.AssertCleanAsync();
        await town.DisposeAsync();
    }

    // 5000 x 3.1 % = 155.00; the row of 7000 would be another 217.00
    [TestCase(SubmissionKind.Regular)]
    [TestCase(SubmissionKind.Supplementary)]
    [TestCase(SubmissionKind.Replacement)]
    public async Task A_payroll_line_with_another_name_is_held_and_what_is_paid_stays(SubmissionKind kind)
    {
        await SendAsync(Payroll, Paid("张三", Ann, June, 5000m));
        await town.PostMonthAsync(June);
        FileOutcome other = await SendAsync(Payroll, [Paid("李四", Ann, June, 7000m)], kind);
        Assert.That((other.Accepted, other.Held, other.Rejected), Is.EqualTo((0, 1, 0)));
        Assert.That(other.Rejections.Select(r => (r.Code, r.Column, r.Found, r.Expected)), Is.EqualTo(new[] { (Codes.NameDiffers, "姓名", "李*", "张*") }));
        Assert.That((await town.PostMonthAsync(June)).State, Is.EqualTo(RunState.Nothing));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
        HeldRow held = (await HeldAsync()).Single();
        Assert.That((held.Submission, held.Row, held.Code, held.Name, held.Found, held.Expected, held.Figures[0].Fen), Is.EqualTo((2, 2, Codes.NameDiffers, "张*", "李*", "张*", (long?)7000_00)));
    }

    // The month is 7000 x 3.1 % = 217.00 once the row is taken as the same person's; the name on record stays 张三.
    [Test]
    public async Task A_row_that_is_taken_is_the_persons_and_the_name_on_record_stays()
    {
        await SendAsync(Payroll, Paid("张三", Ann, June, 5000m));
        await SendAsync(Payroll, [Paid("李四", Ann, June, 7000m)], SubmissionKind.Supplementary);
        await DecideAsync(2, 2, take: true);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(217m)));
        Assert.That(await HeldAsync(), Is.Empty);
        Assert.That(await NameAsync(Ann), Is.EqualTo("张三"));
        FileOutcome again = await SendAsync(Payroll, [Paid("李四", Ann, June, 7000m), Paid("王五", Bob, June, 4000m)], SubmissionKind.Supplementary);
        Assert.That((again.Unchanged, again.Accepted, again.Held), Is.EqualTo((1, 1, 0)), "what was decided is not asked again");
    }

    [Test]
    public async Task A_row_that_is_withdrawn_leaves_what_is_paid_and_is_not_asked_about_again()
    {
        await SendAsync(Payroll, Paid("张三", Ann, June, 5000m));
        await SendAsync(Payroll, [Paid("李四", Ann, June, 7000m)], SubmissionKind.Supplementary);
        await DecideAsync(2, 2, take: false);
        FileOutcome again = await SendAsync(Payroll, [Paid("李四", Ann, June, 7000m), Paid("王五", Bob, June, 4000m)], SubmissionKind.Supplementary);
        Assert.That((again.Unchanged, again.Accepted, again.Held), Is.EqualTo((1, 1, 0)));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
    }

    [Test]
    public async Task A_row_with_another_name_does_not_take_the_place_of_another_employers()
    {
        await SendAsync(Payroll, Paid("张三", Ann, June, 5000m));
        await SendAsync(Payroll, [Paid("李四", Ann, June, 7000m).Replace("E1", "E2", StringComparison.Ordinal)], SubmissionKind.Supplementary);
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => DecideAsync(2, 2, take: true));
        Assert.That(refused!.Code, Is.EqualTo(Codes.TwoEmployers));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
    }

    // Neither name is on record: which of the two lines is the person's is nobody's to guess. Of a person on record only the other name is held.
    [Test]
    public async Task Two_names_of_one_number_in_one_file_are_both_held_unless_one_is_on_record()
    {
        FileOutcome both = await SendAsync(Payroll, Paid("张三", Ann, May, 5000m), Paid("李四", Ann, May, 7000m), Paid("王五", Bob, May, 4000m));
        Assert.That((both.Accepted, both.Held), Is.EqualTo((1, 2)));
        FileOutcome known = await SendAsync(Payroll, Paid("赵六", Bob, June, 7000m), Paid("王五", Bob, June, 4000m));
        Assert.That((known.Accepted, known.Held), Is.EqualTo((1, 1)));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.Zero));
        // 4000 x 3.1 % twice
        Assert.That(await town.BalanceAsync(Bob), Is.EqualTo(Money.FromYuan(248m)));
    }

    [TestCase("孙文博", "尤永康", "孙*", "尤*")]
    [TestCase("孙文博", "孙文静", "孙*博", "孙*静")]
    [TestCase("孙博", "孙静", "*博", "*静")]
    [TestCase("孙文", "孙文博", "孙*", "孙**")]
    public async Task Two_rows_of_one_number_each_give_their_own_name_and_the_other_row(string first, string second, string shownFirst, string shownSecond)
    {
        FileOutcome both = await SendAsync(Payroll, Paid(first, Ann, May, 5000m), Paid("王五", Bob, May, 4000m), Paid(second, Ann, May, 7000m));
        Assert.That(both.Rejections.OrderBy(r => r.Row).Select(r => (r.Row, r.Code, r.Found, r.Expected)), Is.EqualTo(new[]
        {
            (2, Codes.NumberShared, shownFirst, $"4 {shownSecond}"), (4, Codes.NumberShared, shownSecond, $"2 {shownFirst}"),
        }));
        Assert.That(RejectionCodes.Describe(both.Rejections.First(r => r.Row == 2), "zh"), Does.StartWith($"第 2 行 {shownFirst} 与本文件第 4 行 {shownSecond} 的证件号码相同"));
        Assert.That((await HeldAsync()).OrderBy(h => h.Row).Select(h => (h.Row, h.NameInFile, h.Beside)), Is.EqualTo(new[] { (2, shownFirst, false), (4, shownSecond, true) }));
    }

    // 5000 x 3.1 % = 155.00; 7000 x 3.1 % = 217.00. Taking the line that came second replaces what the same employer declared with the first.
    [TestCase(2, 155, new[] { 4 })]
    [TestCase(4, 217, new int[0])]
    public async Task Of_two_rows_of_one_number_the_one_that_is_taken_counts_and_the_other_does_as_the_page_says(int taken, int balance, int[] left)
    {
        await SendAsync(Payroll, Paid("孙文博", Ann, May, 5000m), Paid("王五", Bob, May, 4000m), Paid("尤永康", Ann, May, 7000m));
        await DecideAsync(1, taken, take: true);
        Assert.That((await HeldAsync()).Select(h => h.Row), Is.EqualTo(left));
        await town.PostMonthAsync(May);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(balance)));
    }

    // The amounts of the first row do not fit its base: it is rejected, and the name that it gives is nobody's.
    [Test]
    public async Task A_rejected_row_names_nobody()
    {
        FileOutcome mixed = await SendAsync(Payroll, Paid("李四", Ann, May, 5000m).Replace(",400.00", ",401.00", StringComparison.Ordinal), Paid("张三", Ann, May, 5000m));
        Assert.That((mixed.Accepted, mixed.Rejected, mixed.Held), Is.EqualTo((1, 1, 0)));
        Assert.That(await NameAsync(Ann), Is.EqualTo("张三"));
    }

    [Test]
    public async Task A_replacement_with_a_wrong_name_withdraws_nobody_and_the_next_one_settles_the_question()
    {
        await SendAsync(Payroll, Paid("张三", Ann, June, 5000m), Paid("王五", Bob, June, 4000m));
        await SendAsync(Payroll, [Paid("李四", Ann, June, 5000m), Paid("王五", Bob, June, 4000m)], SubmissionKind.Replacement);
        Assert.That((await HeldAsync()).Select(h => h.Submission), Is.EqualTo(new[] { 2 }));
        await SendAsync(Payroll, [Paid("张三", Ann, June, 6000m), Paid("王五", Bob, June, 4000m)], SubmissionKind.Replacement);
        Assert.That(await HeldAsync(), Is.Empty);
        await town.PostMonthAsync(June);
        // 6000 x 3.1 %
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(186m)));
    }

    [Test]
    public async Task Differences_of_writing_are_the_same_name()
    {
        await SendAsync(Payroll, Paid("張 國龍", Ann, May, 5000m), Paid("阿依·古丽", Bob, May, 4000m));
        FileOutcome same = await SendAsync(Payroll, Paid("张国　龙", Ann, June, 5000m), Paid("阿依．古丽", Bob, June, 4000m));
        Assert.That((same.Accepted, same.Held), Is.EqualTo((2, 0)));
    }

    // A person who came without a name is known by the first one that a line gives.
    [Test]
    public async Task The_first_name_that_is_given_is_the_name_on_record()
    {
        await town.MovementsAsync(May, $"{Ann.Full()},期初余额,100.00,2021-05-01,,,,,,,,");
        Assert.That((await SendAsync(Payroll, Paid("张三", Ann, May, 5000m))).Accepted, Is.EqualTo(1));
        Assert.That(await NameAsync(Ann), Is.EqualTo("张三"));
        Assert.That((await SendAsync(Payroll, Paid("李四", Ann, June, 5000m))).Held, Is.EqualTo(1));
    }

    // 9000 x 4.8 % = 432.00, born 1950: 71 from 2021-06-15, so 70 on the first of June
    [Test]
    public async Task A_pension_with_another_name_is_held_and_can_be_taken()
    {
        CitizenId old = Town.Person(9, 1950);
        await SendAsync(Pension, $"钱伯年,{old.Full()},2021-05,9000,,");
        FileOutcome other = await SendAsync(Pension, $"孙仲,{old.Full()},2021-06,9000,,");
        Assert.That((other.Accepted, other.Held), Is.EqualTo((0, 1)));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(old), Is.EqualTo(Money.FromYuan(432m)));
        await DecideAsync(2, 2, take: true);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(old), Is.EqualTo(Money.FromYuan(864m)));
    }

    // 155.00 - 30.00; the other 40.00 are another's until somebody says that they are not
    [Test]
    public async Task A_movement_with_another_name_is_held_and_can_be_taken()
    {
        await SendAsync(Payroll, Paid("张三", Ann, June, 5000m));
        await town.PostMonthAsync(June);
        FileOutcome moved = await SendAsync(Movements, $"张三,{Ann.Full()},消费,30.00,2021-06-03,药店,", $"李四,{Ann.Full()},消费,40.00,2021-06-04,药店,");
        Assert.That((moved.Accepted, moved.Held), Is.EqualTo((1, 1)));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(125m)));
        HeldRow held = (await HeldAsync()).Single();
        Assert.That((held.Fact, held.Code, held.Found, held.Expected), Is.EqualTo(("movement", Codes.NameDiffers, "李*", "张*")));
        await DecideAsync(2, 3, take: true);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(85m)));
        Assert.That(await HeldAsync(), Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_change_of_status_with_another_name_is_held_until_it_is_decided(bool take)
    {
        await SendAsync(Payroll, Paid("张三", Ann, May, 5000m), Paid("张三", Ann, June, 5000m));
        FileOutcome died = await SendAsync(Persons, $"李四,{Ann.Full()},死亡,2021-05-20,,");
        Assert.That((died.Accepted, died.Held), Is.EqualTo((0, 1)));
        Assert.That((await SendAsync(Persons, $"李四,{Ann.Full()},死亡,2021-05-20,,", $"王五,{Bob.Full()},新参保,2021-05-20,,")).Unchanged, Is.EqualTo(1), "it is asked once");
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(310m)));
        HeldRow held = (await HeldAsync()).Single();
        Assert.That((held.Fact, held.Event, held.Name, held.Found), Is.EqualTo(("event", (PersonEvent?)PersonEvent.Died, "张*", "李*")));
        await DecideAsync(2, 2, take);
        Assert.That(await HeldAsync(), Is.Empty);
        await town.PostMonthAsync(June);
        // The month after the death is taken back when it is the person's.
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(take ? 155m : 310m)));
    }

    private async Task<long> HeldCountAsync(YearMonth month) =>
        (await new Readiness(await town.AreaAsync()).ReadAsync(month, default)).Single(p => p.Code == "rows-held").Count;

    private static string Paid(string name, CitizenId who, YearMonth month, decimal wage, string kind = "") => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"E1,厂,{name},{who.Full()},{month.Text()},{wage:0.00},{wage * 0.02m:0.00},{wage * 0.08m:0.00},{kind}");

    private Task<FileOutcome> SendAsync(string header, params string[] rows) => SendAsync(header, rows, SubmissionKind.Regular);

    private Task<FileOutcome> SendAsync(string header, string[] rows, SubmissionKind kind) => town.ImportAsync(
        header, rows, rows.Any(r => r.Contains("2021-06", StringComparison.Ordinal)) ? June : May, kind, kind == SubmissionKind.Replacement);

    private Task<DecisionDocument> DecideAsync(int submission, int row, bool take) =>
        new Decisions(town.Area).DecideAsync(new Decision(submission, row, take, "wang", "身份证件核实"), default);

    private async Task<IReadOnlyList<HeldRow>> HeldAsync()
    {
        await using NpgsqlConnection connection = await town.Database.Program.OpenConnectionAsync();
        return await new HeldRows(Town.Schema).ListAsync(connection, null, default);
    }

    private async Task<string> NameAsync(CitizenId who) => await town.Database.ScalarAsync<string>(
        Town.Schema.Sql($"SELECT name FROM :area.insured WHERE citizen = {who.Digits17}"));
}
