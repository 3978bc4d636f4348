using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Two numbers of a town that are joined and parted. Everybody is 31 and paid for on 8000: 8000 x (2 % + 1.1 %) = 248.00 a month.</summary>
public abstract class JoinedNumbers
{
    protected const string Payroll = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    protected static readonly CitizenId Wrong = Town.Person(1), Right = Town.Person(2), Spouse = Town.Person(3);
    protected static readonly YearMonth January = new(2021, 1), February = new(2021, 2), March = new(2021, 3), April = new(2021, 4);
    protected Town Town { get; private set; } = null!;

    [SetUp]
    public async Task SetUp() => Town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown()
    {
        await Town.AssertCleanAsync();
        await Town.DisposeAsync();
    }

    protected IdentityProposals Proposals => new(Town.Area, SystemClock.Instance);

    protected async Task<IdentityDocument> ProposeAsync() => await Proposals.ProposeJoinAsync(
        new Joining((await FindAsync(Right)).Person, (await FindAsync(Wrong)).Person, new LocalDate(2021, 4, 1), "公安函1号", "同一人两个号码"), "wang", default);

    protected async Task<int> JoinAsync() => (await Proposals.ApproveAsync((await ProposeAsync()).Proposal, "li", default)).Proposal;

    protected async Task UndoAsync(int join, string? otherRows = null)
    {
        IdentityDocument undo = await Proposals.ProposeUndoAsync(join, (new LocalDate(2021, 4, 2), "公安函2号", "认错了"), "wang", default, otherRows);
        await Proposals.ApproveAsync(undo.Proposal, "li", default);
    }

    // By account, whoever the numbers find.
    protected async Task<(decimal Wrong, decimal Right)> BalancesAsync()
    {
        Balances balances = new(Town.Area);
        int[] accounts = await Town.Database.ScalarAsync<int[]>(Town.Schema.Sql(
            $"SELECT array_agg(person_id ORDER BY citizen) FROM :area.person WHERE citizen IN ({Wrong.Digits17}, {Right.Digits17})"));
        return ((await balances.BalanceAsync(accounts[0], null, default)).Balance.Fen / 100m, (await balances.BalanceAsync(accounts[1], null, default)).Balance.Fen / 100m);
    }

    protected async Task<CoverageDocument> CoverageAsync() =>
        await new CoverageInquiry(await Town.AreaAsync()).ReadAsync((await FindAsync(Right)).Account, null, new YearMonth(2021, 4), default);

    protected async Task InterestAsync(int year)
    {
        Area area = await Town.AreaAsync();
        RunDocument run = await new InterestRun(area).RunAsync(year, null, "operator", default);
        await Town.PostAsync(run.Run!.Value);
    }

    protected async Task<List<int>> DueAnewAsync()
    {
        await using NpgsqlConnection connection = await Town.Database.Program.OpenConnectionAsync();
        return await InterestDueAnew.YearsAsync(Town.Schema.On(connection), (await Town.AreaAsync()).Policy, default);
    }

    // Entries in months that are closed, by runs after their closing.
    protected Task<long> ClosedAgainAsync() => Town.Database.ScalarAsync<long>(Town.Schema.Sql(
        """
        SELECT count(*) FROM :area.entry e JOIN :area.posted_run r USING (run_id) JOIN :area.closing_in_force c ON c.month = e.posting_month WHERE r.seq > c.seq
        """));

    // Of the relatives that the account pays for now.
    protected async Task<long> SpentForSpouseAsync(CitizenId payer, YearMonth? through = null)
    {
        FamilyInquiry family = new(await FindAsync(payer));
        FamilyDocument told = await family.ReadAsync(await family.HolderAsync(default), January, through ?? February, default);
        return told.Members.Where(m => m.To is null).Sum(m => m.Spent.Fen);
    }

    protected Task<FileOutcome> RetireAsync(CitizenId who) => Town.ImportAsync("公民身份号码,变更类型,变更日期", [$"{who.Full()},退休,2021-01-20"], February, SubmissionKind.Regular, false);

    protected Task<FileOutcome> BindAsync(CitizenId payer) => Town.ImportAsync(
        "公民身份号码,变更类型,变更日期,变更内容", [$"{payer.Full()},共济绑定,2021-01-01,{Spouse.Full()} 配偶"], February, SubmissionKind.Regular, false);

    protected Task<AccountHolder> FindAsync(CitizenId id) => AccountHolder.FindAsync(Town.Database.Connection, Town.Code, id.Full(), null, new LocalDate(2026, 1, 1), default);

    protected static async Task<string> CodeAsync(Func<Task> act) => (await Assert.ThrowsAsync<DataFaultException>(() => act()))!.Code;

    protected Task<FileOutcome> PaidAsync(YearMonth month, string employer, params CitizenId[] people) => Town.ImportAsync(
        Payroll, people.Select(p => $"{employer},厂{employer},周正,{p.Full()},{month.Text()},8000.00,160.00,640.00"), month, SubmissionKind.Supplementary, false);
}
