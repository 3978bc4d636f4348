using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>Retirees credited a year in advance in January, by Ningbo's published amounts: 3,480 a year below 70, 3,780 from 70 on.</summary>
public sealed class AdvanceYearTests
{
    private static readonly AreaPolicy Ningbo = Policy("month: 1");

    /// <summary>Months of 2025 by number.</summary>
    /// <param name="month">Whose credit is asked for.</param>
    [TestCase(1, "1", "", "", 0, 0, 12, TestName = "In the file in January: the whole year")]
    [TestCase(2, "1 2", "", "", 0, 0, 0, TestName = "In the file in January and February: February has its credit")]
    [TestCase(4, "4", "", "", 0, 0, 9, TestName = "First in the file in April: April to December")]
    [TestCase(12, "12", "", "", 0, 0, 1, TestName = "First in the file in December: December")]
    [TestCase(1, "1", "", "", 0, 5, 5, TestName = "Died in May: January to May")]
    [TestCase(1, "1", "", "5", 0, 0, 5, TestName = "Left in May: January to May")]
    [TestCase(3, "1 2 3", "", "5", 0, 0, 0, TestName = "Left in May: March has its credit")]
    [TestCase(8, "1 8", "", "5", 0, 0, 5, TestName = "Left in May and back in August: August to December")]
    [TestCase(8, "1 8", "", "8", 0, 0, 0, TestName = "Left in August: August has its credit from January")]
    [TestCase(8, "1 8", "", "5 10", 0, 0, 3, TestName = "Back in August and left in October: August to October")]
    [TestCase(1, "1 2 3", "2 3", "", 0, 0, 10, TestName = "In work in February and March: ten months")]
    [TestCase(2, "1 2", "1", "", 0, 0, 11, TestName = "In work in January: February begins")]
    [TestCase(1, "1", "2 3", "", 0, 2, 1, TestName = "In work in February and March, died in February: January")]
    [TestCase(4, "1 4", "", "", 4, 0, 9, TestName = "Retired from April on: the pensions before count nothing")]
    [TestCase(1, "1", "", "", 0, 12, 12, TestName = "Died in December: the whole year")]
    public void Months(int month, string pensions, string work, string leaves, int retired, int last, int expected) =>
        Assert.That(AdvanceYear.MonthsOf(Ningbo.For(Of(month), []), Facts(pensions, work, leaves, retired, last)), Is.EqualTo(expected));

    // Whatever happens, the months credited are those that somebody is a retiree in, from one in the file on and not after a leave since, each once.
    [Test]
    public void Each_month_is_credited_once([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 1000; i++)
        {
            string Some(int of) => string.Join(' ', Enumerable.Range(1, 12).Where(_ => random.Next(of) == 0));
            AdvanceFacts facts = Facts(Some(3), Some(6), Some(8), random.Next(3) == 0 ? random.Next(1, 13) : 0, random.Next(3) == 0 ? random.Next(1, 13) : 0);
            bool Retiree(int m) => !facts.Contributions.Contains(Of(m)) && !(facts.RetiredFrom > Of(m)) && !(facts.LastMonth < Of(m));
            int due = Enumerable.Range(1, 12).Count(k => Retiree(k) && Enumerable.Range(1, k).Any(
                j => facts.Pensions.Contains(Of(j)) && Retiree(j) && !Enumerable.Range(j, k - j).Any(l => facts.Leaves.Contains(Of(l)))));
            int credited = Enumerable.Range(1, 12).Where(m => facts.Pensions.Contains(Of(m)) && Retiree(m)).Sum(m => AdvanceYear.MonthsOf(Ningbo.For(Of(m), []), facts));
            Assert.That(credited, Is.EqualTo(due), $"case {i}");
        }
    }

    // 290.00 and 315.00 a month; 69 and 70 on the 1st of the month.
    [TestCase("1955-03-02", 12, "3480.00")]
    [TestCase("1955-03-01", 12, "3780.00")]
    [TestCase("1955-03-01", 10, "3150.00")]
    [TestCase("1955-03-01", 0, "0.00")]
    public void The_years_amount_is_the_months_times_their_number(string birth, int months, string expected) =>
        Assert.That(Assess(Ningbo, birth, months).Account.ToString(), Is.EqualTo(expected));

    // 1,000 yuan a year is 83.333... a month: twelve are 1,000.00, five 416.67; a premium of 40 a year is 3.33 a month. Ningbo in 2023: 280 a month less 45 a year for
    // care, 3,315 published.
    [TestCase(12, 1000, 0, "1000.00", "0.00")]
    [TestCase(5, 1000, 0, "416.67", "0.00")]
    [TestCase(5, 1000, 40, "400.02", "16.65")]
    [TestCase(12, 3360, 45, "3315.00", "45.00")]
    public void It_is_rounded_once_and_a_premium_is_a_months(int months, int year, int premium, string account, string other)
    {
        AreaPolicy policy = Policy("month: 1", text => text.Replace("3480 yuan/year", $"{year} yuan/year", StringComparison.Ordinal).Replace(
            "credit: flat\n", "credit: flat\n" + (premium == 0 ? "" : $"          deductions: [{{name: care, amount: {premium} yuan/year, ref: NB25, grade: C}}]\n"), StringComparison.Ordinal));
        Shares shares = Assess(policy, "1955-03-02", months);
        Assert.That((shares.Account.ToString(), shares.Other.ToString(), shares.Pool), Is.EqualTo((account, other, -(shares.Account + shares.Other))));
    }

