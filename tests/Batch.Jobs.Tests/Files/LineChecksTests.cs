using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

public sealed class LineChecksTests
{
    private static readonly MonthPolicy June2021 = ShippedPolicies.Load("420100").For(new YearMonth(2021, 6), []);

    // 5000 x 2 % = 100.00 and 5000 x 8 % = 400.00.
    [TestCase(5000_00, 100_00, 400_00, "")]
    [TestCase(5000_00, 100_01, 399_99, "")]
    [TestCase(5000_00, 100_02, 400_00, "AMOUNT_MISMATCH")]
    [TestCase(5000_00, 99_98, 399_98, "AMOUNT_MISMATCH AMOUNT_MISMATCH")]
    [TestCase(0, 0, 0, "")]
    public void Amounts_paid_agree_with_the_rates_to_a_fen(int declared, int person, int employer, string codes)
    {
        var faults = new List<Rejection>();
        LineChecks.CheckPayroll(Line(declared, person, employer), June2021, "unit", faults);
        Assert.That(string.Join(' ', faults.Select(f => f.Code)), Is.EqualTo(codes));
    }

    [Test]
    public void A_mismatch_says_what_was_found_and_what_is_due()
    {
        var faults = new List<Rejection>();
        LineChecks.CheckPayroll(Line(5000_00, 110_00, 400_00), June2021, "unit", faults);
        Assert.That(RejectionCodes.Describe(faults.Single(), "zh-CN"), Is.EqualTo("第 7 行“个人缴费金额”为 110.00 元，按基数和费率应为 100.00 元。请核对基数、金额和所属期。"));
    }

    [Test]
    public void A_category_without_rules_in_the_month_is_reported()
    {
        var faults = new List<Rejection>();
        LineChecks.CheckPayroll(Line(5000_00, 100_00, 400_00), June2021, "flexible", faults);
        Assert.That(faults.Single().Code, Is.EqualTo("CATEGORY_OPEN"));
    }

    [Test]
    public void A_retiree_without_any_pension_is_rejected_only_where_a_pension_is_needed()
    {
        var faults = new List<Rejection>();
        var line = new PensionLine(3, new CitizenId(11010519491231002), "张三", new YearMonth(2021, 6), null, null, null, null);
        LineChecks.CheckPension(line with { MonthPension = new Money(1) }, June2021, "unit", faults);
        LineChecks.CheckPension(line, ShippedPolicies.Load("420100").For(new YearMonth(2023, 6), []), "unit", faults);
        Assert.That(faults, Is.Empty);

        LineChecks.CheckPension(line, June2021, "unit", faults);
        Assert.That(faults.Single().Code, Is.EqualTo("PENSION_MISSING"));
    }

    [Test]
    public void Where_no_employers_rate_is_known_the_share_credited_from_it_is_the_least()
    {
        string? area = ShippedPolicies.Areas.FirstOrDefault(a => Assessment.Expect(PolicyOf(a), "unit", new LocalDate(1985, 6, 12), new Money(5000_00)).EmployerIsMinimum);
        string yaml = ShippedPolicies.Text(area ?? "420100");
        MonthPolicy policy = area is null
            ? AreaPolicy.Parse(System.Text.RegularExpressions.Regex.Replace(yaml, @"\n +employer: \{rate: 8 %[^\n]*", ""), "no-rate.yaml").For(new YearMonth(2021, 6), [])
            : PolicyOf(area);
        Money least = Assessment.Expect(policy, "unit", new LocalDate(1985, 6, 12), new Money(5000_00)).Employer!.Value;
        var faults = new List<Rejection>();
        PayrollLine line = Line(5000_00, 100_00, 0) with { EmployerPaid = least };
        LineChecks.CheckPayroll(line, policy, "unit", faults);
        Assert.That(faults, Is.Empty);

        LineChecks.CheckPayroll(line with { EmployerPaid = least - new Money(2) }, policy, "unit", faults);
        Assert.That(faults.Single(), Is.EqualTo(new Rejection("AMOUNT_BELOW_SHARE", 7, "单位缴费金额", (least - new Money(2)).ToString(), least.ToString())));
    }

    private static MonthPolicy PolicyOf(string area) => ShippedPolicies.Load(area).For(new YearMonth(2021, 6), []);

    private static PayrollLine Line(long declared, long person, long employer) => new(7, new CitizenId(42010619850612304), "李四", "1", null, new YearMonth(2021, 6),
        new Money(declared), new Money(person), new Money(employer), null, false, null);
}
