using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Reading;

/// <summary>What an account page tells of a person's accounts: their states, dates and documents.</summary>
public sealed class AccountHistoryTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(January);
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task A_freeze_is_told_with_its_document_and_lasts_until_it_is_lifted()
    {
        await town.AccountsAsync(February, $"{Ann.Full()},冻结,2021-02-10,,文3", $"{Ann.Full()},解冻,2021-02-15,,文5");
        AccountHistoryDocument during = await ReadAsync(new LocalDate(2021, 2, 14)), after = await ReadAsync(new LocalDate(2021, 2, 15));
        Assert.That(during.Accounts, Is.EqualTo(new[] { new AccountStanding(1, new LocalDate(2021, 1, 1), AccountState.Frozen, new LocalDate(2021, 2, 10)) }));
        Assert.That(after.Accounts.Single().State, Is.EqualTo(AccountState.Open));
        Assert.That(after.Moments.Select(m => $"{m.On:uuuu-MM-dd} {m.What} {m.Document}"), Is.EqualTo(new[] { "2021-01-01 opened ", "2021-02-10 frozen 文3", "2021-02-15 unfrozen 文5" }));
    }

    // On the last day of June nothing of July is known yet; of two changes of one day the later recorded one counts.
    [TestCase("2021-06-30", PersonEvent.Resumed, "2021-05-01")]
    [TestCase("2021-07-31", PersonEvent.Retired, "2021-07-01")]
    public async Task The_latest_change_of_the_insurance_is_told(string day, PersonEvent change, string since)
    {
        Area area = await town.AreaAsync();
        Assert.That(await PersonStatus.ReadAsync(area, 1, new LocalDate(2021, 7, 31), default), Is.Null);
        await town.PersonsAsync(new YearMonth(2021, 7), (Ann, "停保", "2021-05-01"), (Ann, "续保", "2021-05-01"), (Ann, "退休", "2021-07-01"));
        PersonStatus? told = await PersonStatus.ReadAsync(area, 1, NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value, default);
        Assert.That(told, Is.EqualTo(new PersonStatus(change, NodaTime.Text.LocalDatePattern.Iso.Parse(since).Value)));
    }

    [Test]
    public async Task Who_enrols_again_has_the_closed_account_with_its_ground_and_another_one()
    {
        // 155.00 of January: 2 % of 5,000 and 1.1 %.
        await town.MovementsAsync(February, $"{Ann.Full()},支付,155.00,2021-02-10,,FQ1,放弃,,,,,");
        await town.PostMonthAsync(February);
        await town.PersonsAsync(new YearMonth(2021, 4), (Ann, "新参保", "2021-04-05"));
        await town.PayrollAsync(new YearMonth(2021, 4), "E1", [(Ann, 5000m)]);
        AccountHistoryDocument told = await ReadAsync(new LocalDate(2021, 5, 1));
        Assert.That(told.Accounts.Select(a => (a.Account, a.State)), Is.EqualTo(new[] { (1, AccountState.Closed), (100_000_001, AccountState.Open) }));
        AccountMoment closed = told.Moments.Single(m => m.What == "closed");
        Assert.That((closed.Account, closed.On, closed.Ground, closed.Document), Is.EqualTo((1, new LocalDate(2021, 2, 10), (Ground?)Ground.GivingUp, "FQ1")));
    }

    private async Task<AccountHistoryDocument> ReadAsync(LocalDate today) => await new AccountHistory(await town.AreaAsync()).ReadAsync(1, today, CancellationToken.None);
}
