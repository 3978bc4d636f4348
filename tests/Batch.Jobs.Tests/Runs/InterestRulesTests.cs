using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>
/// Other rules of interest than two rates for the year, through the line. Ann has 310.00 a month for January to March 2021, Bob 310.00 for July; from July on the rates fall.
/// </summary>
public sealed class InterestRulesTests
{
    private const string Shipped = "interest: {current-year: 0.35 %/year, carried-over: 1.1 %/year, ref: [INT1, INT2, GK], grade: GK}";
    private const string Fall = "rates: [{from: 2020-01, current-year: 0.36 %/year, carried-over: 1.2 %/year}, {from: 2021-07, current-year: 0.24 %/year, carried-over: 0.6 %/year}]";
    private const string Balance = "on: year-end-balance, rate: 0.35 %/year";
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth December = new(2021, 12);
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private static readonly CitizenId Bob = Town.Person(2, 1990);
    private Town town = null!;

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    // Ann: February 310 + March 620 + April to June 3 x 930 = 3,720 x 0.36 % / 12 = 1.116, July to December 5,580 x 0.24 % / 12 = 1.116: 2.232 -> 2.23.
    // Bob: August to December 1,550 x 0.24 % / 12 = 0.31. On the balance: 930 x 0.35 % = 3.255 -> 3.26, 310 x 0.35 % = 1.085 -> 1.09.
    [TestCase(Fall, 2.23, 0.31)]
    [TestCase(Balance, 3.26, 1.09)]
    public async Task A_year_bears_by_the_rule_of_the_policy_and_the_second_path_says_the_same(string rule, decimal ann, decimal bob)
    {
        await YearAsync(rule);
        RunDocument posted = await PostInterestAsync(2021);
        Assert.That(posted.Credited, Is.EqualTo(Yuan(ann + bob)));
        Assert.That((await town.BalanceAsync(Ann), await town.BalanceAsync(Bob)), Is.EqualTo((Yuan(930 + ann), Yuan(310 + bob))));
        await town.AssertCleanAsync();
        Assert.That((await ComputeAsync(2021)).State, Is.EqualTo(RunState.Nothing));
    }

    // 2022: what was carried over bears 12 x 932.23 x 0.6 % / 12 = 5.59338 -> 5.59 and 310.31 x 0.6 % = 1.86186 -> 1.86; of the balance 933.26 and 311.09 x 0.35 % = 3.26641 -> 3.27
    // and 1.088815 -> 1.09.
    [TestCase(Fall, 7.45)]
    [TestCase(Balance, 4.36)]
    public async Task The_year_after_bears_on_the_interest_too(string rule, decimal interest)
    {
        await YearAsync(rule);
        await PostInterestAsync(2021);
        await town.CloseAsync(new YearMonth(2022, 12));
        Assert.That((await PostInterestAsync(2022)).Credited, Is.EqualTo(Yuan(interest)));
        await town.AssertCleanAsync();
    }

    // Taken over in June 100.00: at 0.1 % a month for June, 0.05 % for July to December, 0.10 + 0.30; spent in March 500.00 of nothing but that: netted.
    [Test]
    public async Task What_was_taken_over_and_what_was_spent_bear_by_the_rates_of_their_months()
    {
        town = await Town.FoundAsync();
        await town.AdoptAsync(Changed(Fall));
        await town.MovementsAsync(January, $"{Ann.Full()},期初余额,1000.00,2021-01-01,,,,,,,,");
        await town.PostMonthAsync(January);
        await town.CloseAsync(January);
        await town.MovementsAsync(new YearMonth(2021, 3), $"{Ann.Full()},消费,500.00,2021-03-05,药店,,,,,,,");
        await town.PostMonthAsync(new YearMonth(2021, 3));
        await town.MovementsAsync(new YearMonth(2021, 6), $"{Bob.Full()},期初余额,100.00,2021-06-01,,,,,,,,");
        await town.PostMonthAsync(new YearMonth(2021, 6));
        await town.CloseAsync(December);
        // Ann: (6 x 1000 - 3 x 500) x 0.001 + (6 x 1000 - 6 x 500) x 0.0005 = 4.50 + 1.50. Bob: 100 x 0.001 + 600 x 0.0005 = 0.40.
        Assert.That((await PostInterestAsync(2021)).Credited, Is.EqualTo(Yuan(6.40m)));
        await town.AssertCleanAsync();
    }

    [TestCase(Fall, "posted 224 fen, entitled 223 fen")]
    [TestCase(Balance, "posted 327 fen, entitled 326 fen")]
    public async Task Interest_that_the_rule_does_not_bear_is_found(string rule, string found)
    {
        await YearAsync(rule);
        await PostInterestAsync(2021);
        await town.Database.ExecuteAsync(Town.Schema.Sql("UPDATE :area.entry SET account_fen = account_fen + 1, other_fen = other_fen - 1 WHERE component = 3 AND account_id = 1"));
        VerificationDocument document = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, default);
        Assert.That(document.Checks.Single(c => c.Id == Invariants.Entitlements).First, Does.Contain(found));
    }

    [Test]
    public async Task The_last_month_of_the_year_tells_each_part_of_it()
    {
        await YearAsync(Fall);
        await PostInterestAsync(2021);
        ExplanationDocument told = await new Explanations(await town.AreaAsync()).ExplainAsync(1, December, default);
        Assert.That(told.Chinese.Lines[0].Steps, Is.EqualTo(new[]
        {
            "2021-01 至 2021-06：月积数 3720.00 元 x 年利率 0.36 % / 12", "2021-07 至 2021-12：月积数 5580.00 元 x 年利率 0.24 % / 12", "各段相加，不低于零，共 2.23 元",
        }));
    }

    [Test]
    public async Task A_year_with_months_without_a_rate_is_refused()
    {
        await YearAsync("rates: [{from: 2021-02, current-year: 0.36 %/year, carried-over: 1.2 %/year}]");
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => ComputeAsync(2021));
        Assert.That(refused!.Code, Is.EqualTo("INTEREST_RATES_MISSING"));
    }

    private async Task YearAsync(string rule)
    {
        town = await Town.FoundAsync();
        await town.AdoptAsync(Changed(rule));
        foreach (YearMonth month in Enumerable.Range(0, 3).Select(i => January.PlusMonths(i)))
        {
            await town.PayrollAsync(month, "E1", [(Ann, 10_000m)]);
            await town.PostMonthAsync(month);
            await town.CloseAsync(month);
        }

        await town.PayrollAsync(new YearMonth(2021, 7), "E1", [(Bob, 10_000m)]);
        await town.PostMonthAsync(new YearMonth(2021, 7));
        await town.CloseAsync(December);
    }

    private static Func<string, string> Changed(string rule) => text => text.Replace(Shipped, $"interest: {{{rule}, ref: INT1, grade: B}}", StringComparison.Ordinal);

    private async Task<RunDocument> ComputeAsync(int year)
    {
        Area area = await town.AreaAsync();
        return await new InterestRun(area).RunAsync(year, null, "operator", default);
    }

    private async Task<RunDocument> PostInterestAsync(int year) => await town.PostAsync((await ComputeAsync(year)).Run!.Value);

    private static Money Yuan(decimal yuan) => Money.FromYuan(yuan);
}
