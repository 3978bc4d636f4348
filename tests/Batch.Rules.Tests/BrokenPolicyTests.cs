using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>
/// One way to break a file in each row: the line that is written otherwise, and the exact fault with its line, its code and what to write instead.
/// </summary>
public sealed class BrokenPolicyTests
{
    /// <summary>The smallest whole file; its lines are counted from 1.</summary>
    private const string Whole = """
        area: "999900"
        name: 试验市
        english: Trial
        sources:
          S: a document
        figures:
          average-wage:
            - {from: 2021-01, to: 2021-12, value: 7000 yuan/month, ref: S, grade: A}
            - {from: 2022-01, value: 7100 yuan/month, ref: S, grade: A}
        versions:
          - from: 2021-01
            to: 2021-12
            rules: {ref: S, grade: A, age-on: month-start, break: {long-from-months: 3}}
            categories:
              unit:
                active:
                  ref: S
                  grade: A
                  pays: {person: {rate: 2 %, ref: S, grade: A}}
                  own: whole
                  share:
                    of: base
                    ref: S
                    grade: A
                    tiers:
                      - {up-to: 35, rate: 1 %}
                      - {over: 35, rate: 2 %}
                retired:
                  credit: pension-rate
                  ref: S
                  grade: A
                  pension: [month]
                  tiers:
                    - {rate: 4 %, minimum: 50 yuan/month, maximum: 90 yuan/month}
                  deductions:
                    - {name: care, amount: 3 yuan/month, ref: S, grade: A}
          - from: 2022-01
            categories:
              unit:
                active: {account: none, ref: S, grade: A}
                retired: {credit: flat, ref: S, grade: A, tiers: [{amount: 83 yuan/month}]}
        examples:
          - {name: low tier, month: 2021-06, standing: active, birth: 1990-01-01, base: 1000, net: 30.00}
          - {name: flat, month: 2022-06, standing: retired, birth: 1950-01-01, net: 83.00}

        """;

    private static TestCaseData Row(string name, string find, string write, string fault) => new TestCaseData(find, write, fault).SetName($"Broken policy: {name}");

