using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

internal sealed partial class PolicyReader
{
    private const string DeductionExample = "{name: serious-illness, amount: 3 yuan/month, ref: BJ1, grade: A}";
    private const string TierExample = "- {up-to: 35, rate: 1.1 %}";

    private ActiveText ReadActive(PolicyMap map)
    {
        int line = map.Line;
        PaysText pays = ReadPays(map);
        Clause clause = ReadClause(map);
        if (map.Child("account") is not null)
        {
            // "account: none" is the only word: an account with nothing credited is another thing.
            string? account = map.Text("account", "none");
            if (account is not (null or "none"))
            {
                _faults.Add(map.Child("account")!, "WORD_UNKNOWN", $"{map.What} 的 account 只能写 none", $"account of {map.What} can only be none");
            }

            map.RefuseOthers();
            return new ActiveText(false, pays, OwnCredit.None, clause, null, null, [], line);
        }

        OwnCredit own = map.Word("own", OwnCredit.None);
        TiersText? share = map.Map("share", "{of: base, tiers: [...]}", required: false) is { } s ? ReadShare(s) : null;
        TiersText? flat = map.Map("flat", "{tiers: [...]}", required: false) is { } f ? ReadTiers(f, RateBase.Base, rates: false, ReadClause(f)) : null;
        IReadOnlyList<DeductionText> deductions = ReadDeductions(map);
        if (own == OwnCredit.Whole && pays.Person is null)
        {
            _faults.Add(line, "OWN_WITHOUT_RATE", $"{map.What} 写了 own: whole，却没有 pays.person 的费率",
                $"{map.What} has own: whole but no rate in pays.person; write pays: {{person: {{rate: 2 %, ...}}}}");
        }

        if (own == OwnCredit.None && share is null && flat is null)
        {
            _faults.Add(line, "CREDIT_MISSING", $"{map.What} 没有任何划入，请写 own、share、flat 之一，或 account: none",
                $"{map.What} credits nothing; write own, share or flat, or account: none");
        }

        map.RefuseOthers();
        return new ActiveText(true, pays, own, clause, share, flat, deductions, line);
    }

    private PaysText ReadPays(PolicyMap map)
    {
        PolicyMap? pays = map.Map("pays", "{person: {rate: 2 %, ref: INS, grade: B}}", required: false);
        if (pays is null)
        {
            return new PaysText(null, null, null, null);
        }

        (decimal? person, Clause? personClause) = ReadPayer(pays, "person");
        (decimal? employer, Clause? employerClause) = ReadPayer(pays, "employer");
        pays.RefuseOthers();
        return new PaysText(person, employer, personClause, employerClause);
    }

    private (decimal? Rate, Clause? Clause) ReadPayer(PolicyMap pays, string key)
    {
        PolicyMap? map = pays.Map(key, "{rate: 2 %, ref: INS, grade: B}", required: false);
        if (map is null)
        {
            return (null, null);
        }

        decimal? rate = map.Percent("rate", required: true);
        Clause clause = ReadClause(map);
        map.RefuseOthers();
        return (rate, clause);
    }

    private TiersText? ReadShare(PolicyMap map) => ReadTiers(map, map.Word("of", RateBase.Base), rates: true, ReadClause(map));

    private TiersText? ReadTiers(PolicyMap map, RateBase of, bool rates, Clause clause)
    {
        decimal share = rates ? map.Percent("of-share") ?? 1m : 1m;
        int? year = rates ? map.Integer("of-year", 1990, 2200) : null;
        var tiers = new List<TierText>();
        foreach (YamlNode item in map.List("tiers", TierExample))
        {
            if (map.AsMap(item, $"{map.What} tiers[{tiers.Count + 1}]", TierExample) is { } tier)
            {
                tiers.Add(ReadTier(tier, rates ? "rate" : "amount", rates && of == RateBase.Base));
            }
        }

        map.RefuseOthers();
        return new TiersText(of, share, year, tiers, clause);
    }

    /// <summary>
    /// One tier. Either side may be included or not: <c>from</c> 含, <c>over</c> 不含; <c>up-to</c> 含, <c>under</c> 不含. A side not written is open.
    /// </summary>
    private TierText ReadTier(PolicyMap map, string value, bool bounded)
    {
        int? from = map.Integer("from", 0, Ages.Oldest), over = map.Integer("over", 0, Ages.Oldest);
        int? upTo = map.Integer("up-to", 0, Ages.Oldest), under = map.Integer("under", 1, Ages.Oldest);
        if ((from is not null && over is not null) || (upTo is not null && under is not null))
        {
            _faults.Add(map.Line, "TIER_BOUNDS", $"{map.What} 的同一侧写了两个界限，from(含)与 over(不含)、up-to(含)与 under(不含)各取其一",
                $"{map.What} writes one side twice; take from (included) or over (excluded), up-to (included) or under (excluded)");
        }

        int first = from ?? over + 1 ?? 0, last = upTo ?? under - 1 ?? Ages.Oldest;
        if (first > last)
        {
            _faults.Add(map.Line, "TIER_EMPTY", $"{map.What} 的下限高于上限，没有人在其中", $"{map.What} begins above its end and holds nobody; swap the bounds");
        }

        decimal amount = (value == "rate" ? map.Percent("rate", required: true) : map.YuanAMonth(value, required: true)) ?? 0m;
        decimal? minimum = bounded ? map.YuanAMonth("minimum") : null, maximum = bounded ? map.YuanAMonth("maximum") : null;
        if (minimum > maximum)
        {
            _faults.Add(map.Line, "MINIMUM_ABOVE_MAXIMUM", $"{map.What} 的 minimum 高于 maximum", $"{map.What} has a minimum above its maximum");
        }

        map.RefuseOthers();
        return new TierText(first, last, value == "rate", amount, minimum, maximum, map.Line);
    }

    private List<DeductionText> ReadDeductions(PolicyMap map)
    {
        var deductions = new List<DeductionText>();
        foreach (YamlNode item in map.List("deductions", "- " + DeductionExample, required: false))
        {
            if (map.AsMap(item, $"{map.What} deductions[{deductions.Count + 1}]", DeductionExample) is { } one)
            {
                deductions.Add(ReadDeduction(one));
            }
        }

        return deductions;
    }

    private DeductionText ReadDeduction(PolicyMap one)
    {
        string name = one.Text("name", "serious-illness") ?? "";
        decimal? rate = one.Percent("rate"), amount = one.YuanAMonth("amount");
        if (rate is null == amount is null)
        {
            _faults.Add(one.Line, "DEDUCTION_VALUE", $"{one.What} 应写 rate 或 amount 之一", $"{one.What} takes either rate (of the base) or amount");
        }

        var deduction = new DeductionText(name, rate, amount, ReadClause(one));
        one.RefuseOthers();
        return deduction;
    }
}
