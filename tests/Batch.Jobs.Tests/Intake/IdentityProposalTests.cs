using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using Batch.Jobs.Facts;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Another number or name of a person, proposed by one and approved by another; and documents of every kind in every kind of file.</summary>
public sealed class IdentityProposalTests
{
    private const string Payroll = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private static readonly YearMonth April = new(2021, 4), June = new(2021, 6);
    private static readonly LocalDate Since = new(2021, 4, 2);

    // Born on 10 March or 10 April 1985: 36 or 35 on the first of April 2021.
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

    // 8000 x 3.4 % = 272.00 for April by the number before, 8000 x 3.1 % = 248.00 by the one after: 24.00 less.
    [Test]
    public async Task A_number_changes_when_another_person_approves_and_the_next_run_posts_the_difference()
    {
        await PaidAsync(April, ("周正", Before));
        await town.PostMonthAsync(April);
        IdentityDocument proposed = await ProposeAsync(After, null);
        Assert.That((proposed.State, proposed.Id, proposed.NewId), Is.EqualTo(("proposed", "4201*************0", "4201*************2")));
        Assert.That(async () => await Proposals.ApproveAsync(proposed.Proposal, "wang", default), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("SAME_PERSON"));
        Assert.That((await town.AllocateAsync(April)).Run, Is.Null, "a proposal changes nothing");

        IdentityDocument approved = await Proposals.ApproveAsync(proposed.Proposal, "li", default);
        Assert.That((approved.State, approved.ActedBy, approved.Submissions.Count), Is.EqualTo(("approved", "li", 1)));
        Assert.That(await Proposals.ApproveAsync(proposed.Proposal, "li", default), Is.EqualTo(approved with { Submissions = approved.Submissions }).Using<IdentityDocument>((a, b) => a.Submissions.SequenceEqual(b.Submissions) && a.ActedAt == b.ActedAt));
        await town.AssertCleanAsync();
        RunDocument run = await town.PostMonthAsync(April);
        Assert.That((run.People, run.Credited), Is.EqualTo((1, Money.FromYuan(-24m))));
        Assert.That(await town.Database.ScalarAsync<string>(Town.Schema.Sql("SELECT document || ' ' || on_date FROM :area.person_event WHERE event = 15")), Is.EqualTo("公安函〔2021〕3号 2021-04-02"));
    }

    [Test]
    public async Task The_number_before_finds_the_person_and_says_that_it_has_changed()
    {
        await PaidAsync(April, ("周正", Before));
        await ApproveAsync(await ProposeAsync(After, null));
        AccountHolder old = await FindAsync(Before), current = await FindAsync(After);
        Assert.That((old.Person, old.NumberNow), Is.EqualTo((current.Person, "4201*************2")));
        Assert.That(old.NumberChanged!.Value.Chinese, Is.EqualTo("所查的证件号码已变更，现号码为 4201*************2。"));
        Assert.That(current.NumberNow, Is.Null);
    }

    // Of the three rows of the second file one has the number before. The third file changes nothing of it again.
    [Test]
    public async Task A_file_with_the_number_before_is_the_persons_and_has_a_note()
    {
        await PaidAsync(April, ("周正", Before), ("张三", Zhang));
        await ApproveAsync(await ProposeAsync(After, null));
        FileOutcome late = await PaidAsync(June, ("周正", Before), ("张三", Zhang), ("李四", Town.Person(7)));
        Assert.That((late.Accepted, late.OldNumbers), Is.EqualTo((3, 1)));
        FileOutcome again = await PaidAsync(June.PlusMonths(1), ("周正", After), ("张三", Zhang));
        Assert.That((again.Accepted, again.OldNumbers), Is.EqualTo((2, 0)));
        FileOutcome changes = await town.ImportAsync("姓名,公民身份号码,变更类型,变更日期,变更内容", [$"周正,{Before.Full()},停保,2021-07-31,"], June, SubmissionKind.Regular, false);
        Assert.That((changes.Accepted, changes.OldNumbers), Is.EqualTo((1, 1)));
        Assert.That(FileOutcome.OfOldNumbers(late.OldNumbers).English, Does.StartWith("1 rows use a number that has changed since"));
    }

