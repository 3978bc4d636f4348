namespace Batch.Jobs.Facts;

/// <summary>What moves an account and where it was spent, in words: of movements those that the files themselves use.</summary>
public static class LedgerWords
{
    private static readonly Dictionary<string, Component> ByName = Enum.GetValues<Component>().ToDictionary(NameOf);

    /// <summary>As documents name a component: <c>pay-out</c>.</summary>
    public static string NameOf(Component component) => component switch
    {
        Component.PayOut => "pay-out",
        Component.TransferIn => "transfer-in",
        Component.TransferOut => "transfer-out",
        Component.WalletOut => "wallet-out",
        Component.WalletIn => "wallet-in",
        Component.WalletReturn => "wallet-return",
        Component.EmergencyReturn => "emergency-return",
        _ => component.ToString().ToLowerInvariant(),
    };

    public static (string Chinese, string English) Of(Component component) => component switch
    {
        Component.Contribution => ("缴费划入", "contribution"),
        Component.Retiree => ("退休划入", "retiree's credit"),
        Component.Interest => ("利息", "interest"),
        Component.Opening => ("期初余额", "opening balance"),
        Component.Spending => ("消费", "spending"),
        Component.PayOut => ("支付", "pay-out"),
        Component.TransferIn => ("转入", "transfer in"),
        Component.TransferOut => ("转出", "transfer out"),
        Component.WalletOut => ("钱包转出", "wallet transfer out"),
        Component.WalletIn => ("钱包转入", "wallet transfer in"),
        Component.WalletReturn => ("钱包退回", "wallet transfer returned"),
        Component.EmergencyReturn => ("急诊返还", "emergency paid back"),
        _ => ("更正", "correction"),
    };

    /// <summary>Of a component by its name in documents; a word that names none stays as it is.</summary>
    public static (string Chinese, string English) Of(string name) => ByName.TryGetValue(name, out Component component) ? Of(component) : (name, name);

    public static (string Chinese, string English) Of(SpendingChannel channel) => channel switch
    {
        SpendingChannel.Pharmacy => ("药店", "pharmacy"),
        SpendingChannel.Clinic => ("门诊", "clinic"),
        SpendingChannel.Hospital => ("住院", "hospital"),
        SpendingChannel.Premium => ("居民医保缴费", "residents' premium"),
        _ => ("其他", "other"),
    };

    /// <summary>A relative whom an account pays for, by the word of policy files.</summary>
    public static (string Chinese, string English) OfRelation(string relation) => relation switch
    {
        "spouse" => ("配偶", "spouse"),
        "parent" => ("父母", "parent"),
        "child" => ("子女", "child"),
        "sibling" => ("兄弟姐妹", "sibling"),
        "grandparent" => ("祖父母", "grandparent"),
        "grandchild" => ("孙子女", "grandchild"),
        _ => (relation, relation),
    };

    public static (string Chinese, string English) Of(AccountState state) => state switch
    {
        AccountState.Frozen => ("冻结", "frozen"),
        AccountState.Closed => ("已销户", "closed"),
        _ => ("正常", "open"),
    };

    /// <summary>In both languages side by side, as tables and files write them.</summary>
    public static string Both(this (string Chinese, string English) words) => $"{words.Chinese} {words.English}";
}
