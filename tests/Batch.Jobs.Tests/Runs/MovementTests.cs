using Batch.Jobs.Areas;
using Batch.Jobs.Import;
using Batch.Jobs.Runs;
using Batch.Jobs.Verification;
using Batch.Rules;
using NodaTime;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Runs;

/// <summary>Movements through the line: what each kind does to an account, what is refused, and that late and corrected files end where timely ones do.</summary>
public sealed class MovementTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private static readonly CitizenId Bob = Town.Person(2, 1980);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.MovementsAsync(January, $"{Ann.Full()},期初余额,100.00,2021-01-01,,,,,,,,");
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m)]);   // 155.00 and 204.00
    }

    [TearDown]
    public async Task TearDown()
    {
        VerificationDocument document = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, CancellationToken.None);
        Assert.That(document.Checks.Where(c => !c.Ok).Select(c => $"{c.Id} {c.First}"), Is.Empty);
        await town.DisposeAsync();
    }

    [Test]
    public async Task An_opening_balance_and_spending_reach_the_balance_and_the_second_run_posts_nothing()
    {
        FileOutcome spent = await town.MovementsAsync(January, $"{Ann.Full()},消费,30.50,2021-01-05,药店,,,,,,,");
        RunDocument run = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That((spent.Accepted, spent.Rejected), Is.EqualTo((1, 0)));
            Assert.That(run.Credited, Is.EqualTo(Money.FromYuan(359m)));
            Assert.That(run.PersonPaid + run.EmployerPaid, Is.EqualTo(run.Credited + run.Pool + run.Other));
            Assert.That((run.Movements!.Opening, run.Movements.Spending, run.Movements.Total), Is.EqualTo((Money.FromYuan(100m), Money.FromYuan(-30.50m), Money.FromYuan(69.50m))));
        });
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(224.50m)));
        Assert.That((await town.AllocateAsync(January)).State, Is.EqualTo("nothing"));
    }

    [Test]
    public async Task Spending_above_the_balance_is_held_with_its_sentence_and_never_posted()
    {
        FileOutcome spent = await town.MovementsAsync(
            January, $"{Ann.Full()},消费,60.00,2021-01-05,药店,,,,,,,", $"{Ann.Full()},消费,40.01,2021-01-05,门诊,,,,,,,", $"{Ann.Full()},消费,40.00,2021-01-06,门诊,,,,,,,");
        await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            // 100.00 is there; the credit of the month is not posted yet.
            Assert.That((spent.Accepted, spent.Held), Is.EqualTo((2, 1)));
            Assert.That(spent.Rejections.Select(r => (r.Code, r.Row, r.Found, r.Expected)), Is.EqualTo(new[] { ("BALANCE_EXCEEDED", 3, "40.01", "40.00") }));
        });
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
    }
}
