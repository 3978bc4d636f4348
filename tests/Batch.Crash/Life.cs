using Batch.Jobs.Store;

namespace Batch.Crash;

/// <summary>One verb of a life, always with the same arguments.</summary>
/// <param name="Optional">Leaves nothing behind that is compared; done only when a fault is to strike it.</param>
/// <param name="Locks">A table that its work must write to and where it can be made to wait, with what it is doing there and the point before.</param>
public sealed record Step(string Name, string[] Arguments, bool Optional = false, (string Table, string During, KillPoint Near)? Locks = null);

/// <summary>
/// Two months of an area and a year's end: a large file, many small ones and a replacement, runs posted by attaching and by inserting, a reversal, a
/// retroactive figure, closings, statements, interest, reports, verification, backup and restore.
/// </summary>
public static class Life
{
    public const string Area = "420100";
    public const string First = "2021-11";
    public const string Second = "2021-12";

    /// <param name="files">Generated once: <c>one/</c> and <c>employer/</c>, and <c>replacement.csv</c>.</param>
    /// <param name="outputs">The folder of this life's reports.</param>
    public static IReadOnlyList<Step> Steps(string files, string outputs, string proposal)
    {
        string Output(string name) => Path.Combine(outputs, name);
        return
        [
            new("migrate", ["db", "migrate"]),
            new("import-1", ["import", .. Files(Path.Combine(files, "one"), First), .. In(First), "--by", "operator"], Locks: ("contribution", "attaching a month of facts", KillPoint.FactsBeforeAttach)),
            new("allocate-1", ["allocate", .. In(First), "--by", "operator"], Locks: ("run_total", "sealing a run", KillPoint.SealBefore)),
            new("approve-1", ["approve", "1", "--by", "reviewer", "--override", "已核对"], Locks: ("run", "approving", KillPoint.ActBefore)),
            new("post-1", ["post", "1", "--by", "reviewer"], Locks: ("entry", "attaching a month of entries", KillPoint.ActBefore)),
            new("close-1", ["close", .. In(First), "--accept-differences", "campaign", "--by", "closer"], Locks: ("closing", "closing", KillPoint.ClosingBeforeStatements)),
            new("import-2", ["import", .. Files(Path.Combine(files, "employer"), Second), .. In(Second), "--by", "operator"]),
            new("replace-2", ["import", Path.Combine(files, "replacement.csv"), .. In(Second), "--kind", "replacement", "--by", "operator"]),
            new("allocate-2", ["allocate", .. In(Second), "--by", "operator"]),
            new("approve-2", ["approve", "2", "--by", "reviewer", "--override", "已核对"]),
            new("post-2", ["post", "2", "--by", "reviewer"]),
            new("reverse-2", ["reverse", "2", "--by", "operator"]),
            new("approve-3", ["approve", "3", "--by", "reviewer", "--override", "已核对"]),
            new("post-3", ["post", "3", "--by", "reviewer"], Locks: ("waiting_submission", "posting into a month that is there", KillPoint.ActBefore)),
            new("policy-set", ["policy", "set", Area, "average-wage=8000", "--from", First, "--document", "文号1", "--by", "administrator"]),
            new("policy-approve", ["policy", "approve", proposal, "--by", "reviewer"]),
            new("allocate-4", ["allocate", .. In(Second), "--by", "operator"]),
            new("approve-4", ["approve", "4", "--by", "reviewer", "--override", "已核对"]),
            new("post-4", ["post", "4", "--by", "reviewer"]),
            new("close-2", ["close", .. In(Second), "--accept-differences", "campaign", "--by", "closer"], Locks: ("statement", "attaching statements", KillPoint.StatementsBeforeAttach)),
            new("interest", ["interest", "--area", Area, "--year", "2021", "--by", "operator"]),
            new("approve-5", ["approve", "5", "--by", "reviewer", "--override", "已核对"]),
            new("post-5", ["post", "5", "--by", "reviewer"]),
            new("report", ["report", "allocation", .. In(Second), "--out", Output("allocation.csv")]),
            new("certificate", ["report", "certificate", .. In(Second), "--out", Output("certificate.csv")]),
            new("journal", ["export-journal", "--area", Area, "--from", First, "--to", "2022-01", "--out", Output("journal")]),
            new("verify", ["verify", "--all"], Locks: ("seal", "sealing the chain", KillPoint.ChainBeforeSeals)),
            new("backup", ["db", "backup", Output("backup")], Optional: true),
            new("restore", ["db", "restore", Output("backup"), "--yes"], Optional: true),
        ];
    }

    private static string[] In(string month) => ["--area", Area, "--month", month];

    private static IEnumerable<string> Files(string folder, string month) =>
        Directory.GetFiles(folder, "*.csv", SearchOption.AllDirectories).Where(f => f.Contains(month.Replace("-", "", StringComparison.Ordinal), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
