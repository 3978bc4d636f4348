using NodaTime.Text;
using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

internal sealed partial class PolicyReader
{
    private static readonly IReadOnlyList<IPattern<NodaTime.YearMonth>> MonthsAndYears =
        [YearMonthPattern.CreateWithInvariantCulture("uuuu-MM"), YearMonthPattern.CreateWithInvariantCulture("uuuu")];

    private void ReadSources(PolicyMap map)
    {
        PolicyMap? sources = map.Map("sources", "{INS: ins.com.cn/post/21353.html}");
        foreach ((string code, YamlNode source) in sources?.Entries() ?? [])
        {
            if (source is YamlMappingNode)
            {
                _sources[code] = ReadSource(map.AsMap(source, $"sources {code}", "{title: 实施办法, date: 2023-07-01}")!);
            }
            else if (source is YamlScalarNode { Value: { Length: > 0 } text })
            {
                _sources[code] = new PolicySource(null, null, null, null, text, null);
            }
            else
            {
                _faults.Add(source, "TYPE_WRONG", $"来源 {code} 应为地址或文号", $"source {code} is to be an address or a document number");
            }
        }
    }

    private static PolicySource ReadSource(PolicyMap map)
    {
        string? title = map.Text("title", "门诊共济保障机制实施办法", required: false), address = map.Text("address", "ins.com.cn/post/21353.html", required: title is null);
        string? date = map.Text("date", "2023-07-01", required: false);
        if (date is not null && !LocalDatePattern.Iso.Parse(date).Success && !MonthsAndYears.Any(p => p.Parse(date).Success))
        {
            map.Faults.Add(map.Child("date")!, "DATE_WRONG", $"{map.What} 的 date 不能是“{date}”，应为日期、年月或年份，例如 2023-07-01",
                $"date of {map.What} cannot be '{date}'; write a date, a month or a year such as 2023-07-01");
        }

        var source = new PolicySource(
            title, map.Text("number", "国办发〔2021〕14号", required: false), date, map.Text("issuer", "国务院办公厅", required: false), address,
            map.Text("quote", "退休人员个人账户由统筹基金按定额划入", required: false));
        map.RefuseOthers();
        return source;
    }
}