    [TestCase(10, "a year is credited in advance (NB25 (C)): 10 months from this one to 2025-12, 315.00 each, at once", "按年预划（NB25 (C)）：自本月至 2025-12 应享 10 个月，每月 315.00 元，一次划入")]
    [TestCase(0, "a year is credited in advance (NB25 (C)): an earlier month of the year has brought this one's credit", "按年预划（NB25 (C)）：本月已包含在本年度较早月份的一次划入中")]
    public void It_is_told_in_both_languages_with_its_clause(int months, string english, string chinese)
    {
        Explanation en = new(Language.English), zh = new();
        Assess(Ningbo, "1955-03-01", months, en);
        Assess(Ningbo, "1955-03-01", months, zh);
        Assert.That((en.Lines[0].Steps[0], zh.Lines[0].Steps[0]), Is.EqualTo((english, chinese)));
    }

    [Test]
    public void A_single_month_is_asked_for_as_before()
    {
        Assert.That(Assess(Ningbo, "1955-03-01", null).Account, Is.EqualTo(Money.FromYuan(315m)));
        Assert.That(Ningbo.For(Of(3), []).CanonicalJson, Does.StartWith("{\"advance\":{\"month\":1},\"ageOn\":\"2025-03-01\""));
        Assert.That(ShippedPolicies.Load("330200").For(Of(3), []).CanonicalJson, Does.StartWith("{\"ageOn\""));
        Assert.That(Ningbo.For(Of(3), []).Statements.Select(s => s.Statement), Has.Member("advance: retirees are credited twelve months from month 1 on at once"));
    }

    [TestCase("month: 7", "ADVANCE_YEAR")]
    [TestCase("month: 13", "NUMBER_WRONG")]
    [TestCase("on: 1", "KEY_MISSING,KEY_UNKNOWN")]
    [TestCase("month: 1, of: active", "ADVANCE_ACTIVE")]
    [TestCase("month: 1, of: all", "ADVANCE_ACTIVE")]
    [TestCase("month: 1, of: everybody", "WORD_UNKNOWN")]
    [TestCase("month: 1, ages: each-month", "ADVANCE_AGES")]
    [TestCase("month: 1, of: retired, ages: first-month", "")]
    public void What_does_not_fit_is_a_fault(string advance, string codes) => Assert.That(Codes(Text(advance)), Is.EqualTo(codes.Split(',', StringSplitOptions.RemoveEmptyEntries)));

    [Test]
    public void It_goes_with_its_rhythm_and_with_amounts_that_are_known_beforehand()
    {
        Assert.That(Codes(Text("month: 1").Replace("rhythm: yearly-in-advance", "rhythm: monthly", StringComparison.Ordinal)), Is.EqualTo(new[] { "ADVANCE_RHYTHM" }));
        string rate = Text("month: 1").Replace("credit: flat", "credit: pension-rate\n          pension: [month]", StringComparison.Ordinal)
            .Replace("amount: 3480 yuan/year", "rate: 5 %", StringComparison.Ordinal).Replace("amount: 3780 yuan/year", "rate: 6 %", StringComparison.Ordinal);
        Assert.That(Codes(rate), Has.Member("ADVANCE_CREDIT"));
        Assert.That(Codes(Text("month: 1").Replace("    to: 2025-12\n", "    to: 2025-10\n", StringComparison.Ordinal)), Is.EqualTo(new[] { "ADVANCE_YEAR" }));
    }

    [Test]
    public void A_proportion_of_the_months_is_not_paid_in_advance_and_it_is_said_why()
    {
        string text = Text("month: 1").Replace("          credit: flat\n", "          credit: flat\n          pro-rata: {of-months: 180, ref: NB25, grade: C}\n", StringComparison.Ordinal);
        PolicyFault fault = PolicyCheck.Check(text, "advance.yaml").Single();
        Assert.That((fault.Code, fault.Chinese), Is.EqualTo(("ADVANCE_PRO_RATA", "按缴费月数比例（pro-rata）的金额会随月数变化，不能按年预划；请去掉 advance 或 pro-rata")));
    }

    [Test]
    public void An_amount_lessened_by_missing_years_is_not_paid_in_advance()
    {
        string text = Text("month: 1").Replace("          credit: flat\n", "          credit: flat\n          less-per-missing-year: {amount: 10 yuan/month}\n", StringComparison.Ordinal);
        Assert.That(Codes(text), Has.Member("ADVANCE_REDUCTION"));
    }

    private static IEnumerable<string> Codes(string text) => PolicyCheck.Check(text, "advance.yaml").Select(f => f.Code);

    // Without its examples of amounts, which some tests change.
    private static string Text(string advance)
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Policies", "330200-advance.yaml"));
        return text[..text.IndexOf("  - {name: 69", StringComparison.Ordinal)].Replace("advance: {month: 1,", $"advance: {{{advance},", StringComparison.Ordinal);
    }

    private static AreaPolicy Policy(string advance, Func<string, string>? change = null) => AreaPolicy.Parse((change ?? (t => t))(Text(advance)), "advance.yaml");

    private static Shares Assess(AreaPolicy policy, string birth, int? months, Explanation? explanation = null) => Assessment.Assess(
        policy.For(Of(3), []),
        new PersonMonth { Standing = Standing.Retired, Category = "unit", Birth = NodaTime.Text.LocalDatePattern.Iso.Parse(birth).Value, AdvanceMonths = months }, explanation);

    private static AdvanceFacts Facts(string pensions, string work, string leaves, int retired, int last) => new(
        Set(pensions), Set(work), Set(leaves), retired == 0 ? null : Of(retired), last == 0 ? null : Of(last));

    private static HashSet<YearMonth> Set(string months) => [.. months.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(m => Of(int.Parse(m)))];

    private static YearMonth Of(int month) => new(2025, month);
}
