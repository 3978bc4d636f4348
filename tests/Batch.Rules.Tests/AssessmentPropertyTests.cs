using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>
/// What holds for everybody: seeded people of every category over every version of every area and test policy. 5,000 an area; BATCH_CASES sets another number (100,000 by night).
/// </summary>
public sealed class AssessmentPropertyTests
{
    private static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("BATCH_CASES"), out int cases) ? cases : 5_000;

    private static readonly Dictionary<string, decimal> Figures = new() { ["average-wage"] = 7327.19m, ["average-pension"] = 4123.45m };

    private static IEnumerable<string> Areas => ShippedPolicies.Areas.Concat(TestPolicies.Files);

    [TestCaseSource(nameof(Areas))]
    public void Shares_balance_the_explanation_tells_the_amount_and_the_canonical_json_says_the_same(string area)
    {
        var random = new Random(int.Parse(area[..6]));
        MonthPolicy[] months = [.. Months(area)];
        for (int i = 0; i < Cases; i++)
        {
            MonthPolicy policy = months[random.Next(months.Length)];
            if (Person(random, policy) is not { } person)
            {
                continue;
            }

            var explanation = new Explanation(i % 2 == 0 ? Language.Chinese : Language.English);
            Shares silent = Assessment.Assess(policy, person), told = Assessment.Assess(policy, person, explanation);
            string what = $"{policy.Version} {policy.Month} case {i}";
            Assert.That(told, Is.EqualTo(silent), what);
            Assert.That(silent.Account + silent.Pool + silent.Other, Is.EqualTo(person.PersonPaid + person.EmployerPaid), what);
            Assert.That((explanation.Net, explanation.Gross - explanation.Deductions), Is.EqualTo((silent.Account, silent.Account)), what);
            Assert.That(silent.Account, Is.GreaterThanOrEqualTo(Money.Zero), what);
            Assert.That((silent.Account.Yuan, silent.Pool.Yuan, silent.Other.Yuan), Is.EqualTo(Recomputation.Of(policy.CanonicalJson, person)), what);
            if (person.Standing == Standing.Active)
            {
                Assert.That(silent.Account + silent.Other, Is.LessThanOrEqualTo(person.PersonPaid + person.EmployerPaid), what);
            }
        }
    }

    [TestCaseSource(nameof(Areas))]
    public void A_higher_base_never_gives_less_before_deductions(string area)
    {
        var random = new Random(int.Parse(area[..6]) + 1);
        MonthPolicy[] months = [.. Months(area)];
        for (int i = 0; i < Cases; i++)
        {
            MonthPolicy policy = months[random.Next(months.Length)];
            if (Person(random, policy) is not { } person)
            {
                continue;
            }

            var more = new Money(random.Next(1, 500_000));
            PersonMonth richer = person.Standing == Standing.Active
                ? Assessment.Due(policy, person with { Base = person.Base + more })
                : person with { PensionPriorYear = person.PensionPriorYear + more, PensionThisYear = person.PensionThisYear + more, PensionMonth = person.PensionMonth + more };
            PersonMonth poorer = Assessment.Due(policy, person);
            Assert.That(Gross(policy, richer), Is.GreaterThanOrEqualTo(Gross(policy, poorer)), $"{policy.Version} case {i}");
        }
    }

    [TestCaseSource(nameof(Areas))]
    public void What_is_due_is_enough_for_the_credit_and_the_whole_own_contribution_is_in_it(string area)
    {
        var random = new Random(int.Parse(area[..6]) + 2);
        foreach (MonthPolicy policy in Months(area).Where(p => p.Covers("unit", Standing.Active)))
        {
            for (int i = 0; i < 100; i++)
            {
                PersonMonth due = Assessment.Due(policy, Employee(random, "unit"));
                var explanation = new Explanation();
                Assessment.Assess(policy, due, explanation);
                ExpectedContribution expected = Assessment.Expect(policy, "unit", due.Birth, due.Base);
                Assert.That((due.PersonPaid, due.EmployerPaid), Is.EqualTo((expected.Person, expected.Employer)));
                Assert.That(explanation.Lines.SelectMany(l => l.Steps), Has.None.Contains("实缴余额"), policy.Version);
            }
        }
    }

    [TestCaseSource(nameof(Areas))]
    public void Nobody_s_amount_depends_on_who_was_assessed_before(string area)
    {
        var random = new Random(int.Parse(area[..6]) + 3);
        MonthPolicy[] months = [.. Months(area)];
        List<(MonthPolicy Policy, PersonMonth Person, Shares Shares)> people = [];
        for (int i = 0; i < Cases; i++)
        {
            MonthPolicy policy = months[random.Next(months.Length)];
            if (Person(random, policy) is { } person)
            {
                people.Add((policy, person, Assessment.Assess(policy, person)));
            }
        }

        (MonthPolicy Policy, PersonMonth Person, Shares Shares)[] others = [.. people];
        random.Shuffle(others);
        Assert.That(others.Count(p => Assessment.Assess(p.Policy, p.Person) != p.Shares), Is.Zero);
        Assert.That(others, Is.Not.EqualTo(people), "the order is another one");
    }

    /// <summary>Before deductions: where a premium is a rate of the base and the credit stands at its minimum, a higher base does give less (Qingdao).</summary>
    private static Money Gross(MonthPolicy policy, PersonMonth person)
    {
        Shares shares = Assessment.Assess(policy, person);
        return shares.Account + shares.Other;
    }

    private static IEnumerable<MonthPolicy> Months(string area)
    {
        AreaPolicy policy = TestPolicies.Load(area);
        foreach (PolicyExample example in policy.Examples)
        {
            yield return policy.For(example.Month, [], Figures);
        }
    }

    /// <summary>Somebody of a category that the month's policy names; null where it leaves the standing open.</summary>
    private static PersonMonth? Person(Random random, MonthPolicy policy)
    {
        string category = policy.Categories[random.Next(policy.Categories.Count)];
        Standing standing = random.Next(3) == 0 ? Standing.Retired : Standing.Active;
        if (!policy.Covers(category, standing))
        {
            return null;
        }

        if (standing == Standing.Active)
        {
            PersonMonth employee = Employee(random, category);
            return random.Next(2) == 0 ? Assessment.Due(policy, employee) : employee with { PersonPaid = Amount(random, 2_000), EmployerPaid = Amount(random, 8_000) };
        }

        int from = random.Next(3);
        return new PersonMonth
        {
            Standing = Standing.Retired,
            Category = category,
            Birth = Birth(random, 1920, 1975),
            PensionPriorYear = from == 0 ? Amount(random, 20_000) + new Money(1) : null,
            PensionThisYear = from <= 1 ? Amount(random, 20_000) + new Money(1) : null,
            PensionMonth = Amount(random, 20_000) + new Money(1),
            FrozenAmount = Amount(random, 500),
            MissingYears = random.Next(4) == 0 ? random.Next(40) : 0,
            PaidMonths = random.Next(8) == 0 ? null : random.Next(400),
        };
    }

    private static PersonMonth Employee(Random random, string category) =>
        new() { Standing = Standing.Active, Category = category, Birth = Birth(random, 1955, 2005), Base = Amount(random, 40_000) };

    private static Money Amount(Random random, int yuan) => new(random.Next(yuan * 100));

    private static LocalDate Birth(Random random, int from, int to) => new LocalDate(random.Next(from, to), 1, 1).PlusDays(random.Next(366));
}
