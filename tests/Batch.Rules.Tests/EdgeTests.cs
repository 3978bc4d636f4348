using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>The edges of docs/policies/edges.md that decide an amount: one named row each in Tables/edges.csv.</summary>
public sealed class EdgeTests
{
    private static IEnumerable<TestCaseData> Rows => Table.Read("edges.csv").Select(r => new TestCaseData(r).SetName($"Edge {int.Parse(r["edge"]):00}: {r["name"]}"));

    [TestCaseSource(nameof(Rows))]
    public void Edge(Row row)
    {
        MonthPolicy policy = TestPolicies.WuhanWith(row["change"]).For(row.Month("month")!.Value, [], row.Set);
        var person = new PersonMonth
        {
            Standing = row.Standing,
            Category = row["category"],
            Birth = row.Date("birth"),
            Base = row.Money("base") ?? Money.Zero,
            PensionPriorYear = row.Money("prior-year"),
            PensionThisYear = row.Money("this-year"),
            PensionMonth = row.Money("month-pension"),
        };
        Assert.That(Outcome(policy, person, row), Is.EqualTo(row["expect"]), row["worked"]);
    }

    /// <summary>What reaches the account, or the words for what refuses it.</summary>
    private static string Outcome(MonthPolicy policy, PersonMonth person, Row row)
    {
        try
        {
            person = row.Money("person-paid") is { } paid
                ? person with { PersonPaid = paid, EmployerPaid = row.Money("employer-paid") ?? Money.Zero }
                : Assessment.Due(policy, person);
            return Assessment.Assess(policy, person).Account.ToString();
        }
        catch (MissingFigureException e)
        {
            return $"missing {e.Figure}";
        }
        catch (UnusableFigureException e)
        {
            return $"unusable {e.Figure}";
        }
        catch (CategoryOpenException e)
        {
            return $"open {e.Category}";
        }
    }

    [Test]
    public void Edge_03_birth_date_and_sex_come_from_the_citizen_number()
    {
        CitizenId.TryParse("11010519491231002X", new LocalDate(2026, 11, 22), out CitizenId id);
        Assert.That((id.Birth, id.Sex), Is.EqualTo((new LocalDate(1949, 12, 31), Sex.Female)));
    }

    [TestCase(2021, 6, 2020)]
    [TestCase(2021, 7, 2021, TestName = "Edge 06: the first month of an insurance year belongs to it")]
    [TestCase(2022, 1, 2021)]
    [TestCase(2022, 6, 2021)]
    public void Edge_06_an_insurance_year_from_July_begins_in_the_latest_July(int year, int month, int began) => Assert.That(
        TestPolicies.WuhanWith("insurance-year-from: 1 => insurance-year-from: 7").For(new YearMonth(year, month), []).InsuranceYearFrom, Is.EqualTo(new YearMonth(began, 7)));

    [Test]
    public void Edge_20_a_retiree_is_credited_from_the_month_after_retirement() => Assert.That(TestPolicies.June2021.RetirementOffset, Is.EqualTo(1));

    [Test]
    public void Edge_23_the_month_of_death_is_credited() => Assert.That(TestPolicies.June2021.CreditsDeathMonth, Is.True);

    [Test]
    public void Edge_24_and_29_what_becomes_of_an_account_does_not_enter_the_rules_of_an_amount() =>
        Assert.That(typeof(PersonMonth).GetProperties().Select(p => p.Name), Has.None.Contains("Account"));

    [Test]
    public void Edge_25_the_first_month_is_credited_itself() => Assert.That(TestPolicies.June2021.FirstMonthOffset, Is.Zero);

    [Test]
    public void Edge_26_two_employers_in_one_month_are_held() => Assert.That(TestPolicies.June2021.TwoEmployers, Is.EqualTo(TwoEmployers.Hold));

    [Test]
    public void Edge_27_the_same_line_twice_gives_the_same_shares()
    {
        PersonMonth person = Assessment.Due(TestPolicies.June2021, Employee(6000m));
        Assert.That(Assessment.Assess(TestPolicies.June2021, person), Is.EqualTo(Assessment.Assess(TestPolicies.June2021, person)));
    }

    [Test]
    public void Edge_28_a_correction_is_the_difference_of_two_assessments()
    {
        Shares before = Assessment.Assess(TestPolicies.June2021, Assessment.Due(TestPolicies.June2021, Employee(6000m)));
        Shares after = Assessment.Assess(TestPolicies.June2021, Assessment.Due(TestPolicies.June2021, Employee(5000m)));
        // 5000 x 3.1 % = 155.00 against 186.00; the pool 5000 x 6.9 % = 345.00 against 414.00.
        Assert.That((after.Account - before.Account, after.Pool - before.Pool), Is.EqualTo((Money.FromYuan(-31m), Money.FromYuan(-69m))));
    }

    [Test]
    public void Edge_30_a_withdrawal_of_a_contribution_is_assessed_to_nothing()
    {
        Shares nothing = Assessment.Assess(TestPolicies.June2021, Employee(6000m));
        Assert.That((nothing.Account, nothing.Pool, nothing.Other), Is.EqualTo((Money.Zero, Money.Zero, Money.Zero)));
    }

    [TestCaseSource(typeof(ShippedPolicies), nameof(ShippedPolicies.Areas))]
    public void Edge_32_a_credit_waits_for_the_receipt_in_every_version_of_every_area(string area)
    {
        AreaPolicy policy = ShippedPolicies.Load(area);
        Assert.That(policy.Versions.Select(v => v.Rules.CreditOn), Is.Not.Empty.And.All.EqualTo(CreditOn.Receipt));
    }

    [Test]
    public void Edge_32_a_file_can_say_that_a_declaration_is_enough() =>
        Assert.That(TestPolicies.WuhanWith("credit-on: receipt => credit-on: declaration").For(new YearMonth(2021, 6), []).CreditsOnReceipt, Is.False);

    private static PersonMonth Employee(decimal yuan) =>
        new() { Standing = Standing.Active, Category = "unit", Birth = new LocalDate(1990, 1, 1), Base = Money.FromYuan(yuan) };
}
