using System.Globalization;

namespace Batch.Host.Web;

/// <summary>
/// Where the audit log keeps a number of ours: regular expressions over an act, a tab and what it was done to. "run=3", "3" of the verbs of a run, "1:5 take" of a held row.
/// </summary>
internal static class ActNumbers
{
    public static string OfRun(int number) => Filled(
        @"(^verb (approve|post|discard|reverse)|^run\.(override|replace|reverse))\t#( |$)|^run\.reverse\t[0-9]+ #$|[\t ]run=#( |$)", number);

    /// <summary>A submission, or an upload, which is numbered apart.</summary>
    public static string OfFile(int number) => Filled(
        @"[\t ](number|submission|parent|decision|upload)=#( |$)|^held\.decide\t#:|^(rejects\.dismiss|submission\.refile)\t#( |$)|^fix-pack\.download\tsubmission #$|^scan\.added\tdecision # ", number);

    public static string OfAccount(int number) => Filled(@"^account\.(look-up|unmask)\taccount #$|[\t ]account=#( |$)", number);

    private static string Filled(string expression, int number) => expression.Replace("#", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
