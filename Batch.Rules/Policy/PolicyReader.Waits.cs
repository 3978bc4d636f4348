namespace Batch.Rules;

internal sealed partial class PolicyReader
{
    private const int MostWait = 24;

    private static MissedYearsText? ReadMissedYears(PolicyMap benefits)
    {
        if (benefits.Map("missed-years", "{adds: 1, paid-takes-off: 1, long-from-years: 4, least: 6}", required: false) is not { } map)
        {
            return null;
        }

        int? longFrom = map.Integer("long-from-years", 1, MostYears);
        var missed = new MissedYearsText(map.Integer("adds", 1, MostWait, required: true) ?? 1, map.Integer("paid-takes-off", 0, MostWait) ?? 0, longFrom, map.Integer("least", 0, MostWait, required: longFrom is not null) ?? 0);
        map.RefuseOthers();
        return missed;
    }

    private static RewardsText? ReadRewards(PolicyMap benefits)
    {
        if (benefits.Map("rewards", "{after-years: 4, each-year: 1000, no-claims-year: 1000, at-most: 20 %}", required: false) is not { } map)
        {
            return null;
        }

        int line = map.Line;
        var rewards = new RewardsText(map.Integer("after-years", 0, MostYears) ?? 0, map.Yuan("each-year"), map.Yuan("no-claims-year"), map.Percent("at-most"));
        if (rewards is { EachYear: null, NoClaimsYear: null })
        {
            map.Faults.Add(line, "REWARD_EMPTY", $"{map.What} 应写 each-year 或 no-claims-year", $"{map.What} takes each-year, no-claims-year or both");
        }

        map.RefuseOthers();
        return rewards;
    }
}
