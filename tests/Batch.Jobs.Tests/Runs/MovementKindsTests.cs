using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Runs;

/// <summary>
/// Each kind of movement in February, upon 100.00 taken over and 155.00 credited in January: what it does, reversed and restored, and the sentence with which
/// it is refused. Killed and done again they are in KilledVerbTests and the crash campaign; interest is in InterestRunTests.
/// </summary>
public sealed class MovementKindsTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private static readonly CitizenId Bob = Town.Person(2, 1980);
    private static readonly CitizenId Mother = Town.Person(8, 1960);
    private static readonly CitizenId Cid = Town.Person(9, 1970);
    private static readonly Dictionary<string, CitizenId> People = new() { ["ANN"] = Ann, ["MUM"] = Mother, ["CID"] = Cid };
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.MovementsAsync(January, $"{Ann.Full()},期初余额,100.00,2021-01-01,,,,,,,,");
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m)]);
        await town.PostMonthAsync(January);
    }

    [TearDown]
    public async Task TearDown()
    {
        await town.AssertCleanAsync();
        await town.DisposeAsync();
    }

    /// <param name="before">What happened before: a word for each event.</param>
    /// <param name="rows">Rows of number, kind, amount, date, channel, document, ground, heir's number, heir's name, other area, member's number, earlier months.</param>
    /// <param name="balance">Of whom the rows are, then.</param>
    // Given up, then corrected: the same money was paid upon residence elsewhere, which ends no account. It stays open at zero, and a credit of March reaches it.
    [Test]
    public async Task A_closing_pay_out_that_is_corrected_to_another_ground_leaves_the_account_open()
    {
        await town.MovementsAsync(February, Numbers("ANN,支付,255.00,2021-02-10,,FQ1,放弃,,,,,"));
        await town.PostMonthAsync(February);
        FileOutcome corrected = await town.MovementsAsync(February, SubmissionKind.Supplementary, false, Numbers("ANN,支付,255.00,2021-02-10,,FQ1,异地安置,,,,,"));
        Assert.That((corrected.Accepted, corrected.Rejected), Is.EqualTo((1, 0)), string.Join(", ", corrected.Rejections.Select(r => r.Code)));
        await town.PostMonthAsync(February);
        await town.PayrollAsync(new YearMonth(2021, 3), "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(new YearMonth(2021, 3));
        // 100.00 of the own contribution and 1.1 % of 5,000.00.
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
    }

    [TestCase("", "CID,期初余额,70.00,2021-02-01,,,,,,,,60", 0, 70, false, TestName = "Opening_balance")]
    [TestCase("", "ANN,消费,30.50,2021-02-05,药店,,,,,,,", 255, 224.50, false, TestName = "Spending_of_ones_own")]
    [TestCase("BOUND", "ANN,消费,20.00,2021-02-05,门诊,,,,,,MUM,", 255, 235, false, TestName = "Spending_for_a_member")]
    [TestCase("", "ANN,支付,255.00,2021-02-10,,CG1,出国定居,,,,,", 255, 0, true, TestName = "Pay_out_upon_emigration")]
    [TestCase("", "ANN,支付,255.00,2021-02-10,,FQ1,放弃,,,,,", 255, 0, true, TestName = "Pay_out_upon_giving_up")]
    [TestCase("", "ANN,支付,55.00,2021-02-10,,AZ1,异地安置,,,,,", 255, 200, false, TestName = "Pay_out_upon_living_elsewhere")]
    [TestCase("DEAD", "ANN,支付,127.50,2021-02-10,,JC1,死亡继承,CID,甲,,,|ANN,支付,127.50,2021-02-10,,JC1,死亡继承,MUM,乙,,,", 255, 0, true, TestName = "Pay_out_to_heirs")]
    [TestCase("DEAD", "ANN,支付,255.00,2021-02-10,,WJ1,无继承人,,,,,", 255, 0, true, TestName = "Pay_out_without_an_heir")]
    [TestCase("", "ANN,转入,20.00,2021-02-05,,ZR1,,,,310000,,", 255, 275, false, TestName = "Transfer_in")]
    [TestCase("", "ANN,转出,20.00,2021-02-05,,ZC1,,,,310000,,", 255, 235, false, TestName = "Transfer_out_of_a_part")]
    [TestCase("", "ANN,转出,255.00,2021-02-05,,ZC1,,,,310000,,", 255, 0, true, TestName = "Transfer_out_of_the_whole")]
    [TestCase("", "ANN,更正,-20.00,2021-02-05,,GZ1,,,,,,", 255, 235, false, TestName = "Correction")]
    public async Task Reversed_it_leaves_the_balance_and_the_account_as_before_and_the_next_run_restores_them(
        string before, string rows, decimal held, decimal balance, bool closed)
    {
        await HappenedAsync(before);
        CitizenId who = People[rows[..3]];
        FileOutcome taken = await town.MovementsAsync(February, [.. rows.Split('|').Select(Numbers)]);
        string state = await AccountsAsync();
        Assert.That((taken.Rejected, taken.Held, state.Contains("closed", StringComparison.Ordinal)), Is.EqualTo((0, 0, closed)), string.Join(' ', taken.Rejections.Select(r => r.Code)));
        RunDocument run = await town.PostMonthAsync(February);
        Assert.That((await town.BalanceAsync(who), await AccountsAsync()), Is.EqualTo((Yuan(balance), state)));

        await town.PostAsync((await town.Life.ReverseAsync(run.Run!.Value, February, "operator", CancellationToken.None)).Run!.Value);
        Assert.That((await town.BalanceAsync(who), await AccountsAsync()), Is.EqualTo((Yuan(held), state)));

        RunDocument restored = await town.PostMonthAsync(February);
        Assert.That((await town.BalanceAsync(who), await AccountsAsync()), Is.EqualTo((Yuan(balance), state)));
        Assert.That((restored.Movements, (await town.AllocateAsync(February)).State), Is.EqualTo((run.Movements, RunState.Nothing)));
    }

    [TestCase("", "ANN,期初余额,90.00,2021-01-01,,,,,,,,",
        "第 2 行与已接收的同一笔变动不同：此次 90.00 (2021-01-01)，已接收 100.00 (2021-01-01)。如原数有误，请作为补充（supplementary）或更正（replacement）文件报送，或报送“更正”变动。",
        "Line 2 states a movement that was taken in differently: now 90.00 (2021-01-01), then 100.00 (2021-01-01). If the former is wrong send it as supplementary or replacement, or send a movement “correction”.",
        TestName = "Opening_balance_that_differs_is_refused")]
    [TestCase("", "CID,消费,5.00,2021-02-05,药店,,,,,,,",
        "第 2 行人员 CID 在本统筹区没有个人账户。请核对号码，或先报送参保和期初余额。",
        "In line 2 the person CID has no account in this area. Check the number, or send the enrolment or the opening balance first.",
        TestName = "Spending_of_somebody_without_an_account_is_refused")]
    [TestCase("", "ANN,消费,300.00,2021-02-05,药店,,,,,,,",
        "第 2 行金额 300.00 元超过账户可用余额 255.00 元，未入账，待报送人以外的人员决定。",
        "In line 2 the amount 300.00 is more than the 255.00 yuan that the account holds; the row is held, and another person than the sender decides.",
        TestName = "Spending_above_the_balance_is_held")]
    [TestCase("", "ANN,消费,20.00,2021-02-05,门诊,,,,,,MUM,",
        "第 2 行成员 MUM 在 2021-02-05 没有与该账户绑定家庭共济。请核对成员，或先报送共济绑定。",
        "In line 2 the member MUM is not bound to this account on 2021-02-05. Check the member, or send the binding first.",
        TestName = "Spending_for_somebody_who_is_not_bound_is_refused")]
    [TestCase("", "ANN,支付,255.00,2021-01-10,,CG1,出国定居,,,,,",
        "第 2 行变更与此人已有的登记矛盾（2021-02）。请核对类型和日期。",
        "In line 2 the change contradicts what is registered (2021-02). Check its kind and date.", true,
        TestName = "Pay_out_upon_emigration_before_a_month_that_is_paid_is_refused")]
    [TestCase("FROZEN", "ANN,支付,255.00,2021-02-10,,FQ1,放弃,,,,,",
        "第 2 行发生在 2021-02-10，该账户自 2021-02-01 起已冻结。请核对日期，或先报送解冻。",
        "Line 2 is of 2021-02-10, and the account has been frozen since 2021-02-01. Check the date, or send the unfreezing first.",
        TestName = "Pay_out_from_a_frozen_account_is_refused")]
    [TestCase("", "ANN,支付,255.00,2021-02-10,,WJ1,无继承人,,,,,",
        "第 2 行以死亡为事由支付，但此人在 2021-02-10 之前没有死亡登记。请先报送死亡。",
        "Line 2 pays out on the ground of death, but no death up to 2021-02-10 is registered. Send the death first.",
        TestName = "Pay_out_upon_the_death_of_the_living_is_refused")]
    [TestCase("", "ANN,支付,200.00,2021-02-10,,FQ1,放弃,,,,,",
        "第 2 行支付 200.00 元，账户可用余额为 255.00 元，该事由须一次全部支付。请改为全部余额，或核对事由。",
        "Line 2 pays out 200.00 yuan, while the account holds 255.00; on this ground the whole is paid out at once. Write the whole balance, or check the ground.",
        TestName = "Giving_up_a_part_is_refused")]
    [TestCase("", "ANN,支付,254.99,2021-02-10,,CG1,出国定居,,,,,",
        "第 2 行支付 254.99 元，账户可用余额为 255.00 元，该事由须一次全部支付。请改为全部余额，或核对事由。",
        "Line 2 pays out 254.99 yuan, while the account holds 255.00; on this ground the whole is paid out at once. Write the whole balance, or check the ground.",
        TestName = "Emigration_that_leaves_a_fen_is_refused")]
    [TestCase("DEAD", "ANN,支付,127.50,2021-02-10,,JC1,死亡继承,CID,甲,,,",
        "第 2 行所属的继承份额合计 127.50 元，账户可用余额为 255.00 元，两者必须相等。请核对各继承人的金额。",
        "The shares that line 2 belongs to add up to 127.50 yuan, while the account holds 255.00; they must be equal. Check the heirs' amounts.",
        TestName = "Shares_that_are_not_the_whole_are_refused")]
    [TestCase("", "ANN,转入,20.00,2021-02-05,,ZR1,,,,上海,,",
        "第 2 行“对方统筹区”上海 不是统筹区代码（310000）。转移须写明对方统筹区。",
        "In line 2 “对方统筹区” 上海 is not the code of a pooling area (310000). A transfer needs the other area.",
        TestName = "Transfer_in_from_nowhere_is_refused")]
    [TestCase("DEAD", "ANN,转出,255.00,2021-02-05,,ZC1,,,,310000,,",
        "第 2 行发生在 2021-02-05，此人已于 2021-02-01 死亡。请核对人员和日期；余额由继承人以“死亡继承”领取。",
        "Line 2 is of 2021-02-05, but the person died on 2021-02-01. Check person and date; heirs receive the balance on the ground “death”.",
        TestName = "Transfer_out_after_death_is_refused")]
    [TestCase("", "ANN,更正,0.00,2021-02-05,,GZ1,,,,,,",
        "第 2 行“金额”为 0，账户没有变动。请删除该行，或填写金额。",
        "In line 2 “金额” is 0, which changes nothing. Leave the line out, or fill in the amount.",
        TestName = "Correction_of_nothing_is_refused")]
    public async Task It_is_told_in_both_languages_and_nothing_moves(string before, string row, string chinese, string english, bool paidInFebruary = false)
    {
        await HappenedAsync(before);
        if (paidInFebruary)
        {
            await town.PayrollAsync(February, "E1", [(Ann, 5000m)]);
            await town.PostMonthAsync(February);
        }

        Money held = await town.BalanceAsync(Ann);
        FileOutcome refused = await town.MovementsAsync(February, Numbers(row));
        Rejection told = refused.Rejections.Single();
        Assert.Multiple(() =>
        {
            Assert.That((RejectionCodes.Describe(told, "zh"), RejectionCodes.Describe(told, "en")), Is.EqualTo((Masked(chinese), Masked(english))));
            Assert.That(refused.Accepted, Is.Zero);
        });
        Assert.That(((await town.AllocateAsync(February)).State, await town.BalanceAsync(Ann)), Is.EqualTo((RunState.Nothing, held)));
    }

    // Held, because it is 45.00 more than there is; whoever takes it closes the account, which owes that much.
    [TestCase("ANN,支付,300.00,2021-02-10,,CG1,出国定居,,,,,", "Emigration", TestName = "A_held_pay_out_that_is_taken_closes_the_account")]
    [TestCase("ANN,转出,300.00,2021-02-10,,ZC1,,,,310000,,", "TransferOut", TestName = "A_held_transfer_out_that_is_taken_closes_the_account")]
    public async Task Taken(string row, string ground)
    {
        FileOutcome held = await town.MovementsAsync(February, Numbers(row));
        Assert.That((held.Held, (await AccountsAsync()).Contains("closed", StringComparison.Ordinal)), Is.EqualTo((1, false)));
        await new Decisions(town.Area).DecideAsync(new Decision(held.Submission!.Value, 2, true, "reviewer", "已核实"), CancellationToken.None);
        await town.PostMonthAsync(February);
        Assert.That(await AccountsAsync(), Does.Contain($"1 closed 2021-02-10 {ground}"));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(-45)));
        FileOutcome late = await town.MovementsAsync(February, Numbers("ANN,消费,1.00,2021-02-11,药店,,,,,,,"));
        Assert.That(late.Rejections.Single().Code, Is.EqualTo("ACCOUNT_CLOSED"));
    }

    // 255.00 were paid out; corrected to 300.00, which is 45.00 more than there is, it waits. Until it is decided nothing is paid out, and the account is open.
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_correction_of_a_closing_pay_out_that_is_held_opens_the_account_until_it_is_decided(bool take)
    {
        await town.MovementsAsync(February, Numbers("ANN,支付,255.00,2021-02-10,,CG1,出国定居,,,,,"));
        FileOutcome held = await town.MovementsAsync(February, SubmissionKind.Supplementary, false, Numbers("ANN,支付,300.00,2021-02-10,,CG1,出国定居,,,,,"));
        FileOutcome meanwhile = await town.MovementsAsync(February, Numbers("ANN,消费,5.00,2021-02-11,药店,,,,,,,"));
        Assert.That((held.Held, meanwhile.Accepted), Is.EqualTo((1, 1)), string.Join(' ', meanwhile.Rejections.Select(r => r.Code)));
        await new Decisions(town.Area).DecideAsync(new Decision(held.Submission!.Value, 2, take, "reviewer", "已核实"), CancellationToken.None);
        await town.PostMonthAsync(February);
        FileOutcome late = await town.MovementsAsync(February, Numbers("ANN,消费,1.00,2021-02-12,药店,,,,,,,"));
        await town.PostMonthAsync(February);
        Assert.That((late.Rejections is [{ } first, ..] ? first.Code : null, await town.BalanceAsync(Ann)), Is.EqualTo(take ? ("ACCOUNT_CLOSED", Yuan(-50)) : (null, Yuan(249))));
    }

    // One file corrects the pay-out that closed the account, which opens it, and pays the rest out, which closes it again: the later row is in force.
    [Test]
    public async Task Of_two_changes_of_an_account_in_one_file_the_later_row_is_in_force()
    {
        await town.MovementsAsync(February, Numbers("ANN,转出,255.00,2021-02-10,,ZC1,,,,310000,,"));
        FileOutcome both = await town.MovementsAsync(
            February, SubmissionKind.Supplementary, false, Numbers("ANN,转出,200.00,2021-02-10,,ZC1,,,,310000,,"), Numbers("ANN,转出,55.00,2021-02-10,,ZC2,,,,310000,,"));
        await town.PostMonthAsync(February);
        FileOutcome late = await town.MovementsAsync(February, Numbers("ANN,消费,1.00,2021-02-11,药店,,,,,,,"));
        Assert.That((both.Accepted, late.Rejections.SingleOrDefault()?.Code, await town.BalanceAsync(Ann)), Is.EqualTo((2, "ACCOUNT_CLOSED", Money.Zero)));
    }

    [Test]
    public async Task What_is_known_since_speaks_against_taking_what_was_held()
    {
        FileOutcome held = await town.MovementsAsync(February, Numbers("ANN,消费,300.00,2021-02-10,药店,,,,,,,"));
        await HappenedAsync("DEAD");
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() =>
            new Decisions(town.Area).DecideAsync(new Decision(held.Submission!.Value, 2, true, "reviewer", "已核实"), CancellationToken.None));
        Assert.That(refused!.Code, Is.EqualTo("MOVEMENT_AFTER_DEATH"));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(255)));
    }

    private async Task HappenedAsync(string before)
    {
        FileOutcome? happened = before switch
        {
            "DEAD" => await town.PersonsAsync(February, (Ann, "死亡", "2021-02-01")),
            "FROZEN" => await town.AccountsAsync(February, $"{Ann.Full()},冻结,2021-02-01,,文1"),
            "BOUND" => await town.ImportAsync("公民身份号码,变更类型,变更日期,变更内容", [$"{Ann.Full()},共济绑定,2021-02-01,{Mother.Full()} 父母"], February, SubmissionKind.Regular, false),
            _ => null,
        };
        Assert.That(happened?.Accepted ?? 1, Is.EqualTo(1));
        await town.PostMonthAsync(February);
    }

    private static string Numbers(string row) => People.Aggregate(row, (r, p) => r.Replace(p.Key, p.Value.Full(), StringComparison.Ordinal));

    private static string Masked(string sentence) => People.Aggregate(sentence, (s, p) => s.Replace(p.Key, p.Value.ToString(), StringComparison.Ordinal));

    private static Money Yuan(decimal yuan) => Money.FromYuan(yuan);

    /// <summary>Everybody's accounts and what is on record of their closings.</summary>
    private async Task<string> AccountsAsync()
    {
        await using NpgsqlCommand command = town.Database.Connection.Owner.CreateCommand(Town.Schema.Sql(
            """
            SELECT (SELECT coalesce(string_agg(concat_ws(' ', account_id, person_id, opened), ', ' ORDER BY account_id), '') FROM :area.account) || '; '
                || (SELECT coalesce(string_agg(concat_ws(' ', person_id, 'closed', on_date, value), ', ' ORDER BY person_id), '') FROM :area.person_event WHERE event = 12)
            """));
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture)!;
    }
}
