using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>What years and months of contribution give a retiree: Tables/years.csv, under the test policies.</summary>
public sealed class YearsTests
{
    private static IEnumerable<TestCaseData> Rows => Table.Read("years.csv").Select(r => new TestCaseData(r).SetName($"{r["policy"]} {r["name"]}"));

    [TestCaseSource(nameof(Rows))]
    public void Worked_by_hand(Row row)
    {
        MonthPolicy policy = TestPolicies.Load(row["policy"]).For(row.Month("month")!.Value, [], new Dictionary<string, decimal> { ["average-wage"] = 7000m });
        var explanation = new Explanation(Language.English);
        Shares shares = Assessment.Assess(policy, Person(row), explanation);
        Assert.That((explanation.Gross.ToString(), shares.Account.ToString()), Is.EqualTo((row["gross"], row["net"])));
    }

    [Test]
    public void Every_test_policy_proves_its_examples() =>
        Assert.That(TestPolicies.Files.Select(TestPolicies.Load).Select(p => p.Examples.Count), Is.All.GreaterThan(1));

    [TestCase(110, "缴费 110 个月，不满 180 个月，按月数比例：69.175 x 110/180 = 42.273611111111，舍去分以下 42.27（HG (C)）",
        "110 months of contribution, fewer than 180: 69.175 x 110/180 = 42.273611111111, rounded cut below the fen: 42.27 (HG (C))")]
    [TestCase(250, "缴费 250 个月，已满 180 个月，全额划入（HG (C)）", "250 months of contribution, 180 or more: credited whole (HG (C))")]
    [TestCase(null, "没有缴费月数记录，全额划入（HG (C)）", "no months of contribution are on record: credited whole (HG (C))")]
    public void The_proportion_is_told_with_its_arithmetic_and_clause(int? months, string chinese, string english)
    {
        MonthPolicy policy = TestPolicies.Load("421100-huanggang").For(new YearMonth(2023, 6), []);
        Calculation told = Calculation.Of(policy, new PersonMonth { Standing = Standing.Retired, Category = "unit", Birth = new LocalDate(1960, 1, 1), PaidMonths = months });
        Assert.That((told.Chinese.Lines.Single().Steps[^1], told.English.Lines.Single().Steps[^1]), Is.EqualTo((chinese, english)));
        Assert.That(policy.Statements.Select(s => $"{s.Subject}: {s.Statement} {s.Reference} {s.Grade}"), Does.Contain("unit retired: pro rata: months of contribution of 180, at most whole HG C"));
    }

    // 5000 x 4.8 % = 240: the product is not told as rounded where the months lessen it.
    [Test]
    public void The_amount_is_rounded_once_at_the_end()
    {
        MonthPolicy policy = TestPolicies.Load("999901-pro-rata").For(new YearMonth(2021, 6), [], new Dictionary<string, decimal> { ["average-wage"] = 7000m });
        PersonMonth person = new() { Standing = Standing.Retired, Category = "unit", Birth = new LocalDate(1960, 1, 1), PensionPriorYear = Money.FromYuan(5000.11m), PaidMonths = 101 };
        // 5000.11 x 4.8 % = 240.00528; x 101/300 = 80.801777...; the deduction is 12.500275.
        Calculation told = Calculation.Of(policy, person);
        Assert.That(told.English.Lines[0].Steps.Skip(2), Is.EqualTo(new[]
        {
            "age 61 on 2021-06-01, tier: up to and including 69", "5000.11 x 4.8 % = 240.00528",
            "101 months of contribution, fewer than 300: 240.00528 x 101/300 = 80.8017776, rounded half up to the fen: 80.80 (T (choice))",
        }));
        Assert.That(told.Net.ToString(), Is.EqualTo("68.30"));
    }

    [TestCase("421100-huanggang", "unit", PersonInputs.PaidMonths)]
    [TestCase("999901-pro-rata", "unit", PersonInputs.Birth | PersonInputs.Pensions | PersonInputs.PaidMonths)]
    [TestCase("999901-pro-rata", "flexible", PersonInputs.Birth | PersonInputs.FrozenAmount | PersonInputs.PaidMonths)]
    public void What_has_to_be_known_is_named(string policy, string category, PersonInputs inputs)
    {
        MonthPolicy month = TestPolicies.Load(policy).For(new YearMonth(2023, 6), []);
        Assert.That((month.InputsOf(category, Standing.Retired), month.Gates.HasFlag(Gates.Years)), Is.EqualTo((inputs, true)));
    }

    private static IEnumerable<TestCaseData> Askeds => Table.Read("minimum-years.csv").Select(r => new TestCaseData(r).SetName($"{r["policy"]} {r["name"]}"));

