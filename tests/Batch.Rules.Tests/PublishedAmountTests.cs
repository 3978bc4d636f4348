using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>Every amount and rate that the sources of an area's file publish: Tables/published.csv.</summary>
public sealed class PublishedAmountTests
{
    private static IEnumerable<TestCaseData> Rows => Table.Read("published.csv").Select(r => new TestCaseData(r).SetName($"{r["area"]} {r["month"]} {r["name"]}"));

    [TestCaseSource(nameof(Rows))]
    public void Published(Row row)
    {
        MonthPolicy policy = ShippedPolicies.Load(row["area"]).For(row.Month("month")!.Value, [], row.Set);
        Money? figure = row.Money("base");
        bool retired = row.Standing == Standing.Retired;
        var explanation = new Explanation();
        Shares shares = Assessment.Assess(policy, Assessment.Due(policy, new PersonMonth
        {
            Standing = row.Standing,
            Category = row["category"],
            Birth = row.Date("birth"),
            Base = figure ?? Money.Zero,
            PensionPriorYear = retired ? figure : null,
            PensionThisYear = retired ? figure : null,
            PensionMonth = retired ? figure : null,
        }), explanation);
        Assert.That(
            (explanation.Gross.ToString(), explanation.Deductions.ToString(), shares.Account.ToString(), shares.Other),
            Is.EqualTo((row["gross"], row["deductions"], row["net"], explanation.Deductions)));
    }

    [Test]
    public void Every_area_with_a_file_has_published_amounts() =>
        Assert.That(Table.Read("published.csv").Select(r => r["area"]).Distinct(), Is.EquivalentTo(ShippedPolicies.Areas));
}
