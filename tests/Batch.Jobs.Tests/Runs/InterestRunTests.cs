using Batch.Jobs.Files;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

public class InterestRunTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth December = new(2021, 12);
    private static readonly YearMonth Next = new(2022, 1);
    private static readonly CitizenId Ann = Town.Person(1, 1990);     // 30: 2 % + 1.1 % of 10,000 = 310.00 a month
    private static readonly CitizenId Bob = Town.Person(2, 1990);     // July only: 310.00
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        foreach (YearMonth month in Enumerable.Range(0, 3).Select(i => January.PlusMonths(i)))
        {
            await town.PayrollAsync(month, "E1", [(Ann, 10_000m)]);
            await town.PostMonthAsync(month);
            await town.CloseAsync(month);
        }

        await town.PayrollAsync(new YearMonth(2021, 7), "E1", [(Bob, 10_000m)]);
        await town.PostMonthAsync(new YearMonth(2021, 7));
        foreach (YearMonth month in Enumerable.Range(3, 9).Select(i => January.PlusMonths(i)))
        {
            await town.CloseAsync(month);
        }
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    // Ann holds 310 at the end of January, 620 of February, 930 from March on. Money bears from the month after it came in, so the products of the year are
    // 310 + 620 + 9 x 930 = 9,300.00, times 0.35 % / 12 = 2.7125 -> 2.71. Bob: 310 for August to December = 1,550.00, 0.452 -> 0.45.
    [Test]
    public async Task The_first_year_bears_at_the_rate_of_money_that_came_in()
    {
        RunDocument posted = await PostInterestAsync(2021);
        StatementDocument ann = await StatementAsync(Ann, Next);
        Assert.Multiple(() =>
        {
            Assert.That((posted.Kind, posted.Month, posted.Entries, posted.People), Is.EqualTo(("interest", Next, 2L, 2)));
            Assert.That((posted.Credited, posted.Other, posted.Pool, posted.PoolPaid), Is.EqualTo((Money.FromYuan(3.16m), Money.FromYuan(-3.16m), Money.Zero, Money.Zero)));
            Assert.That(ann.Lines.Select(l => (l.Month, l.Component, l.Amount)), Is.EqualTo(new[] { (December, "interest", Money.FromYuan(2.71m)) }));
        });
        await AssertVerifiesAsync();
    }

    // 2022: Ann carries over 930.00, and the interest 2.71 with it: 932.71 x 12 = 11,192.52 x 1.1 % / 12 = 10.25981 -> 10.26. In February 310.00 comes in and
    // bears for March to December: 3,100.00 x 0.35 % / 12 = 0.90416 -> 0.90. Bob: (310.00 + 0.45) x 1.1 % = 3.41495 -> 3.41.
    [Test]
    public async Task The_next_year_bears_at_both_rates_and_interest_bears_interest()
    {
        await PostInterestAsync(2021);
        await town.CloseAsync(Next);
        await town.PayrollAsync(new YearMonth(2022, 2), "E1", [(Ann, 10_000m)]);
        await town.PostMonthAsync(new YearMonth(2022, 2));
        foreach (YearMonth month in Enumerable.Range(1, 11).Select(i => Next.PlusMonths(i)))
        {
            await town.CloseAsync(month);
        }

        RunDocument posted = await PostInterestAsync(2022);
        Assert.Multiple(() => Assert.That((posted.Month, posted.Credited), Is.EqualTo((new YearMonth(2023, 1), Money.FromYuan(10.26m + 0.90m + 3.41m)))));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(930m + 2.71m + 310m + 11.16m)));
        await AssertVerifiesAsync();
    }

    [Test]
    public async Task A_second_run_for_the_year_posts_nothing()
    {
        await PostInterestAsync(2021);
        RunDocument again = await ComputeAsync(2021);
        Assert.That((again.State, again.Run, again.Kind), Is.EqualTo((RunState.Nothing, (int?)null, "interest")));
    }

    [Test]
    public async Task The_last_month_of_the_year_is_explained_with_its_interest()
    {
        await PostInterestAsync(2021);
        ExplanationDocument told = await new Explanations(await town.AreaAsync()).ExplainAsync(1, December, default);
        Assert.That(told.English.Lines.Select(l => (l.Component, l.Amount)), Is.EqualTo(new[]
        {
            ("interest-current-year", Money.FromYuan(2.71m)), ("interest-carried-over", Money.Zero),
        }));
        Assert.That(told.Net, Is.EqualTo(Money.FromYuan(2.71m)));
    }

    // At 0.70 % Ann has 5.425 -> 5.43 (half up), Bob 0.904 -> 0.90: 2.72 and 0.45 more.
    [Test]
    public async Task After_a_corrected_rate_only_the_difference_is_posted()
    {
        await PostInterestAsync(2021);
        await DoubleTheRateAsync();
        RunDocument difference = await PostInterestAsync(2021);
        Assert.That((difference.Entries, difference.Credited), Is.EqualTo((2L, Money.FromYuan(3.17m))));
        await AssertVerifiesAsync();
    }

    // 5.43 + 0.90 in place of 2.71 + 0.45.
    [Test]
    public async Task An_open_interest_run_is_replaced_when_the_rates_have_changed()
    {
        RunDocument open = await ComputeAsync(2021);
        await DoubleTheRateAsync();
        RunDocument replaced = await ComputeAsync(2021);
        Assert.That((open.Credited, replaced.Credited, replaced.Run > open.Run), Is.EqualTo((Money.FromYuan(3.16m), Money.FromYuan(6.33m), true)));
    }

    // Money of earlier years, taken over in January: it bears from January on, 1,000.00 x 12 months x 1.1 % / 12 = 11.00.
    [Test]
    public async Task An_opening_balance_bears_at_the_rate_of_what_was_carried_over()
    {
        await using Town other = await Town.FoundAsync();
        await other.MovementsAsync(January, $"{Ann.Full()},期初余额,1000.00,2021-01-10,,,,,,,,");
        await other.PostMonthAsync(January);
        for (YearMonth month = January; month <= December; month = month.PlusMonths(1))
        {
            await other.CloseAsync(month);
        }

        Area area = await other.AreaAsync();
        RunDocument interest = await new InterestRun(area).RunAsync(2021, null, "operator", default);
        await other.PostAsync(interest.Run!.Value);
        Assert.That(interest.Credited, Is.EqualTo(Money.FromYuan(11m)));
        await other.AssertCleanAsync();
    }

    private async Task DoubleTheRateAsync()
    {
        PolicyProposals policies = new(town.Database.Program);
        string text = TestPolicy.TextOf(Town.Code).Replace("current-year: 0.35 %/year", "current-year: 0.70 %/year", StringComparison.Ordinal);
        PolicyProposal proposal = await policies.ProposeFileAsync(text, "rates.yaml", "no. 1", "administrator", default);
        await policies.ApproveAsync(proposal.Hash, "reviewer", default);
    }

    [Test]
    public async Task A_reversed_interest_run_leaves_the_balance_as_before_and_the_next_one_restores_it()
    {
        RunDocument interest = await PostInterestAsync(2021);
        RunDocument reversal = await town.Life.ReverseAsync(interest.Run!.Value, Next, "operator", default);
        await town.PostAsync(reversal.Run!.Value);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(930m)));
        await AssertVerifiesAsync();
        RunDocument restored = await PostInterestAsync(2021);
        Assert.That((restored.Credited, await town.BalanceAsync(Ann)), Is.EqualTo((interest.Credited, Money.FromYuan(932.71m))));
        await AssertVerifiesAsync();
    }

    [Test]
    public async Task A_retroactive_allocation_leaves_the_interest_alone()
    {
        await PostInterestAsync(2021);
        await town.PayrollAsync(December, "E1", [(Ann, 10_000m)], Batch.Jobs.Facts.SubmissionKind.Supplementary);
        RunDocument late = await town.PostMonthAsync(Next);
        Assert.That((late.Entries, late.Credited, (await ComputeAsync(2021)).State), Is.EqualTo((1L, Money.FromYuan(310m), RunState.Nothing)));
        await AssertVerifiesAsync();
    }

    [Test]
    public async Task An_open_interest_run_is_returned_and_keeps_an_allocation_out()
    {
        RunDocument open = await ComputeAsync(2021);
        await town.PayrollAsync(Next, "E1", [(Ann, 10_000m)]);
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => town.AllocateAsync(Next));
        Assert.That((await ComputeAsync(2021), refused!.Code), Is.EqualTo((open, "RUN_OPEN")));
    }

    [Test]
    public async Task Whose_run_is_discarded_while_he_computes_it_is_told_so()
    {
        await using Npgsql.NpgsqlConnection other = await town.Database.Connection.Owner.OpenConnectionAsync();
        await using Npgsql.NpgsqlTransaction holding = await other.BeginTransactionAsync();
        // The run is opened, and then waits for the statements that it is computed from.
        await using Npgsql.NpgsqlCommand hold = new(Town.Schema.Sql("LOCK TABLE :area.statement IN ACCESS EXCLUSIVE MODE"), other);
        await hold.ExecuteNonQueryAsync();
        Task<RunDocument> computing = Task.Run(() => ComputeAsync(2021));
        while (await town.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.run WHERE kind = 'interest' AND state = 'computing'") == 0)
        {
            Assert.That(computing.IsCompleted, Is.False, "nothing held it up");
            await Task.Delay(20);
        }

        await town.Life.DiscardAsync(await town.Database.ScalarAsync<int>("SELECT max(run_id) FROM area_420100.run"), "reviewer", "not yet", default);
        await holding.RollbackAsync();
        DataFaultException? told = await Assert.ThrowsAsync<DataFaultException>(() => computing);
        Assert.That(told!.Code, Is.EqualTo("RUN_TAKEN_OVER"));
        Assert.That((await ComputeAsync(2021)).State, Is.EqualTo(RunState.Computed));
    }

    [Test]
    public async Task A_year_without_statements_is_refused()
    {
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => ComputeAsync(2022));
        Assert.That(refused!.Code, Is.EqualTo("YEAR_OPEN"));
    }

    [Test]
    public async Task Reports_show_interest_as_what_it_is()
    {
        int run = (await PostInterestAsync(2021)).Run!.Value;
        await town.CloseAsync(Next);
        Assert.That(await LinesAsync(new AllocationReport(), 3), Is.EqualTo(new[] { "利息 interest", "利息 interest" }));
        Assert.That(await LinesAsync(new AgeTierReport(), 0), Is.EqualTo(new[] { "利息 interest" }));
        Assert.That(await LinesAsync(new PooledFundReport(), 0), Is.Empty);
        Assert.That((await LinesAsync(new CertificateReport(), 0))[1], Is.EqualTo($"本月第 1 次计息（批次 {run}） interest 1 of the month (run {run})"));
    }

    // Interest that does not follow from the balances is seen by the second path, though its run's books are in order.
    [Test]
    public async Task Interest_that_the_balances_do_not_bear_is_found()
    {
        RunDocument open = await ComputeAsync(2021);
        await town.Life.DiscardAsync(open.Run!.Value, "operator", "test", default);
        await PostInterestAsync(2021);
        await town.Database.ExecuteAsync(Town.Schema.Sql("UPDATE :area.entry SET account_fen = account_fen + 1, other_fen = other_fen - 1 WHERE component = 3 AND account_id = 1"));
        VerificationDocument found = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, default);
        Assert.That(found.Checks.Single(c => c.Id == Invariants.Entitlements).First, Does.Contain("posted 272 fen, entitled 271 fen"));
    }

    // Interest is paid by the fund that holds the money, and by no other.
    [Test]
    public async Task Interest_that_the_pooled_fund_paid_is_found()
    {
        await PostInterestAsync(2021);
        await town.Database.ExecuteAsync(Town.Schema.Sql("UPDATE :area.entry SET pool_fen = other_fen, other_fen = 0 WHERE component = 3 AND account_id = 1"));
        VerificationDocument found = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, default);
        Assert.That(found.Checks.Single(c => c.Id == Invariants.Entitlements).First, Does.Contain("interest").And.Contain("posted 271 fen, entitled 271 fen"));
    }

    private async Task<RunDocument> ComputeAsync(int year)
    {
        Area area = await town.AreaAsync();
        return await new InterestRun(area).RunAsync(year, null, "operator", default);
    }

    private async Task<RunDocument> PostInterestAsync(int year) => await town.PostAsync((await ComputeAsync(year)).Run!.Value);

    private async Task<StatementDocument> StatementAsync(CitizenId who, YearMonth month)
    {
        AccountHolder holder = await AccountHolder.FindAsync(town.Database.Connection, Town.Code, who.Full(), null, new LocalDate(2026, 1, 1), default);
        return await new Balances(town.Area).StatementAsync(holder.Account, month, month, default);
    }

    private async Task<List<string?>> LinesAsync(Report report, int column)
    {
        await using Npgsql.NpgsqlConnection connection = await town.Database.Program.OpenConnectionAsync();
        List<string?> lines = [];
        await foreach (Cell[] row in report.RowsAsync(new ReportSource(connection, await town.AreaAsync(), Next), default))
        {
            lines.Add(row[column].Text);
        }

        return lines;
    }

    private async Task AssertVerifiesAsync()
    {
        VerificationDocument found = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, default);
        Assert.That(found.Checks.Where(c => !c.Ok || c.NotChecked > 0).Select(c => $"{c.Id} {c.First}"), Is.Empty);
    }
}