    [TestCaseSource(nameof(Askeds))]
    public void Years_missing_worked_by_hand(Row row)
    {
        MonthPolicy policy = TestPolicies.Load(row["policy"]).For(new YearMonth(2021, 6), []);
        ContributionYears years = new(row["sex"] == "male" ? Sex.Male : Sex.Female, (int?)row.Yuan("counted"), (int?)row.Yuan("actual"), row.Month("retired"));
        Assert.That(policy.MissingYears(years), Is.EqualTo((int)row.Yuan("missing")!));
    }

    [Test]
    public void The_canonical_json_says_the_same_years_of_seeded_people()
    {
        foreach (string name in TestPolicies.Files.Concat(["460100"]))
        {
            MonthPolicy policy = TestPolicies.Load(name) is var area ? area.For(area.Examples[0].Month, [], area.Examples[0].Set) : throw new InvalidOperationException();
            var random = new Random(20_261_130);
            for (int i = 0; i < 5_000; i++)
            {
                int actual = random.Next(400);
                ContributionYears years = new(
                    random.Next(2) == 0 ? Sex.Male : Sex.Female, random.Next(8) == 0 ? null : actual + random.Next(200), random.Next(8) == 0 ? null : actual,
                    random.Next(8) == 0 ? null : new YearMonth(1998, 1).PlusMonths(random.Next(240)));
                Assert.That(policy.MissingYears(years), Is.EqualTo(Recomputation.MissingYears(policy.CanonicalJson, years)), $"{name} {years}");
            }
        }
    }

    [Test]
    public void The_years_asked_are_told_with_the_month_of_retirement_and_the_clause()
    {
        MonthPolicy policy = TestPolicies.Load("500000-chongqing-years").For(new YearMonth(2021, 6), []);
        PersonMonth person = new() { Standing = Standing.Retired, Category = "unit", Birth = new LocalDate(1960, 1, 1), MissingYears = 2 };
        Assert.That(Steps(policy, person with { RetiredIn = new YearMonth(2020, 5) }), Is.EqualTo(new[]
        {
            "2020-05 退休，缴费年限应满男 30 年、女 25 年，其中实际缴费男 10 年、女 10 年（CQY (C)）", "缴费年限缺 2 年，不划入",
            "retired in 2020-05; 30 years of contribution are asked of men, 25 of women, of them 10 and 10 actually paid (CQY (C))", "2 years of contribution are missing; nothing is credited",
        }));
        Assert.That(Steps(policy, person)[0], Is.EqualTo("没有退休月份记录，缴费年限应满男 30 年、女 25 年（CQY (C)）"));
        Assert.That(policy.Statements.Select(s => s.Statement), Does.Contain("minimum-years of who retired from 2014-01: 30 (male), 25 (female), actually paid 10 (male), 10 (female)"));
        Assert.That(policy.CanonicalJson, Does.Contain("\"minimumYears\":{\"cohorts\":[{\"actual\":{\"female\":10,\"male\":10},\"female\":25,\"from\":\"2014-01\",\"male\":30}],\"female\":25,\"male\":30,\"short\":\"not-credited\"}"));
    }

    [Test]
    public void Months_actually_paid_are_told_as_such()
    {
        MonthPolicy policy = TestPolicies.Load("999902-cohorts").For(new YearMonth(2021, 6), []);
        PersonMonth person = new() { Standing = Standing.Retired, Category = "flexible", Birth = new LocalDate(1960, 1, 1), PaidMonths = 90 };
        Assert.That(Steps(policy, person), Does.Contain("实际缴费 90 个月，不满 180 个月，按月数比例：70.00 x 90/180 = 35.00，四舍五入到分 35.00（T (choice)）")
            .And.Contain("90 months actually paid, fewer than 180: 70.00 x 90/180 = 35.00, rounded half up to the fen: 35.00 (T (choice))"));
        Assert.That((policy.ProRatesOnActual("flexible"), policy.ProRatesOnActual("unit"), policy.CountsActualMonths), Is.EqualTo((true, false, true)));
        Assert.That(policy.InputsOf("unit", Standing.Retired), Is.EqualTo(PersonInputs.Birth | PersonInputs.MissingYears | PersonInputs.RetiredIn));
    }

    private static string[] Steps(MonthPolicy policy, PersonMonth person)
    {
        Calculation told = Calculation.Of(policy, person);
        return [.. told.Chinese.Lines.Single().Steps.Skip(1), .. told.English.Lines.Single().Steps.Skip(1)];
    }

    private static PersonMonth Person(Row row) => new()
    {
        Standing = Standing.Retired,
        Category = row["category"],
        Birth = row.Date("birth"),
        PensionPriorYear = row.Money("pension"),
        FrozenAmount = row.Money("frozen"),
        MissingYears = (int?)row.Yuan("missing") ?? 0,
        PaidMonths = (int?)row.Yuan("paid"),
    };
}
