using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

/// <summary>
/// Two people under one number (Right): rows of it are another person's (Wrong, who is new unless said otherwise). 8000 x 3.1 % = 248.00 a month; 0.35 % a year on what
/// came within a year, 1.1 % on what was carried over into it.
/// </summary>
[CancelAfter(600_000)]
public sealed class PartTests : JoinedNumbers
{
    // January to April 2021 by one number, closed up to March. February is the other's: 744.00 and 248.00. Without February a break of one month, so that the continuous
    // count restarts in March; the other has February alone.
    [Test]
    public async Task A_month_of_another_person_leaves_a_break_and_comes_back_when_it_is_undone()
    {
        foreach (YearMonth month in new[] { January, February, March, April })
        {
            await PaidAsync(month, "E1", Right);
            await Town.PostMonthAsync(month);
        }

        await Town.CloseAsync(March);
        Assert.That((await CoverageAsync()).Continuous, Is.EqualTo(4));
        IdentityDocument proposed = await ProposeAsync("E1@2021-02");
        IdentityPreviewDocument told = await new IdentityPreview(await Town.AreaAsync(), SystemClock.Instance).ReadAsync(proposed.Proposal, default);
        Assert.That((told.Balance.Fen, told.OtherBalance.Fen, told.OtherAfter?.Fen, told.After.Fen), Is.EqualTo((99200L, 0L, (long?)24800L, 99200L)));
        Assert.That(told.Months.Select(m => (m.Month, m.Amount.Fen, m.ToOther.Fen)), Is.EqualTo(new[] { (February, 0L, 24800L) }));
        await Proposals.ApproveAsync(proposed.Proposal, "li", default);
        await Town.AssertCleanAsync();
        RunDocument run = await Town.PostMonthAsync(April);
        Assert.That((run.People, run.Credited), Is.EqualTo((2, Money.Zero)));
        Assert.That((await BalancesAsync(), await ClosedAgainAsync()), Is.EqualTo(((248m, 744m), 0L)));
        await Town.AssertCleanAsync();
        CoverageDocument kept = await CoverageAsync();
        Assert.That((kept.Continuous, kept.Accumulated), Is.EqualTo((2, 3)));
        ExplanationDocument why = await new Explanations(await Town.AreaAsync()).ExplainAsync((await FindAsync(Wrong)).Person, February, default);
        Assert.That((why.Source!.File, why.Net.Fen), Is.EqualTo(("file-2.csv", 24800L)));
        Assert.That(why.ReasonEnglish, Does.EndWith("and found to be this person's by proposal 1."));
        Assert.That((await Town.AllocateAsync(April)).Run, Is.Null, "a rerun posts nothing");

        await UndoAsync(proposed.Proposal);
        await Town.PostMonthAsync(April);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 992m)));
        Assert.That((await CoverageAsync()).Continuous, Is.EqualTo(4));
        Assert.That((await Town.AllocateAsync(April)).Run, Is.Null);
    }

    // Posted in February 2021: 248.00 from E1 and 248.00 from E2; in March 30.00 for the spouse and 10.00. (496.00 x 10 - 40.00 x 9) x 0.35 % / 12 = 1.34167, 1.34: 457.34.
    // January 2022 248.00 more. Parted in February 2022, January 2021 and the 30.00 are the other's: 218.00 and 487.34.
    // 2021 anew: the other (2480 - 270) x 0.0035 / 12 = 0.64458, 0.64; the one (2480 - 90) x 0.0035 / 12 = 0.69708, 0.70: 218.64 and 487.34 - 1.34 + 0.70 = 486.70.
    // 2022: the other 218.64 x 1.1 % = 2.40504, 2.41; the one 238.70 x 1.1 % = 2.6257, 2.63, and 248.00 x 11 x 0.0035 / 12 = 0.79567, 0.80: 221.05 and 490.13.
    // Undone in January 2023: 3.05 and 708.13. 2021 anew 0 and 1.34; 2022 anew 0, and 457.34 x 1.1 % = 5.03074, 5.03, and 0.80: 457.34 + 248.00 + 5.83 = 711.17.
    [Test]
    public async Task Across_year_ends_each_bears_the_own_interest_and_all_of_it_comes_back()
    {
        await PaidAsync(January, "E1", Right);
        await PaidAsync(February, "E2", Right);
        await BindAsync(Right);
        await Town.PostMonthAsync(February);
        FileOutcome spent = await Town.MovementsAsync(March, $"{Right.Full()},消费,30.00,2021-03-20,药店,,,,,,{Spouse.Full()},", $"{Right.Full()},消费,10.00,2021-03-21,药店,,,,,,,");
        await Town.PostMonthAsync(March);
        await Town.CloseAsync(new YearMonth(2021, 12));
        await InterestAsync(2021);
        await PaidAsync(new YearMonth(2022, 1), "E2", Right);
        await Town.PostMonthAsync(new YearMonth(2022, 1));
        await Town.CloseAsync(new YearMonth(2022, 1));
        int part = await PartAsync($"E1@2021-01,{spent.Submission}:2");
        await Town.PostMonthAsync(new YearMonth(2022, 2));
        Assert.That(await BalancesAsync(), Is.EqualTo((218m, 487.34m)));
        await Town.AssertCleanAsync();
        Assert.That(await DueAnewAsync(), Is.EqualTo(new[] { 2021 }));
        await InterestAsync(2021);
        Assert.That(await BalancesAsync(), Is.EqualTo((218.64m, 486.70m)));
        await Town.AssertCleanAsync();
        await Town.CloseAsync(new YearMonth(2022, 12));
        await InterestAsync(2022);
        Assert.That(await BalancesAsync(), Is.EqualTo((221.05m, 490.13m)));
        await Town.AssertCleanAsync();

        await UndoAsync(part);
        await Town.PostMonthAsync(new YearMonth(2023, 1));
        Assert.That(await BalancesAsync(), Is.EqualTo((3.05m, 708.13m)));
        await Town.AssertCleanAsync();
        Assert.That(await DueAnewAsync(), Is.EqualTo(new[] { 2021, 2022 }));
        await InterestAsync(2021);
        await Town.AssertCleanAsync();
        await InterestAsync(2022);
        Assert.That((await BalancesAsync(), await ClosedAgainAsync()), Is.EqualTo(((0m, 711.17m), 0L)));
        Assert.That(await DueAnewAsync(), Is.Empty);
        Assert.That(await SpentForSpouseAsync(Right, March), Is.EqualTo(3000));
    }

    // The other is known and 41: 8000 x (2 % + 1.4 %) = 272.00 for February, of which 248.00 leave the one.
    [Test]
    public async Task What_the_other_should_have_is_worked_out_for_the_other()
    {
        CitizenId older = Batch.Jobs.Tests.Runs.Town.Person(1, 1980);
        await PaidAsync(January, "E1", Right, older);
        await PaidAsync(February, "E1", Right);
        await Town.PostMonthAsync(February);
        int part = await PartAsync("2021-02", older);
        Assert.That((await Town.PostMonthAsync(February)).Credited, Is.EqualTo(Money.FromYuan(24m)));
        Assert.That((await Town.BalanceAsync(older), await Town.BalanceAsync(Right)), Is.EqualTo((Money.FromYuan(544m), Money.FromYuan(248m))));
        await UndoAsync(part);
        await Town.PostMonthAsync(February);
        Assert.That((await Town.BalanceAsync(older), await Town.BalanceAsync(Right)), Is.EqualTo((Money.FromYuan(272m), Money.FromYuan(496m))));
    }

    [Test]
    public async Task What_is_not_certain_is_not_parted()
    {
        await PaidAsync(January, "E1", Right, Spouse);
        FileOutcome february = await PaidAsync(February, "E1", Right);
        DataFaultException missing = (await Assert.ThrowsAsync<DataFaultException>(() => ProposeAsync(null)))!;
        Assert.That(missing.Code, Is.EqualTo("PART_ROWS_MISSING"));
        Assert.That(missing.Message, Does.Contain($"{february.Submission}:2 (2021-02 contribution E1)"));
        Assert.That(await CodeAsync(() => ProposeAsync("9:9")), Is.EqualTo("PART_ROW_UNKNOWN"));
        Assert.That(await CodeAsync(() => ProposeAsync("all", name: null)), Is.EqualTo("PART_NOT_POSSIBLE"), "a new person has a name");
        Assert.That(await CodeAsync(() => ProposeAsync("all", Right)), Is.EqualTo("PART_NOT_POSSIBLE"), "the same person");
        IdentityDocument twice = await ProposeAsync("2021-01", Spouse);
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(twice.Proposal, "li", default)), Is.EqualTo("PART_NOT_POSSIBLE"), "the other has the month by the employer");
        IdentityDocument proposed = await ProposeAsync("2021-02");
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(proposed.Proposal, "wang", default)), Is.EqualTo("SAME_PERSON"));
        await Town.ImportAsync(Payroll, [$"E1,厂E1,周正,{Right.Full()},2021-02,9000.00,180.00,720.00"], February, SubmissionKind.Supplementary, false);
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(proposed.Proposal, "li", default)), Is.EqualTo("PROPOSAL_STALE"));
        await Proposals.WithdrawAsync(proposed.Proposal, "已更正", "wang", default);
        int part = await PartAsync("2021-02");
        await Town.ImportAsync(Payroll, [$"E1,厂E1,吴用,{Wrong.Full()},2021-02,8000.00,160.00,640.00"], February, SubmissionKind.Supplementary, false);
        Assert.That(await CodeAsync(() => UndoAsync(part)), Is.EqualTo("JOIN_BUILT_UPON"));
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((248m, 248m)));
    }

    private async Task<IdentityDocument> ProposeAsync(string? rows, CitizenId? other = null, string? name = "吴用") => await Proposals.ProposePartAsync(
        new Parting((await FindAsync(Right)).Person, other ?? Wrong, null, name, rows, new LocalDate(2021, 4, 1), "公安函1号", "一个号码两个人"), "wang", default);

    private async Task<int> PartAsync(string rows, CitizenId? other = null) => (await Proposals.ApproveAsync((await ProposeAsync(rows, other)).Proposal, "li", default)).Proposal;
}
