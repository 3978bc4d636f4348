using Batch.Jobs.Proof;
using Batch.Jobs.Tests.Runs;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Proof;

/// <summary>What is posted of movements can be broken, too: each check of them finds it, and names it.</summary>
public sealed class BrokenMovementsTests
{
    private static readonly string Ann = Town.Person(1).Full();
    private WholeLine _line = null!;

    // 100.00 taken over, 30.00 spent.
    [OneTimeSetUp]
    public async Task SetUp()
    {
        YearMonth january = new(2021, 1);
        _line = await WholeLine.CreateAsync();
        await _line.ImportTextAsync($"公民身份号码,变动类型,金额,发生日期,渠道\n{Ann},期初余额,100.00,2021-01-01,\n", january);
        await _line.ImportTextAsync($"公民身份号码,变动类型,金额,发生日期,渠道\n{Ann},消费,30.00,2021-01-05,药店\n", january);
        await _line.PostAsync(january);
        Assert.That(await _line.Database.ScalarAsync<long>("SELECT sum(account_fen)::bigint FROM area_420100.entry"), Is.EqualTo(70_00));
    }

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        if (_line is not null)
        {
            await _line.DisposeAsync();
        }
    }

    [TestCase("V1", "are not the sums", "DELETE FROM :area.entry WHERE component = 5", TestName = "V1_spending_that_is_gone_from_the_ledger")]
    [TestCase("V2", "amounts", "UPDATE :area.submission SET moved_fen = moved_fen + 1", TestName = "V2_another_sum_of_movements")]
    [TestCase("V2", "accepted rows", "DELETE FROM :area.movement WHERE kind = 5", TestName = "V2_a_movement_that_is_gone")]
    [TestCase("V4", "posted -3000 fen, entitled -3001 fen", "UPDATE :area.movement SET amount_fen = amount_fen - 1 WHERE kind = 5", TestName = "V4_another_amount_spent")]
    [TestCase("V4", "posted -3000 fen, entitled 0 fen", "UPDATE :area.movement SET state = 2 WHERE kind = 5", TestName = "V4_spending_posted_while_it_is_held")]
    [TestCase("V4", "component 4: posted 10000 fen, entitled 0 fen", "UPDATE :area.movement SET kind = 7 WHERE kind = 4", TestName = "V4_an_opening_balance_that_was_a_transfer")]
    [TestCase("V6", "a movement of a frozen account",
        "INSERT INTO :area.person_event (person_id, event, on_date, submission_id, row_no) SELECT person_id, 10, DATE '2021-01-02', 1, 1 FROM :area.person", TestName = "V6_spending_from_a_frozen_account")]
    [TestCase("V6", "a movement after death",
        "INSERT INTO :area.person_event (person_id, event, on_date, submission_id, row_no) SELECT person_id, 5, DATE '2021-01-02', 1, 1 FROM :area.person", TestName = "V6_spending_of_the_dead")]
    [TestCase("V6", "a movement after death",
        "UPDATE :area.movement SET kind = 8 WHERE kind = 5; INSERT INTO :area.person_event (person_id, event, on_date, submission_id, row_no) SELECT person_id, 5, DATE '2021-01-02', 1, 1 FROM :area.person",
        TestName = "V6_a_transfer_of_the_dead")]
    [TestCase("V6", "a wallet transfer returned that was not sent", "UPDATE :area.movement SET kind = 12, reference = 'Q1' WHERE kind = 4", TestName = "V6_a_wallet_transfer_returned_that_was_not_sent")]
    [TestCase("V5", "1 balances of the snapshot", "SELECT :area.snap_balances(); DELETE FROM :area.balance_at_1", TestName = "V5_a_balance_that_is_gone_from_the_snapshot")]
    [TestCase("V5", "1 balances of the snapshot", "SELECT :area.snap_balances(); UPDATE :area.balance_at_1 SET balance_fen = balance_fen + 1", TestName = "V5_another_balance_in_the_snapshot")]
    public async Task Broken(string id, string words, string sql)
    {
        await using WholeLine line = await _line.CopyAsync();
        await line.TamperAsync(sql);
        VerificationCheck check = (await line.VerifyAsync(all: true)).Checks.Single(c => c.Id == id);
        Assert.That((check.Ok, check.First), Is.EqualTo((false, check.First)));
        Assert.That(check.First, Does.Contain(words));
    }
}
