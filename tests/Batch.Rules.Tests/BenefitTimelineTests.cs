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
    private const string Missed = "waiting-after-long-break: 3, missed-years: {adds: 1, paid-takes-off: 1, long-from-years: 4, least: 6}";
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
        // Twelve months missed, 2021-04 to 2022-03: three months and one more.
        Row("A year missed makes the wait a month longer", Missed, "2021-01..2021-03 2022-04..2022-12", "E 2021-01..2021-04 S 2021-05..2022-03 W 2022-04..2022-07(2022-07) E 2022-08", through: "2022-12"),
        Row("Eleven months missed make no year", Missed, "2021-01..2021-03 2022-03..2022-12", "E 2021-01..2021-04 S 2021-05..2022-02 W 2022-03..2022-05(2022-05) E 2022-06", through: "2022-12"),
        Row("The year paid with the resumption takes the month off", Missed, "2021-01..2021-03 2021-04..2022-03@2022-04 2022-04..2022-12", "E 2021-01..2021-04 S 2021-05..2022-03 W 2022-04..2022-06(2022-06) E 2022-07", through: "2022-12"),
        Row("The year paid within the wait shortens it from then on", Missed, "2021-01..2021-03 2021-04..2022-03@2022-05 2022-04..2022-12",
            "E 2021-01..2021-04 S 2021-05..2022-03 W 2022-04..2022-04(2022-07) W 2022-05..2022-06(2022-06) E 2022-07", through: "2022-12"),
        Row("A year paid after the wait changes nothing", Missed, "2021-01..2021-03 2021-04..2022-03@2022-09 2022-04..2022-12", "E 2021-01..2021-04 S 2021-05..2022-03 W 2022-04..2022-07(2022-07) E 2022-08", through: "2022-12"),
        Row("Eleven of the months paid take nothing off", Missed, "2021-01..2021-03 2021-04..2022-02@2022-04 2022-04..2022-12", "E 2021-01..2021-04 S 2021-05..2022-03 W 2022-04..2022-07(2022-07) E 2022-08", through: "2022-12"),
        // 2017-04 to 2021-03 are four years: 3 + 4; all of them paid leave six months.
        Row("Four years missed and all paid wait six months", Missed, "2017-01..2017-03 2017-04..2021-03@2021-04 2021-04..2021-12", "E 2017-01..2017-04 S 2017-05..2021-03 W 2021-04..2021-09(2021-09) E 2021-10"),
        Row("Four years missed wait seven", Missed, "2017-01..2017-03 2021-04..2021-12", "E 2017-01..2017-04 S 2017-05..2021-03 W 2021-04..2021-10(2021-10) E 2021-11"),
        Row("Retirement ends a wait for missed years", Missed, "2021-01..2021-03 2022-04..2022-05", "E 2021-01..2021-04 S 2021-05..2022-03 W 2022-04..2022-05(2022-07) E 2022-06", retired: "2022-06", through: "2022-12"),
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

    private static IEnumerable<TestCaseData> Waits => Table.Read("waits.csv").Select(r => new TestCaseData(r).SetName($"Wait after {r["missed"]} years missed of which {r["paid"]} are paid"));

    [TestCaseSource(nameof(Waits))]
    public void Wait_by_the_document_of_2024(Row row)
    {
        MonthPolicy policy = TestPolicies.Load("100000-waits-2024").For(new YearMonth(2025, 1), []);
        Assert.That(policy.WaitAfter(policy.WaitingAfterLongBreak, (int)row.Yuan("missed")!, (int)row.Yuan("paid")!), Is.EqualTo((int)row.Yuan("months")!));
    }

    // What a spell tells of its wait: 3 fixed, a year missed, and paid in May.
    [Test]
    public void A_spell_tells_why_its_wait_is_as_long_as_it_is()
    {
        AreaPolicy policy = TestPolicies.WuhanWith($"suspended-after-months: 1 => suspended-after-months: 1\n      benefits: {{{Missed}, ref: FACTS, grade: choice}}");
        IReadOnlyList<BenefitSpell> spells = BenefitTimeline.Fold(
            [.. Paid("2021-01..2021-03 2021-04..2022-03@2022-05 2022-04..2022-12")], null, null, new YearMonth(2022, 12), month => policy.For(month, []));
        Assert.That(spells.Select(s => s.Wait), Is.EqualTo(new[] { null, null, new BenefitWait(4, 3, 1, 0), new BenefitWait(3, 3, 1, 1), null }));
    }

    [Test]
    public void Rewards_are_told_and_change_no_hash()
    {
        MonthPolicy policy = TestPolicies.Load("100000-waits-2024").For(new YearMonth(2025, 1), []);
        Assert.That(policy.Statements.Select(s => $"{s.Statement} {s.Reference} {s.Grade}"), Does.Contain(
            "benefits: 1 months longer for each year missed, 1 shorter for each of them paid; at least 6 in all from 4 years missed on GB38 B").And.Contain(
            "benefits: the limit of the large-expense insurance rises by 1000 yuan for each year without a break after 4; 1000 yuan for a year without a claim; at most 20 % of the limit in all (told; no effect on accounts) GB38 B"));
        Assert.That(policy.CanonicalJson, Does.Not.Contain("reward").And.Contain(
            "\"benefits\":{\"backPayment\":\"next-month\",\"missedYears\":{\"adds\":1,\"least\":6,\"longFromYears\":4,\"paidTakesOff\":1},\"waitingAfterLongBreak\":3,\"waitingAfterShortBreak\":0}"));
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
