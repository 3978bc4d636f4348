using NodaTime;
using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

internal sealed partial class PolicyReader
{
    private VersionText ReadVersion(PolicyMap map)
    {
        int line = map.Line;
        YearMonth? from = null;
        if (map.Child("from") is not YamlScalarNode { Value: "unknown" })
        {
            from = map.Month("from", required: true);
        }

        YearMonth? to = map.Month("to");
        bool startKnown = from is not null && map.Flag("start-known", true);
        RulesText rules = map.Map("rules", "{age-on: month-start}", required: false) is { } r ? ReadRules(r) : new RulesText();
        var categories = new Dictionary<string, CategoryText>(StringComparer.Ordinal);
        PolicyMap? all = map.Map("categories", "{unit: {active: ..., retired: ...}}");
        foreach ((string name, YamlNode value) in all?.Entries() ?? [])
        {
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterLower(c) && c != '-'))
            {
                _faults.Add(value, "CATEGORY_NAME", $"人员类别“{name}”应为小写字母，例如 flexible",
                    $"category '{name}' is to be lower-case letters such as flexible");
            }

            if (map.AsMap(value, $"{map.What} {name}", "{active: ..., retired: ...}") is { } category)
            {
                categories[name] = ReadCategory(category);
            }
        }

        if (all is not null && !categories.ContainsKey("unit"))
        {
            _faults.Add(all.Line, "CATEGORY_UNIT", $"{map.What} 缺少 unit(单位职工)",
                $"{map.What} has no category unit; write unit: {{active: ..., retired: ...}}");
        }

        IReadOnlyList<OpenQuestion> open = ReadOpen(map);
        map.RefuseOthers();
        return new VersionText(from, to, startKnown, line, rules, categories, open);
    }

    private RulesText ReadRules(PolicyMap map)
    {
        var standard = new RulesText();
        PolicyMap? breaks = map.Map("break", "{long-from-months: 3}", required: false);
        PolicyMap? arrears = map.Map("arrears", "{credited: yes}", required: false);
        PolicyMap? years = map.Map("minimum-years", "{male: 25, female: 20}", required: false);
        (int? actualMale, int? actualFemale) = ReadActual(years);
        var rules = new RulesText
        {
            AgeOn = map.Word("age-on", standard.AgeOn),
            Rounding = map.Word("rounding", standard.Rounding),
            CreditOn = map.Word("credit-on", standard.CreditOn),
            Rhythm = map.Word("rhythm", standard.Rhythm),
            Advance = ReadAdvance(map),
            InsuranceYearStart = map.Integer("insurance-year-from", 1, 12) ?? standard.InsuranceYearStart,
            UnknownPeople = map.Word("unknown-people", standard.UnknownPeople),
            TwoEmployers = map.Word("two-employers", standard.TwoEmployers),
            FirstMonthOffset = map.Integer("first-month-offset", 0, 12) ?? standard.FirstMonthOffset,
            RetirementOffset = map.Integer("retirement-offset", 0, 12) ?? standard.RetirementOffset,
            ResumptionOffset = map.Integer("resumption-offset", 0, 12) ?? standard.ResumptionOffset,
            CreditsDeathMonth = map.Flag("death-month-credited", standard.CreditsDeathMonth),
            SuspendedAfterMonths = map.Integer("suspended-after-months", 0, 12) ?? standard.SuspendedAfterMonths,
            LongBreakFromMonths = breaks?.Integer("long-from-months", 1, 120) ?? standard.LongBreakFromMonths,
            ShortBreak = ReadBreak(breaks, "short", standard.ShortBreak),
            LongBreak = ReadBreak(breaks, "long", standard.LongBreak),
            ArrearsCredited = arrears?.Word("credited", standard.ArrearsCredited) ?? standard.ArrearsCredited,
            ArrearsAge = arrears?.Word("age-on", standard.ArrearsAge) ?? standard.ArrearsAge,
            ArrearsMaxMonths = arrears?.Integer("max-months", 1, 600),
            MinimumYearsMale = years?.Integer("male", 1, 40, required: true),
            MinimumYearsFemale = years?.Integer("female", 1, 40, required: true),
            ActualYearsMale = actualMale,
            ActualYearsFemale = actualFemale,
            Cohorts = ReadCohorts(years),
            ShortOfYears = years?.Word("short", standard.ShortOfYears) ?? standard.ShortOfYears,
            Interest = ReadInterest(map),
            Benefits = ReadBenefits(map),
            Family = ReadFamily(map),
            Wallet = ReadWallet(map),
            SevereIllness = ReadSevereIllness(map),
            Emergency = ReadEmergency(map),
            ProvisionalPension = map.Word("provisional-pension", standard.ProvisionalPension),
            Clause = ReadClause(map),
        };
        breaks?.RefuseOthers();
        arrears?.RefuseOthers();
        years?.RefuseOthers();
        map.RefuseOthers();
        return rules;
    }

    private AdvanceText? ReadAdvance(PolicyMap rules)
    {
        PolicyMap? map = rules.Map("advance", "{month: 1, ref: NB25, grade: C}", required: false);
        if (map is null)
        {
            return null;
        }

        int? month = map.Integer("month", 1, 12, required: true);
        Clause clause = ReadClause(map);
        RefuseAdvanceOf(map);
        map.RefuseOthers();
        if (rules.Word("rhythm", Rhythm.Monthly) != Rhythm.YearlyInAdvance)
        {
            _faults.Add(map.Line, "ADVANCE_RHYTHM", $"{map.What} 只用于 rhythm: yearly-in-advance", $"{map.What} goes with rhythm: yearly-in-advance only");
        }

        return month is { } given ? new AdvanceText(given, clause) : null;
    }

    // What sources say of other years in advance, and is not computed: said in so many words, it is refused by name.
    private void RefuseAdvanceOf(PolicyMap map)
    {
        if (map.Word("of", AdvanceOf.Retired) != AdvanceOf.Retired)
        {
            _faults.Add(map.Child("of")!, "ADVANCE_ACTIVE", $"{map.What} 只用于退休人员；在职人员的划入须等到账（docs/policies/edges.md），不能按上年 12 月的基数预划。请写 of: retired，在职逐月划入",
                $"{map.What} is for retirees; the employed are credited when their money is there and not in advance on the base of December. Write of: retired; the employed are credited month by month");
        }

        if (map.Word("ages", AdvanceAges.FirstMonth) != AdvanceAges.FirstMonth)
        {
            _faults.Add(map.Child("ages")!, "ADVANCE_AGES", $"{map.What} 按带来划入的那个月的年龄计算全部月份；按每月年龄的地区不能写 advance，逐月划入",
                $"{map.What} takes the age in the month that brings the credit for all its months; an area that takes each month's age is credited month by month, without advance");
        }
    }

    private static BreakRule ReadBreak(PolicyMap? breaks, string key, BreakRule standard)
    {
        PolicyMap? map = breaks?.Map(key, "{continuous: restart, accumulated: keep}", required: false);
        if (map is null)
        {
            return standard;
        }

        var rule = new BreakRule(map.Word("continuous", standard.Continuous), map.Word("accumulated", standard.Accumulated));
        map.RefuseOthers();
        return rule;
    }

    private BenefitsText? ReadBenefits(PolicyMap rules)
    {
        PolicyMap? map = rules.Map("benefits", "{waiting-after-long-break: 6, back-payment: retroactive, ref: NAT, grade: B}", required: false);
        if (map is null)
        {
            return null;
        }

        int line = map.Line;
        var benefits = new BenefitsText(
            map.Integer("waiting-after-short-break", 0, 24) ?? 0, map.Integer("waiting-after-long-break", 0, 24) ?? 0, map.Word("back-payment", BackPayment.NextMonth), ReadClause(map))
        {
            MissedYears = ReadMissedYears(map),
            Rewards = ReadRewards(map),
        };
        if (benefits.WaitingAfterShortBreak > benefits.WaitingAfterLongBreak)
        {
            _faults.Add(line, "WAITING_CROSS", $"{map.What} 中短期断缴后的等待期长于长期断缴",
                $"{map.What} makes people wait longer after a short break than after a long one");
        }

        map.RefuseOthers();
        return benefits;
    }

    private CategoryText ReadCategory(PolicyMap map)
    {
        string? openActive = null, openRetired = null;
        ActiveText? active = null;
        RetiredText? retired = null;
        if (map.Map("active", "{own: whole, ...}", required: false) is { } a && (openActive = OpenOf(a)) is null)
        {
            active = ReadActive(a);
        }

        if (map.Map("retired", "{credit: flat, ...}", required: false) is { } r && (openRetired = OpenOf(r)) is null)
        {
            retired = ReadRetired(r);
        }

        map.RefuseOthers();
        return new CategoryText(active, retired, openActive, openRetired, map.Line);
    }

    /// <summary><c>open: sentence</c> in place of a rule says that the source leaves it open; such people are held.</summary>
    private static string? OpenOf(PolicyMap map)
    {
        string? open = map.Text("open", "来源未载明", required: false);
        if (open is not null)
        {
            map.RefuseOthers();
        }

        return open;
    }
}
