using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

/// <summary>
/// Two numbers found to be one person's. Everybody is 31 and paid for on 8000: 8000 x (2 % + 1.1 %) = 248.00 a month; another base is said where it is.
/// </summary>
public sealed partial class JoinTests : JoinedNumbers
{
    // Three months by the wrong number, all closed, then the right one: 3 x 248.00 move in April and nothing is credited anew. 4 x 248.00 = 992.00.
    [Test]
    public async Task A_number_that_was_wrong_for_three_months_ends_in_one_account_and_one_coverage()
    {
        foreach (YearMonth month in new[] { January, February, March })
        {
            await PaidAsync(month, "E1", Wrong);
            await Town.PostMonthAsync(month);
        }

        await Town.CloseAsync(March);
        await PaidAsync(April, "E1", Right);
        await Town.PostMonthAsync(April);
        int join = await JoinAsync();
        await Town.AssertCleanAsync();
        Assert.That(await BalancesAsync(), Is.EqualTo((744m, 248m)), "nothing is posted yet");
        RunDocument run = await Town.PostMonthAsync(April);
        Assert.That((run.People, run.Credited), Is.EqualTo((2, Money.Zero)));
        await Town.AssertCleanAsync();
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 992m)));
        Assert.That(await Town.BalanceAsync(Wrong), Is.EqualTo(Money.FromYuan(992m)), "the wrong number finds the person");
        Assert.That((await CoverageAsync()).Continuous, Is.EqualTo(4));
        Assert.That((await Town.AllocateAsync(April)).Run, Is.Null, "a rerun posts nothing");

        await UndoAsync(join);
        await Town.AssertCleanAsync();
        await Town.PostMonthAsync(April);
        Assert.That(await BalancesAsync(), Is.EqualTo((744m, 248m)), "as it was");
        Assert.That(await Town.BalanceAsync(Wrong), Is.EqualTo(Money.FromYuan(744m)));
        Assert.That((await CoverageAsync()).Continuous, Is.EqualTo(1));
    }

    // A later file for a month by the wrong number is the person's: it changes nothing.
    [Test]
    public async Task A_file_with_the_joined_number_is_understood()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Right);
        await JoinAsync();
        FileOutcome again = await PaidAsync(January, "E1", Wrong), more = await PaidAsync(March, "E1", Wrong);
        Assert.That((again.Unchanged, more.Accepted, more.OldNumbers), Is.EqualTo((1, 1, 1)));
        await Town.PostMonthAsync(March);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 744m)));
    }

    // February by both numbers from one employer: 2 x 248.00 were credited for it, 248.00 is due. 248.00 each for January and March.
    [Test]
    public async Task A_month_credited_by_both_numbers_is_taken_back_to_what_is_due()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Wrong, Right);
        await PaidAsync(March, "E1", Right);
        await Town.PostMonthAsync(March);
        Assert.That(await BalancesAsync(), Is.EqualTo((496m, 496m)));
        int join = await JoinAsync();
        RunDocument run = await Town.PostMonthAsync(March);
        Assert.That(run.Credited, Is.EqualTo(Money.FromYuan(-248m)));
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 744m)));
        await UndoAsync(join);
        Assert.That((await Town.PostMonthAsync(March)).Credited, Is.EqualTo(Money.FromYuan(248m)));
        Assert.That(await BalancesAsync(), Is.EqualTo((496m, 496m)));
    }

    // February from two employers: both lines wait, so that nothing is credited for it; January stays. The one that is taken brings 248.00 again.
    [Test]
    public async Task A_month_of_two_employers_is_held_until_it_is_decided()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Wrong);
        await PaidAsync(February, "E2", Right);
        await Town.PostMonthAsync(February);
        int join = await JoinAsync();
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 248m)));
        await using NpgsqlConnection connection = await Town.Database.Program.OpenConnectionAsync();
        IReadOnlyList<HeldRow> held = await new HeldRows(Town.Schema).ListAsync(connection, null, default);
        Assert.That(held.Select(h => (h.Employer, h.Code)), Is.EquivalentTo(new[] { ("E1", Codes.TwoEmployers), ("E2", Codes.TwoEmployers) }));
        HeldRow taken = held.Single(h => h.Employer == "E2");
        await new Decisions(Town.Area).DecideAsync(new Decision(taken.Submission, taken.Row, true, "wang", "E2 为实际用人单位"), default);
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 496m)));
        Assert.That(await CodeAsync(() => UndoAsync(join)), Is.EqualTo("JOIN_BUILT_UPON"));
    }

    // Paid in January, February (by the wrong number) and March: without February a break of one month, so that the continuous count restarts at 1.
    [Test]
    public async Task Months_of_the_other_number_fill_a_break()
    {
        await PaidAsync(January, "E1", Right);
        await PaidAsync(February, "E1", Wrong);
        await PaidAsync(March, "E1", Right);
        await Town.PostMonthAsync(March);
        CoverageDocument before = await CoverageAsync();
        int join = await JoinAsync();
        await Town.PostMonthAsync(March);
        CoverageDocument joined = await CoverageAsync();
        await UndoAsync(join);
        await Town.PostMonthAsync(March);
        CoverageDocument after = await CoverageAsync();
        Assert.That((before.Continuous, before.Accumulated, joined.Continuous, joined.Accumulated, after.Continuous, after.Accumulated), Is.EqualTo((1, 2, 3, 3, 1, 2)));
    }

    // 2021: 248.00 on each account since February bear 10 months at 0.35 %: 248.00 x 0.35 % x 10 / 12 = 0.7233, 0.72. 2022: what was carried over,
    // 2 x (248.00 + 0.72) = 497.44, bears 1.1 % for the whole year though half of it moves in February: 5.47184, 5.47. All of it is on the account that stays.
    [Test, CancelAfter(300_000)]
    public async Task Across_a_year_end_both_balances_bear_interest_as_one()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Right);
        await Town.PostMonthAsync(February);
        await Town.CloseAsync(new YearMonth(2021, 12));
        Assert.That(await CodeAsync(() => JoinAsync()), Is.EqualTo("JOIN_BEFORE_INTEREST"));
        await InterestAsync(2021);
        Assert.That(await BalancesAsync(), Is.EqualTo((248.72m, 248.72m)));
        await Town.CloseAsync(new YearMonth(2022, 1));
        int join = await JoinAsync();
        Assert.That(await CodeAsync(() => InterestAsync(2021)), Is.EqualTo("JOIN_WAITS"));
        await Town.PostMonthAsync(new YearMonth(2022, 2));
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 497.44m)));
        await Town.CloseAsync(new YearMonth(2022, 12));
        await InterestAsync(2022);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 502.91m)));
        await Town.AssertCleanAsync();

        // Undone in January 2023: 2 x 248.72 go apart, and 5.47 stays with the one until 2022 is worked out anew: 248.72 x 1.1 % = 2.73592, 2.74 each, so that 2.73 leaves
        // the account that had all of it and 2.74 comes to the other.
        await UndoAsync(join);
        await Town.AssertCleanAsync();
        Assert.That(await CodeAsync(() => InterestAsync(2022)), Is.EqualTo("JOIN_WAITS"));
        await Town.PostMonthAsync(new YearMonth(2023, 1));
        await Town.AssertCleanAsync();
        Assert.That(await BalancesAsync(), Is.EqualTo((248.72m, 254.19m)));
        Assert.That(await DueAnewAsync(), Is.EqualTo(new[] { 2022 }));
        await InterestAsync(2022);
        Assert.That(await BalancesAsync(), Is.EqualTo((251.46m, 251.46m)));
        Assert.That(await DueAnewAsync(), Is.Empty);
        Assert.That(await ClosedAgainAsync(), Is.EqualTo(0), "nothing was posted in a closed month");
        await Town.AssertCleanAsync();

        // 2023: 251.46 x 1.1 % = 2.76606, 2.77 each: what came back in January was the person's all the year.
        await Town.CloseAsync(new YearMonth(2023, 12));
        await InterestAsync(2023);
        Assert.That(await BalancesAsync(), Is.EqualTo((254.23m, 254.23m)));
    }

    // The same, undone in the month in which it was posted: each account bears its own, 248.72 x 1.1 % = 2.73592, 2.74.
    [Test, CancelAfter(300_000)]
    public async Task Undone_in_the_same_month_each_balance_bears_its_own_interest()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Right);
        await Town.PostMonthAsync(February);
        await Town.CloseAsync(new YearMonth(2021, 12));
        await InterestAsync(2021);
        int join = await JoinAsync();
        await Town.PostMonthAsync(new YearMonth(2022, 1));
        await UndoAsync(join);
        await Town.PostMonthAsync(new YearMonth(2022, 1));
        Assert.That(await BalancesAsync(), Is.EqualTo((248.72m, 248.72m)));
        await Town.CloseAsync(new YearMonth(2022, 12));
        await InterestAsync(2022);
        Assert.That(await BalancesAsync(), Is.EqualTo((251.46m, 251.46m)));
    }

    // Opened with 100.00 and 50.00; 30.00 of the other number's account were spent for the spouse, 5.00 each by themselves at the pharmacy on one day.
    // 248.00 + 248.00 + 150.00 - 30.00 - 10.00 = 606.00.
    [Test]
    public async Task Movements_and_what_was_spent_for_the_family_move_too()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Right);
        await BindAsync(Wrong);
        await Town.MovementsAsync(February, $"{Wrong.Full()},期初余额,100.00,2021-01-01,,QC1,,,,,,", $"{Right.Full()},期初余额,50.00,2021-01-01,,QC1,,,,,,");
        await Town.PostMonthAsync(February);
        FileOutcome spent = await Town.MovementsAsync(
            February, $"{Wrong.Full()},消费,30.00,2021-02-20,药店,,,,,,{Spouse.Full()},", $"{Wrong.Full()},消费,5.00,2021-02-21,药店,,,,,,,", $"{Right.Full()},消费,5.00,2021-02-21,药店,,,,,,,");
        Assert.That(spent.Accepted, Is.EqualTo(3), string.Join(' ', spent.Rejections.Select(r => r.Code)));
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((313m, 293m)));
        int join = await JoinAsync();
        await Town.AssertCleanAsync();
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 606m)));
        Assert.That(await SpentForSpouseAsync(Right), Is.EqualTo(3000));
        await Town.AssertCleanAsync();
        await UndoAsync(join);
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((313m, 293m)));
        Assert.That(await SpentForSpouseAsync(Right), Is.Zero);
        Assert.That(await SpentForSpouseAsync(Wrong), Is.EqualTo(3000));
    }

    [Test]
    public async Task What_is_on_record_of_the_other_number_alone_is_recorded_for_the_one_that_stays_first()
    {
        await PaidAsync(January, "E1", Wrong, Right);
        await RetireAsync(Wrong);
        Assert.That(await CodeAsync(() => JoinAsync()), Is.EqualTo("JOIN_NOT_POSSIBLE"));
        await RetireAsync(Right);
        await JoinAsync();
        Assert.That(await CodeAsync(() => JoinAsync()), Is.EqualTo("JOIN_NOT_POSSIBLE"), "they are one");
        await Town.PostMonthAsync(February);
    }

    // Before it is approved: 2 x 248.00 and 2 x 248.00 are on the accounts; of February 248.00 is taken back. Looking changes nothing.
    [Test]
    public async Task What_a_join_would_change_is_told_before_it_is_approved()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Wrong, Right);
        await PaidAsync(March, "E1", Right);
        await Town.PostMonthAsync(March);
        IdentityDocument proposed = await ProposeAsync();
        IdentityPreviewDocument told = await new IdentityPreview(await Town.AreaAsync(), SystemClock.Instance).ReadAsync(proposed.Proposal, default);
        Assert.That((told.Balance.Fen, told.OtherBalance.Fen, told.After.Fen), Is.EqualTo((49600, 49600, 74400)));
        Assert.That(told.Months.Select(m => (m.Month, m.Amount.Fen, m.Held)), Is.EqualTo(new[] { (February, -24800L, false) }));
        Assert.That((await Town.AllocateAsync(March)).Run, Is.Null);
        await Proposals.ApproveAsync(proposed.Proposal, "li", default);
        await Town.PostMonthAsync(March);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 744m)));
        ExplanationDocument why = await new Explanations(await Town.AreaAsync()).ExplainAsync((await FindAsync(Right)).Person, January, default);
        Assert.That((why.Source!.File, why.ReasonEnglish), Is.EqualTo(("file-1.csv", "Declared for the number 4201*************" + Wrong.Full()[^1] + ", which was joined into this one by proposal 1.")));
    }

    // Where credits wait for the money: January (800.00 for one number) and February (1600.00 for both) are paid for. The doubled line of February is withdrawn, so that
    // 800.00 of what the employer paid is in suspense; what was credited for it is taken back: 3 x 248.00 - 248.00 = 496.00.
    [Test]
    public async Task Where_credits_wait_for_the_money_a_join_moves_what_was_received()
    {
        await Town.WaitForReceiptsAsync();
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Wrong, Right);
        await Town.ImportAsync(
            "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号", ["E1,厂E1,2021-01,800.00,2021-01-20,SK1", "E1,厂E1,2021-02,1600.00,2021-02-20,SK2"], February, SubmissionKind.Regular, false);
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((496m, 248m)));
        int join = await JoinAsync();
        await Town.AssertCleanAsync();
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 496m)));
        await Town.AssertCleanAsync();
        await UndoAsync(join);
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((496m, 248m)));
    }
}
