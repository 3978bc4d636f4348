using System.Globalization;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Proof;

/// <summary>
/// Random histories under rules that depend on more than a month's own facts. The few months and years of the rules are short, so that every side of them is met.
/// </summary>
public sealed class GatedHistoryTests
{
    private const string Frozen = "credit: frozen\n          ref: [INS, WX]\n          grade: B\n          otherwise:\n            credit: pension-rate\n            ref: [INS, WX]\n            grade: B\n"
        + "            pension: [prior-year-average, this-year-average, month]\n            floor: {rate: 80 %, of: average-wage, ref: [INS, WX], grade: B}\n"
        + "            less-per-missing-year: {rate: 20 %}\n            tiers:\n              - {up-to: 70, rate: 4.8 %}\n              - {over: 70, rate: 5.1 %}";

    /// <summary>Changes of Wuhan's file by name: <c>this =&gt; that | this =&gt; that</c>.</summary>
    private static readonly Dictionary<string, string> Rules = new()
    {
        ["Arrears_not_credited"] = "arrears: {credited: yes, age-on: accrual} => arrears: {credited: no} | first-month-offset: 0 => first-month-offset: 1",
        ["Arrears_only_after_enrolment_by_the_age_at_payment"] =
            "arrears: {credited: yes, age-on: accrual} => arrears: {credited: only-after-enrolment, age-on: payment, max-months: 2} | age-on: month-start => age-on: month-end",
        ["Resumption_offset"] = "resumption-offset: 0 => resumption-offset: 2",
        ["Resumption_offset_on_receipt"] = "resumption-offset: 0 => resumption-offset: 1 | credit-on: declaration => credit-on: receipt",
        ["Nothing_without_the_years"] = "death-month-credited: yes => death-month-credited: yes\n      minimum-years: {male: 2, female: 1, short: not-credited}"
            + " | long-from-months: 3 => long-from-months: 2",
        ["Nothing_without_the_years_on_receipt"] = "death-month-credited: yes => death-month-credited: no\n      minimum-years: {male: 2, female: 1, short: not-credited}"
            + " | credit-on: declaration => credit-on: receipt | short: {continuous: restart, accumulated: keep} => short: {continuous: restart, accumulated: zero}",
        ["Less_for_missing_years_beside_frozen_amounts"] = "death-month-credited: yes => death-month-credited: yes\n      minimum-years: {male: 4, female: 3} | credit: pension-rate => " + Frozen,
        ["Actually_paid_years_by_cohorts"] = "death-month-credited: yes => death-month-credited: yes\n      minimum-years: {male: 2, female: 1, short: not-credited, actual: {male: 1, female: 1}, "
            + "cohorts: [{retired-from: 2021-03, retired-to: 2021-04, male: 3, female: 2, actual: {male: 2, female: 1}}, {retired-from: 2021-11, male: 1, female: 1}, {retired-to: 2021-01, male: 1, female: 0}]}",
        ["Less_for_paid_years_missing_on_receipt"] = "death-month-credited: yes => death-month-credited: yes\n      minimum-years: {male: 3, female: 3, "
            + "cohorts: [{retired-from: 2021-03, male: 3, female: 2, actual: {male: 2, female: 2}}]}"
            + " | credit: pension-rate => credit: pension-rate\n          less-per-missing-year: {rate: 20 %} | credit-on: declaration => credit-on: receipt | long-from-months: 3 => long-from-months: 2",
        ["In_proportion_to_the_months_actually_paid"] = "credit: pension-rate => credit: pension-rate\n          pro-rata: {of-months: 19, months: actual, ref: INS, grade: B}"
            + " | long-from-months: 3 => long-from-months: 2",
        ["In_proportion_to_the_months"] = "credit: pension-rate => credit: pension-rate\n          pro-rata: {of-months: 27, ref: INS, grade: B} | rounding: half-up => rounding: down",
        ["In_proportion_to_the_months_on_receipt"] = "credit: pension-rate => credit: pension-rate\n          pro-rata: {of-months: 7, ref: INS, grade: B}"
            + " | credit-on: declaration => credit-on: receipt | long-from-months: 3 => long-from-months: 2",
        ["By_the_half_year"] = "rhythm: monthly => rhythm: half-yearly | insurance-year-from: 1 => insurance-year-from: 5",
        ["By_the_year_all_together"] = "rhythm: monthly => rhythm: yearly | insurance-year-from: 1 => insurance-year-from: 6 | resumption-offset: 0 => resumption-offset: 1"
            + " | first-month-offset: 0 => first-month-offset: 1 | credit-on: declaration => credit-on: receipt",
        ["The_higher_of_two_employers"] = "two-employers: hold => two-employers: higher",
        ["The_first_of_two_employers"] = "two-employers: hold => two-employers: first",
    };

    private static IEnumerable<TestCaseData> Histories => Rules.Keys.SelectMany(rule => Seeds.Select(seed => new TestCaseData(rule, seed).SetName($"{rule}_{seed}")));

    /// <summary>More seeds: <c>BATCH_HISTORIES=200</c>; one alone: <c>BATCH_HISTORY=17</c>.</summary>
    private static IEnumerable<int> Seeds => Environment.GetEnvironmentVariable("BATCH_HISTORY") is { } one
        ? [int.Parse(one, CultureInfo.InvariantCulture)]
        : Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("BATCH_HISTORIES") ?? "1", CultureInfo.InvariantCulture));

    [TestCaseSource(nameof(Histories))]
    public async Task Any_history_verifies_clean_under(string rule, int seed)
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await line.AdoptAsync(text => Changed(text, Rules[rule]));
        RandomHistory history = new(line, seed, new YearMonth(2021, seed % 2 == 0 ? 10 : 2), Rules[rule].Contains("credit-on: receipt", StringComparison.Ordinal), gated: true);
        try
        {
            await history.LiveAsync(months: 6);
            await line.AssertCleanAsync(all: true, "at the end");
            await line.AssertCleanAsync(all: false, "at the end, again");
        }
        catch (Exception fault) when (fault is not SuccessException)
        {
            await TestContext.Out.WriteLineAsync(history.Told);
            throw;
        }
    }

    /// <summary>The file's own examples would no longer hold: some stand for them that always do.</summary>
    internal static string Changed(string text, string changes)
    {
        text = text[..text.IndexOf("examples:", StringComparison.Ordinal)]
            + "examples:\n"
            + "  - {name: nothing comes of nothing, month: 2000-01, standing: active, birth: 1980-01-01, base: 0, net: 0.00}\n"
            + "  - {name: nothing comes of nothing, month: 2023-02, standing: active, category: flexible, birth: 1980-01-01, base: 0, net: 0.00}\n";
        foreach (string[] sides in changes.Split(" | ").Select(c => c.Split(" => ")))
        {
            Assert.That(text, Does.Contain(sides[0]));
            int at = text.IndexOf(sides[0], StringComparison.Ordinal);
            // The old tiers go with the old rule.
            int end = sides[1].StartsWith("credit: frozen", StringComparison.Ordinal) ? text.IndexOf("      flexible:", at, StringComparison.Ordinal) : at + sides[0].Length;
            text = text[..at] + sides[1] + (end == at + sides[0].Length ? "" : "\n") + text[end..];
        }

        return text;
    }
}
