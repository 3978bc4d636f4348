using Batch.Jobs.Intake;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Which receipts and lines are certainly the same money. R(employer, document, yuan, day of June), L(serial, voucher, yuan, day, employer).</summary>
public sealed class MoneyMatchingTests
{
    [Test]
    public void The_same_voucher_and_amount_within_three_days_is_the_same_money() => Assert.That(
        Matched([R(1, "V1", 10, 7), R(1, "V2", 20, 7), R(1, "V3", 30, 7)], [L("a", "V1", 10, 10, null), L("V2", "", 20, 4, null), L("c", "V3", 30, 11, null)]),
        Is.EqualTo(new[] { "document V1=a", "document V2=V2" }), "the third is four days apart");

    [Test]
    public void A_voucher_with_another_amount_is_a_difference_and_is_not_matched_by_its_day() => Assert.That(
        Matched([R(1, "V1", 10, 7), R(1, "V9", 11, 7)], [L("a", "V1", 11, 7, 1)]), Is.Empty, "V9 has the line's amount, and the line is V1's");

    [Test]
    public void One_line_is_the_sum_of_all_receipts_with_its_voucher() => Assert.That(
        Matched([R(1, "V1", 10, 7), R(2, "V1", 20, 8), R(3, "V1", 5, 7)], [L("a", "V1", 35, 9, null)]), Is.EqualTo(new[] { "sum V1+V1+V1=a" }));

    [Test]
    public void One_receipt_is_the_sum_of_all_lines_with_its_voucher() => Assert.That(
        Matched([R(1, "V1", 30, 7)], [L("a", "V1", 10, 7, 1), L("b", "V1", 20, 8, 1)]), Is.EqualTo(new[] { "parts V1=a+b" }));

    [Test]
    public void Several_on_both_sides_of_a_voucher_are_left_to_people() => Assert.That(
        Matched([R(1, "V1", 10, 7), R(2, "V1", 20, 7)], [L("a", "V1", 10, 7, 1), L("b", "V1", 20, 7, 2)]), Is.Empty);

    [Test]
    public void A_line_that_two_vouchers_claim_is_left_to_people() => Assert.That(
        Matched([R(1, "V1", 10, 7), R(1, "V2", 10, 7)], [L("V2", "V1", 10, 7, 1)]), Is.Empty);

    [Test]
    public void One_employer_one_amount_and_near_days_is_the_same_money_only_when_nothing_else_is() => Assert.That(
        Matched(
            [R(1, "A", 10, 7), R(2, "B", 20, 7), R(2, "C", 20, 9), R(3, "D", 30, 7), R(4, "E", 40, 1), R(4, "F", 40, 20)],
            [L("a", "", 10, 8, 1), L("b", "", 20, 8, 2), L("c", "", 30, 6, 3), L("d", "", 30, 8, 3), L("e", "", 40, 21, 4), L("f", "", 40, 2, 4), L("g", "", 10, 7, null)]),
        Is.EquivalentTo(new[] { "day A=a", "day F=e", "day E=f" }), "two receipts near b; two lines near D; 20 days part the two of employer 4");

    [Test]
    public void All_of_an_employers_receipts_of_one_day_may_be_one_line() => Assert.That(
        Matched([R(1, "A", 10, 7), R(1, "B", 20, 7), R(2, "C", 1, 7), R(2, "D", 2, 7)], [L("a", "", 30, 7, 1), L("b", "", 2, 7, 2), L("c", "", 1, 6, 1)]),
        Is.EqualTo(new[] { "day D=b", "sum A+B=a" }));

    [Test]
    public void A_part_of_an_employers_receipts_of_a_day_is_not_chosen_to_make_a_sum() => Assert.That(
        Matched([R(1, "A", 10, 7), R(1, "B", 20, 7), R(1, "C", 5, 7)], [L("a", "", 30, 7, 1)]), Is.Empty);

    [Test]
    public void One_receipt_may_be_all_of_its_employers_lines_of_that_day() => Assert.That(
        Matched([R(1, "A", 30, 7)], [L("a", "", 10, 7, 1), L("b", "", 20, 7, 1)]), Is.EqualTo(new[] { "parts A=a+b" }));

    [TestCase("江城机械（武汉）有限公司", "江城机械(武汉)有限公司 ")]
    [TestCase("ＡＢＣ·电子", "abc电子")]
    public void Names_are_compared_without_blanks_brackets_and_widths(string one, string other) =>
        Assert.That(MoneyMatching.NameKey(one), Is.EqualTo(MoneyMatching.NameKey(other)));

    private static OpenReceipt R(int employer, string document, long yuan, int day) => new(new YearMonth(2021, 6), employer, document, 1, new LocalDate(2021, 6, day), yuan * 100);

    private static OpenLine L(string serial, string document, long yuan, int day, int? employer) => new(serial, document, 2, new LocalDate(2021, 6, day), yuan * 100, employer);

    private static string[] Matched(OpenReceipt[] receipts, OpenLine[] lines) =>
        [.. MoneyMatching.Certain(receipts, lines).Select(m => $"{m.Way} {string.Join('+', m.Receipts.Select(r => r.Document))}={string.Join('+', m.Lines.Select(l => l.Serial))}")];
}
