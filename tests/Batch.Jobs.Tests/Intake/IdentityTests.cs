using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Jobs.Tests.Tools;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Who a person is over time: changes of number and name, and documents other than the citizen number; with the files of data-samples/cases.</summary>
public sealed class IdentityTests
{
    private const string Payroll = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private const string Persons = "姓名,公民身份号码,变更类型,变更日期,变更内容";
    private static readonly YearMonth January = new(2021, 1), April = new(2021, 4), June = new(2021, 6);

    // 周正, by the number that was wrong and by the right one: born on 10 March or 10 April 1985.
    private static readonly CitizenId Before = Id("420100198503103010"), After = Id("420100198504103012"), Zhang = Id("420100198001013023");
    private Town town = null!;

    [SetUp]
    public async Task SetUp() => town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown()
    {
        await town.AssertCleanAsync();
        await town.DisposeAsync();
    }

    // January: 8000 x (2 % + 1.1 %) = 248.00 for 周正 (35), 9000 x (2 % + 1.4 %) = 306.00 for 张三 (41). April: 周正 is 35 by the new number, 248.00 again;
    // the row of 李四 under 张三's number would be 408.00.
    [Test]
    public async Task The_cases_of_another_name_and_of_a_changed_number_end_in_one_account_and_one_held_row()
    {
        await CaseAsync("F13-name-1.csv", January);
        FileOutcome changed = await CaseAsync("F14-id-change.csv", April);
        FileOutcome second = await CaseAsync("F13-name-2-same-id-other-name.csv", April);
        Assert.That((changed.Accepted, changed.Rejected), Is.EqualTo((1, 0)));
        Assert.That((second.Accepted, second.Held, second.Rejected), Is.EqualTo((4, 1, 0)));
        Assert.That(second.Rejections.Select(r => (r.Row, r.Code, r.Found, r.Expected)), Is.EqualTo(new[] { (3, Codes.NameDiffers, "李*", "张*") }));
        await town.PostMonthAsync(April);
        Assert.That(await town.BalanceAsync(After), Is.EqualTo(Money.FromYuan(496m)));
        Assert.That(await town.BalanceAsync(Before), Is.EqualTo(Money.FromYuan(496m)), "found by either number");
        Assert.That(await town.BalanceAsync(Zhang), Is.EqualTo(Money.FromYuan(306m)));
        Assert.That(await town.Database.ScalarAsync<long>(Town.Schema.Sql("SELECT count(*) FROM :area.person")), Is.EqualTo(5L));
    }

