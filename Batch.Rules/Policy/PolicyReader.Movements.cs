using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

// What a policy says of movements: whom an account may pay for, the wallet's limits, pay-outs for severe illnesses and what is paid back.
internal sealed partial class PolicyReader
{
    private FamilyText? ReadFamily(PolicyMap rules)
    {
        const string Example = "[spouse, parent, child, sibling, grandparent, grandchild]";
        PolicyMap? map = rules.Map("family", $"{{relatives: {Example}, ref: JS24, grade: B}}", required: false);
        if (map is null)
        {
            return null;
        }

        List<Relative> relatives = [];
        foreach (YamlNode item in map.List("relatives", Example))
        {
            string word = (item as YamlScalarNode)?.Value ?? "";
            if (Words.Read<Relative>(word) is not { } relative)
            {
                string all = string.Join(", ", Words.All<Relative>());
                _faults.Add(item, "WORD_UNKNOWN", $"{map.What} 的 relatives 不能是“{word}”，可写：{all}", $"relatives of {map.What} cannot be '{word}'; write of: {all}");
            }
            else if (relatives.Contains(relative))
            {
                _faults.Add(item, "RELATIVE_TWICE", $"{map.What} 的 relatives 重复写了 {word}", $"relatives of {map.What} names {word} twice");
            }
            else
            {
                relatives.Add(relative);
            }
        }

        FamilyText family = new(relatives, map.Flag("residents-premium", false), ReadClause(map));
        map.RefuseOthers();
        return family;
    }

    private WalletText? ReadWallet(PolicyMap rules)
    {
        PolicyMap? map = rules.Map("wallet", "{each-at-most: 2000, a-day-at-most: 3, ref: QA25, grade: A}", required: false);
        if (map is null)
        {
            return null;
        }

        decimal? each = map.Yuan("each-at-most", required: true);
        int? aDay = map.Integer("a-day-at-most", 1, 1000, required: true);
        Clause clause = ReadClause(map);
        if (each <= 0 || (each is { } yuan && decimal.Truncate(yuan * 100m) != yuan * 100m))
        {
            _faults.Add(map.Child("each-at-most")!, "WALLET_LIMIT", $"{map.What} 的 each-at-most 应大于 0，最多两位小数", $"each-at-most of {map.What} is to be above 0 with at most two decimal places");
        }

        WalletText? wallet = each is { } most && aDay is { } times ? new(most, times, clause) : null;
        map.RefuseOthers();
        return wallet;
    }

    private SevereIllnessText? ReadSevereIllness(PolicyMap rules)
    {
        PolicyMap? map = rules.Map("severe-illness", "{pays: part, ref: CQ2, grade: C}", required: false);
        if (map is null)
        {
            return null;
        }

        map.Required("pays", "part");
        SevereIllnessText severe = new(map.Word("pays", SevereIllnessPays.Part), ReadClause(map));
        map.RefuseOthers();
        return severe;
    }

    private EmergencyText? ReadEmergency(PolicyMap rules)
    {
        PolicyMap? map = rules.Map("emergency", "{paid-back: yes, ref: CQ2, grade: C}", required: false);
        if (map is null)
        {
            return null;
        }

        map.Required("paid-back", "yes");
        EmergencyText emergency = new(map.Flag("paid-back", false), ReadClause(map));
        map.RefuseOthers();
        return emergency;
    }
}
