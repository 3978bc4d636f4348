using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>Movements through the line: what each kind does to an account, what is refused, and that late and corrected files end where timely ones do.</summary>
public sealed class MovementTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private static readonly CitizenId Bob = Town.Person(2, 1980);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.MovementsAsync(January, $"{Ann.Full()},期初余额,100.00,2021-01-01,,,,,,,,");
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m)]);   // 155.00 and 204.00
    }

    [TearDown]
    public async Task TearDown()
    {
        VerificationDocument document = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, CancellationToken.None);
        Assert.That(document.Checks.Where(c => !c.Ok).Select(c => $"{c.Id} {c.First}"), Is.Empty);
        await town.DisposeAsync();
    }

    [Test]
    public async Task An_opening_balance_and_spending_reach_the_balance_and_the_second_run_posts_nothing()
    {
        FileOutcome spent = await town.MovementsAsync(January, $"{Ann.Full()},消费,30.50,2021-01-05,药店,,,,,,,");
        RunDocument run = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That((spent.Accepted, spent.Rejected), Is.EqualTo((1, 0)));
            Assert.That(run.Credited, Is.EqualTo(Money.FromYuan(359m)));
            Assert.That(run.PersonPaid + run.EmployerPaid, Is.EqualTo(run.Credited + run.Pool + run.Other));
            Assert.That((run.Movements!.Opening, run.Movements.Spending, run.Movements.Total), Is.EqualTo((Money.FromYuan(100m), Money.FromYuan(-30.50m), Money.FromYuan(69.50m))));
        });
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(224.50m)));
        Assert.That((await town.AllocateAsync(January)).State, Is.EqualTo(RunState.Nothing));
        ExplanationDocument told = await new Explanations(await town.AreaAsync()).ExplainAsync(1, January, CancellationToken.None);
        Assert.That(told.Net, Is.EqualTo(Money.FromYuan(155m)));
        Assert.That(told.Movements.Select(m => (m.Chinese, m.Component, m.Amount, m.On, m.Channel, m.Source)), Is.EqualTo(new (string, string, Money, LocalDate, SpendingChannel?, SourceDocument)[]
        {
            ("期初余额", "opening", Money.FromYuan(100m), new LocalDate(2021, 1, 1), null, new SourceDocument("file-1.csv", 2)),
            ("消费", "spending", Money.FromYuan(-30.50m), new LocalDate(2021, 1, 5), SpendingChannel.Pharmacy, new SourceDocument("file-3.csv", 2)),
        }));
    }

    [Test]
    public async Task Spending_above_the_balance_is_held_with_its_sentence_and_never_posted()
    {
        FileOutcome spent = await town.MovementsAsync(
            January, $"{Ann.Full()},消费,60.00,2021-01-05,药店,,,,,,,", $"{Ann.Full()},消费,40.01,2021-01-05,门诊,,,,,,,", $"{Ann.Full()},消费,40.00,2021-01-06,门诊,,,,,,,");
        await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            // 100.00 is there; the credit of the month is not posted yet.
            Assert.That((spent.Accepted, spent.Held), Is.EqualTo((2, 1)));
            Assert.That(spent.Rejections.Select(r => (r.Code, r.Row, r.Found, r.Expected)), Is.EqualTo(new[] { ("BALANCE_EXCEEDED", 3, "40.01", "40.00") }));
        });
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
    }

    [Test]
    public async Task An_overdraft_is_posted_only_when_somebody_else_than_the_sender_decides_so_and_is_listed_for_recovery()
    {
        FileOutcome spent = await town.MovementsAsync(January, $"{Ann.Full()},消费,500.00,2021-01-05,住院,,,,,,,");
        Decisions decisions = new(town.Area);
        string? refused = await CodeOfAsync(
            () => decisions.DecideAsync(new Decision(spent.Submission!.Value, 2, true, "operator", "急诊"), CancellationToken.None));
        await decisions.DecideAsync(new Decision(spent.Submission!.Value, 2, true, "reviewer", "急诊"), CancellationToken.None);
        await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That(spent.Held, Is.EqualTo(1));
            Assert.That(refused, Is.EqualTo("SAME_PERSON"));
        });
        // 100.00 + 155.00 - 500.00
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(-245m)));
        Assert.That((await town.ReportAsync("recovery", January)).Single()[2].Number, Is.EqualTo(245_00));
    }

    [TestCase("转入,20.00,2021-01-05,,ZR1,,,,310000,,", 275.00, TestName = "A_transfer_in_adds_to_the_balance")]
    [TestCase("转出,20.00,2021-01-05,,ZC1,,,,310000,,", 235.00, TestName = "A_transfer_out_of_a_part_takes_from_it")]
    [TestCase("支付,20.00,2021-01-05,,ZF1,异地安置,,,,,", 235.00, TestName = "A_pay_out_takes_from_it")]
    [TestCase("更正,-20.00,2021-01-05,,GZ1,,,,,,", 235.00, TestName = "A_correction_takes_from_it")]
    [TestCase("更正,20.00,2021-01-05,,GZ1,,,,,,", 275.00, TestName = "A_correction_adds_to_it")]
    public async Task Moves(string row, decimal balance)
    {
        FileOutcome moved = await town.MovementsAsync(January, $"{Ann.Full()},{row}");
        RunDocument run = await town.PostMonthAsync(January);
        Assert.That((moved.Accepted, moved.Held, moved.Rejected), Is.EqualTo((1, 0, 0)));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(balance)));

        // Taken back, and again: the same end by the same path.
        await town.PostAsync((await town.Life.ReverseAsync(run.Run!.Value, January, "operator", CancellationToken.None)).Run!.Value);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.Zero));
        await town.PostMonthAsync(January);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(balance)));
    }

    [TestCase("消费,20.00,2021-02-10,药店,,,,,,,", "AFTER", "MOVEMENT_AFTER_DEATH")]
    [TestCase("支付,20.00,2021-02-10,,ZF1,死亡继承,HEIR,某人,,,", "ALIVE", "DEATH_MISSING")]
    [TestCase("消费,20.00,2021-02-10,药店,,,,,,,", "FROZEN", "ACCOUNT_FROZEN")]
    [TestCase("转出,20.00,2021-02-10,,ZC1,,,,310000,,", "FROZEN", "ACCOUNT_FROZEN")]
    [TestCase("支付,20.00,2021-02-10,,ZF1,死亡继承,HEIR,某人,,,", "AFTER", "SHARES_INCOMPLETE")]
    [TestCase("期初余额,90.00,2021-01-01,,,,,,,,", "ALIVE", "MOVEMENT_DIFFERS")]
    public async Task Refused(string row, string state, string code)
    {
        await town.PostMonthAsync(January);
        await (state switch
        {
            "AFTER" => town.PersonsAsync(February, (Ann, "死亡", "2021-02-01")),
            "FROZEN" => town.AccountsAsync(February, $"{Ann.Full()},冻结,2021-02-01,,文1"),
            _ => Task.FromResult<FileOutcome>(null!),
        });
        FileOutcome refused = await town.MovementsAsync(February, $"{Ann.Full()},{row.Replace("HEIR", Town.Person(8).Full(), StringComparison.Ordinal)}");
        Assert.That(refused.Rejections.Select(r => r.Code), Is.EqualTo(new[] { code }));
    }

    [Test]
    public async Task Somebody_without_an_account_can_be_opened_one_but_not_spend()
    {
        CitizenId unknown = Town.Person(77);
        FileOutcome spent = await town.MovementsAsync(January, $"{unknown.Full()},消费,5.00,2021-01-05,药店,,,,,,,");
        FileOutcome opened = await town.MovementsAsync(January, $"{unknown.Full()},期初余额,50.00,2021-01-05,,,,,,,,120");
        Assert.That((spent.Rejections.Single().Code, opened.Accepted), Is.EqualTo(("ACCOUNT_MISSING", 1)));
        Assert.That(await town.Database.ScalarAsync<string>("SELECT value FROM area_420100.person_event WHERE event = 8"), Is.EqualTo("120"));
    }

    [Test]
    public async Task Heirs_receive_the_whole_balance_and_the_account_is_closed_until_nobody_can_enrol_the_dead()
    {
        await town.PostMonthAsync(January);
        await town.PersonsAsync(February, (Ann, "死亡", "2021-02-01"));
        FileOutcome paid = await town.MovementsAsync(
            February, $"{Ann.Full()},支付,155.00,2021-02-10,,JC1,死亡继承,{Town.Person(8).Full()},甲,,,", $"{Ann.Full()},支付,100.00,2021-02-10,,JC1,死亡继承,{Town.Person(9).Full()},乙,,,");
        await town.PostMonthAsync(February);
        FileOutcome again = await town.PersonsAsync(new YearMonth(2021, 4), (Ann, "新参保", "2021-04-01"));
        Assert.That((paid.Accepted, paid.Rejected, again.Rejections.Single().Code), Is.EqualTo((2, 0, "EVENT_OUT_OF_ORDER")));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.Zero));
        Assert.That(await town.Database.ScalarAsync<string>("SELECT value FROM area_420100.person_event WHERE event = 12"), Is.EqualTo("Death"));
    }

    [Test]
    public async Task Without_an_heir_the_balance_falls_to_the_pooled_fund()
    {
        await town.PostMonthAsync(January);
        await town.PersonsAsync(February, (Ann, "死亡", "2021-02-01"));
        await town.MovementsAsync(February, $"{Ann.Full()},支付,255.00,2021-02-10,,WJ1,无继承人,,,,,");
        RunDocument run = await town.PostMonthAsync(February);
        Assert.That((run.Movements!.ToPool, run.Movements.PayOut, run.Pool), Is.EqualTo((Money.FromYuan(255m), Money.FromYuan(-255m), Money.Zero)));
    }

    [Test]
    public async Task Giving_up_closes_the_account_and_enrolling_again_opens_another_one_at_zero()
    {
        YearMonth march = new(2021, 3), april = new(2021, 4);
        await town.PostMonthAsync(January);
        await town.MovementsAsync(February, $"{Ann.Full()},支付,255.00,2021-02-10,,FQ1,放弃,,,,,");
        await town.PostMonthAsync(February);
        FileOutcome closed = await town.PayrollAsync(march, "E1", [(Ann, 5000m)]);
        FileOutcome early = await town.PersonsAsync(march, (Ann, "新参保", "2021-02-20"));
        FileOutcome enrolled = await town.PersonsAsync(april, (Ann, "新参保", "2021-04-05"));
        FileOutcome before = await town.PayrollAsync(march, "E1", [(Ann, 5100m)], SubmissionKind.Supplementary);
        FileOutcome after = await town.PayrollAsync(april, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(april);
        Assert.Multiple(() =>
        {
            Assert.That(closed.Rejections.Single().Code, Is.EqualTo("ACCOUNT_CLOSED"));
            Assert.That(early.Rejections.Single().Code, Is.EqualTo("EVENT_OUT_OF_ORDER"));
            Assert.That((enrolled.Accepted, after.Accepted), Is.EqualTo((1, 1)));
            Assert.That(before.Rejections.Single().Code, Is.EqualTo("BEFORE_ENROLMENT"));
        });
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
        Assert.That(await town.Database.ScalarAsync<int>("SELECT max(account_id) FROM area_420100.account"), Is.EqualTo(100_000_001));
        await AssertAccountsAsync();
    }

    // The open account is answered for; the earlier one is named, and told when it is asked for.
    private async Task AssertAccountsAsync()
    {
        LocalDate today = new(2026, 1, 1);
        AccountHolder holder = await AccountHolder.FindAsync(town.Database.Connection, Town.Code, Ann.Full(), null, today, CancellationToken.None);
        AccountHolder first = await holder.WithAsync(1, CancellationToken.None);
        DataFaultException? third = await Assert.ThrowsAsync<DataFaultException>(() => holder.WithAsync(3, CancellationToken.None));
        StatementDocument statement = await new Balances(town.Area).StatementAsync(first.Account, January, new YearMonth(2021, 4), CancellationToken.None);
        Assert.That(await holder.AccountsAsync(today, CancellationToken.None), Is.EqualTo(new HeldAccount[]
        {
            new(1, AccountState.Closed, null, new LocalDate(2021, 2, 10), Money.Zero), new(2, AccountState.Open, new LocalDate(2021, 4, 1), null, Money.FromYuan(155m)),
        }));
        Assert.That(statement.Lines.Select(l => l.Amount), Is.EqualTo(new[] { Money.FromYuan(155m), Money.FromYuan(100m), Money.FromYuan(-255m) }));
        Assert.That((third!.Code, third.Chinese), Is.EqualTo(("ACCOUNT_UNKNOWN", "此人共有 2 个账户，请给出 1 到 2。")));
    }

    [Test]
    public async Task An_account_is_closed_only_when_it_is_empty_and_unfrozen_only_when_it_is_frozen()
    {
        await town.PostMonthAsync(January);
        FileOutcome refused = await town.AccountsAsync(February, $"{Ann.Full()},销户,2021-02-10,放弃,文1", $"{Bob.Full()},解冻,2021-02-10,,文2");
        FileOutcome frozen = await town.AccountsAsync(February, $"{Bob.Full()},冻结,2021-02-10,,文3", $"{Bob.Full()},冻结,2021-02-12,,文4", $"{Bob.Full()},解冻,2021-02-15,,文5");
        FileOutcome again = await town.AccountsAsync(February, $"{Bob.Full()},冻结,2021-02-10,,文3");
        Assert.Multiple(() =>
        {
            Assert.That(refused.Rejections.Select(r => (r.Code, r.Found)), Is.EqualTo(new[] { ("ACCOUNT_HAS_MONEY", "255.00"), ("EVENT_OUT_OF_ORDER", "2021-02-10") }));
            Assert.That((frozen.Accepted, frozen.Rejections.Single().Code), Is.EqualTo((2, "EVENT_OUT_OF_ORDER")));
            Assert.That(again.Unchanged, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task A_replacement_corrects_an_amount_and_withdraws_what_it_leaves_out()
    {
        await town.MovementsAsync(January, $"{Ann.Full()},消费,10.00,2021-01-05,药店,,,,,,,", $"{Ann.Full()},消费,20.00,2021-01-05,门诊,,,,,,,", $"{Ann.Full()},消费,7.00,2021-01-06,药店,,,,,,,");
        await town.PostMonthAsync(January);
        FileOutcome differs = await town.MovementsAsync(January, $"{Ann.Full()},消费,11.00,2021-01-05,药店,,,,,,,");
        FileOutcome same = await town.MovementsAsync(January, $"{Ann.Full()},消费,10,2021/1/5,定点药店,,,,,,,");
        FileOutcome replaced = await town.MovementsAsync(January, SubmissionKind.Replacement, true, $"{Bob.Full()},更正,1.00,2021-01-07,,GZ9,,,,,,", $"{Ann.Full()},消费,12.00,2021-01-05,药店,,,,,,,");
        RunDocument difference = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That(differs.Rejections.Single().Code, Is.EqualTo("MOVEMENT_DIFFERS"));
            Assert.That((same.Unchanged, replaced.Accepted), Is.EqualTo((1, 2)));
            // 12.00 for 10.00; the clinic's 20.00 and the 6th are not spoken of: one channel and day is replaced.
            Assert.That(difference.Movements!.Spending, Is.EqualTo(Money.FromYuan(-2m)));
        });
        FileOutcome left = await town.MovementsAsync(January, SubmissionKind.Replacement, true, $"{Bob.Full()},消费,1.00,2021-01-05,药店,,,,,,,");
        RunDocument withdrawn = await town.PostMonthAsync(January);
        Assert.That((left.Accepted, withdrawn.Movements!.Spending), Is.EqualTo((1, Money.FromYuan(11m))));
    }

    [Test]
    public async Task The_flows_add_up_to_the_sum_of_the_balances()
    {
        await town.MovementsAsync(January, $"{Ann.Full()},消费,30.50,2021-01-05,药店,,,,,,,", $"{Ann.Full()},转出,9.50,2021-01-06,,ZC1,,,,310000,,");
        await town.PostMonthAsync(January);
        List<Batch.Jobs.Files.Cell[]> flows = await town.ReportAsync("flows", January);
        // 100.00 opening + 155.00 + 204.00 - 30.50 - 9.50
        Assert.That(flows[^3][5].Number, Is.EqualTo(419_00));
        Assert.That(flows[^2][5].Number, Is.EqualTo(419_00));
        await town.CloseAsync(January);
        // Item, people or accounts, accounts' money, other funds: the certificate bears the movements in its run and its closing.
        Assert.That((await town.ReportAsync("certificate", January)).Select(r => (r[0].Text![..2], r[8].Number)), Is.EqualTo(new (string, long?)[] { ("期初", 0), ("本月", 419_00), ("最后", null), ("注意", null), ("注意", null), ("本期", 419_00), ("期末", 419_00) }));
        Assert.That((await town.ReportAsync("movement", January)).Select(r => r[6].Number), Is.EqualTo(new long?[] { 100_00, -30_50, -9_50 }));
    }

    private static async Task<string?> CodeOfAsync(Func<Task> act)
    {
        try
        {
            await act();
            return null;
        }
        catch (DataFaultException fault)
        {
            return fault.Code;
        }
    }
}
