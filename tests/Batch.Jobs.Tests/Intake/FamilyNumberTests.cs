using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

/// <summary>
/// Family sharing and premiums after another number or a join. Ann has 1,000.00 at take-over; her account pays for Bob, who is insured here too. 8000 x 3.1 % = 248.00 in January for each.
/// </summary>
public sealed class FamilyNumberTests
{
    private const string Rules = "      suspended-after-months: 1\n      break:\n        long-from-months: 3\n";
    private static readonly YearMonth January = new(2021, 1), February = new(2021, 2);
    private static readonly LocalDate Since = new(2021, 2, 1);
    private static readonly CitizenId Ann = Town.Person(1), AnnNew = Town.Person(11), Bob = Town.Person(2), BobNew = Town.Person(12), Carl = Town.Person(3);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.AdoptAsync(text => text.Replace(Rules, "      family: {relatives: [spouse], residents-premium: yes, ref: INT1, grade: B}\n" + Rules, StringComparison.Ordinal));
        await town.MovementsAsync(January, $"{Ann.Full()},期初余额,1000.00,2021-01-01,,QC1,,,,,,");
        await town.PayrollAsync(January, "E1", [(Ann, 8000m), (Bob, 8000m), (Carl, 8000m)]);
        await BindAsync($"{Ann.Full()},共济绑定,2021-01-10,{Bob.Full()} 配偶");
        await town.PostMonthAsync(January);
    }

    [TearDown]
    public async Task TearDown()
    {
        await town.AssertCleanAsync();
        await town.DisposeAsync();
    }

    // 80.00 for Bob by the new number, the same row again by the old one, and his premium of 400.00: 1000.00 + 248.00 - 480.00 = 768.00.
    [Test]
    public async Task A_member_with_another_number_is_paid_for_by_either()
    {
        await RenameAsync(Bob, BobNew);
        await PaidForBobBySeveralNumbersAsync();
    }

    // Both numbers of Bob's had a month: the one that stays is named in the files now, the binding has the other.
    [Test]
    public async Task A_member_who_was_joined_is_paid_for_by_either_number()
    {
        await town.PayrollAsync(January, "E2", [(BobNew, 8000m)]);
        await town.PostMonthAsync(January);
        await JoinAsync(BobNew, Bob);
        await PaidForBobBySeveralNumbersAsync();
    }

    // 80.00 by the new number and 5.00 by the old one: 1248.00 - 85.00 = 1163.00.
    [Test]
    public async Task A_payer_with_another_number_pays_by_either()
    {
        await RenameAsync(Ann, AnnNew);
        FileOutcome spent = await town.MovementsAsync(
            February, $"{AnnNew.Full()},消费,80.00,2021-02-05,药店,,,,,,{Bob.Full()},", $"{Ann.Full()},消费,5.00,2021-02-06,居民医保缴费,,,,,,{Bob.Full()},",
            $"{AnnNew.Full()},消费,3.00,2021-02-07,药店,,,,,,{Ann.Full()},");
        await town.PostMonthAsync(February);
        Assert.That(spent.Accepted, Is.EqualTo(3), string.Join(' ', spent.Rejections.Select(r => r.Code)));
        Assert.That((await town.BalanceAsync(Ann), await town.BalanceAsync(AnnNew)), Is.EqualTo((Money.FromYuan(1160m), Money.FromYuan(1160m))), "3.00 by the old number were Ann's own");
        Assert.That((await ToldAsync(AnnNew)).Members.Select(m => m.Spent), Is.EqualTo(new[] { Money.FromYuan(85m) }));
        FileOutcome self = await BindAsync($"{AnnNew.Full()},共济绑定,2021-02-10,{Ann.Full()} 配偶");
        Assert.That(self.Rejections.Select(r => r.Code), Is.EqualTo(new[] { Codes.MemberIsPayer }));
    }

    [Test]
    public async Task Two_of_whom_one_pays_for_the_other_are_not_joined()
    {
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => JoinAsync(Ann, Bob));
        Assert.That(refused!.Code, Is.EqualTo("JOIN_NOT_POSSIBLE"));
        Assert.That(refused.Message, Does.Contain("family binding"));
    }

    private async Task PaidForBobBySeveralNumbersAsync()
    {
        FileOutcome spent = await town.MovementsAsync(
            February, $"{Ann.Full()},消费,80.00,2021-02-05,药店,,,,,,{BobNew.Full()},", $"{Ann.Full()},消费,400.00,2021-02-06,居民医保缴费,,,,,,{BobNew.Full()},");
        FileOutcome again = await town.MovementsAsync(February, SubmissionKind.Supplementary, false, $"{Ann.Full()},消费,80.00,2021-02-05,药店,,,,,,{Bob.Full()},");
        await town.PostMonthAsync(February);
        Assert.That((spent.Accepted, again.Unchanged), Is.EqualTo((2, 1)), string.Join(' ', spent.Rejections.Select(r => r.Code)));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(768m)));
        FamilyDocument told = await ToldAsync(Ann);
        Assert.That(told.Members.Select(m => m.Spent), Is.EqualTo(new[] { Money.FromYuan(480m) }));
        Assert.That((await ToldAsync(Ann, BobNew)).SpentFor.Count, Is.EqualTo(2));

        // Bound once, by whichever number; and the binding ends by either.
        FileOutcome other = await BindAsync($"{Carl.Full()},共济绑定,2021-02-10,{BobNew.Full()} 配偶"), early = await BindAsync($"{Ann.Full()},解除绑定,2021-02-05,{BobNew.Full()}");
        Assert.That(other.Rejections.Concat(early.Rejections).Select(r => r.Code), Is.EqualTo(new[] { Codes.MemberBound, Codes.EventOutOfOrder }), "bound to Ann, who paid for him on the sixth");
        FileOutcome ended = await BindAsync($"{Ann.Full()},解除绑定,2021-02-20,{BobNew.Full()}");
        FileOutcome after = await town.MovementsAsync(February, SubmissionKind.Supplementary, false, $"{Ann.Full()},消费,1.00,2021-02-21,药店,,,,,,{Bob.Full()},");
        Assert.That((ended.Accepted, after.Rejections.Select(r => r.Code).Single()), Is.EqualTo((1, Codes.MemberNotBound)));
        await town.PostMonthAsync(February);
    }

    private IdentityProposals Proposals => new(town.Area, SystemClock.Instance);

    private async Task RenameAsync(CitizenId from, CitizenId to)
    {
        IdentityDocument proposed = await Proposals.ProposeAsync(new Renaming((await FindAsync(from)).Person, to, null, null, Since, "公安函1号", "原登记有误"), "wang", default);
        await Proposals.ApproveAsync(proposed.Proposal, "li", default);
    }

    private async Task JoinAsync(CitizenId stays, CitizenId other)
    {
        Joining joining = new((await FindAsync(stays)).Person, (await FindAsync(other)).Person, Since, "公安函2号", "同一人两个号码");
        await Proposals.ApproveAsync((await Proposals.ProposeJoinAsync(joining, "wang", default)).Proposal, "li", default);
    }

    private async Task<FamilyDocument> ToldAsync(CitizenId holder, CitizenId? asker = null)
    {
        FamilyInquiry family = new(await FindAsync(holder));
        return await family.ReadAsync(asker ?? await family.HolderAsync(default), January, February, default);
    }

    private Task<AccountHolder> FindAsync(CitizenId id) => AccountHolder.FindAsync(town.Database.Connection, Town.Code, id.Full(), null, new LocalDate(2026, 1, 1), default);

    private Task<FileOutcome> BindAsync(string row) => town.ImportAsync("公民身份号码,变更类型,变更日期,变更内容", [row], February, SubmissionKind.Regular, false);
}
