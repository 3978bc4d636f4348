using NodaTime;
using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

internal sealed partial class PolicyReader
{
    private const int MostYears = 40;
    private const string CohortExample = "{retired-from: 2014-01, male: 30, female: 25, actual: {male: 10, female: 10}}";

    /// <summary>Other years for those who retired in certain months.</summary>
    private static List<Cohort> ReadCohorts(PolicyMap? years)
    {
        List<Cohort> cohorts = [];
        foreach (YamlNode item in years?.List("cohorts", $"[{CohortExample}]", required: false) ?? [])
        {
            if (years!.AsMap(item, $"{years.What} cohorts[{cohorts.Count + 1}]", CohortExample) is not { } map)
            {
                continue;
            }

            (int? actualMale, int? actualFemale) = ReadActual(map);
            cohorts.Add(new Cohort(
                map.Month("retired-from"), map.Month("retired-to"), map.Integer("male", 0, MostYears, required: true) ?? 0,
                map.Integer("female", 0, MostYears, required: true) ?? 0, actualMale, actualFemale, map.Line));
            map.RefuseOthers();
        }

        return cohorts;
    }

    /// <summary>Years to be actually paid.</summary>
    private static (int? Male, int? Female) ReadActual(PolicyMap? years)
    {
        if (years?.Map("actual", "{male: 10, female: 10}", required: false) is not { } actual)
        {
            return (null, null);
        }

        (int? Male, int? Female) read = (actual.Integer("male", 1, MostYears, required: true), actual.Integer("female", 1, MostYears, required: true));
        actual.RefuseOthers();
        return read;
    }
}
