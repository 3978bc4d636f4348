using System.CommandLine;
using System.Globalization;
using Batch.Jobs.Proof;
using Batch.Jobs.Store;

namespace Batch.Host.Verbs;

/// <summary><c>verify [--all] [--area A]</c>: proves the ledger's invariants; all areas unless one is named.</summary>
internal static class VerifyVerb
{
    private static readonly Option<string?> Area = VerbOptions.Area(required: false);
    private static readonly Option<bool> All = new("--all") { Description = "从头核验，而非自上次封签以来 / from the beginning, not only since the last seal" };

    private static readonly Dictionary<string, string> Names = new()
    {
        [Invariants.Totals] = "分录平衡，批次合计 entries balance, run totals",
        [Invariants.Rows] = "申报行数与金额 rows and money of submissions",
        [Invariants.Money] = "实缴 = 划入 + 统筹 + 其他 money received is accounted for",
        [Invariants.Entitlements] = "已入账 = 应划（第二算法） posted = entitled, by a second path",
        [Invariants.Statements] = "期初、本期、期末 statements and closings",
        [Invariants.Credits] = "无依据不划入 no credit without entitlement",
        [Invariants.ClosedMonths] = "结账后不入账 nothing posted into closed months",
        [Invariants.Approvals] = "双人复核，一份文件一次 approvals, no file twice",
        [Invariants.Chain] = "封签链 hash chain",
    };

    public static Command Create() => new Verb("verify", "核验账本不变量（V1—V9）", "prove the ledger's invariants (V1-V9)", RunAsync) { Area, All };

    private static async Task<int> RunAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        IReadOnlyList<string> codes = call.Get(Area) is { } one ? [one] : await Migrator.AreasAsync(database.Program, call.Cancellation);
        List<VerificationDocument> documents = [];
        foreach (string code in codes)
        {
            Area area = await Jobs.Store.Area.OpenAsync(database, code, call.Cancellation);
            documents.Add(await new Verifier(database, area.Schema) { WithLogs = documents.Count == 0 }.VerifyAsync(call.Get(All), call.Cancellation));
        }

        VerificationDocument document = VerificationDocument.Sum(documents);
        call.Output.Document(document);
        Show(call.Output, document);
        return document.Ok ? ExitCode.Done : ExitCode.Data;
    }

    internal static void Show(VerbOutput output, VerificationDocument document)
    {
        output.Table(
            ["", "", "已核验 checked", "不符 broken", "未核验 not checked", ""],
            document.Checks.Select(c => new[] { c.Id, Names[c.Id], Count(c.Checked), Count(c.Broken), Count(c.NotChecked), c.Ok ? "ok" : "不符 BROKEN" }));
        foreach (VerificationCheck check in document.Checks)
        {
            foreach (string line in check.Named.Count > 0 ? check.Named : check.First is { } first ? [first] : [])
            {
                output.Line($"{check.Id} {line}");
            }

            if (check.More > 0)
            {
                output.Line($"{check.Id} 另有 {Count(check.More)} 项不符 {Count(check.More)} more are broken");
            }
        }
    }

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);
}
