using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

public sealed class HotPathTests
{
    private static readonly LocalDate Today = new(2026, 11, 22);

    [Test]
    public void Assessing_without_an_explanation_allocates_nothing()
    {
        MonthPolicy policy = ShippedPolicies.Load("420100").For(new YearMonth(2021, 6), []);
        Run(policy, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(policy, 10_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Reading_citizen_numbers_allocates_nothing()
    {
        string[] numbers = ["11010519491231002X", "110101199001011234", "1.10105E+17", "370101190102039973"];
        long before = Read(numbers, 100);
        long started = GC.GetAllocatedBytesForCurrentThread();
        before += Read(numbers, 10_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - started, Is.Zero);
        Assert.That(before, Is.Not.Zero);
    }

    /// <summary>Measured, not asserted: a shared machine proves nothing in a test. Run it alone in Release.</summary>
    [Test, Explicit]
    public void Millions_of_people_a_second()
    {
        MonthPolicy policy = ShippedPolicies.Load("420100").For(new YearMonth(2021, 6), []);
        Run(policy, 2_000_000);
        TimeSpan started = Environment.CpuUsage.UserTime;
        Run(policy, 10_000_000);
        TimeSpan assessed = Environment.CpuUsage.UserTime;
        Read(["11010519491231002X", "370101190102039973"], 5_000_000);
        TimeSpan read = Environment.CpuUsage.UserTime;
        TestContext.Out.WriteLine($"assess: {10 / (assessed - started).TotalSeconds:0.0} million a second of processor time");
        TestContext.Out.WriteLine($"citizen numbers: {10 / (read - assessed).TotalSeconds:0.0} million a second of processor time");
    }

    private static long Run(MonthPolicy policy, int people)
    {
        long fen = 0;
        for (int i = 0; i < people; i++)
        {
            var birth = new LocalDate(1940 + i % 60, 1 + i % 12, 1 + i % 28);
            bool retired = i % 4 == 0;
            var person = new PersonMonth
            {
                Standing = retired ? Standing.Retired : Standing.Active,
                Birth = birth,
                Category = "unit",
                Base = new Money(300_000 + i % 2_000_000),
                PersonPaid = retired ? Money.Zero : new Money(20_000),
                EmployerPaid = retired ? Money.Zero : new Money(100_000),
                PensionPriorYear = retired ? new Money(400_000 + i % 400_000) : null,
            };
            fen += Assessment.Assess(policy, person).Account.Fen;
        }

        return fen;
    }

    private static long Read(string[] numbers, int times)
    {
        long sum = 0;
        for (int i = 0; i < times; i++)
        {
            foreach (string number in numbers)
            {
                sum += (long)CitizenId.TryParse(number, Today, out CitizenId id) + id.Digits17 % 7;
            }
        }

        return sum;
    }
}