    [Test]
    public async Task Without_the_change_a_new_number_is_a_new_person_and_the_change_then_waits_for_two_people()
    {
        await CaseAsync("F13-name-1.csv", January);
        await CaseAsync("F13-name-2-same-id-other-name.csv", April);
        FileOutcome late = await CaseAsync("F14-id-change.csv", April);
        Assert.That((late.Accepted, late.Held, late.Rejections[0].Code), Is.EqualTo((0, 1, Codes.NumberInUse)));
        Assert.That(RejectionCodes.Describe(late.Rejections[0], "en"), Does.Contain("joined by two people"));
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => DecideAsync(3, 2, take: true));
        Assert.That(refused!.Code, Is.EqualTo(Codes.NumberInUse));
        await DecideAsync(3, 2, take: false);
        Assert.That(await HeldAsync(), Has.Count.EqualTo(1));
        await town.PostMonthAsync(April);
        // 8000 x 3.1 % each: the two accounts stay apart.
        Assert.That(await town.BalanceAsync(Before), Is.EqualTo(Money.FromYuan(248m)));
        Assert.That(await town.BalanceAsync(After), Is.EqualTo(Money.FromYuan(248m)));
    }

    // In April the old number makes 周正 36: 8000 x 3.4 % = 272.00. By the new one he is 35 until 10 April, so that 248.00 is right for April: 24.00 less.
    // Undone, it is 272.00 again.
    [Test]
    public async Task Another_birth_date_changes_what_months_posted_before_should_have_been_and_back()
    {
        await SendAsync(Payroll, April, Paid("周正", Before, April));
        await town.PostMonthAsync(April);
        Assert.That(await town.BalanceAsync(Before), Is.EqualTo(Money.FromYuan(272m)));
        await SendAsync(Persons, April, $"周正,{Before.Full()},证件号码变更,2021-04-02,{After.Full()}");
        await town.AssertCleanAsync();
        RunDocument run = await town.PostMonthAsync(April);
        Assert.That((run.People, run.Credited), Is.EqualTo((1, Money.FromYuan(-24m))));
        Assert.That(await town.BalanceAsync(After), Is.EqualTo(Money.FromYuan(248m)));
        await town.AssertCleanAsync();

        await SendAsync(Persons, April, $"周正,{After.Full()},number-changed,2021-04-20,{Before.Full()}");
        await town.PostMonthAsync(April);
        Assert.That(await town.BalanceAsync(Before), Is.EqualTo(Money.FromYuan(272m)));
    }

    // After going back, the number that was left is free: it is somebody else's after all.
    [Test]
    public async Task A_change_that_is_undone_gives_its_number_back()
    {
        await SendAsync(Payroll, January, Paid("周正", Before, January));
        await SendAsync(Persons, April, $"周正,{Before.Full()},证件号码变更,2021-04-02,{After.Full()}");
        await SendAsync(Persons, April, $"周正,{After.Full()},证件号码变更,2021-04-03,{Before.Full()}");
        FileOutcome another = await SendAsync(Payroll, April, Paid("吴用", After, April), Paid("周正", Before, April));
        Assert.That((another.Accepted, another.Held), Is.EqualTo((2, 0)));
        await town.PostMonthAsync(April);
        // 周正: 248.00 for January and, 36 by the old number, 272.00 for April; 吴用: 248.00
        Assert.That(await town.BalanceAsync(Before), Is.EqualTo(Money.FromYuan(520m)));
        Assert.That(await town.BalanceAsync(After), Is.EqualTo(Money.FromYuan(248m)));
    }

    [Test]
    public async Task The_same_change_again_changes_nothing_and_the_old_number_still_finds_its_person()
    {
        await SendAsync(Payroll, January, Paid("周正", Before, January));
        await SendAsync(Persons, April, $"周正,{Before.Full()},证件号码变更,2021-04-02,{After.Full()}");
        FileOutcome again = await SendAsync(Persons, April, $"周正,{Before.Full()},证件号码变更,2021-04-02,{After.Full()}", $"周正,{After.Full()},停保,2021-04-30,");
        Assert.That((again.Unchanged, again.Accepted), Is.EqualTo((1, 1)));
        // A supplementary file for an earlier month rightly carries the old number.
        FileOutcome late = await SendAsync(Payroll, April, Paid("周正", Before, new YearMonth(2021, 2)), Paid("周正", After, April));
        Assert.That((late.Accepted, late.Held), Is.EqualTo((2, 0)));
        await town.PostMonthAsync(April);
        // 8000 x 3.1 % for January, February and April
        Assert.That(await town.BalanceAsync(After), Is.EqualTo(Money.FromYuan(744m)));
        Area area = await town.AreaAsync();
        AccountHolder holder = await AccountHolder.FindAsync(town.Database.Connection, Town.Code, After.Full(), null, new LocalDate(2026, 1, 1), default);
        ContributionRecord record = new(area);
        Assert.That((await record.WhoAsync(holder.Account, default)).Citizen, Is.EqualTo(After.Digits17));
        Assert.That(await record.EarlierNumbersAsync(holder.Person, default), Is.EqualTo(new[] { Before.Digits17 }));
    }

    [Test]
    public async Task A_new_number_that_is_none_is_rejected_and_an_unknown_person_has_none_to_change()
    {
        await SendAsync(Payroll, January, Paid("周正", Before, January));
        FileOutcome wrong = await SendAsync(Persons, April,
            $"周正,{Before.Full()},证件号码变更,2021-04-02,420100198504103013", $"周正,{Before.Full()},证件号码变更,2021-04-02,", $"谁,{After.Full()},证件号码变更,2021-04-02,{Zhang.Full()}");
        Assert.That(wrong.Rejections.Select(r => (r.Row, r.Code)), Is.EquivalentTo(new[] { (2, Codes.IdCheckDigit), (3, Codes.ValueBlank), (4, Codes.AccountMissing) }));
        Assert.That(wrong.Rejections.Select(r => r.Found), Has.None.Contains("1985"));
    }

    [Test]
    public async Task After_a_change_of_name_lines_with_the_new_name_are_the_persons_and_those_with_the_old_one_are_held()
    {
        await SendAsync(Payroll, January, Paid("周正", Before, January));
        FileOutcome renamed = await SendAsync(Persons, April, $"周正,{Before.Full()},姓名变更,2021-04-02,周政");
        FileOutcome after = await SendAsync(Payroll, April, Paid("周政", Before, April));
        FileOutcome old = await SendAsync(Payroll, June, Paid("周正", Before, June));
        Assert.That((renamed.Accepted, after.Accepted, after.Held, old.Accepted, old.Held), Is.EqualTo((1, 1, 0, 0, 1)));
    }

    // 8000 x 3.1 % each (35 on 1 June 2021, born on 1 July 1985)
    [Test]
    public async Task The_case_of_foreigners_takes_six_people_once_their_birth_dates_are_given()
    {
        FileOutcome without = await CaseAsync("F15-foreigners.csv", June);
        Assert.That((without.Accepted, without.Rejected), Is.EqualTo((3, 3)));
        Assert.That(without.Rejections.Select(r => (r.Row, r.Code, r.Column)), Is.EqualTo(new[]
        {
            (5, Codes.BirthDateMissing, "出生日期"), (6, Codes.BirthDateMissing, "出生日期"), (7, Codes.BirthDateMissing, "出生日期"),
        }));
        Assert.That(RejectionCodes.Describe(without.Rejections[1], "zh"), Is.EqualTo("第 6 行的证件号码 E1*****78 不含出生日期。请增加“出生日期”列，填写此人的出生日期（例如 1985-07-01）。"));

        string[] lines = await File.ReadAllLinesAsync(Path.Combine(Folder, "F15-foreigners.csv"));
        FileOutcome with = await town.ImportAsync(lines[0] + ",出生日期", lines.Skip(1).Select(l => l + ",1985-07-01"), June, SubmissionKind.Regular, false);
        Assert.That((with.Accepted, with.Unchanged, with.Rejected), Is.EqualTo((3, 3, 0)));
        await town.PostMonthAsync(June);
        foreach (string number in new[] { "810000198507010118", "830000198507010111", "931840198507010110", "USA310085070101", "E12345678", "HKG000123456789" })
        {
            Assert.That(await town.BalanceAsync(Id(number)), Is.EqualTo(Money.FromYuan(248m)), number);
        }

        Assert.That(await town.Database.ScalarAsync<string>(Town.Schema.Sql("SELECT string_agg(batch.citizen_number(citizen), ' ' ORDER BY citizen) FROM :area.person WHERE citizen >= 100000000000000000")),
            Is.EqualTo("HKG000123456789 USA310085070101 E12345678"));
        Assert.That(await town.Database.ScalarAsync<bool>(Town.Schema.Sql("SELECT bool_and(birth = DATE '1985-07-01') FROM :area.person")), Is.True);
    }

    // The passport tells no age, so that another birth date may be another person's passport.
    [Test]
    public async Task Another_birth_date_for_the_same_passport_is_held_and_can_be_corrected()
    {
        const string header = Payroll + ",出生日期";
        await town.ImportAsync(header, [Paid("护照", Id("E12345678"), June) + ",1985-07-01"], June, SubmissionKind.Regular, false);
        FileOutcome other = await town.ImportAsync(header, [Paid("护照", Id("E12345678"), April) + ",1975-07-01"], June, SubmissionKind.Supplementary, false);
        Assert.That((other.Held, other.Rejections[0].Code), Is.EqualTo((1, Codes.BirthDateDiffers)));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Id("E12345678")), Is.EqualTo(Money.FromYuan(248m)));
        await town.ImportAsync(Persons + ",出生日期", ["护照,E12345678,证件号码变更,2021-06-20,E12345678,1975-07-01"], June, SubmissionKind.Regular, false);
        await town.PostMonthAsync(June);
        // 45 on the first of June: 8000 x (2 % + 1.4 %)
        Assert.That(await town.BalanceAsync(Id("E12345678")), Is.EqualTo(Money.FromYuan(272m)));
        await DecideAsync(2, 2, take: true);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Id("E12345678")), Is.EqualTo(Money.FromYuan(544m)));
    }

    // A person who came with a passport gets a permanent residence card: account and months stay.
    [Test]
    public async Task A_passport_becomes_a_residence_card()
    {
        await town.ImportAsync(Payroll + ",出生日期", [Paid("史密斯", Id("E12345678"), April) + ",1985-07-01"], April, SubmissionKind.Regular, false);
        await SendAsync(Persons, June, "史密斯,E12345678,证件号码变更,2021-05-02,931840198507010110");
        await SendAsync(Payroll, June, Paid("史密斯", Id("931840198507010110"), June));
        await town.PostMonthAsync(June);
        // 8000 x 3.1 % twice
        Assert.That(await town.BalanceAsync(Id("E12345678")), Is.EqualTo(Money.FromYuan(496m)));
    }

    private static string Folder { get; } = Path.Combine(Cast.Folder, "..", "cases");

    private static CitizenId Id(string number)
    {
        Assert.That(CitizenId.TryParse(number, new LocalDate(2026, 1, 1), out CitizenId id), Is.EqualTo(CitizenIdFault.None), number);
        return id;
    }

    private static string Paid(string name, CitizenId who, YearMonth month) => $"E1,厂,{name},{who.Full()},{month.Text()},8000.00,160.00,640.00";

    private async Task<FileOutcome> CaseAsync(string file, YearMonth month)
    {
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(Folder, file));
        return await town.ImportAsync(lines[0], lines.Skip(1), month, SubmissionKind.Regular, false);
    }

    private Task<FileOutcome> SendAsync(string header, YearMonth month, params string[] rows) => town.ImportAsync(header, rows, month, SubmissionKind.Regular, false);

    private Task<DecisionDocument> DecideAsync(int submission, int row, bool take) =>
        new Decisions(town.Area).DecideAsync(new Decision(submission, row, take, "wang", "身份证件核实"), default);

    private async Task<IReadOnlyList<HeldRow>> HeldAsync()
    {
        await using NpgsqlConnection connection = await town.Database.Program.OpenConnectionAsync();
        return await new HeldRows(Town.Schema).ListAsync(connection, null, default);
    }
}
