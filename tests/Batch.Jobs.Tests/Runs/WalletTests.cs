using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>
/// Movements that only some areas have: Ann holds 9,000.00 taken over and 155.00 of January; her account pays for her mother. A wallet's transfers out are limited to 2,000.00 each and three a day.
/// </summary>
public sealed partial class WalletTests
{
    private const string Rules = "      suspended-after-months: 1\n      break:\n        long-from-months: 3\n";
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private static readonly CitizenId Mother = Town.Person(8, 1960);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await AdoptAsync("family: {relatives: [parent], residents-premium: yes, ref: INT1, grade: B}", "wallet: {each-at-most: 2000, a-day-at-most: 3, ref: INT1, grade: B}",
            "severe-illness: {pays: part, ref: INT1, grade: B}", "emergency: {paid-back: yes, ref: INT1, grade: B}");
        await town.MovementsAsync(January, $"{Ann.Full()},期初余额,9000.00,2021-01-01,,,,,,,,");
        await town.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(January);
    }

    [TearDown]
    public async Task TearDown()
    {
        await town.AssertCleanAsync();
        await town.DisposeAsync();
    }

    [Test]
    public async Task An_account_pays_the_residents_premium_of_a_relative_bound_to_it()
    {
        await town.ImportAsync("公民身份号码,变更类型,变更日期,变更内容", [$"{Ann.Full()},共济绑定,2021-02-01,{Mother.Full()} 父母"], February, SubmissionKind.Regular, false);
        FileOutcome taken = await town.MovementsAsync(February, Row("消费,400.00,2021-02-05,居民医保缴费", member: Mother));
        FileOutcome others = await town.MovementsAsync(
            February, Row("消费,400.00,2021-02-06,居民医保", member: Town.Person(9, 1970)), Row("消费,400.00,2021-02-07,premium"), Row("消费,400.00,2021-02-08,居民医保缴费", member: Ann));
        await town.PostMonthAsync(February);
        Assert.Multiple(async () =>
        {
            Assert.That((taken.Accepted, others.Accepted), Is.EqualTo((1, 0)));
            Assert.That(others.Rejections.OrderBy(r => r.Row).Select(r => $"{r.Row} {r.Code}"), Is.EqualTo(new[] { "2 MEMBER_NOT_BOUND", "3 MEMBER_BLANK", "4 MEMBER_BLANK" }));
            Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(9155 - 400)));
            Assert.That((await town.ReportAsync("movement", February)).Select(r => $"{r[0].Text} {r[1].Text}"), Is.EqualTo(new[] { "消费 spending 居民医保缴费 residents' premium" }));
        });
    }

    [TestCase("消费,400.00,2021-02-05,居民医保缴费,,", true, "第 2 行“渠道”居民医保缴费：本统筹区当月的政策没有规定这一项（family: residents-premium），不能受理。请核对；规定确有此项的，请先采纳写明它的政策文件。")]
    [TestCase("钱包转出,1.00,2021-02-05,,Q1,", false, "第 2 行“变动类型”钱包转出：本统筹区当月的政策没有规定这一项（wallet），不能受理。请核对；规定确有此项的，请先采纳写明它的政策文件。")]
    [TestCase("钱包转入,1.00,2021-02-05,,Q1,", false, "第 2 行“变动类型”钱包转入：本统筹区当月的政策没有规定这一项（wallet），不能受理。请核对；规定确有此项的，请先采纳写明它的政策文件。")]
    [TestCase("钱包退回,1.00,2021-02-05,,Q1,", false, "第 2 行“变动类型”钱包退回：本统筹区当月的政策没有规定这一项（wallet），不能受理。请核对；规定确有此项的，请先采纳写明它的政策文件。")]
    [TestCase("支付,1.00,2021-02-05,,Z1,重大疾病", false, "第 2 行“事由”重大疾病：本统筹区当月的政策没有规定这一项（severe-illness），不能受理。请核对；规定确有此项的，请先采纳写明它的政策文件。")]
    [TestCase("急诊返还,1.00,2021-02-05,,J1,", false, "第 2 行“变动类型”急诊返还：本统筹区当月的政策没有规定这一项（emergency），不能受理。请核对；规定确有此项的，请先采纳写明它的政策文件。")]
    public async Task What_the_policy_does_not_have_is_refused_with_its_cell(string row, bool bound, string told)
    {
        await AdoptAsync("family: {relatives: [parent, spouse], ref: INT1, grade: B}");
        await town.ImportAsync("公民身份号码,变更类型,变更日期,变更内容", [$"{Ann.Full()},共济绑定,2021-02-01,{Mother.Full()} 父母"], February, SubmissionKind.Regular, false);
        FileOutcome refused = await town.MovementsAsync(February, Row(row, member: bound ? Mother : null));
        Assert.That(refused.Rejections.Select(r => (r.Code, RejectionCodes.Describe(r, "zh"))), Is.EqualTo(new[] { ("MOVEMENT_NOT_COVERED", told) }));
    }

    [Test]
    public async Task Each_transfer_and_their_number_a_day_are_limited()
    {
        FileOutcome first = await town.MovementsAsync(February, Row("钱包转出,2000.00,2021-02-05,,Q1"), Row("钱包转出,2000.01,2021-02-05,,Q2"), Row("钱包转出,1.00,2021-02-05,,Q3"));
        FileOutcome second = await town.MovementsAsync(
            February, Row("钱包转出,1.00,2021-02-05,,Q4"), Row("钱包转出,1.00,2021-02-05,,Q5"), Row("钱包转出,1.00,2021-02-06,,Q6"), Row("钱包转出,2000.00,2021-02-05,,Q1"));
        await town.PostMonthAsync(February);
        Assert.Multiple(async () =>
        {
            Assert.That(first.Rejections.Select(r => RejectionCodes.Describe(r, "zh")), Is.EqualTo(new[] { "第 3 行医保钱包转出 2000.01 元，超过每笔限额 2000.00 元。请核对金额。" }));
            Assert.That(second.Rejections.Select(r => RejectionCodes.Describe(r, "en")), Is.EqualTo(new[]
            {
                "Line 3: on 2021-02-05 the person has made 3 transfers out of the wallet already, the most for one day. Check date and document.",
            }));
            Assert.That((first.Accepted, second.Accepted, second.Unchanged), Is.EqualTo((2, 2, 1)));
            // Q1, Q3, Q4 and Q6.
            Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(9155 - 2003)));
        });
    }

    [Test]
    public async Task A_correction_of_one_of_the_days_transfers_is_not_one_more_and_a_replacement_states_the_day_anew()
    {
        await town.MovementsAsync(February, Row("钱包转出,10.00,2021-02-05,,Q1"), Row("钱包转出,20.00,2021-02-05,,Q2"), Row("钱包转出,30.00,2021-02-05,,Q3"));
        FileOutcome corrected = await town.MovementsAsync(February, SubmissionKind.Supplementary, false, Row("钱包转出,11.00,2021-02-05,,Q1"));
        await town.PostMonthAsync(February);
        Assert.That((corrected.Accepted, await town.BalanceAsync(Ann)), Is.EqualTo((1, Yuan(9155 - 61))));

        FileOutcome tooMany = await town.MovementsAsync(
            February, SubmissionKind.Replacement, true, Row("钱包转出,20.00,2021-02-05,,Q2"), Row("钱包转出,1.00,2021-02-05,,Q4"), Row("钱包转出,1.00,2021-02-05,,Q5"), Row("钱包转出,1.00,2021-02-05,,Q6"));
        FileOutcome others = await town.MovementsAsync(
            February, SubmissionKind.Replacement, true, Row("钱包转出,20.00,2021-02-05,,Q2"), Row("钱包转出,1.00,2021-02-05,,Q4"), Row("钱包转出,1.00,2021-02-05,,Q5"));
        await town.PostMonthAsync(February);
        Assert.That((tooMany.Accepted, tooMany.Rejections.Any(r => r.Code == "WALLET_TIMES_ABOVE"), others.Rejected), Is.EqualTo((0, true, 0)));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(9155 - 22)));
    }

    // The return comes the next morning, in the month after too; where the file has it above its transfer, it is read behind it.
    [TestCase("2021-02-06", false)]
    [TestCase("2021-03-01", false)]
    [TestCase("2021-02-05", true)]
    public async Task What_nobody_accepts_returns_whole(string day, bool above)
    {
        string transfer = Row("钱包转出,500.00,2021-02-05,,Q1"), back = Row($"钱包退回,500.00,{day},,Q1");
        YearMonth month = day == "2021-03-01" ? new YearMonth(2021, 3) : February;
        FileOutcome taken = await town.MovementsAsync(month, above ? [back, transfer] : [transfer, back]);
        RunDocument run = await town.PostMonthAsync(month);
        Assert.That((taken.Accepted, taken.Rejected, run.Movements!.WalletOut, run.Movements.WalletReturn, run.Movements.Total), Is.EqualTo((2, 0, Yuan(-500), Yuan(500), Money.Zero)));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(9155)));
    }

    // 9,155.00 less 8,000.00 leaves 1,155.00: a transfer of 1,500.00 waits, and nothing has left the account.
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_transfer_that_waits_does_not_return_however_often_it_is_sent(bool inOneFile)
    {
        await town.MovementsAsync(February, Row("消费,8000.00,2021-02-01,医院,S1"));
        string transfer = Row("钱包转出,1500.00,2021-02-05,,Q1"), other = Row("钱包转入,1.00,2021-02-05,,Q9"), back = Row("钱包退回,1500.00,2021-02-06,,Q1");
        if (!inOneFile)
        {
            Assert.That((await town.MovementsAsync(February, transfer)).Held, Is.EqualTo(1));
        }

        FileOutcome again = await town.MovementsAsync(February, inOneFile ? [transfer, other, transfer, back] : [transfer, back]);
        Assert.That((again.Rejected, again.Rejections.Single(r => r.Row == (inOneFile ? 5 : 3)).Code), Is.EqualTo((1, "WALLET_RETURN_UNKNOWN")));
    }

    // 9,200.00 of 9,155.00 waits. With February's 155.00 the account holds 9,310.00: the whole must be paid out, and 9,200.00 is a part.
    [Test]
    public async Task A_pay_out_for_an_illness_that_waits_is_the_whole_too_when_it_is_taken()
    {
        await AdoptAsync("severe-illness: {pays: whole, ref: INT1, grade: B}");
        FileOutcome held = await town.MovementsAsync(February, Row("支付,9200.00,2021-02-10,,Z1,重大疾病"));
        Assert.That(held.Held, Is.EqualTo(1));
        await town.PayrollAsync(February, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(February);
        Decision take = new(held.Submission!.Value, 2, true, "reviewer", "已核实");
        Assert.That(async () => await new Decisions(town.Area).DecideAsync(take, default), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("PAY_OUT_NOT_WHOLE"));
    }

    // 1,500.00 of 1,155.00 waits; meanwhile the limit of each transfer is 1,000.00.
    [Test]
    public async Task A_transfer_that_waits_keeps_to_the_limits_when_it_is_taken()
    {
        await town.MovementsAsync(February, Row("消费,8000.00,2021-02-01,医院,S1"));
        FileOutcome held = await town.MovementsAsync(February, Row("钱包转出,1500.00,2021-02-05,,Q1"));
        await AdoptAsync("wallet: {each-at-most: 1000, a-day-at-most: 3, ref: INT1, grade: B}");
        Decision take = new(held.Submission!.Value, 2, true, "reviewer", "已核实");
        Assert.That(async () => await new Decisions(town.Area).DecideAsync(take, default), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("WALLET_AMOUNT_ABOVE"));

        await AdoptAsync("wallet: {each-at-most: 1500, a-day-at-most: 3, ref: INT1, grade: B}");
        await new Decisions(town.Area).DecideAsync(take, default);
        await town.PostMonthAsync(February);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(1155 - 1500)));
    }

    [TestCase("钱包退回,500.00,2021-02-06,,Q2", "第 2 行退回 Q2 500.00 (2021-02-06)，但没有凭证号、金额相同，且在该日或以前、不早于上月的钱包转出（已有：-）。请核对凭证号、金额和日期。")]
    [TestCase("钱包退回,499.99,2021-02-06,,Q1", "第 2 行退回 Q1 499.99 (2021-02-06)，但没有凭证号、金额相同，且在该日或以前、不早于上月的钱包转出（已有：500.00 (2021-02-05)）。请核对凭证号、金额和日期。")]
    [TestCase("钱包退回,500.00,2021-02-04,,Q1", "第 2 行退回 Q1 500.00 (2021-02-04)，但没有凭证号、金额相同，且在该日或以前、不早于上月的钱包转出（已有：500.00 (2021-02-05)）。请核对凭证号、金额和日期。")]
    public async Task A_return_without_its_transfer_is_refused(string row, string told)
    {
        await town.MovementsAsync(February, Row("钱包转出,500.00,2021-02-05,,Q1"));
        FileOutcome refused = await town.MovementsAsync(February, Row(row));
        Assert.That(refused.Rejections.Select(r => RejectionCodes.Describe(r, "zh")), Is.EqualTo(new[] { told }));
        await town.PostMonthAsync(February);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(9155 - 500)));
    }

    [Test]
    public async Task A_transfer_that_has_returned_is_neither_changed_nor_left_out()
    {
        await town.MovementsAsync(February, Row("钱包转出,500.00,2021-02-05,,Q1"), Row("钱包转出,7.00,2021-02-05,,Q2"), Row("钱包退回,500.00,2021-02-06,,Q1"));
        FileOutcome changed = await town.MovementsAsync(February, SubmissionKind.Supplementary, false, Row("钱包转出,400.00,2021-02-05,,Q1"));
        FileOutcome left = await town.MovementsAsync(February, SubmissionKind.Replacement, true, Row("钱包转出,7.00,2021-02-05,,Q2"));
        Assert.That(new[] { changed, left }.Select(o => o.Rejections.Single()).Select(r => RejectionCodes.Describe(r, "zh")),
            Is.All.EqualTo("凭证号 Q1 的钱包转出已经退回 500.00 元，不能改动或撤回。请先更正退回的一笔。"));

        // With the days of both in one file, both are left out.
        FileOutcome both = await town.MovementsAsync(February, SubmissionKind.Replacement, true, Row("钱包转出,7.00,2021-02-05,,Q2"), Row("钱包转出,3.00,2021-02-06,,Q3"), Row("钱包退回,7.00,2021-02-06,,Q2"));
        await town.PostMonthAsync(February);
        Assert.That((both.Rejected, await town.BalanceAsync(Ann)), Is.EqualTo((0, Yuan(9155 - 3))));
    }

    // She transfers and dies; what nobody has accepted is the heirs'.
    [Test]
    public async Task A_transfer_returns_after_the_holders_death_and_money_from_others_does_not_come()
    {
        await town.MovementsAsync(February, Row("钱包转出,500.00,2021-02-05,,Q1"));
        await town.PersonsAsync(February, (Ann, "死亡", "2021-02-05"));
        FileOutcome after = await town.MovementsAsync(
            February, Row("钱包退回,500.00,2021-02-06,,Q1"), Row("钱包转入,5.00,2021-02-06,,Q2"), Row("钱包转出,5.00,2021-02-06,,Q3"), Row("急诊返还,5.00,2021-02-06,,J1"), Row("支付,5.00,2021-02-06,,Z1,重大疾病"));
        await town.PostMonthAsync(February);
        Assert.That((after.Accepted, after.Rejections.Select(r => r.Code).Distinct().Single()), Is.EqualTo((1, "MOVEMENT_AFTER_DEATH")));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(9155)));
    }

    [Test]
    public async Task From_a_frozen_account_no_wallet_pays_and_money_still_comes()
    {
        await town.AccountsAsync(February, $"{Ann.Full()},冻结,2021-02-01,,文1");
        FileOutcome taken = await town.MovementsAsync(
            February, Row("钱包转出,5.00,2021-02-06,,Q3"), Row("支付,5.00,2021-02-06,,Z1,重大疾病"), Row("钱包转入,5.00,2021-02-06,,Q2"), Row("急诊返还,6.00,2021-02-06,,J1"));
        await town.PostMonthAsync(February);
        Assert.That((taken.Accepted, taken.Rejections.Select(r => r.Code)), Is.EqualTo((2, new[] { "ACCOUNT_FROZEN", "ACCOUNT_FROZEN" })));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(9155 + 11)));
    }

    // 155.00 of March reach the account: it was not closed.
    [TestCase("part", "155.00", 9000)]
    [TestCase("part", "9155.00", 0)]
    [TestCase("whole", "9155.00", 0)]
    [TestCase("whole", "9154.99", null)]
    public async Task A_severe_illness_pays_out_what_the_policy_says_and_leaves_the_account_open(string pays, string amount, int? left)
    {
        await AdoptAsync($"severe-illness: {{pays: {pays}, ref: INT1, grade: B}}");
        FileOutcome outcome = await town.MovementsAsync(February, Row($"支付,{amount},2021-02-10,,Z1,重大疾病"));
        await town.PostMonthAsync(February);
        await town.PayrollAsync(new YearMonth(2021, 3), "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(new YearMonth(2021, 3));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan((left ?? 9155) + 155)));
        Assert.That(outcome.Rejections.Select(r => RejectionCodes.Describe(r, "zh")), Is.EqualTo(left is null
            ? ["第 2 行支付 9154.99 元，账户可用余额为 9155.00 元，该事由须一次全部支付。请改为全部余额，或核对事由。"]
            : Array.Empty<string>()));
    }

    [Test]
    public async Task Each_kind_is_reversed_restored_and_named()
    {
        await town.MovementsAsync(
            February, Row("钱包转出,100.00,2021-02-05,,Q1"), Row("钱包转入,30.00,2021-02-05,,Q2", area: "310000"), Row("急诊返还,4.00,2021-02-06,,J1"), Row("钱包退回,100.00,2021-02-06,,Q1"));
        RunDocument run = await town.PostMonthAsync(February);
        await town.PostAsync((await town.Life.ReverseAsync(run.Run!.Value, February, "operator", CancellationToken.None)).Run!.Value);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(9155)));
        RunDocument restored = await town.PostMonthAsync(February);
        Assert.Multiple(async () =>
        {
            Assert.That((restored.Movements, await town.BalanceAsync(Ann)), Is.EqualTo((run.Movements, Yuan(9155 + 34))));
            Assert.That((run.Movements!.WalletIn, run.Movements.EmergencyReturn), Is.EqualTo((Yuan(30), Yuan(4))));
            Assert.That((await town.ReportAsync("movement", February)).Select(r => r[0].Text), Is.EqualTo(new[]
            {
                "钱包转出 wallet transfers out", "钱包转入 wallet transfers in", "钱包退回 wallet transfers returned", "急诊返还 emergencies paid back",
            }));
        });
    }

    private Task AdoptAsync(params string[] rules) => town.AdoptAsync(
        text => text.Replace(Rules, string.Concat(rules.Select(r => $"      {r}\n")) + Rules, StringComparison.Ordinal));

    // Number, kind, amount, date, channel, document, ground, heir's number, heir's name, other area, member's number, earlier months.
    private static string Row(string fields, CitizenId? member = null, string area = "")
    {
        string given = fields + new string(',', 5 - fields.Count(c => c == ','));
        return $"{Ann.Full()},{given},,,{area},{member?.Full()},";
    }

    private static Money Yuan(int yuan) => Money.FromYuan(yuan);
}
