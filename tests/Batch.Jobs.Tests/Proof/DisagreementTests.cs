using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Proof;

/// <summary>Where the runs and the second path once disagreed, each as the smallest case.</summary>
public sealed class DisagreementTests
{
    private const string Payroll = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\n";
    private const string Pension = "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金\n";
    private const string Persons = "姓名,公民身份号码,变更类型,变更日期,变更内容\n";
    private const string Lu = "91420100MA4KDE7M6J,江城精密机械有限公司,陆青松,420100198507010110,";
    private static readonly YearMonth April = new(2021, 4);
    private static readonly YearMonth May = new(2021, 5);

    [Test]
    public async Task A_retirement_known_later_ends_the_credit_of_pensions_for_months_before_it()
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await line.ImportTextAsync($"{Pension}何向东,420100196105100579,2021-04,6000.00,,\n", April);
        await line.PostAsync(April);
        await line.ImportTextAsync($"{Persons}何向东,420100196105100579,退休,2021-05-10,\n", May);
        await line.PostAsync(May);
        await line.AssertCleanAsync(all: true, "after word of the retirement");
        Assert.That(await line.Database.ScalarAsync<decimal>("SELECT sum(account_fen) FROM area_420100.entry"), Is.Zero);
    }

    [Test]
    public async Task Money_of_a_category_that_the_policy_leaves_open_is_kept_apart_and_stops_no_run()
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await line.ImportTextAsync($"{Payroll}{Lu}2021-04,8000.00,160.00,640.00\n", April);
        await line.ImportTextAsync($"{Persons}陆青松,420100198507010110,人员类别,2021-04-01,灵活就业\n", April);
        await line.PostAsync(April);
        await line.AssertCleanAsync(all: true, "with an open category");
        Assert.That(await line.Database.ScalarAsync<decimal>("SELECT sum(other_fen) FROM area_420100.entry"), Is.EqualTo(80000));
    }

    [Test]
    public async Task A_run_is_not_reversed_beneath_a_later_one_that_saw_its_people_though_it_changed_nothing()
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await line.ImportTextAsync($"{Payroll}{Lu}2021-04,8000.00,160.00,640.00\n", April);
        int april = (await line.PostAsync(April))!.Value;
        // The pension changes nothing while the contribution stands; another person makes it a run.
        await line.ImportTextAsync($"{Pension}陆青松,420100198507010110,2021-04,6000.00,,\n秦淑芬,420100195006013029,2021-04,6300.00,,\n", April);
        int later = (await line.PostAsync(April))!.Value;
        Assert.That(await line.ReverseAsync(april), Is.False);
        Assert.That(await line.ReverseAsync(later), Is.True);
        Assert.That(await line.ReverseAsync(april), Is.True);
        await line.AssertCleanAsync(all: true, "after both reversals");
    }

    [Test]
    public async Task A_whole_month_by_another_policy_is_not_reversed_beneath_a_later_run_of_that_month()
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await line.ImportTextAsync($"{Pension}段玉华,420100195707070000,2021-04,4000.00,,\n秦淑芬,420100195006013029,2021-04,4000.00,,\n", April);
        await line.PostAsync(April);
        PolicyProposals policies = new(line.Database.Program);
        PolicyProposal proposal = await policies.ProposeFigureAsync("420100", new DatedFigure("average-wage", April, 8000m, "document 1"), "operator", CancellationToken.None);
        await policies.ApproveAsync(proposal.Hash, "reviewer", CancellationToken.None);
        int whole = (await line.PostAsync(April))!.Value;
        await line.ImportTextAsync($"{Payroll}{Lu}2021-04,8000.00,160.00,640.00\n", April, SubmissionKind.Supplementary);
        await line.PostAsync(April);
        Assert.That(await line.ReverseAsync(whole), Is.False);
        await line.AssertCleanAsync(all: true, "at the end");
    }
}