    [Test]
    public async Task A_new_name_is_the_persons_name_once_it_is_approved()
    {
        await PaidAsync(April, ("周正", Before));
        IdentityDocument proposed = await ProposeAsync(null, "周政");
        FileOutcome early = await PaidAsync(June, ("周政", Before));
        await ApproveAsync(proposed);
        FileOutcome after = await PaidAsync(June.PlusMonths(1), ("周政", Before));
        Assert.That((early.Held, after.Accepted, after.Held), Is.EqualTo((1, 1, 0)));
    }

    [Test]
    public async Task What_cannot_be_is_not_proposed()
    {
        await PaidAsync(April, ("周正", Before), ("张三", Zhang));
        Assert.That(await CodeAsync(() => ProposeAsync(Zhang, null)), Is.EqualTo(Codes.NumberInUse));
        Assert.That(await CodeAsync(() => ProposeAsync(Before, "周正")), Is.EqualTo("NOTHING_CHANGES"));
        Assert.That(await CodeAsync(() => ProposeAsync(null, " ")), Is.EqualTo("NOTHING_CHANGES"));
        Assert.That(await CodeAsync(() => ProposeAsync(After, null, document: " ")), Is.EqualTo("DOCUMENT_BLANK"));
        Assert.That(await CodeAsync(() => ProposeAsync(After, null, on: new LocalDate(2999, 1, 1))), Is.EqualTo("DATE_IN_FUTURE"));
    }

