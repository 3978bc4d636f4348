using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>
/// Benefits month by month under Wuhan's rules (suspended the month after the first unpaid one; a break of 3 months or more is long), with and
/// without waits and restorations. <c>2021-04@2021-06</c>: April, paid in June. E eligible, S suspended, W waiting, X ended; worked by hand.
/// </summary>
public sealed class BenefitTimelineTests
{
    private const string Wait6 = "waiting-after-long-break: 6";
    private const string Wait1And6 = "waiting-after-short-break: 1, waiting-after-long-break: 6";
    private const string Retro = "back-payment: retroactive";

    private static IEnumerable<TestCaseData> Rows =>
    [
        Row("Who pays every month is eligible", "", "2021-01..2021-12", "E 2021-01"),
        Row("Who always pays a month late is never suspended", "", "2021-01@2021-02 2021-02@2021-03 2021-03@2021-04 2021-04@2021-05", "E 2021-01", through: "2021-04"),
        Row("One month missed suspends nobody who goes on", "", "2021-01..2021-03 2021-05..2021-12", "E 2021-01"),
        Row("A short break suspends from its second month to the resumption", "", "2021-01..2021-03 2021-06..2021-12", "E 2021-01..2021-04 S 2021-05..2021-05 E 2021-06"),
        Row("An open break stays suspended", "", "2021-01..2021-09", "E 2021-01..2021-10 S 2021-11"),
        Row("A wait after a short break", Wait1And6, "2021-01..2021-03 2021-06..2021-12", "E 2021-01..2021-04 S 2021-05..2021-05 W 2021-06..2021-06(2021-06) E 2021-07"),
        Row("A wait after a long break is still going on", Wait6, "2021-01..2021-03 2021-07..2021-12", "E 2021-01..2021-04 S 2021-05..2021-06 W 2021-07(2021-12)"),
        Row("A wait after a long break is over", Wait6, "2021-01..2021-03 2021-07..2022-01", "E 2021-01..2021-04 S 2021-05..2021-06 W 2021-07..2021-12(2021-12) E 2022-01", through: "2022-01"),
        Row("A long break without a wait ends with the resumption", "", "2021-01..2021-03 2021-07..2021-12", "E 2021-01..2021-04 S 2021-05..2021-06 E 2021-07"),
        Row("A short break paid in arrears ends with the month after the payment", "", "2021-01..2021-03 2021-04@2021-06 2021-05@2021-06 2021-06..2021-12", "E 2021-01..2021-04 S 2021-05..2021-06 E 2021-07"),
        Row("A short break paid in arrears never was, where the policy says so", Retro, "2021-01..2021-03 2021-04@2021-06 2021-05@2021-06 2021-06..2021-12", "E 2021-01"),
        Row("Arrears after the resumption come too late for the month after", "", "2021-01..2021-03 2021-04@2021-08 2021-05@2021-08 2021-06..2021-12", "E 2021-01..2021-04 S 2021-05..2021-05 E 2021-06"),
        Row("Arrears after the resumption restore what was suspended", Retro, "2021-01..2021-03 2021-04@2021-08 2021-05@2021-08 2021-06..2021-12", "E 2021-01"),
        Row("Arrears after the resumption restore every month of the wait", "waiting-after-short-break: 2, waiting-after-long-break: 6, " + Retro, "2021-01..2021-03 2021-04@2021-09 2021-05@2021-09 2021-06..2021-12", "E 2021-01"),
        Row("Arrears after the month asked for restore it too", Retro, "2021-01..2021-03 2021-04@2021-06 2021-05@2021-06 2021-06", "E 2021-01", through: "2021-05"),
        Row("Arrears that leave a month open restore nothing", Retro, "2021-01..2021-03 2021-05@2021-06 2021-06..2021-12", "E 2021-01..2021-04 S 2021-05..2021-05 E 2021-06"),
        Row("A long break paid in arrears waits all the same", Wait6 + ", " + Retro, "2021-01..2021-03 2021-04@2021-07 2021-05@2021-07 2021-06@2021-07 2021-07..2021-12", "E 2021-01..2021-04 S 2021-05..2021-06 W 2021-07(2021-12)"),
        Row("A break within a wait suspends again and waits anew", Wait6, "2021-01..2021-03 2021-07 2021-11..2021-12",
            "E 2021-01..2021-04 S 2021-05..2021-06 W 2021-07..2021-08(2021-12) S 2021-09..2021-10 W 2021-11(2022-04)"),
        Row("Retirement ends a break", "", "2021-01..2021-03", "E 2021-01..2021-04 S 2021-05..2021-06 E 2021-07", retired: "2021-07"),
        Row("A retiree needs no contribution", "", "", "E 2021-05", retired: "2021-05"),
        Row("Death ends benefits in the month after", "", "2021-01..2021-08", "E 2021-01..2021-08 X 2021-09", died: "2021-08"),
        Row("Death in a break", "", "2021-01..2021-03", "E 2021-01..2021-04 S 2021-05..2021-06 X 2021-07", died: "2021-06"),
        Row("Who was never enrolled has no benefits", "", "", ""),
        Row("Who enrols later has none yet", "", "2022-01", "", through: "2021-12"),
    ];

