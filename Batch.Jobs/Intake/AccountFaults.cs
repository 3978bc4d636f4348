using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>What an account that is frozen, closed or its holder's death forbids.</summary>
internal static class AccountFaults
{
    /// <summary>What the state of the account has against a movement.</summary>
    public static Rejection? Of(in MovementFact fact, AccountLife life)
    {
        (MovementKind kind, LocalDate on) = (fact.Identity.Kind, LocalDate.FromDateOnly(fact.On));
        bool uponDeath = fact.Ground is Ground.Death or Ground.NoHeir;
        if (uponDeath && !(life.DiedOn <= on))
        {
            return new Rejection(Codes.DeathMissing, fact.Row, "发生日期", on.Text(), "");
        }

        // What a wallet's transfer has taken out comes back whatever has become of the account.
        if (kind is MovementKind.Correction or MovementKind.Opening or MovementKind.WalletReturn)
        {
            return null;
        }

        if (!uponDeath && life.DiedOn is { } died && on > died)
        {
            return new Rejection(Codes.MovementAfterDeath, fact.Row, "发生日期", on.Text(), died.Text());
        }

        // What is left in a closed account (interest, a policy changed later) can still be paid out.
        AccountSpan account = life.In(fact.Month);
        bool leaves = kind is MovementKind.PayOut or MovementKind.TransferOut;
        if (!leaves && account.ClosedOn is { } closed && on > closed)
        {
            return new Rejection(Codes.AccountClosed, fact.Row, "发生日期", on.Text(), closed.Text());
        }

        bool comes = kind is MovementKind.TransferIn or MovementKind.WalletIn or MovementKind.EmergencyReturn;
        return !comes && !uponDeath && account.FrozenSince(on) is { } since
            ? new Rejection(Codes.AccountFrozen, fact.Row, "发生日期", on.Text(), since.Text())
            : null;
    }
}
