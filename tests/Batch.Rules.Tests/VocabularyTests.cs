using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>Words of the vocabulary that no shipped file needs: a small file for each, worked by hand.</summary>
public sealed class VocabularyTests
{
    private static string File(string retired, string rules = "") => $$"""
        area: "999900"
        name: 试验市
        english: Trial
        sources: {S: a document}
        versions:
          - from: unknown
            rules: {ref: S, grade: A{{rules}}}
            categories:
              unit:
                active: {account: none, ref: S, grade: A}
                retired: {ref: S, grade: A, {{retired}}}
        examples:
          - {name: nothing, month: 2021-06, standing: active, birth: 1990-01-01, base: 0, net: 0.00}
        """;

    private static IEnumerable<TestCaseData> Rows =>
    [
        // Yantai of old: age x 1.5 yuan; 66 x 1.5 = 99.00.
        new TestCaseData("credit: age-amount, tiers: [{amount: 1.5 yuan/month}]", "", 0, "99.00").SetName("An amount for each year of age"),
        // Xianning 840 a year: 70.00 a month. Enshi 1200 a year: 100.00 a month.
        new TestCaseData("credit: flat, tiers: [{amount: 840 yuan/year}]", "", 0, "70.00").SetName("A flat amount a year is a twelfth a month"),
        // 1000 / 12 = 83.333...
        new TestCaseData("credit: flat, tiers: [{amount: 1000 yuan/year}]", "", 0, "83.33").SetName("A twelfth is rounded once"),
        // 60 less 3 yuan for each of 5 years.
        new TestCaseData("credit: flat, tiers: [{amount: 60 yuan/month}], less-per-missing-year: {amount: 3 yuan/month}", ", minimum-years: {male: 30, female: 25}", 5, "45.00").SetName("Less an amount for each missing year"),
        new TestCaseData("credit: flat, tiers: [{amount: 60 yuan/month}], less-per-missing-year: {rate: 3 %}", ", minimum-years: {male: 30, female: 25}", 40, "0.00").SetName("Never less than nothing"),
        new TestCaseData("credit: flat, tiers: [{amount: 60 yuan/month}]", ", minimum-years: {male: 25, female: 20, short: not-credited}", 1, "0.00").SetName("Nothing for those short of years"),
        new TestCaseData("credit: flat, tiers: [{amount: 60 yuan/month}]", ", minimum-years: {male: 25, female: 20, short: not-credited}", 0, "60.00").SetName("All for those who have the years"),
        new TestCaseData("credit: none", "", 0, "0.00").SetName("Nothing for retirees"),
        new TestCaseData("credit: frozen", "", 0, "123.45").SetName("The amount frozen for the person"),
        // A city about 2014: 5.8 % of the June pension, lifted to the average pension: 3000 x 5.8 % = 174.00.
        new TestCaseData("credit: pension-rate, pension: [reference-month], floor: {rate: 100 %, of: average-pension, ref: S, grade: A}, tiers: [{rate: 5.8 %}]", "", 0, "174.00").SetName("A floor of the average pension"),
        // 2.5 % of 3000.
        new TestCaseData("credit: average-pension-rate, of-year: 2021, tiers: [{rate: 2.5 %}]", "", 0, "75.00").SetName("A rate of a named year's average pension"),
    ];

    [TestCaseSource(nameof(Rows))]
    public void Vocabulary(string retired, string rules, int missingYears, string net)
    {
        MonthPolicy policy = AreaPolicy.Parse(File(retired, rules), "trial.yaml").For(new YearMonth(2021, 6), [new DatedFigure("average-pension", new YearMonth(2021, 1), 3000m, "文号")]);
        var person = new PersonMonth
        {
            Standing = Standing.Retired,
            Category = "unit",
            Birth = new LocalDate(1955, 1, 1),
            PensionPriorYear = Money.FromYuan(2000m),
            FrozenAmount = Money.FromYuan(123.45m),
            MissingYears = missingYears,
        };
        var explanation = new Explanation();
        Assert.That(Assessment.Assess(policy, person, explanation).Account.ToString(), Is.EqualTo(net));
        Assert.That(explanation.Net.ToString(), Is.EqualTo(net));
    }

    [Test]
    public void A_frozen_amount_that_is_missing_is_refused() => Assert.That(
        () => Assessment.Assess(
            AreaPolicy.Parse(File("credit: frozen"), "trial.yaml").For(new YearMonth(2021, 6), []),
            new PersonMonth { Standing = Standing.Retired, Category = "unit", Birth = new LocalDate(1955, 1, 1) }),
        Throws.TypeOf<MissingFigureException>().With.Message.EqualTo("frozen-amount is missing for 2021-06."));

    [Test]
    public void Who_has_no_frozen_amount_is_reduced_for_missing_years_by_the_rule_for_new_retirees()
    {
        const string Retired = "credit: frozen, otherwise: {credit: flat, ref: S, grade: A, tiers: [{amount: 60 yuan/month}], less-per-missing-year: {amount: 3 yuan/month}}";
        MonthPolicy policy = AreaPolicy.Parse(File(Retired, ", minimum-years: {male: 30, female: 25}"), "trial.yaml").For(new YearMonth(2021, 6), []);
        var person = new PersonMonth { Standing = Standing.Retired, Category = "unit", Birth = new LocalDate(1955, 1, 1), MissingYears = 5 };
        // 60 - 5 x 3 = 45.00; a frozen amount is not reduced.
        Assert.That(Assessment.Assess(policy, person).Account, Is.EqualTo(Money.FromYuan(45m)));
        Assert.That(Assessment.Assess(policy, person with { FrozenAmount = Money.FromYuan(70m) }).Account, Is.EqualTo(Money.FromYuan(70m)));
    }

    [TestCase(", minimum-years: {male: 25, female: 20}", false)]
    [TestCase(", minimum-years: {male: 25, female: 20, short: not-credited}", true)]
    [TestCase("", false)]
    public void Whether_a_run_has_to_fold_coverage_is_known(string rules, bool gates)
    {
        MonthPolicy policy = AreaPolicy.Parse(File("credit: none", rules), "trial.yaml").For(new YearMonth(2021, 6), []);
        Assert.That(policy.GatesOnYears, Is.EqualTo(gates));
    }

    [Test]
    public void The_offsets_and_the_rhythm_are_said_by_the_file()
    {
        const string Rules = ", first-month-offset: 1, retirement-offset: 0, resumption-offset: 1, death-month-credited: no, rhythm: half-yearly, minimum-years: {male: 25, female: 20}";
        MonthPolicy policy = AreaPolicy.Parse(File("credit: none", Rules), "trial.yaml").For(new YearMonth(2021, 6), []);
        Assert.That(
            (policy.FirstMonthOffset, policy.RetirementOffset, policy.ResumptionOffset, policy.CreditsDeathMonth, policy.Rhythm, policy.MinimumYears(Sex.Male), policy.MinimumYears(Sex.Female)),
            Is.EqualTo((1, 0, 1, false, Rhythm.HalfYearly, 25, 20)));
    }
}
