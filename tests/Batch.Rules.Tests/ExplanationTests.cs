using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>"Why this amount": inputs, the fallback step, the age and its date, the tier, the rate, its reference, the rounding.</summary>
public sealed class ExplanationTests
{
    [Test]
    public void An_employees_amount_is_explained_line_by_line()
    {
        var explanation = new Explanation(Language.English);
        MonthPolicy policy = TestPolicies.Wuhan.For(new YearMonth(2021, 6), [], new Dictionary<string, decimal> { ["base-max"] = 5000m });
        Assessment.Assess(policy, Assessment.Due(policy, new PersonMonth { Standing = Standing.Active, Category = "unit", Birth = new LocalDate(1985, 6, 2), Base = Money.FromYuan(6000m) }), explanation);
        Assert.That(
            explanation.Lines.Select(l => $"{l.Component} {l.Amount} {l.Rate} {l.Base} {l.Clause}"),
            Is.EqualTo(new[] { "own 100.00 0.02 5000 INS, WX (B)", "employer-share 55.00 0.011 5000 INS, WX (B)" }));
        Assert.That(explanation.Lines[1].Steps, Is.EqualTo(new[]
        {
            "the declared base 6000.00 is outside the limits; 5000.00 is used",
            "age 35 on 2021-06-01, tier: up to and including 35",
            "5000.00 x 1.1 % = 55.00, rounded half up to the fen: 55.00",
        }));
    }

    // 2 % of 12,000.00 are 240.00; the line was taken when the limit was not known, with 2 % of 13,579.00.
    [Test]
    public void A_payment_that_a_later_limit_makes_too_high_is_told_beside_what_is_due()
    {
        var explanation = new Explanation(Language.English);
        MonthPolicy policy = TestPolicies.Wuhan.For(new YearMonth(2021, 6), [], new Dictionary<string, decimal> { ["base-max"] = 12_000m });
        PersonMonth person = new()
        {
            Standing = Standing.Active,
            Category = "unit",
            Birth = new LocalDate(1985, 6, 2),
            Base = Money.FromYuan(13_579m),
            PersonPaid = Money.FromYuan(271.58m),
            EmployerPaid = Money.FromYuan(1086.32m),
        };
        Assessment.Assess(policy, person, explanation);
        Assert.That(explanation.Lines[0].Amount, Is.EqualTo(Money.FromYuan(271.58m)));
        Assert.That(explanation.Lines[0].Steps, Is.EqualTo(new[]
        {
            "the declared base 13579.00 is outside the limits; 12000.00 is used",
            "240.00 is due on that base; 271.58 was paid",
            "the own contribution of 271.58 is credited whole, as paid",
        }));
    }

    [Test]
    public void A_retirees_fallback_and_floor_are_told()
    {
        var explanation = new Explanation();
        Assessment.Assess(TestPolicies.June2021, new PersonMonth { Standing = Standing.Retired, Category = "unit", Birth = new LocalDate(1950, 6, 1), PensionThisYear = Money.FromYuan(4000m) }, explanation);
        ExplanationLine line = explanation.Lines.Single();
        // 5861.60 x 5.1 % = 298.9416
        Assert.That((line.Component, line.Amount.ToString(), line.Rate, line.Base, line.Clause), Is.EqualTo(("retiree", "298.94", 0.051m, 5861.6m, "INS, WX (B)")));
        Assert.That(line.Steps, Is.EqualTo(new[]
        {
            "基数取本年度月平均养老金 4000.00 元",
            "低于保底，按保底 5861.60 元为基数（80 % x 上年度职工月平均工资 7327 (WX (B)), INS, WX (B)）",
            "2021-06-01 时满 71 周岁，档次：71 周岁及以上",
            "5861.60 x 5.1 % = 298.9416，四舍五入到分 298.94",
        }));
    }

    [Test]
    public void Deductions_are_lines_of_their_own()
    {
        MonthPolicy beijing = ShippedPolicies.Load("110000").For(new YearMonth(2023, 8), []);
        var explanation = new Explanation();
        Assessment.Assess(beijing, new PersonMonth { Standing = Standing.Retired, Category = "unit", Birth = new LocalDate(1960, 1, 1) }, explanation);
        Assert.That(explanation.Lines.Select(l => (l.Component, l.Amount.ToString())), Is.EqualTo(new[] { ("flat", "100.00"), ("deduction:large-medical", "-3.00") }));
        Assert.That((explanation.Gross.ToString(), explanation.Deductions.ToString(), explanation.Net.ToString()), Is.EqualTo(("100.00", "3.00", "97.00")));
    }

    [Test]
    public void No_exception_carries_personal_data()
    {
        var person = new PersonMonth { Standing = Standing.Retired, Category = "unit", Birth = new LocalDate(1955, 3, 4), PensionPriorYear = new Money(-123) };
        Assert.That(() => Assessment.Assess(TestPolicies.June2021, person), Throws.TypeOf<UnusableFigureException>().With.Message.EqualTo("prior-year-average is zero or negative for 2021-06."));
    }

    [Test]
    public void Everything_in_force_is_stated_with_its_reference_and_grade()
    {
        IReadOnlyList<PolicyStatement> statements = TestPolicies.June2021.Statements;
        Assert.That(statements, Does.Contain(new PolicyStatement("unit active", "employer share, age 36 to 45: 1.4 % of base", "INS, WX", "B")));
        Assert.That(statements, Does.Contain(new PolicyStatement("unit retired", "base at least 80 % of average-wage", "INS, WX", "B")));
        Assert.That(statements, Does.Contain(new PolicyStatement("unit active", "employer pays 8 % of the base", "GK", "sample")));
    }
}
