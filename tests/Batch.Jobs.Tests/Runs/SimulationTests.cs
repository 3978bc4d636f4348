using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

public class SimulationTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly CitizenId Ann = Town.Person(1, 1990);     // 30: 1.1 %
    private static readonly CitizenId Bob = Town.Person(2, 1980);     // 40: 1.4 %
    private static readonly CitizenId Cai = Town.Person(3, 1970);     // 50: 1.7 %
    private static readonly CitizenId Old = Town.Person(4, 1945);     // 75: 5.1 %
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m), (Cai, 7000m)]);
        await town.PensionAsync(January, [(Old, 8000m)]);
        await town.PostMonthAsync(January);
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    // Young 1.1 -> 1.3 %: 5000 x 0.2 % = + 10.00; old retirees 5.1 -> 5.0 %: 8000 x 0.1 % = - 8.00; the others as before.
    [Test]
    public async Task A_changed_file_tells_who_gains_and_who_loses_by_tier()
    {
        SimulationDocument told = await SimulateAsync(Changed);
        Assert.Multiple(() =>
        {
            Assert.That((told.People, told.Gainers, told.Losers, told.Unchanged), Is.EqualTo((4, 1, 1, 2)));
            Assert.That((told.Before, told.After, told.Difference), Is.EqualTo((Money.FromYuan(1026m), Money.FromYuan(1028m), Money.FromYuan(2m))));
            Assert.That(told.PoolDifference, Is.EqualTo(Money.FromYuan(-2m)));
            Assert.That(told.Tiers.Select(t => $"{t.Standing} {t.Tier} {t.People} {t.Before} {t.After} {t.Difference}"), Is.EqualTo(new[]
            {
                "Active 0-35 1 155.00 165.00 10.00", "Active 36-45 1 204.00 204.00 0.00", "Active 46+ 1 259.00 259.00 0.00", "Retired 71+ 1 408.00 400.00 -8.00",
            }));
            Assert.That(told.Largest.Select(p => (p.Id, p.Difference)), Is.EqualTo(new[] { (Ann.ToString(), Money.FromYuan(10m)), (Old.ToString(), Money.FromYuan(-8m)) }));
        });
    }

    // The floor of retirees is 80 % of the average wage: at 15,000 it is 12,000, and 5.1 % of it 612.00 instead of 408.00. The employed never wait for it.
    [Test]
    public async Task A_proposed_figure_is_tried_as_if_it_were_approved()
    {
        PolicyProposals store = new(town.Database.Program);
        PolicyProposal proposal = await store.ProposeFigureAsync("420100", new DatedFigure("average-wage", January, 15_000m, "试"), "wang", CancellationToken.None);
        Area area = await town.AreaAsync();
        SimulationDocument told = await new Simulation(area).RunAsync(January, await store.ProposedAsync("420100", proposal.Hash, CancellationToken.None), "proposal", CancellationToken.None);
        Assert.That((told.Gainers, told.Losers, told.Difference, told.PoolDifference), Is.EqualTo((1, 0, Money.FromYuan(204m), Money.FromYuan(-204m))));
        Assert.That(told.SameRules, Is.False);
    }

    [Test]
    public async Task A_proposal_for_a_later_month_says_that_it_does_not_change_this_one()
    {
        PolicyProposals store = new(town.Database.Program);
        PolicyProposal proposal = await store.ProposeFigureAsync("420100", new DatedFigure("average-wage", January.PlusMonths(1), 15_000m, "试"), "wang", CancellationToken.None);
        Area area = await town.AreaAsync();
        SimulationDocument told = await new Simulation(area).RunAsync(January, await store.ProposedAsync("420100", proposal.Hash, CancellationToken.None), "proposal", CancellationToken.None);
        Assert.That((told.SameRules, told.Gainers, told.Losers), Is.EqualTo((true, 0, 0)));
    }

    [Test]
    public async Task The_file_in_force_changes_nothing_for_anybody()
    {
        SimulationDocument told = await SimulateAsync(TestPolicy.TextOf(Town.Code));
        Assert.That((told.People, told.Unchanged, told.Difference, told.Largest.Count), Is.EqualTo((4, 4, Money.Zero, 0)));
    }

    [Test]
    public async Task A_file_adopted_afterwards_posts_exactly_the_difference_that_was_simulated()
    {
        SimulationDocument told = await SimulateAsync(Changed);
        RunDocument nothing = await town.AllocateAsync(January);
        PolicyProposals policies = new(town.Database.Program);
        PolicyProposal proposal = await policies.ProposeFileAsync(Changed, "changed.yaml", "no. 1", "administrator", default);
        await policies.ApproveAsync(proposal.Hash, "reviewer", default);
        RunDocument difference = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That(nothing.State, Is.EqualTo(RunState.Nothing));
            Assert.That((difference.Credited, difference.Pool, difference.People), Is.EqualTo((told.Difference, told.PoolDifference, told.Gainers + told.Losers)));
        });
        Assert.That((await SimulateAsync(Changed)).Difference, Is.EqualTo(Money.Zero));
    }

    /// <summary>
    /// Wages of 15,000 from February and 20,000 from March make floors of 12,000 and 16,000, and 5.1 % of them 612.00 and 816.00 instead of 408.00: 204.00 and 408.00 more. January
    /// keeps its rules. The next run posts the 612.00 of both months.
    /// </summary>
    [Test]
    public async Task The_figures_of_a_year_are_tried_on_every_month_that_they_touch_and_posted_as_tried()
    {
        for (int later = 1; later <= 2; later++)
        {
            YearMonth month = January.PlusMonths(later);
            await town.PensionAsync(month, [(Old, 8000m)]);
            await town.PostMonthAsync(month);
        }

        PolicyProposals proposals = new(town.Database.Program);
        PolicyProposal proposal = await proposals.ProposeFiguresAsync(
            "420100", [new("average-wage", January.PlusMonths(2), 20_000m, "文 2"), new("average-wage", January.PlusMonths(1), 15_000m, "文 1")], "wang", default);
        SimulatedMonths told = await new Simulation(await town.AreaAsync()).RunAllAsync(await proposals.ProposedAsync("420100", proposal.Hash[..8], default), "proposal", default);
        Assert.That(told.Months.Select(m => (m.Month, m.Difference)), Is.EqualTo(new[] { (January.PlusMonths(1), Money.FromYuan(204m)), (January.PlusMonths(2), Money.FromYuan(408m)) }));
        Assert.That((told.Before, told.After, told.Difference, told.PoolDifference), Is.EqualTo((Money.FromYuan(816m), Money.FromYuan(1428m), Money.FromYuan(612m), Money.FromYuan(-612m))));

        await proposals.ApproveAsync(proposal.Hash, "li", default);
        RunDocument posted = await town.PostMonthAsync(January.PlusMonths(2));
        Assert.That((posted.Credited, posted.Pool, posted.People), Is.EqualTo((Money.FromYuan(612m), Money.FromYuan(-612m), 1)));
    }

    [Test]
    public async Task Facts_that_no_run_has_taken_are_not_simulated()
    {
        await town.PayrollAsync(January, "E2", [(Town.Person(9), 5000m)]);
        Assert.That((await SimulateAsync(Changed)).People, Is.EqualTo(4));
    }

    [Test]
    public Task A_broken_file_is_refused_with_its_faults() => Assert.ThatAsync(
        () => SimulateAsync(Changed.Replace("rounding: half-up", "rounding: upwards", StringComparison.Ordinal)), Throws.TypeOf<PolicyFaultException>());

    [Test]
    public Task A_file_of_another_area_is_refused() => Assert.ThatAsync(
        () => SimulateAsync(ShippedPolicies.Text("110000")), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("POLICY_OF_ANOTHER_AREA"));

    [Test]
    public Task A_file_without_a_figure_that_somebody_needs_is_refused() => Assert.ThatAsync(
        () => SimulateAsync(Changed.Replace("from: 2021-01, to: 2021-12, value: 7327", "from: 2021-06, to: 2021-12, value: 7327", StringComparison.Ordinal)),
        Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("FIGURE_MISSING"));

    // The shipped file with another rate for the youngest and for the oldest; 6000 x 3.3 % = 198.00, 6000 x 5.0 % = 300.00.
    private static string Changed => TestPolicy.TextOf(Town.Code)
        .Replace("up-to: 35, rate: 1.1 %", "up-to: 35, rate: 1.3 %", StringComparison.Ordinal).Replace("net: 186.00", "net: 198.00", StringComparison.Ordinal)
        .Replace("over: 70, rate: 5.1 %", "over: 70, rate: 5.0 %", StringComparison.Ordinal).Replace("net: 306.00", "net: 300.00", StringComparison.Ordinal);

    private async Task<SimulationDocument> SimulateAsync(string text)
    {
        Simulation simulation = new(await town.AreaAsync());
        return await simulation.RunAsync(January, simulation.Proposed(text, "changed.yaml"), "changed.yaml", default);
    }
}
