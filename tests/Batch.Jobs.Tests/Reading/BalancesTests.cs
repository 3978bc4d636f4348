using Batch.Jobs.Reading;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Reading;

/// <summary>Balances and last credits after years of months, with year-end statements between them.</summary>
public sealed class BalancesTests
{
    private const int Months = 38;
    private static readonly YearMonth First = new(2021, 1);
    private static readonly YearMonth Last = First.PlusMonths(Months - 1);
    private static readonly CitizenId Ann = Town.Person(1), Bob = Town.Person(2);
    private Town town = null!;

    [SetUp]
    public async Task FoundAsync() => town = await Town.FoundAsync();

    [TearDown]
    public async Task LeaveAsync() => await town.DisposeAsync();

    [Test]
    public async Task Who_left_three_years_ago_has_the_last_credit_of_then_and_the_balance_carried_since()
    {
        for (int i = 0; i < Months; i++)
        {
            YearMonth month = First.PlusMonths(i);
            await town.PayrollAsync(month, "E1", i == 0 ? [(Ann, 5000m), (Bob, 8000m)] : [(Bob, 8000m)]);
            await town.PostMonthAsync(month);
            await town.CloseAsync(month);
        }

        Balances balances = new(town.Area);
        BalanceDocument ann = await balances.BalanceAsync(1, null, CancellationToken.None), bob = await balances.BalanceAsync(2, null, CancellationToken.None);
        BalanceDocument annThen = await balances.BalanceAsync(1, new YearMonth(2022, 3), CancellationToken.None);
        BalanceDocument before = await balances.BalanceAsync(1, new YearMonth(2020, 12), CancellationToken.None);
        Assert.Multiple(() =>
        {
            // 5000 x (2 % + 1.1 %), once, thirty-seven months before the latest.
            CreditDocument only = new(First, First, Money.FromYuan(155m));
            Assert.That(ann, Is.EqualTo(new BalanceDocument(Money.FromYuan(155m), Last, only)));
            Assert.That(annThen, Is.EqualTo(new BalanceDocument(Money.FromYuan(155m), new YearMonth(2022, 3), only)));
            // 25 months to 2023-01 of 8000 x 3.1 % = 248.00, then 13 of 2 % alone = 160.00.
            Assert.That(bob, Is.EqualTo(new BalanceDocument(Money.FromYuan(8280m), Last, new CreditDocument(Last, Last, Money.FromYuan(160m)))));
            Assert.That(before, Is.EqualTo(new BalanceDocument(Money.Zero, null, null)));
        });
    }
}
