using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>Ann has 500.00 at take-over and 155.00 of January; her account pays for her mother, who is not insured here.</summary>
public sealed class FamilyTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private static readonly CitizenId Bob = Town.Person(2, 1980);
    private static readonly CitizenId Mother = Town.Person(8, 1960);
    private static readonly CitizenId Stranger = Town.Person(9, 1970);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.MovementsAsync(January, $"{Ann.Full()},期初余额,500.00,2021-01-01,,,,,,,,");
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m)]);
    }

    [TearDown]
    public async Task TearDown()
    {
        await town.AssertCleanAsync();
        await town.DisposeAsync();
    }

    [Test]
    public async Task Spending_for_a_bound_member_is_posted_to_the_payer()
    {
        await BindAsync(January, $"{Ann.Full()},共济绑定,2021-01-10,{Mother.Full()} 父母");
        FileOutcome spent = await SpendAsync(January, $"{Ann.Full()},消费,80.00,2021-01-10,药店", Mother);
        await town.PostMonthAsync(January);
        Assert.That((spent.Accepted, spent.Rejected), Is.EqualTo((1, 0)));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(500m + 155m - 80m)));
    }

    [Test]
    public async Task Spending_before_the_binding_after_its_end_or_for_somebody_else_is_refused()
    {
        await BindAsync(January, $"{Ann.Full()},共济绑定,2021-01-10,{Mother.Full()} 父母", $"{Ann.Full()},解除绑定,2021-01-20,{Mother.Full()}");
        FileOutcome before = await SpendAsync(January, $"{Ann.Full()},消费,1.00,2021-01-09,药店", Mother), last = await SpendAsync(January, $"{Ann.Full()},消费,1.00,2021-01-20,药店", Mother);
        FileOutcome after = await SpendAsync(January, $"{Ann.Full()},消费,1.00,2021-01-21,药店", Mother), other = await SpendAsync(January, $"{Ann.Full()},消费,1.00,2021-01-15,药店", Stranger);
        Assert.Multiple(() =>
        {
            Assert.That(new[] { before, last, after, other }.Select(o => o.Accepted), Is.EqualTo(new[] { 0, 1, 0, 0 }));
            Assert.That(new[] { before, after, other }.Select(o => o.Rejections[0].Code), Is.All.EqualTo("MEMBER_NOT_BOUND"));
            Assert.That(
                RejectionCodes.Describe(before.Rejections[0], "zh"),
                Is.EqualTo($"第 2 行成员 {Mother} 在 2021-01-09 没有与该账户绑定家庭共济。请核对成员，或先报送共济绑定。"));
        });
    }

    [Test]
    public async Task A_binding_that_contradicts_what_is_on_record_is_refused_with_its_code()
    {
        await BindAsync(January, $"{Ann.Full()},共济绑定,2021-01-10,{Mother.Full()} 父母");
        await SpendAsync(January, $"{Ann.Full()},消费,80.00,2021-01-25,药店", Mother);
        FileOutcome outcome = await BindAsync(
            January, $"{Ann.Full()},共济绑定,2021-01-11,{Ann.Full()} 配偶", $"{Bob.Full()},共济绑定,2021-01-15,{Mother.Full()} 父母", $"{Ann.Full()},解除绑定,2021-01-24,{Mother.Full()}",
            $"{Bob.Full()},解除绑定,2021-01-24,{Mother.Full()}", $"{Stranger.Full()},共济绑定,2021-01-11,{Ann.Full()} 配偶", $"{Ann.Full()},共济绑定,2021-01-10,{Mother.Full()} 父母",
            $"{Ann.Full()},解除绑定,2021-01-25,{Mother.Full()}", $"{Bob.Full()},共济绑定,2021-01-26,{Mother.Full()} 父母");
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Rejections.Select(r => $"{r.Row} {r.Code}"), Is.EqualTo(new[]
            {
                "2 MEMBER_IS_PAYER", "3 MEMBER_BOUND", "4 EVENT_OUT_OF_ORDER", "5 BINDING_MISSING", "6 ACCOUNT_MISSING",
            }));
            // The same binding again; then it ends with its last day of spending, and another account may pay from the next day.
            Assert.That((outcome.Unchanged, outcome.Accepted), Is.EqualTo((1, 2)));
        });
    }

    [TestCase("兄弟姐妹")]
    [TestCase("祖父母")]
    [TestCase("外孙子女")]
    public async Task A_near_relative_is_bound_where_the_policy_names_the_relation_and_refused_elsewhere(string relation)
    {
        string row = $"{Ann.Full()},共济绑定,2021-01-10,{Stranger.Full()} {relation}";
        FileOutcome refused = await BindAsync(January, row);
        Assert.That(refused.Rejections.Select(r => r.Code), Is.EqualTo(new[] { "RELATION_NOT_COVERED" }));
        string told = relation == "外孙子女" ? "孙子女" : relation;
        Assert.That(RejectionCodes.Describe(refused.Rejections[0], "zh"), Is.EqualTo($"第 2 行的关系“{told}”不在本统筹区家庭共济的范围内（配偶 | 父母 | 子女）。请核对关系。"));

        await town.AdoptAsync(text => text.Replace("      suspended-after-months: 1\n      break:\n        long-from-months: 3\n",
            "      suspended-after-months: 1\n      family: {relatives: [spouse, parent, child, sibling, grandparent, grandchild], ref: INT1, grade: B}\n      break:\n        long-from-months: 3\n", StringComparison.Ordinal));
        FileOutcome bound = await BindAsync(January, row);
        FileOutcome spent = await SpendAsync(January, $"{Ann.Full()},消费,30.00,2021-01-12,药店", Stranger);
        await town.PostMonthAsync(January);
        Assert.That((bound.Accepted, spent.Accepted, await town.BalanceAsync(Ann)), Is.EqualTo((1, 1, Money.FromYuan(625m))));
    }

    [Test]
    public async Task A_run_with_a_members_spending_is_reversed_and_posted_again()
    {
        await town.PostMonthAsync(January);
        await BindAsync(February, $"{Ann.Full()},共济绑定,2021-02-01,{Mother.Full()} 父母");
        await SpendAsync(February, $"{Ann.Full()},消费,80.00,2021-02-10,药店", Mother);
        RunDocument run = await town.PostMonthAsync(February);
        RunDocument reversal = await town.Life.ReverseAsync(run.Run!.Value, February, "operator", default);
        await town.PostAsync(reversal.Run!.Value);
        Money between = await town.BalanceAsync(Ann);
        await town.PostMonthAsync(February);
        Assert.That((between, await town.BalanceAsync(Ann)), Is.EqualTo((Money.FromYuan(655m), Money.FromYuan(575m))));
    }

    [Test]
    public async Task The_payer_sees_totals_by_member_the_member_only_his_own_and_nobody_else_anything()
    {
        await BindAsync(January, $"{Ann.Full()},共济绑定,2021-01-10,{Mother.Full()} 父母");
        await SpendAsync(January, $"{Ann.Full()},消费,80.00,2021-01-10,药店", Mother);
        await SpendAsync(January, $"{Ann.Full()},消费,20.50,2021-01-11,门诊", Mother);
        await town.MovementsAsync(January, $"{Ann.Full()},消费,7.00,2021-01-12,药店,,,,,,,");
        await town.PostMonthAsync(January);
        AccountHolder holder = await AccountHolder.FindAsync(town.Database.Connection, Town.Code, Ann.Full(), null, new LocalDate(2026, 1, 1), default);
        FamilyInquiry family = new(holder);
        FamilyDocument payer = await family.ReadAsync(Ann, January, January, default), member = await family.ReadAsync(Mother, January, January, default);
        Assert.Multiple(() =>
        {
            Assert.That(payer.Members.Select(m => $"{m.Member} {m.Relation} {m.Spent}"), Is.EqualTo(new[] { $"{Mother} parent 100.50" }));
            Assert.That(payer.SpentFor, Is.Empty);
            Assert.That(member.Members, Is.Empty);
            Assert.That(member.SpentFor.Select(s => $"{s.On.Day} {s.Channel} {s.Amount}"), Is.EqualTo(new[] { "10 Pharmacy 80.00", "11 Clinic 20.50" }));
        });
        Assert.That((await Assert.ThrowsAsync<DataFaultException>(() => family.ReadAsync(Bob, January, January, default)))!.Code, Is.EqualTo("NOT_ENTITLED"));
        Assert.That((await Assert.ThrowsAsync<DataFaultException>(() => family.RequireHolderAsync(Mother, default)))!.Code, Is.EqualTo("NOT_ENTITLED"));
    }

    private Task<FileOutcome> BindAsync(YearMonth month, params string[] rows) =>
        town.ImportAsync("姓名,公民身份号码,变更类型,变更日期,变更内容", rows.Select(r => "某人," + r), month, SubmissionKind.Regular, false);

    private Task<FileOutcome> SpendAsync(YearMonth month, string row, CitizenId member) =>
        town.ImportAsync("公民身份号码,业务类型,金额,发生日期,消费渠道,成员证件号码", [$"{row},{member.Full()}"], month, SubmissionKind.Regular, false);
}
