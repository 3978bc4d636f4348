namespace Batch.Rules;

/// <summary>Limits of the wallet 医保钱包: of each transfer out, and of their number a day.</summary>
public readonly record struct WalletLimits(Money EachAtMost, int ADayAtMost);

// What the policy of a month says of movements. It is asked when a movement comes, decides no month's amount and is not in the canonical JSON.
public sealed partial class MonthPolicy
{
    /// <summary>Whom an account may pay for, in the words of policy files.</summary>
    public IReadOnlyList<string> Relatives => [.. (_rules.Family?.Relatives ?? [Relative.Spouse, Relative.Parent, Relative.Child]).Select(Words.Of)];

    /// <summary>Whether an account may pay the premium of the residents' insurance of a relative bound to it.</summary>
    public bool PaysResidentsPremium => _rules.Family?.PaysPremium ?? false;

    /// <summary>Null: the area's accounts have no wallet.</summary>
    public WalletLimits? Wallet => _rules.Wallet is { } wallet ? new WalletLimits(Money.FromYuan(wallet.EachAtMost), wallet.ADayAtMost) : null;

    /// <summary>What of the balance is paid out for a listed severe illness; null: such a pay-out is not accepted. The account stays open.</summary>
    public SevereIllnessPays? SevereIllness => _rules.SevereIllness?.Pays;

    /// <summary>Whether money for an emergency is paid back into the account.</summary>
    public bool PaysBackEmergencies => _rules.Emergency?.PaidBack ?? false;

    private static IEnumerable<PolicyStatement> StateMovements(RulesText rules)
    {
        if (rules.Family is { } family)
        {
            string premium = family.PaysPremium ? ", and their premium of the residents' insurance" : "";
            yield return State("rules", $"family: an account may pay for {string.Join(", ", family.Relatives.Select(Words.Of))}{premium}", family.Clause);
        }

        if (rules.Wallet is { } wallet)
        {
            yield return State("rules", $"wallet: at most {Number(wallet.EachAtMost)} yuan each, {wallet.ADayAtMost} transfers out a day; what is not accepted returns", wallet.Clause);
        }

        if (rules.SevereIllness is { } severe)
        {
            string what = severe.Pays == SevereIllnessPays.Whole ? "the whole balance" : "the whole balance or a part of it";
            yield return State("rules", $"severe-illness: {what} may be paid out; the account stays open", severe.Clause);
        }

        if (rules.Emergency is { } emergency)
        {
            yield return State("rules", $"emergency: money for an emergency is {(emergency.PaidBack ? "" : "not ")}paid back into the account", emergency.Clause);
        }
    }
}
