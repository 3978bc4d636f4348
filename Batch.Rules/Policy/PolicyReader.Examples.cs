using NodaTime;
using NodaTime.Text;
using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

internal sealed partial class PolicyReader
{
    private const string Example = "{name: ..., month: 2021-06, standing: active, birth: 1985-06-01, base: 6000, net: 186.00}";

    private static List<PolicyExample> ReadExamples(PolicyMap map)
    {
        var examples = new List<PolicyExample>();
        foreach (YamlNode item in map.List("examples", "- " + Example))
        {
            if (map.AsMap(item, $"examples[{examples.Count + 1}]", Example) is { } one && ReadExample(one) is { } example)
            {
                examples.Add(example);
            }
        }

        return examples;
    }

    private static PolicyExample? ReadExample(PolicyMap map)
    {
        string? name = map.Text("name", "35 岁仍按低档");
        YearMonth? month = map.Month("month", required: true);
        map.Required("standing", "active");
        Standing standing = map.Word("standing", Standing.Active);
        LocalDate? birth = ReadDate(map, "birth");
        string category = map.Text("category", "unit", required: false) ?? "unit";
        decimal? baseYuan = map.Yuan("base", required: standing == Standing.Active);
        var person = new PersonMonth
        {
            Standing = standing,
            Birth = birth ?? default,
            Category = category,
            Base = MoneyOf(baseYuan) ?? Money.Zero,
            PensionPriorYear = MoneyOf(map.Yuan("pension-prior-year")),
            PensionThisYear = MoneyOf(map.Yuan("pension-this-year")),
            PensionMonth = MoneyOf(map.Yuan("pension-month")),
            FrozenAmount = MoneyOf(map.Yuan("frozen")),
            MissingYears = map.Integer("missing-years", 0, PersonInput.MostMissingYears) ?? 0,
            RetiredIn = map.Month("retired-in"),
            PaidMonths = map.Integer("paid-months", 0, PersonInput.MostMonths),
        };
        decimal? net = map.Yuan("net", required: true), gross = map.Yuan("gross"), deductions = map.Yuan("deductions");
        var set = new Dictionary<string, decimal>(StringComparer.Ordinal);
        PolicyMap? figures = map.Map("set", "{average-wage: 7000}", required: false);
        foreach (string figure in FigureNames.All)
        {
            if (figures?.Yuan(figure) is { } value)
            {
                set[figure] = value;
            }
        }

        figures?.RefuseOthers();
        map.RefuseOthers();
        return name is null || month is null || birth is null || net is null
            ? null
            : new PolicyExample(name, month.Value, person, net.Value, gross, deductions, set, map.Line);
    }

    private static Money? MoneyOf(decimal? yuan) => yuan is { } amount ? Rounding.Down.ToMoney(amount * 100m) : null;

    private static LocalDate? ReadDate(PolicyMap map, string key)
    {
        string? text = map.Text(key, "1985-06-01");
        if (text is null)
        {
            return null;
        }

        ParseResult<LocalDate> date = LocalDatePattern.Iso.Parse(text);
        if (date.Success)
        {
            return date.Value;
        }

        map.Faults.Add(map.Child(key)!, "DATE_WRONG", $"{map.What} 的 {key} 不能是“{text}”，应为日期，例如 1985-06-01",
            $"{key} of {map.What} cannot be '{text}'; write a date such as 1985-06-01");
        return null;
    }
}
