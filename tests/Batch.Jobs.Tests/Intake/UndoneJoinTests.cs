using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

/// <summary>
/// A join that is undone after months and years were closed. Each bears interest on the own balance: 0.35 % a year on what came within a year, 1.1 % on what was carried
/// over into it; a month's flows bear from the month after.
/// </summary>
[CancelAfter(600_000)]
public sealed class UndoneJoinTests : JoinedNumbers
{
    // 248.00 each in January and February 2021. Joined in March, undone in June. Each has it all the year: 248.00 x 0.35 % x 11 / 12 = 0.79567, 0.80, and
    // x 10 / 12 = 0.72333, 0.72. Were it counted as the ledger moved it, the one would bear for 2 and 6 months, and the other for the rest.
    [Test]
    public async Task Undone_months_later_in_the_year_each_bears_interest_for_all_of_it()
    {
        await PaidAsync(January, "E1", Wrong);
        await Town.PostMonthAsync(January);
        await PaidAsync(February, "E1", Right);
        await Town.PostMonthAsync(February);
        await Town.CloseAsync(February);
        int join = await JoinAsync();
        await Town.PostMonthAsync(March);
        await Town.CloseAsync(new YearMonth(2021, 5));
        await UndoAsync(join);
        await Town.PostMonthAsync(new YearMonth(2021, 6));
        Assert.That(await BalancesAsync(), Is.EqualTo((248m, 248m)));
        await Town.CloseAsync(new YearMonth(2021, 12));
        await InterestAsync(2021);
        Assert.That(await BalancesAsync(), Is.EqualTo((248.80m, 248.72m)));
    }