    [TestCaseSource(nameof(Rows))]
    public void Folds(string benefits, string paid, string retired, string died, string through, string expected)
    {
        string key = benefits.Length == 0 ? "" : $"\n      benefits: {{{benefits}, ref: FACTS, grade: choice}}";
        AreaPolicy policy = TestPolicies.WuhanWith($"suspended-after-months: 1 => suspended-after-months: 1{key}");
        IReadOnlyList<BenefitSpell> spells = BenefitTimeline.Fold(
            [.. Paid(paid)], retired.Length == 0 ? null : Table.Month(retired), died.Length == 0 ? null : Table.Month(died), Table.Month(through), month => policy.For(month, []));
        Assert.That(string.Join(' ', spells.Select(Text)), Is.EqualTo(expected));
    }

    [Test]
    public void The_order_of_the_months_and_repetitions_do_not_matter()
    {
        PaidMonth[] months = [.. Paid("2021-01..2021-03 2021-04@2021-06 2021-06..2021-12 2021-02@2021-09")];
        IReadOnlyList<BenefitSpell> there = Fold(months), back = Fold([.. months.Reverse()]);
        Assert.That(back, Is.EqualTo(there));

        static IReadOnlyList<BenefitSpell> Fold(PaidMonth[] paid) => BenefitTimeline.Fold(paid, null, null, new YearMonth(2021, 12), _ => TestPolicies.June2021);
    }

    [Test]
    public void Said_defaults_do_not_change_the_hash_and_another_wait_does()
    {
        static string Hash(string benefits) => TestPolicies.WuhanWith(
            $"suspended-after-months: 1 => suspended-after-months: 1\n      benefits: {{{benefits}ref: FACTS, grade: choice}}").For(new YearMonth(2021, 6), []).Hash;
        Assert.Multiple(() =>
        {
            Assert.That(Hash(""), Is.EqualTo(TestPolicies.June2021.Hash));
            Assert.That(Hash("waiting-after-long-break: 6, "), Is.Not.EqualTo(TestPolicies.June2021.Hash));
        });
    }

    private static TestCaseData Row(string name, string benefits, string paid, string expected, string retired = "", string died = "", string through = "2021-12") =>
        new TestCaseData(benefits, paid, retired, died, through, expected).SetName(name);

    private static IEnumerable<PaidMonth> Paid(string text)
    {
        foreach (string part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] known = part.Split('@'), ends = known[0].Split("..");
            for (YearMonth month = Table.Month(ends[0]); month <= Table.Month(ends[^1]); month = month.PlusMonths(1))
            {
                yield return new PaidMonth(month, known.Length > 1 ? Table.Month(known[1]) : month);
            }
        }
    }

    private static string Text(BenefitSpell spell)
    {
        string letter = spell.Status switch { BenefitStatus.Eligible => "E", BenefitStatus.Suspended => "S", BenefitStatus.Waiting => "W", BenefitStatus.Ended => "X", _ => "N" };
        return $"{letter} {Text(spell.From)}{(spell.To is { } to ? $"..{Text(to)}" : "")}{(spell.WaitingUntil is { } until ? $"({Text(until)})" : "")}";
    }

    private static string Text(YearMonth month) => $"{month.Year:0000}-{month.Month:00}";
}
