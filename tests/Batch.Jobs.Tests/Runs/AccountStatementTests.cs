using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>
/// Ann: 500.00 at take-over and 155.00 in January 2021, 80.00 spent, 30.00 of it for her mother: 575.00 are carried over into 2022. There 155.00 a month in
/// January and March; 200.00 spent in February: this year's 155.00 first, then 45.00 of what was carried over.
/// </summary>
public sealed class AccountStatementTests
{
    private static readonly YearMonth First = new(2021, 1);
    private static readonly YearMonth January = new(2022, 1);
    private static readonly YearMonth February = new(2022, 2);
    private static readonly YearMonth March = new(2022, 3);
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private static readonly CitizenId Mother = Town.Person(8, 1960);
    private Town town = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.MovementsAsync(First, $"{Ann.Full()},期初余额,500.00,2021-01-01,,,,,,,,");
        await town.PayrollAsync(First, "E1", [(Ann, 5000m)]);
        await town.ImportAsync("姓名,公民身份号码,变更类型,变更日期,变更内容", [$"某人,{Ann.Full()},共济绑定,2021-01-05,{Mother.Full()} 父母"], First, SubmissionKind.Regular, false);
        await town.MovementsAsync(First, $"{Ann.Full()},消费,50.00,2021-01-06,药店,,,,,,,", $"{Ann.Full()},消费,30.00,2021-01-06,门诊,,,,,,{Mother.Full()},");
        await town.PostMonthAsync(First);
        await town.CloseAsync(First);
        await town.CloseAsync(new YearMonth(2021, 12));
        await town.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(January);
        await town.MovementsAsync(February, $"{Ann.Full()},消费,200.00,2022-02-08,住院,,,,,,,");
        await town.PostMonthAsync(February);
        await town.PayrollAsync(March, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(March);
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        await town.AssertCleanAsync();
        await town.DisposeAsync();
    }

    [Test]
    public async Task Spending_takes_this_years_money_first_and_then_what_was_carried_over()
    {
        AccountStatementDocument year = await ReadAsync(January, March), february = await ReadAsync(February, February), march = await ReadAsync(March, March);
        Assert.Multiple(() =>
        {
            Assert.That((year.Opening, year.OpeningParts), Is.EqualTo((Yuan(575m), new AccountParts(Yuan(575m), Yuan(0m)))));
            // 575 + 155 - 200 + 155 = 685: 530 carried over, 155 of March.
            Assert.That((year.Movements, year.Closing, year.ClosingParts), Is.EqualTo((Yuan(110m), Yuan(685m), new AccountParts(Yuan(530m), Yuan(155m)))));
            Assert.That((february.OpeningParts, february.ClosingParts), Is.EqualTo((new AccountParts(Yuan(575m), Yuan(155m)), new AccountParts(Yuan(530m), Yuan(0m)))));
            Assert.That(march.OpeningParts, Is.EqualTo(new AccountParts(Yuan(530m), Yuan(0m))));
        });
    }

    [Test]
    public async Task A_span_over_the_years_end_adds_up_and_names_what_it_is_made_of()
    {
        AccountStatementDocument told = await ReadAsync(First, March), takenOver = await ReadAsync(First, First);
        Assert.Multiple(() =>
        {
            // Of 500.00 taken over, 155.00 credited and 80.00 spent: what was taken over is money of earlier years, and this year's is spent first.
            Assert.That(takenOver.ClosingParts, Is.EqualTo(new AccountParts(Yuan(500m), Yuan(75m))));
            Assert.That((told.Opening, told.Movements, told.Closing), Is.EqualTo((Yuan(0m), Yuan(685m), Yuan(685m))));
            Assert.That((told.Summary.OpeningBalances, told.Summary.Contributions, told.Summary.Spending), Is.EqualTo((Yuan(500m), Yuan(465m), Yuan(-280m))));
            Assert.That(told.SpendingByChannel.Select(s => $"{s.Channel} {s.Own} {s.Members}"), Is.EqualTo(new[] { "Pharmacy 50.00 0.00", "Clinic 0.00 30.00", "Hospital 200.00 0.00" }));
            Assert.That(
                told.Contributions.Select(c => $"{c.Month.Year}-{c.Month.Month} {c.Employer} {c.Base} {c.PersonPaid} {c.EmployerPaid} {c.Credited}"),
                Is.EqualTo(new[] { "2021-1 E1 5000.00 100.00 400.00 155.00", "2022-1 E1 5000.00 100.00 400.00 155.00", "2022-3 E1 5000.00 100.00 400.00 155.00" }));
        });
    }

    [Test]
    public async Task A_span_before_anything_is_empty()
    {
        AccountStatementDocument told = await ReadAsync(new YearMonth(2019, 1), new YearMonth(2019, 12));
        Assert.That((told.Opening, told.Closing, told.Lines.Count, told.ClosingParts), Is.EqualTo((Yuan(0m), Yuan(0m), 0, new AccountParts(Yuan(0m), Yuan(0m)))));
    }

    // Of 5,000.00 the credit was 155.00, of 4,000.00 it is 124.00: 31.00 less.
    [Test]
    public async Task A_line_that_changes_an_earlier_credit_is_called_a_correction()
    {
        await using Town other = await Town.FoundAsync();
        await other.PayrollAsync(First, "E1", [(Ann, 5000m)]);
        await other.PostMonthAsync(First);
        await other.PayrollAsync(First, "E1", [(Ann, 4000m)], SubmissionKind.Replacement);
        await other.PostMonthAsync(First);
        AccountHolder holder = await AccountHolder.FindAsync(other.Database.Connection, Town.Code, Ann.Full(), null, new LocalDate(2026, 1, 1), default);
        AccountStatementDocument told = await new AccountStatements(holder.Area).ReadAsync(holder.Account, First, First, default);
        Assert.That(told.Lines.Select(l => (l.Amount, l.Corrects)), Is.EqualTo(new[] { (Yuan(155m), false), (Yuan(-31m), true) }));
        Assert.That((await other.ReportAsync(new StatementReport(told), First))[4], Is.EqualTo("缴费划入（更正） contribution (correction),2021-01,2021-01,4000.00,-20.00,-80.00,-31.00,124.00"));
    }

    [Test]
    public async Task As_a_file_it_has_the_balance_and_its_parts_above_and_below_the_lines()
    {
        string[] file = await town.ReportAsync(new StatementReport(await ReadAsync(February, March)), March);
        Assert.That(file, Is.EqualTo(new[]
        {
            "期初 opening,,,,,,,730.00", "  其中上年结转 carried over,,,,,,,575.00", "  其中本年划入 this year,,,,,,,155.00", "消费 spending,2022-02,2022-02,,0.00,0.00,-200.00,530.00",
            "缴费划入 contribution,2022-03,2022-03,5000.00,100.00,400.00,155.00,685.00", "期末 closing,,,,,,,685.00", "  其中上年结转 carried over,,,,,,,530.00", "  其中本年划入 this year,,,,,,,155.00",
        }));
    }

    private static Money Yuan(decimal yuan) => Money.FromYuan(yuan);

    private async Task<AccountStatementDocument> ReadAsync(YearMonth from, YearMonth to)
    {
        AccountHolder holder = await AccountHolder.FindAsync(town.Database.Connection, Town.Code, Ann.Full(), null, new LocalDate(2026, 1, 1), default);
        return await new AccountStatements(holder.Area).ReadAsync(holder.Account, from, to, default);
    }
}