    // 248.72 each at the end of 2021, as above with 10 months. As one: 2022 497.44 x 1.1 % = 5.47184, 5.47; 2023 502.91 x 1.1 % = 5.53201, 5.53: 508.44.
    // Undone in January 2024: 2022 anew 2.74 each (2.73592), so 2.73 leaves the one and 2.74 comes to the other; then 2023 anew 251.46 x 1.1 % = 2.76606, 2.77 each, so 2.76
    // leaves and 2.77 comes; 254.23 each. 2024: 254.23 x 1.1 % = 2.79653, 2.80 each.
    [Test]
    public async Task Undone_two_years_on_the_years_are_worked_out_anew_one_after_the_other()
    {
        await InJanuary2022Async();
        int join = await JoinAsync();
        await Town.PostMonthAsync(new YearMonth(2022, 1));
        Assert.That((await CoverageAsync()).Accumulated, Is.EqualTo(2));
        foreach (int year in new[] { 2022, 2023 })
        {
            await Town.CloseAsync(new YearMonth(year, 12));
            await InterestAsync(year);
        }

        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 508.44m)));
        await UndoAsync(join);
        await Town.PostMonthAsync(new YearMonth(2024, 1));
        await Town.AssertCleanAsync();
        Assert.That(await BalancesAsync(), Is.EqualTo((248.72m, 259.72m)));
        Assert.That((await CoverageAsync()).Accumulated, Is.EqualTo(1));
        Assert.That(await DueAnewAsync(), Is.EqualTo(new[] { 2022, 2023 }));
        Assert.That(await CodeAsync(() => InterestAsync(2023)), Is.EqualTo("INTEREST_DUE_ANEW"));
        await InterestAsync(2022);
        Assert.That(await BalancesAsync(), Is.EqualTo((251.46m, 256.99m)));
        await Town.AssertCleanAsync();
        await InterestAsync(2023);
        Assert.That(await BalancesAsync(), Is.EqualTo((254.23m, 254.23m)));
        Assert.That(await DueAnewAsync(), Is.Empty);
        Assert.That(await ClosedAgainAsync(), Is.Zero);
        await Town.AssertCleanAsync();
        await Town.CloseAsync(new YearMonth(2024, 12));
        await InterestAsync(2024);
        Assert.That(await BalancesAsync(), Is.EqualTo((257.03m, 257.03m)));
    }

    // Since the join: February 2022 by the other number, 248.00; in March 30.00 for the spouse, 10.00 at the pharmacy and 248.00. As one 2022 bears on 497.44 carried over 5.47,
    // and of the year (248.00 x 10 + (248.00 - 40.00) x 9) x 0.35 % / 12 = 4352 x 0.0035 / 12 = 1.26933, 1.27: 497.44 + 248.00 + 208.00 + 6.74 = 960.18.
    // February and the 30.00 are the other's: 248.72 + 248.00 - 30.00 = 466.72, and 493.46 stay. Anew: the other 2.74 (2.73592) and (2480 - 270) x 0.0035 / 12 = 0.64458, 0.64;
    // the one who stays 2.74 and (248.00 - 10.00) x 9 x 0.0035 / 12 = 0.62475, 0.62. 466.72 + 3.38 = 470.10; 493.46 - 6.74 + 3.36 = 490.08.
    [Test]
    public async Task What_came_since_the_join_goes_to_the_one_whom_the_proposer_names()
    {
        await InJanuary2022Async(binds: true);
        int join = await JoinAsync();
        await Town.PostMonthAsync(new YearMonth(2022, 1));
        FileOutcome february = await PaidAsync(new YearMonth(2022, 2), "E1", Wrong);
        await Town.PostMonthAsync(new YearMonth(2022, 2));
        await Town.CloseAsync(new YearMonth(2022, 2));
        FileOutcome spent = await Town.MovementsAsync(
            new YearMonth(2022, 3), $"{Wrong.Full()},消费,30.00,2022-03-20,药店,,,,,,{Spouse.Full()},", $"{Right.Full()},消费,10.00,2022-03-21,药店,,,,,,,");
        FileOutcome march = await PaidAsync(new YearMonth(2022, 3), "E2", Right);
        Assert.That((february.Accepted, spent.Accepted, march.Accepted), Is.EqualTo((1, 2, 1)), string.Join(' ', spent.Rejections.Select(r => r.Code)));
        await Town.PostMonthAsync(new YearMonth(2022, 3));
        await Town.CloseAsync(new YearMonth(2022, 12));
        await InterestAsync(2022);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 960.18m)));

        DataFaultException undecided = (await Assert.ThrowsAsync<DataFaultException>(() => UndoAsync(join)))!;
        string theirs = $"{february.Submission}:2,{spent.Submission}:2";
        Assert.That(undecided.Code, Is.EqualTo("JOIN_ROWS_UNDECIDED"));
        Assert.That(undecided.Message, Does.Contain($"{february.Submission}:2").And.Contain($"{spent.Submission}:3").And.Contain($"{march.Submission}:2"));
        Assert.That(await CodeAsync(() => UndoAsync(join, "1:2")), Is.EqualTo("JOIN_ROW_UNKNOWN"), "a row of before the join");
        await UndoAsync(join, theirs);
        await Town.AssertCleanAsync();
        await Town.PostMonthAsync(new YearMonth(2023, 1));
        Assert.That(await BalancesAsync(), Is.EqualTo((466.72m, 493.46m)));
        Assert.That((await SpentForSpouseAsync(Wrong, new YearMonth(2023, 1)), await SpentForSpouseAsync(Right, new YearMonth(2023, 1))), Is.EqualTo((3000L, 0L)));
        await Town.AssertCleanAsync();
        await InterestAsync(2022);
        Assert.That(await BalancesAsync(), Is.EqualTo((470.10m, 490.08m)));
        Assert.That(await DueAnewAsync(), Is.Empty);
        Assert.That((await Town.AllocateAsync(new YearMonth(2023, 1))).Run, Is.Null, "a rerun posts nothing");
    }

    // The same rows, and all of them stay: nothing since is moved. A row that comes after the proposal is not decided by it.
    [Test]
    public async Task Rows_that_stay_are_left_and_one_that_comes_after_the_proposal_makes_it_stale()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Right);
        await Town.PostMonthAsync(February);
        int join = await JoinAsync();
        await Town.PostMonthAsync(February);
        await PaidAsync(March, "E1", Wrong);
        IdentityDocument early = await Proposals.ProposeUndoAsync(join, (new LocalDate(2021, 4, 2), "公安函2号", "认错了"), "wang", default, "none");
        await PaidAsync(April, "E1", Wrong);
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(early.Proposal, "li", default)), Is.EqualTo("PROPOSAL_STALE"));
        await UndoAsync(join, "none");
        await Town.PostMonthAsync(April);
        Assert.That(await BalancesAsync(), Is.EqualTo((248m, 744m)));
    }

    // January 2021 by the other number, posted; joined; then a later file of the employer says 9000 for it: 279.00. The later line is the other's: 279.00, and nothing stays.
    [Test]
    public async Task A_later_version_of_a_line_that_was_joined_is_decided_too()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Right);
        await Town.PostMonthAsync(February);
        int join = await JoinAsync();
        await Town.PostMonthAsync(February);
        FileOutcome later = await Town.ImportAsync(Payroll, [$"E1,厂E1,周正,{Wrong.Full()},2021-01,9000.00,180.00,720.00"], January, SubmissionKind.Supplementary, false);
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 527m)));
        await UndoAsync(join, $"{later.Submission}:2");
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((279m, 248m)));
    }

    // What an approval of the undoing changes is told first: 248.00 of January and the 0.72 of 2021 for the other, nothing in all, and the year whose interest follows.
    [Test]
    public async Task The_years_whose_interest_is_worked_out_anew_are_told_before_the_approval()
    {
        await InJanuary2022Async();
        int join = await JoinAsync();
        await Town.PostMonthAsync(new YearMonth(2022, 1));
        await Town.CloseAsync(new YearMonth(2022, 12));
        await InterestAsync(2022);
        IdentityDocument undo = await Proposals.ProposeUndoAsync(join, (new LocalDate(2021, 4, 2), "公安函2号", "认错了"), "wang", default);
        IdentityPreviewDocument told = await new IdentityPreview(await Town.AreaAsync(), SystemClock.Instance).ReadAsync(undo.Proposal, default);
        Assert.That((told.Balance.Fen, told.OtherBalance.Fen, told.After.Fen, told.OtherAfter?.Fen), Is.EqualTo((50291L, 0L, 50291L, (long?)24872L)));
        Assert.That(told.Months.Select(m => (m.Month, m.Amount.Fen, m.ToOther.Fen)), Is.EqualTo(new[] { (January, 0L, 24800L) }));
        Assert.That(told.InterestYears, Is.EqualTo(new[] { 2022 }));
    }

    private async Task InJanuary2022Async(bool binds = false)
    {
        await PaidAsync(January, "E1", Wrong);
        if (binds)
        {
            await BindAsync(Wrong);
        }

        await PaidAsync(February, "E1", Right);
        await Town.PostMonthAsync(February);
        await Town.CloseAsync(new YearMonth(2021, 12));
        await InterestAsync(2021);
        Assert.That(await BalancesAsync(), Is.EqualTo((248.72m, 248.72m)));
    }
}
