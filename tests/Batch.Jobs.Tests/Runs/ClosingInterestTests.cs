using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>
/// Interest up to the month of a closing, paid out with it. Ann takes over 1,000.00 in January 2021 and has 310.00 for January, credited in January: she holds 1,310.00.
/// At 1.2 % on earlier years' and 0.36 % on this year's money a month bears 0.001 and 0.0003 of it.
/// </summary>
public sealed class ClosingInterestTests
{
    private const string Shipped = "interest: {current-year: 0.35 %/year, carried-over: 1.1 %/year, ref: [INT1, INT2, GK], grade: GK}";
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth March = new(2021, 3);
    private static readonly YearMonth December = new(2021, 12);
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private static readonly CitizenId Bob = Town.Person(2, 1990);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.AdoptAsync(text => text.Replace(
            Shipped, "interest: {current-year: 0.36 %/year, carried-over: 1.2 %/year, closed-account: with-pay-out, ref: INT1, grade: B}", StringComparison.Ordinal));
        await town.MovementsAsync(January, $"{Ann.Full()},期初余额,1000.00,2021-01-01,,,,,,,,");
        await town.PayrollAsync(January, "E1", [(Ann, 10_000m), (Bob, 10_000m)]);
        await town.PostMonthAsync(January);
    }

    [TearDown]
    public async Task TearDown()
    {
        await town.AssertCleanAsync();
        await town.DisposeAsync();
    }

    // January to March 1,000 x 0.001 = 3.00; February and March 310 x 0.0003 = 0.186 -> 0.19.
    [TestCase("出国定居", "")]
    [TestCase("放弃", "")]
    [TestCase("死亡继承", "DEAD")]
    [TestCase("无继承人", "DEAD")]
    public async Task A_pay_out_that_closes_the_account_takes_the_interest_up_to_its_month(string ground, string before)
    {
        await town.CloseAsync(new YearMonth(2021, 2));
        if (before == "DEAD")
        {
            await town.PersonsAsync(March, (Ann, "死亡", "2021-03-01"));
        }

        string heir = ground == "死亡继承" ? $"{Town.Person(9, 1970).Full()},甲" : ",";
        await town.MovementsAsync(March, $"{Ann.Full()},支付,1310.00,2021-03-10,,FQ1,{ground},{heir},,,");
        RunDocument run = await town.PostMonthAsync(March);
        Money out1 = -Yuan(1313.19m), pool = ground == "无继承人" ? Yuan(1313.19m) : Money.Zero;
        Assert.That((run.Credited, run.Other, run.Movements!.PayOut, run.Movements.ToPool), Is.EqualTo((Yuan(3.19m), -Yuan(3.19m), out1, pool)));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.Zero));
        Assert.That((await town.AllocateAsync(March)).State, Is.EqualTo(RunState.Nothing));
        Assert.That(await town.ReportAsync(new MovementReport(), March), Has.Member("支付 pay-outs,随支付结清的利息 interest paid out with a closing,1,1,0.00,3.19,-3.19"));
        await town.AssertCleanAsync();

        // At the end of the year there is nothing more for Ann: Bob has 310 for February to December, 3,410 x 0.0003 = 1.023 -> 1.02.
        await town.CloseAsync(December);
        RunDocument interest = await InterestAsync();
        Assert.That((interest.People, interest.Credited, await town.BalanceAsync(Ann)), Is.EqualTo((1, Yuan(1.02m), Money.Zero)));
    }

    // What is left of the year before and this year's interest: 2022 begins with 1,310.00 + 12 x 1.00 + 11 x 0.093 = 1.023 -> 1,323.02; January and February 2022 bear
    // 2 x 1,310 x 0.001 on what was carried over and, posted in January, the interest 13.02 too: 2 x 1,323.02 x 0.001 = 2.64604 -> 2.65.
    [Test]
    public async Task A_later_year_bears_on_what_it_began_with()
    {
        await town.CloseAsync(December);
        await InterestAsync();
        await town.CloseAsync(new YearMonth(2022, 1));
        YearMonth month = new(2022, 2);
        await town.MovementsAsync(month, $"{Ann.Full()},支付,1323.02,2022-02-10,,FQ1,放弃,,,,,");
        RunDocument run = await town.PostMonthAsync(month);
        Assert.That((run.Credited, run.Movements!.PayOut, await town.BalanceAsync(Ann)), Is.EqualTo((Yuan(2.65m), -Yuan(1325.67m), Money.Zero)));
    }

    [Test]
    public async Task A_reversed_run_takes_principal_and_interest_back_and_the_next_one_pays_them_again()
    {
        await town.CloseAsync(new YearMonth(2021, 2));
        await town.MovementsAsync(March, $"{Ann.Full()},支付,1310.00,2021-03-10,,FQ1,放弃,,,,,");
        RunDocument run = await town.PostMonthAsync(March);
        await town.PostAsync((await town.Life.ReverseAsync(run.Run!.Value, March, "operator", default)).Run!.Value);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(1310m)));
        await town.AssertCleanAsync();
        RunDocument again = await town.PostMonthAsync(March);
        Assert.That((again.Credited, await town.BalanceAsync(Ann)), Is.EqualTo((Yuan(3.19m), Money.Zero)));
    }

    [Test]
    public async Task A_pay_out_that_is_withdrawn_gives_its_interest_back()
    {
        await town.CloseAsync(new YearMonth(2021, 2));
        await town.MovementsAsync(March, $"{Ann.Full()},支付,1310.00,2021-03-10,,FQ1,放弃,,,,,");
        await town.PostMonthAsync(March);
        // It was Bob who had 1.00: the file is replaced.
        FileOutcome replaced = await town.MovementsAsync(March, SubmissionKind.Replacement, true, $"{Bob.Full()},支付,1.00,2021-03-10,,YD1,异地安置,,,,,");
        Assert.That(replaced.Accepted, Is.EqualTo(1));
        RunDocument run = await town.PostMonthAsync(March);
        Assert.That((run.Credited, run.Movements!.PayOut, await town.BalanceAsync(Ann)), Is.EqualTo((-Yuan(3.19m), Yuan(1312.19m), Yuan(1310m))));
        await town.AssertCleanAsync();
        // The year, as for everybody: 12 x 1,000 x 0.001 = 12.00 and 11 x 310 x 0.0003 = 1.023 -> 1.02.
        await town.CloseAsync(December);
        await InterestAsync();
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Yuan(1323.02m)));
    }

    // Known in January 2022 that she gave up in October: the year's interest 13.02 (12.00 + 1.023) is in the balance. Up to October it is 10.00 + 9 x 0.093 = 0.837 -> 10.84.
    [Test]
    public async Task A_closing_known_after_the_years_interest_takes_the_difference_back()
    {
        await town.CloseAsync(December);
        await InterestAsync();
        await town.MovementsAsync(new YearMonth(2022, 1), $"{Ann.Full()},支付,1323.02,2021-10-10,,FQ1,放弃,,,,,");
        RunDocument run = await town.PostMonthAsync(new YearMonth(2022, 1));
        Assert.That((run.Credited, run.Movements!.PayOut, await town.BalanceAsync(Ann)), Is.EqualTo((-Yuan(2.18m), -Yuan(1320.84m), Money.Zero)));
        await town.AssertCleanAsync();
        Assert.That((await ComputeInterestAsync()).State, Is.EqualTo(RunState.Nothing));
    }

    [Test]
    public async Task The_month_before_a_closing_is_closed_first()
    {
        await town.MovementsAsync(March, $"{Ann.Full()},支付,1310.00,2021-03-10,,FQ1,放弃,,,,,");
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => town.AllocateAsync(March));
        Assert.That((refused!.Code, refused.Message), Is.EqualTo(("MONTH_BEFORE_OPEN", refused.Message)));
        await town.CloseAsync(new YearMonth(2021, 2));
        Assert.That((await town.PostMonthAsync(March)).Credited, Is.EqualTo(Yuan(3.19m)));
    }

    [Test]
    public async Task The_month_of_the_closing_tells_the_interest()
    {
        await town.CloseAsync(new YearMonth(2021, 2));
        await town.MovementsAsync(March, $"{Ann.Full()},支付,1310.00,2021-03-10,,FQ1,放弃,,,,,");
        await town.PostMonthAsync(March);
        ExplanationDocument told = await new Explanations(await town.AreaAsync()).ExplainAsync(1, March, default);
        Assert.That((told.Net, told.English.Lines.Select(l => l.Amount), told.Chinese.Lines[0].Clause), Is.EqualTo((Yuan(3.19m), new[] { Yuan(0.19m), Yuan(3m) }, "INT1 (B)")));
        Assert.That(told.Chinese.Lines[0].Steps[0], Is.EqualTo("账户于 2021-03 由支付结清：利息计至该月，随本金一并支付"));
        Assert.That(told.English.Lines[0].Steps[0], Is.EqualTo("a pay-out closed the account in 2021-03: interest up to that month, paid out with the principal"));
        await town.CloseAsync(December);
        await InterestAsync();
        Assert.That((await new Explanations(await town.AreaAsync()).ExplainAsync(1, December, default)).Net, Is.EqualTo(Money.Zero));
    }

    [Test]
    public async Task Interest_that_a_closing_does_not_bear_is_found_and_so_is_a_pay_out_without_it()
    {
        await town.CloseAsync(new YearMonth(2021, 2));
        await town.MovementsAsync(March, $"{Ann.Full()},支付,1310.00,2021-03-10,,FQ1,放弃,,,,,");
        await town.PostMonthAsync(March);
        await ChangeAsync(3, 1);
        Assert.That(await FirstAsync(), Does.Contain("interest of closed accounts").And.Contain("posted 320 fen, entitled 319 fen").Or.Contain("movements"));
        await ChangeAsync(6, -1);
        Assert.That(await FirstAsync(), Does.Contain("posted 320 fen, entitled 319 fen"));
        await ChangeAsync(3, -1);
        Assert.That(await FirstAsync(), Does.Contain("component 6: posted -131320 fen, entitled -131319 fen"));
        await ChangeAsync(6, 1);
    }

    // Two paths for random people: whatever they hold and whenever they leave.
    [Test]
    public async Task Random_closings_verify([Range(1, 2)] int seed)
    {
        var random = new Random(seed);
        CitizenId[] people = [.. Enumerable.Range(10, 8).Select(i => Town.Person(i, 1990))];
        await town.CloseAsync(January);
        for (YearMonth month = January.PlusMonths(1); month <= new YearMonth(2022, 3); month = month.PlusMonths(1))
        {
            CitizenId[] there = [.. people.Where((_, i) => 5 + i > month.Month + (12 * (month.Year - 2021)))];
            await town.PayrollAsync(month, "E1", [.. there.Select(p => (p, (decimal)(5000 + (100 * random.Next(50)))))]);
            await town.PostMonthAsync(month);
            if (month.Month + (12 * (month.Year - 2021)) - 5 is >= 0 and < 8 and var gone)
            {
                Money balance = await town.BalanceAsync(people[gone]);
                await town.MovementsAsync(month, $"{people[gone].Full()},支付,{balance},{month.Text()}-20,,FQ{gone},{(gone % 2 == 0 ? "放弃" : "出国定居")},,,,,");
                await town.PostMonthAsync(month);
                Assert.That(await town.BalanceAsync(people[gone]), Is.EqualTo(Money.Zero));
            }

            await town.CloseAsync(month);
            if (month == December)
            {
                await InterestAsync();
            }
        }
    }

    private Task ChangeAsync(int component, int fen) => town.Database.ExecuteAsync(Town.Schema.Sql(
        component == 3
            ? $"UPDATE :area.entry SET account_fen = account_fen + {fen}, other_fen = other_fen - {fen} WHERE component = 3 AND account_id = 1"
            : $"UPDATE :area.entry SET account_fen = account_fen + {fen}, paid_out_fen = paid_out_fen - {fen} WHERE component = 6 AND account_id = 1"));

    private async Task<string?> FirstAsync() =>
        (await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, default)).Checks.Single(c => c.Id == Invariants.Entitlements).First;

    private async Task<RunDocument> ComputeInterestAsync()
    {
        Area area = await town.AreaAsync();
        return await new InterestRun(area).RunAsync(2021, null, "operator", default);
    }

    private async Task<RunDocument> InterestAsync() => await town.PostAsync((await ComputeInterestAsync()).Run!.Value);

    private static Money Yuan(decimal yuan) => Money.FromYuan(yuan);
}
