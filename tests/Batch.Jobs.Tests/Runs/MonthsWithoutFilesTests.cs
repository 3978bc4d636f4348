using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>
/// Ann pays October to December 2021, Bob October. In January 2022 only the year's interest is posted, in February only what Ann spends: nobody's contribution for
/// either month has come.
/// </summary>
public sealed class MonthsWithoutFilesTests
{
    private static readonly YearMonth October = new(2021, 10);
    private static readonly YearMonth December = new(2021, 12);
    private static readonly YearMonth January = new(2022, 1);
    private static readonly YearMonth February = new(2022, 2);
    private static readonly CitizenId Ann = Town.Person(1), Bob = Town.Person(2), Cai = Town.Person(3);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        for (YearMonth month = October; month <= December; month = month.PlusMonths(1))
        {
            await town.PayrollAsync(month, "E1", month == October ? [(Ann, 5000m), (Bob, 5000m)] : [(Ann, 5000m)]);
            await town.PostMonthAsync(month);
            await town.CloseAsync(month);
        }

        RunDocument interest = await new InterestRun(await town.AreaAsync()).RunAsync(2021, null, "operator", default);
        Assert.That(interest.Month, Is.EqualTo(January));
        await town.PostAsync(interest.Run!.Value);
        await town.CloseAsync(January);
        await town.MovementsAsync(February, $"{Ann.Full()},消费,30.00,2022-02-08,药店,,,,,,,");
        await town.PostMonthAsync(February);
    }

    [TearDown]
    public async Task TearDown()
    {
        await town.AssertCleanAsync();
        await town.DisposeAsync();
    }

    [TestCase(null)]
    [TestCase(1)]
    [TestCase(2)]
    public async Task A_month_for_which_no_contribution_has_come_is_no_break(int? asked)
    {
        YearMonth? at = asked is { } number ? new YearMonth(2022, number) : null;
        Assert.That(await CoverageAsync(Ann, at), Is.EqualTo("2021-12 3 3  "));
        // Bob's break began before: as far as it is known.
        Assert.That(await CoverageAsync(Bob, at), Is.EqualTo("2021-12 1 1 2021-11..2021-12 2021-12"));
    }

    [Test]
    public async Task Once_anybody_has_paid_for_the_month_it_is_a_break_of_who_has_not_and_no_longer_when_that_is_taken_back()
    {
        await town.PayrollAsync(February, "E2", [(Cai, 5000m)]);
        RunDocument run = await town.PostMonthAsync(February);
        Assert.That(await CoverageAsync(Ann, null), Is.EqualTo("2022-02 3 3 2022-01..2022-02 2022-02"));
        Assert.That(await CoverageAsync(Ann, January), Is.EqualTo("2021-12 3 3  "), "as it was known in January");
        RunDocument back = await town.Life.ReverseAsync(run.Run!.Value, February, "operator", default);
        await town.PostAsync(back.Run!.Value);
        Assert.That(await CoverageAsync(Ann, null), Is.EqualTo("2021-12 3 3  "));
    }

    // Suspended in the month after the first unpaid one: Bob from December on.
    [Test]
    public async Task Nobody_s_benefits_are_suspended_for_a_month_for_which_no_contribution_has_come()
    {
        Assert.That(await BenefitsAsync(Ann), Is.EqualTo((February, BenefitStatus.Eligible, (YearMonth?)October)));
        Assert.That(await BenefitsAsync(Bob), Is.EqualTo((February, BenefitStatus.Suspended, (YearMonth?)new YearMonth(2021, 12))));
        await town.PayrollAsync(February, "E2", [(Cai, 5000m)]);
        await town.PostMonthAsync(February);
        Assert.That(await BenefitsAsync(Ann), Is.EqualTo((February, BenefitStatus.Suspended, (YearMonth?)February)));
    }

    [Test]
    public async Task The_benefit_file_suspends_nobody_for_a_month_for_which_no_contribution_has_come()
    {
        string file = Path.GetTempFileName();
        await new BenefitExport(await town.AreaAsync()).WriteAsync(February, ReportFormat.Csv, file, default);
        string[] rows = [.. (await File.ReadAllLinesAsync(file)).Skip(1)];
        File.Delete(file);
        Assert.That(rows, Is.EquivalentTo(new[]
        {
            $"{Ann.Full()},正常 eligible,2021-10,,", $"{Bob.Full()},正常 eligible,2021-10,2021-11,", $"{Bob.Full()},暂停 suspended,2021-12,,",
        }));
    }

    /// <summary>As of, continuous, accumulated, breaks, suspended from.</summary>
    private async Task<string> CoverageAsync(CitizenId who, YearMonth? at)
    {
        AccountHolder holder = await FindAsync(who);
        CoverageDocument told = await new CoverageInquiry(holder.Area).ReadAsync(holder.Account, at, new YearMonth(2026, 1), default);
        return $"{told.AsOf.Text()} {told.Continuous} {told.Accumulated} {string.Join('|', told.Breaks.Select(b => $"{b.From.Text()}..{b.To.Text()}"))} {told.SuspendedFrom?.Text()}";
    }

    private async Task<(YearMonth, BenefitStatus, YearMonth?)> BenefitsAsync(CitizenId who)
    {
        AccountHolder holder = await FindAsync(who);
        BenefitDocument told = await new BenefitInquiry(holder.Area).ReadAsync(holder.Person, null, new YearMonth(2026, 1), default);
        return (told.Month, told.Status, told.Since);
    }

    private Task<AccountHolder> FindAsync(CitizenId who) =>
        AccountHolder.FindAsync(town.Database.Connection, Town.Code, who.Full(), null, new LocalDate(2026, 1, 1), default);
}
