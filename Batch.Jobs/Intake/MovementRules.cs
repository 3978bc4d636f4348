using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;

namespace Batch.Jobs.Intake;

/// <summary>Movements that only some areas have: the policy of their month says whether it is one of them.</summary>
internal static class MovementRules
{
    public static Rejection? Fault(in MovementLine line, MonthPolicy policy)
    {
        (string Column, string Found, string Rule)? missing = line switch
        {
            { Channel: SpendingChannel.Premium } when !policy.PaysResidentsPremium => ("渠道", LedgerWords.Of(SpendingChannel.Premium).Chinese, "family: residents-premium"),
            { Ground: Ground.SevereIllness } when policy.SevereIllness is null => ("事由", "重大疾病", "severe-illness"),
            { Kind: MovementKind.EmergencyReturn } when !policy.PaysBackEmergencies => ("业务类型", LedgerWords.Of(Component.EmergencyReturn).Chinese, "emergency"),
            { Kind: MovementKind.WalletOut or MovementKind.WalletIn or MovementKind.WalletReturn } when policy.Wallet is null =>
                ("业务类型", LedgerWords.Of((Component)line.Kind).Chinese, "wallet"),
            _ => null,
        };
        return missing is var (column, found, rule) ? new Rejection(Codes.MovementNotCovered, line.Row, column, found, rule) : null;
    }
}
