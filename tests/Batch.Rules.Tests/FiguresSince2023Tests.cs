using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>The published figures of 2023 to 2026, each with its source: Tables/figures-since-2023.csv. What does not come out is said to be open by the policy.</summary>
public sealed class FiguresSince2023Tests
{
    private static IEnumerable<TestCaseData> Rows =>
        Table.Read("figures-since-2023.csv").Select(r => new TestCaseData(r).SetName($"{r["area"]} {r["month"]} {r["name"]}"));

    [TestCaseSource(nameof(Rows))]
    public void Published(Row row)
    {
        AreaPolicy area = ShippedPolicies.Load(row["area"]);
        if (row["what"] == "open")
        {
            Assert.That(area.Open.Select(o => o.Text), Has.Some.Contains(row["published"]));
            return;
        }

        MonthPolicy policy = area.For(row.Month("month")!.Value, [], row.Set);
        bool retired = row.Standing == Standing.Retired;
        var explanation = new Explanation();
        Shares shares = Assessment.Assess(policy, Assessment.Due(policy, new PersonMonth
        {
            Standing = row.Standing,
            Category = row["category"],
            Birth = row.Date("birth"),
            Base = retired ? Money.Zero : row.Money("base")!.Value,
            PensionThisYear = retired ? row.Money("base") : null,
            FrozenAmount = row.Money("frozen"),
            MissingYears = (int?)row.Yuan("missing") ?? 0,
        }), explanation);
        Assert.That((row["what"] == "gross" ? explanation.Gross : shares.Account).ToString(), Is.EqualTo(row["published"]));
    }

    [Test]
    public void Every_row_names_its_source() => Assert.That(Table.Read("figures-since-2023.csv").Select(r => r["source"]), Has.None.Empty);

    [Test]
    public void The_average_pension_of_Guiyang_is_refused_and_never_estimated() => Assert.That(
        () =>
        {
            MonthPolicy policy = ShippedPolicies.Load("520100").For(new NodaTime.YearMonth(2023, 6), []);
            return Assessment.Assess(policy, new PersonMonth { Standing = Standing.Retired, Category = "unit", Birth = new NodaTime.LocalDate(1950, 1, 1) });
        },
        Throws.TypeOf<MissingFigureException>().With.Property("Figure").EqualTo("average-pension"));
}
