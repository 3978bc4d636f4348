using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Intake;

/// <summary>Why a replacement is refused whole, whatever it is a statement of.</summary>
internal static class ReplacementRefusal
{
    /// <summary>With unreadable rows it withdraws nobody: a mistyped number would look like a leaver. Null: it has none.</summary>
    public static Rejection? OfUnreadable(FileDraft draft) => draft.Rejected > 0
        ? new Rejection(Codes.ReplacementUnreadableRows, 0, "", draft.Rejected.ToString(CultureInfo.InvariantCulture), "0") : null;

    /// <summary>More than a tenth of what is in force is left out, and nobody has confirmed it; null: neither.</summary>
    public static Rejection? OfLeftOut(int leftOut, int inForce, bool confirmed) => leftOut * 10L > inForce && !confirmed
        ? new Rejection(Codes.ReplacementLeavesOut, 0, "", FormattableString.Invariant($"{leftOut}/{inForce}"), "10 %") : null;
}
