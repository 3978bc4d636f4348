using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Ledger;

/// <summary>Insurance years of Wuhan, from January to December, and of Shanghai from 2024, from July to June.</summary>
public sealed class InsuranceYearTests
{
    [TestCase("420100", "2021-11", 2020, "2020-12")]
    [TestCase("420100", "2021-12", 2020, "2020-12", TestName = "A year that ends with the month has not ended before it")]
    [TestCase("420100", "2022-01", 2021, "2021-12")]
    [TestCase("420100", "2022-12", 2021, "2021-12")]
    [TestCase("310000", "2026-06", 2024, "2025-06", TestName = "A year from July has not ended before the next June")]
    [TestCase("310000", "2026-07", 2025, "2026-06")]
    public void The_last_year_that_ended_before_a_month(string area, string before, int year, string last)
    {
        InsuranceYear? ended = InsuranceYear.EndedBefore(Month(before), new PolicyInForce(ShippedPolicies.Load(area), [], 1));
        Assert.That(ended, Is.EqualTo(new InsuranceYear(year, Month(last).PlusMonths(-11), Month(last))));
    }

    private static YearMonth Month(string text) => new(int.Parse(text[..4]), int.Parse(text[5..]));
}