    private static IEnumerable<TestCaseData> Files =>
    [
        Row("a proportion of no month", "pension: [month]", "pension: [month]\n          pro-rata: {of-months: 0, ref: S, grade: A}", "33: NUMBER_WRONG: of-months of versions[1] unit retired pro-rata cannot be '0'; write a whole number from 1 to 600"),
        Row("a proportion without its months", "pension: [month]", "pension: [month]\n          pro-rata: {ref: S, grade: A}", "33: KEY_MISSING: versions[1] unit retired pro-rata has no of-months; write for example 1"),
        Row("a proportion without a source", "pension: [month]", "pension: [month]\n          pro-rata: {of-months: 180}", "33: REF_MISSING: versions[1] unit retired pro-rata has no reference; write ref: with a code of sources || 33: GRADE_MISSING: versions[1] unit retired pro-rata has no grade; write grade: one of A, A-, B, C, GK, choice, sample"),
        Row("a proportion beside less for missing years", "pension: [month]", "pension: [month]\n          less-per-missing-year: {rate: 3 %}\n          pro-rata: {of-months: 180, ref: S, grade: A}",
            "29: REDUCTION_WITHOUT_YEARS: less-per-missing-year needs the years that may be missing; write minimum-years: {male: 30, female: 25} under rules || 34: PRO_RATA_WITH_REDUCTION: pro-rata and less-per-missing-year both lessen the credit by the years; write one of them"),
        Row("cohorts that share a month", "break: {long-from-months: 3}", "minimum-years: {male: 30, female: 25, cohorts: [{retired-to: 2013-12, male: 30, female: 25}, {retired-from: 2013-12, male: 30, female: 25}]}",
            "13: COHORT_OVERLAP: a month of retirement is in two cohorts; change retired-from or retired-to"),
        Row("a cohort that holds nobody", "break: {long-from-months: 3}", "minimum-years: {male: 30, female: 25, cohorts: [{retired-from: 2014-01, retired-to: 2013-12, male: 30, female: 25}]}",
            "13: COHORT_EMPTY: retired-to is before retired-from and nobody is in it; swap them"),
        Row("more years paid than asked", "break: {long-from-months: 3}", "minimum-years: {male: 30, female: 25, actual: {male: 10, female: 26}}",
            "13: ACTUAL_ABOVE_COUNTED: more years are to be actually paid than are asked for at all; change actual"),
        Row("paid years of one sex only", "break: {long-from-months: 3}", "minimum-years: {male: 30, female: 25, actual: {male: 10}}", "13: KEY_MISSING: versions[1] rules minimum-years actual has no female; write for example 1"),
        Row("a proportion of unknown months", "pension: [month]", "pension: [month]\n          pro-rata: {of-months: 180, months: some, ref: S, grade: A}", "33: WORD_UNKNOWN: months of versions[1] unit retired pro-rata cannot be 'some'; write one of: counted, actual"),
        Row("a reward without an amount", "break: {long-from-months: 3}", "benefits: {rewards: {after-years: 4}, ref: S, grade: A}", "13: REWARD_EMPTY: versions[1] rules benefits rewards takes each-year, no-claims-year or both"),
        Row("a longest break without its least wait", "break: {long-from-months: 3}", "benefits: {missed-years: {adds: 1, long-from-years: 4}, ref: S, grade: A}", "13: KEY_MISSING: versions[1] rules benefits missed-years has no least; write for example 0"),
        Row("an age without a tier", "{over: 35,", "{over: 36,", "27: AGE_GAP: ages 36 to 36 have no tier; check from (included), over (excluded), up-to (included), under (excluded)"),
        Row("an age with two tiers", "{over: 35,", "{from: 35,", "27: AGE_OVERLAP: ages 35 to 35 have two tiers; check from (included), over (excluded), up-to (included), under (excluded)"),
        Row("the oldest without a tier", "{over: 35, rate", "{over: 35, up-to: 60, rate", "27: AGE_GAP: ages from 61 on have no tier; leave the upper bound of the last tier out"),
        Row("the very oldest without a tier", "{over: 35, rate", "{over: 35, up-to: 149, rate", "27: AGE_GAP: ages from 150 on have no tier; leave the upper bound of the last tier out"),
        Row("both words for one side", "{over: 35,", "{over: 35, from: 36,", "27: TIER_BOUNDS: versions[1] unit active share tiers[2] writes one side twice; take from (included) or over (excluded), up-to (included) or under (excluded)"),
        Row("a tier that holds nobody", "{over: 35,", "{over: 35, under: 36,", "27: TIER_EMPTY: versions[1] unit active share tiers[2] begins above its end and holds nobody; swap the bounds"),
        Row("a month that no version covers", "to: 2021-12\n    rules", "to: 2021-10\n    rules", "11: VERSION_GAP: no policy between the end of this version, 2021-10, and the next from 2022-01; write to: 2021-12 or leave to out"),
        Row("a month that two versions cover", "to: 2021-12\n    rules", "to: 2022-03\n    rules", "11: VERSION_OVERLAP: this version ends in 2022-03 and overlaps the next from 2022-01; write to: 2021-12 or leave to out"),
        Row("versions out of order", "- from: 2022-01\n    cat", "- from: 2020-01\n    cat", "37: VERSION_ORDER: versions stand in the order of their months; 2020-01 is not after 2021-01 of the version above"),
        Row("a later version of unknown start", "- from: 2022-01\n    cat", "- from: unknown\n    cat", "37: VERSION_ORDER: only the first version can have from: unknown; write its month"),
        Row("a version that ends before it begins", "- from: 2022-01\n    cat", "- from: 2022-01\n    to: 2021-01\n    cat", "37: VERSION_EMPTY: this version ends in 2021-01, before it begins in 2022-01"),
        Row("an unknown key", "own: whole", "owns: whole", "20: KEY_UNKNOWN: versions[1] unit active does not know 'owns'; did you mean own? It takes: open, pays, ref, grade, account, own, share, flat, deductions"),
        Row("an unknown key at the top", "english: Trial", "englisch: Trial", "1: KEY_MISSING: policy has no english; write for example Wuhan || 3: KEY_UNKNOWN: policy does not know 'englisch'; did you mean english? It takes: area, name, english, sources, open, figures, versions, examples"),
        Row("a missing key", "credit: pension-rate\n          ref", "ref", "29: KEY_MISSING: versions[1] unit retired has no credit; write for example flat"),
        Row("a missing reference", "own: whole\n          share:\n            of: base\n            ref: S\n", "own: whole\n          share:\n            of: base\n", "22: REF_MISSING: versions[1] unit active share has no reference; write ref: with a code of sources"),
        Row("a reference that is not declared", "amount: 3 yuan/month, ref: S", "amount: 3 yuan/month, ref: T", "36: REF_UNKNOWN: reference 'T' of versions[1] unit retired deductions[1] is not in sources; declare it there"),
        Row("a missing grade", "{rate: 2 %, ref: S, grade: A}", "{rate: 2 %, ref: S}", "19: GRADE_MISSING: versions[1] unit active pays person has no grade; write grade: one of A, A-, B, C, GK, choice, sample"),
        Row("a grade that does not exist", "{rate: 2 %, ref: S, grade: A}", "{rate: 2 %, ref: S, grade: D}", "19: WORD_UNKNOWN: grade of versions[1] unit active pays person cannot be 'D'; write one of: A, A-, B, C, GK, choice, sample"),
        Row("a rate without its unit", "{over: 35, rate: 2 %}", "{over: 35, rate: 0.02}", "27: UNIT_MISSING: rate of versions[1] unit active share tiers[2] has no unit; write %, for example 1.1 %"),
        Row("a rate in yuan", "{over: 35, rate: 2 %}", "{over: 35, rate: 2 yuan/month}", "27: UNIT_WRONG: rate of versions[1] unit active share tiers[2] cannot have the unit 'yuan/month'; write %, for example 1.1 %"),
        Row("letters for a rate", "{over: 35, rate: 2 %}", "{over: 35, rate: two %}", "27: NUMBER_WRONG: rate of versions[1] unit active share tiers[2] cannot be 'two %'; write a number and its unit such as 1.1 %"),
        Row("an amount a week", "83 yuan/month", "83 yuan/week", "41: UNIT_WRONG: amount of versions[2] unit retired tiers[1] cannot have the unit 'yuan/week'; write yuan/month, yuan/year, for example 83 yuan/month"),
        Row("a list where a mapping belongs", "rules: {ref: S, grade: A, age-on: month-start, break: {long-from-months: 3}}", "rules: [month-start]", "13: TYPE_WRONG: versions[1] rules is to be a mapping; write for example {age-on: month-start}"),
        Row("a text where a list belongs", "pension: [month]", "pension: month", "32: TYPE_WRONG: pension of versions[1] unit retired is to be a list; write for example [prior-year-average, this-year-average, month]"),
        Row("an empty list of sources of the pension", "pension: [month]", "pension: []", "32: LIST_EMPTY: pension of versions[1] unit retired is empty; write for example [prior-year-average, this-year-average, month]"),
        Row("a month 13", "- from: 2022-01\n    cat", "- from: 2022-13\n    cat", "37: MONTH_WRONG: from of versions[2] cannot be '2022-13'; write a month such as 2023-02"),
        Row("a month without its zero", "- from: 2022-01\n    cat", "- from: 2022-1\n    cat", "37: MONTH_WRONG: from of versions[2] cannot be '2022-1'; write a month such as 2023-02"),
        Row("a date that does not exist", "birth: 1950-01-01", "birth: 1950-02-29", "44: DATE_WRONG: birth of examples[2] cannot be '1950-02-29'; write a date such as 1985-06-01"),
        Row("a word that is none", "age-on: month-start", "age-on: birthday", "13: WORD_UNKNOWN: age-on of versions[1] rules cannot be 'birthday'; write one of: month-start, month-end, insurance-year-start, birth-year"),
        Row("a source of pension that is none", "pension: [month]", "pension: [months]", "32: WORD_UNKNOWN: pension of versions[1] unit retired cannot be 'months'; write one of: prior-year-average, prior-year-last-month, reference-month, this-year-average, first-pension, month"),
        Row("a break of no months", "long-from-months: 3", "long-from-months: 0", "13: NUMBER_WRONG: long-from-months of versions[1] rules break cannot be '0'; write a whole number from 1 to 120"),
        Row("accumulated years lost and continuous kept", "long-from-months: 3", "long-from-months: 3, long: {continuous: keep, accumulated: zero}", "13: BREAK_EFFECT: a break cannot zero the accumulated years and keep the continuous ones; write continuous: restart"),
        Row("interest on the balance at two rates", "long-from-months: 3}}", "long-from-months: 3}, interest: {on: year-end-balance, current-year: 0.35 %/year, carried-over: 1.1 %/year, ref: S, grade: A}}", "13: INTEREST_RATES: the rates of versions[1] rules interest do not fit on: with year-end-balance write rate alone, else current-year and carried-over, or rates with their months"),
        Row("interest on products at one rate", "long-from-months: 3}}", "long-from-months: 3}, interest: {rate: 0.35 %/year, ref: S, grade: A}}", "13: INTEREST_RATES: the rates of versions[1] rules interest"),
        Row("interest with a pair and a list", "long-from-months: 3}}", "long-from-months: 3}, interest: {current-year: 1 %/year, rates: [{from: 2021-01, current-year: 1 %/year, carried-over: 1 %/year}], ref: S, grade: A}}", "13: INTEREST_RATES: the rates of versions[1] rules interest"),
        Row("interest on the balance paid out with a closing", "long-from-months: 3}}", "long-from-months: 3}, interest: {on: year-end-balance, rate: 1 %/year, closed-account: with-pay-out, ref: S, grade: A}}", "13: INTEREST_CLOSED: versions[1] rules interest is on the balance at the end of the year, which has no months to pay out before; leave closed-account out"),
        Row("a relative that is none", "long-from-months: 3}}", "long-from-months: 3}, family: {relatives: [spouse, cousin], ref: S, grade: A}}", "13: WORD_UNKNOWN: relatives of versions[1] rules family cannot be 'cousin'; write of: spouse, parent, child, sibling, grandparent, grandchild"),
        Row("a relative twice", "long-from-months: 3}}", "long-from-months: 3}, family: {relatives: [spouse, spouse], ref: S, grade: A}}", "13: RELATIVE_TWICE: relatives of versions[1] rules family names spouse twice"),
        Row("a wallet without a limit of one transfer", "long-from-months: 3}}", "long-from-months: 3}, wallet: {a-day-at-most: 3, ref: S, grade: A}}", "13: KEY_MISSING: versions[1] rules wallet has no each-at-most; write for example 186.00"),
        Row("a wallet without a number a day", "long-from-months: 3}}", "long-from-months: 3}, wallet: {each-at-most: 2000, ref: S, grade: A}}", "13: KEY_MISSING: versions[1] rules wallet has no a-day-at-most; write for example 1"),
        Row("a wallet with a limit of nothing", "long-from-months: 3}}", "long-from-months: 3}, wallet: {each-at-most: 0, a-day-at-most: 3, ref: S, grade: A}}", "13: WALLET_LIMIT: each-at-most of versions[1] rules wallet is to be above 0 with at most two decimal places"),
        Row("a wallet with parts of a fen", "long-from-months: 3}}", "long-from-months: 3}, wallet: {each-at-most: 0.005, a-day-at-most: 3, ref: S, grade: A}}", "13: WALLET_LIMIT: each-at-most of versions[1] rules wallet is to be above 0 with at most two decimal places"),
        Row("a wallet with no transfers", "long-from-months: 3}}", "long-from-months: 3}, wallet: {each-at-most: 2000, a-day-at-most: 0, ref: S, grade: A}}", "13: NUMBER_WRONG: a-day-at-most of versions[1] rules wallet cannot be '0'; write a whole number from 1 to 1000"),
        Row("a severe illness that pays what", "long-from-months: 3}}", "long-from-months: 3}, severe-illness: {ref: S, grade: A}}", "13: KEY_MISSING: versions[1] rules severe-illness has no pays; write for example part"),
        Row("a severe illness that pays a half", "long-from-months: 3}}", "long-from-months: 3}, severe-illness: {pays: half, ref: S, grade: A}}", "13: WORD_UNKNOWN: pays of versions[1] rules severe-illness cannot be 'half'; write one of: whole, part"),
        Row("an emergency without a word", "long-from-months: 3}}", "long-from-months: 3}, emergency: {ref: S, grade: A}}", "13: KEY_MISSING: versions[1] rules emergency has no paid-back; write for example yes"),
        Row("a premium with a word that is none", "long-from-months: 3}}", "long-from-months: 3}, family: {relatives: [spouse], residents-premium: perhaps, ref: S, grade: A}}", "13: WORD_UNKNOWN: residents-premium of versions[1] rules family cannot be 'perhaps'; write one of: yes, no"),
        Row("no relatives", "long-from-months: 3}}", "long-from-months: 3}, family: {relatives: [], ref: S, grade: A}}", "13: LIST_EMPTY: relatives of versions[1] rules family is empty"),
        Row("rates of interest out of order", "long-from-months: 3}}", "long-from-months: 3}, interest: {rates: [{from: 2021-07, current-year: 1 %/year, carried-over: 1 %/year}, {from: 2021-01, current-year: 2 %/year, carried-over: 2 %/year}], ref: S, grade: A}}", "13: INTEREST_ORDER: the rates of versions[1] rules interest stand in the order of their months"),
        Row("a rate of interest without its month", "long-from-months: 3}}", "long-from-months: 3}, interest: {rates: [{current-year: 1 %/year, carried-over: 1 %/year}], ref: S, grade: A}}", "13: KEY_MISSING: versions[1] rules interest rates[1] has no from; write for example 2023-02"),
        Row("interest on a word that is none", "long-from-months: 3}}", "long-from-months: 3}, interest: {on: balance, rate: 1 %/year, ref: S, grade: A}}", "13: WORD_UNKNOWN: on of versions[1] rules interest cannot be 'balance'; write one of: monthly-products, year-end-balance || 13: INTEREST_RATES"),
        Row("figures that overlap", "to: 2021-12, value", "to: 2022-06, value", "9: FIGURE_OVERLAP: average-wage from 2022-01 overlaps the one before; write to: 2021-12 there"),
        Row("a figure of zero", "7100 yuan/month", "0 yuan/month", "9: FIGURE_NOT_POSITIVE: figures average-wage is to be above 0"),
        Row("a figure that nobody knows", "average-wage:", "average-wages:", "7: KEY_UNKNOWN: policy figures does not know 'average-wages'; did you mean average-wage? It takes: average-wage, average-pension, base-min, base-max"),
        Row("a minimum above its maximum", "minimum: 50", "minimum: 95", "34: MINIMUM_ABOVE_MAXIMUM: versions[1] unit retired tiers[1] has a minimum above its maximum"),
        Row("a deduction with two values", "amount: 3 yuan/month", "amount: 3 yuan/month, rate: 1 %", "36: DEDUCTION_VALUE: versions[1] unit retired deductions[1] takes either rate (of the base) or amount"),
        Row("own credited without an own rate", "pays: {person: {rate: 2 %, ref: S, grade: A}}", "pays: {}", "17: OWN_WITHOUT_RATE: versions[1] unit active has own: whole but no rate in pays.person; write pays: {person: {rate: 2 %, ...}}"),
        Row("the employed credited with nothing", "active: {account: none, ref: S, grade: A}", "active: {ref: S, grade: A}", "40: CREDIT_MISSING: versions[2] unit active credits nothing; write own, share or flat, or account: none"),
        Row("an account of another word", "account: none", "account: closed", "40: WORD_UNKNOWN: account of versions[2] unit active can only be none"),
        Row("no category unit", "  unit:\n        active: {acc", "  units:\n        active: {acc", "39: CATEGORY_UNIT: versions[2] has no category unit; write unit: {active: ..., retired: ...}"),
        Row("no rule for the retired", "        retired: {credit: flat, ref: S, grade: A, tiers: [{amount: 83 yuan/month}]}\n", "", "40: STANDING_MISSING: unit needs both active and retired; where the source is silent write open: with a sentence"),
        Row("an example that fails", "net: 30.00", "net: 31.00", "43: EXAMPLE_FAILS: example 'low tier' says net 31.00, the file computes gross 30.00, deductions 0.00, net 30.00; correct the rule or the example"),
        Row("an example before the first version", "month: 2021-06", "month: 2020-06", "43: EXAMPLE_REFUSED: example 'low tier' cannot be computed: 999900: no policy covers 2020-06."),
        Row("a version without an example", "month: 2022-06, standing: retired, birth: 1950-01-01, net: 83.00", "month: 2021-07, standing: retired, birth: 1950-01-01, pension-month: 1000, net: 47.00", "37: EXAMPLE_NONE: this version has no example; write at least one worked by hand under examples"),
        Row("an area of five digits", "\"999900\"", "\"99990\"", "1: AREA_WRONG: area cannot be '99990'; write the six digits of the area such as \"420100\""),
        Row("limits that cross in some months", "average-wage:\n    - {from: 2021-01, to: 2021-12, value: 7000 yuan/month, ref: S, grade: A}\n", "base-min:\n    - {from: 2021-01, to: 2022-06, value: 8000 yuan/month, ref: S, grade: A}\n  base-max:\n", "10: LIMITS_CROSS: base-max is below base-min of the same month"),
        Row("a source without a title and an address", "S: a document", "S: {date: 2023-07-01}", "5: KEY_MISSING: sources S has no address; write for example ins.com.cn/post/21353.html"),
        Row("a source of a date that is none", "S: a document", "S: {title: 办法, date: July}", "5: DATE_WRONG: date of sources S cannot be 'July'; write a date, a month or a year such as 2023-07-01"),
        Row("a key that a source does not know", "S: a document", "S: {title: 办法, year: 2023}", "5: KEY_UNKNOWN: sources S does not know 'year'"),
        Row("a key written twice", "name: 试验市", "area: \"999900\"", "2: YAML"),
        Row("a tab for indentation", "  S: a document", "\tS: a document", "5: TAB: a tab at the beginning of the line; indent with blanks"),
    ];