    [Test]
    public async Task A_proposal_that_waits_is_one_and_ends_once()
    {
        await PaidAsync(April, ("周正", Before));
        IdentityDocument first = await ProposeAsync(After, null), same = await ProposeAsync(After, null);
        Assert.That(same.Proposal, Is.EqualTo(first.Proposal));
        Assert.That(await CodeAsync(() => Proposals.RefuseAsync(first.Proposal, "号码不对", "wang", default)), Is.EqualTo("SAME_PERSON"));
        Assert.That(await CodeAsync(() => Proposals.WithdrawAsync(first.Proposal, "号码不对", "li", default)), Is.EqualTo("NOT_PROPOSER"));
        Assert.That((await Proposals.WithdrawAsync(first.Proposal, "号码不对", "wang", default)).State, Is.EqualTo("withdrawn"));
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(first.Proposal, "li", default)), Is.EqualTo("PROPOSAL_STATE"));
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(9, "li", default)), Is.EqualTo("PROPOSAL_UNKNOWN"));
    }

    [Test]
    public async Task A_proposal_made_before_another_change_is_not_approved()
    {
        await PaidAsync(April, ("周正", Before));
        IdentityDocument number = await ProposeAsync(After, null), name = await ProposeAsync(null, "周政");
        await ApproveAsync(number);
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(name.Proposal, "li", default)), Is.EqualTo("PROPOSAL_STALE"));
        Assert.That((await Proposals.ListAsync(null, default)).Select(p => (p.Proposal, p.State)), Is.EqualTo(new[] { (2, "proposed"), (1, "approved") }));
    }

    // Another person may have taken the number between proposal and approval.
    [Test]
    public async Task A_number_that_has_become_another_persons_is_not_taken_over()
    {
        await PaidAsync(April, ("周正", Before));
        IdentityDocument proposed = await ProposeAsync(After, null);
        await PaidAsync(June, ("吴用", After));
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(proposed.Proposal, "li", default)), Is.EqualTo(Codes.NumberInUse));
        Assert.That((await Proposals.ListAsync(null, default)).Single().State, Is.EqualTo("proposed"));
    }

    // Paid on 8000 in June, 35 by then: 8000 x 3.1 % = 248.00, opened with 100.00, of which 30.00 are spent: 318.00. As retirees they are credited from July on,
    // of a pension of 5000 that is below 80 % of the average wage: whatever that is, the same for all six.
    [TestCase("810000198507010118", DocumentKind.ResidencePermit)]
    [TestCase("830000198507010111", DocumentKind.ResidencePermit)]
    [TestCase("931840198507010110", DocumentKind.PermanentResidenceCard)]
    [TestCase("USA310085070101", DocumentKind.LettersAndDigits)]
    [TestCase("E12345678", DocumentKind.Passport)]
    [TestCase("HKG000123456789", DocumentKind.LettersAndDigits)]
    [TestCase("420100198507010110", DocumentKind.CitizenNumber)]
    public async Task A_document_of_each_kind_goes_through_every_kind_of_file(string number, DocumentKind kind)
    {
        CitizenId id = Id(number);
        Assert.That(id.Kind, Is.EqualTo(kind));
        const string born = "1985-07-01";
        FileOutcome[] outcomes =
        [
            await town.ImportAsync(Payroll + ",出生日期", [$"E1,厂,史密斯,{number},2021-06,8000.00,160.00,640.00,{born}"], June, SubmissionKind.Regular, false),
            await town.ImportAsync("公民身份号码,变动类型,金额,发生日期,渠道,凭证号", [$"{number},期初余额,100.00,2021-06-01,,QC1", $"{number},消费,30.00,2021-06-20,药店,"], June, SubmissionKind.Regular, false),
            await town.ImportAsync("姓名,公民身份号码,变更类型,变更日期,变更内容,出生日期", [$"史密斯,{number},卡号,2021-06-20,A1234567,{born}"], June, SubmissionKind.Regular, false),
            await town.ImportAsync("姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金,出生日期", [$"史密斯,{number},2021-07,5000.00,,,{born}"], June.PlusMonths(1), SubmissionKind.Regular, false),
        ];
        Assert.That(outcomes.SelectMany(o => o.Rejections.Select(r => r.Code)), Is.Empty);
        Assert.That(outcomes.Sum(o => o.Accepted), Is.EqualTo(5));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(id), Is.EqualTo(Money.FromYuan(318m)));
        AccountHolder byCard = await AccountHolder.FindAsync(town.Database.Connection, Town.Code, null, "A1234567", new LocalDate(2026, 1, 1), default);
        Assert.That(byCard.Person, Is.EqualTo((await FindAsync(id)).Person));
    }

    private static CitizenId Id(string number)
    {
        Assert.That(CitizenId.TryParse(number, new LocalDate(2026, 1, 1), out CitizenId id), Is.EqualTo(CitizenIdFault.None), number);
        return id;
    }

    private IdentityProposals Proposals => new(town.Area, SystemClock.Instance);

    private async Task<IdentityDocument> ProposeAsync(CitizenId? number, string? name, string document = "公安函〔2021〕3号", LocalDate? on = null) =>
        await Proposals.ProposeAsync(new Renaming((await FindAsync(Before)).Person, number, null, name, on ?? Since, document, "原登记有误"), "wang", default);

    private Task<IdentityDocument> ApproveAsync(IdentityDocument proposed) => Proposals.ApproveAsync(proposed.Proposal, "li", default);

    private Task<AccountHolder> FindAsync(CitizenId id) => AccountHolder.FindAsync(town.Database.Connection, Town.Code, id.Full(), null, new LocalDate(2026, 1, 1), default);

    private static async Task<string> CodeAsync(Func<Task> act) => (await Assert.ThrowsAsync<DataFaultException>(() => act()))!.Code;

    private Task<FileOutcome> PaidAsync(YearMonth month, params (string Name, CitizenId Id)[] people) => town.ImportAsync(
        Payroll, people.Select(p => $"E1,厂,{p.Name},{p.Id.Full()},{month.Text()},8000.00,160.00,640.00"), month, SubmissionKind.Regular, false);
}