    [TestCaseSource(nameof(Files))]
    public void Broken(string find, string write, string fault)
    {
        Assert.That(Whole, Does.Contain(find), "the row changes nothing");
        int at = Whole.IndexOf(find, StringComparison.Ordinal);
        string broken = string.Concat(Whole.AsSpan(0, at), write, Whole.AsSpan(at + find.Length));
        IReadOnlyList<PolicyFault> faults = PolicyCheck.Check(broken, "broken.yaml");
        Assert.That(faults.Select(f => $"{f.Line}: {f.Code}: {f.English}"), Is.EqualTo(fault.Split(" || ")).Using<string>((found, expected) => found.StartsWith(expected, StringComparison.Ordinal)));
        Assert.That(faults.Select(f => f.Chinese), Has.All.Match("[\u4e00-\u9fff]"));
        Assert.That(() => AreaPolicy.Parse(broken, "broken.yaml"), Throws.TypeOf<PolicyFaultException>().With.Message.Contains("broken.yaml:"));
    }

    [Test]
    public void The_whole_file_has_no_fault() => Assert.That(PolicyCheck.Check(Whole, "whole.yaml"), Is.Empty);

    [TestCase("")]
    [TestCase("# only a comment\n")]
    [TestCase("- a list\n")]
    public void A_file_that_is_not_a_policy_says_so(string text) => Assert.That(PolicyCheck.Check(text, "x.yaml").Single().Code, Is.EqualTo("FILE_EMPTY"));

    [Test]
    public void All_faults_of_a_file_are_told_at_once_in_the_order_of_its_lines()
    {
        string broken = Whole.Replace("{over: 35, rate: 2 %}", "{over: 36, rate: 2 %}", StringComparison.Ordinal).Replace("own: whole", "own: half", StringComparison.Ordinal);
        Assert.That(PolicyCheck.Check(broken, "x.yaml").Select(f => (f.Line, f.Code)), Is.EqualTo(new[] { (20, "WORD_UNKNOWN"), (27, "AGE_GAP") }));
    }
}
