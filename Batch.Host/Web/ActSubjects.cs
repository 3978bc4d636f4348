using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Work;

namespace Batch.Host.Web;

/// <summary>What an act of the audit log was done to, in words: "run=3" is run 3, "1:5 take" is row 5 of submission 1, taken.</summary>
internal static partial class ActSubjects
{
    private static readonly Dictionary<string, (string Chinese, string English)> Parts = new()
    {
        ["run"] = ("批次", "run"),
        ["number"] = ("报送", "submission"),
        ["submission"] = ("报送", "submission"),
        ["parent"] = ("更正报送", "corrects submission"),
        ["job"] = ("作业", "job"),
        ["refund"] = ("退款或结转", "return"),
        ["decision"] = ("决定（报送）", "decision (submission)"),
        ["upload"] = ("上传", "upload"),
        ["file"] = ("文件", "file"),
        ["account"] = ("账户", "account"),
        ["who"] = ("操作人", "who"),
        ["act"] = ("操作", "act"),
        ["area"] = ("统筹区", "area"),
        ["row"] = ("行", "row"),
        ["month"] = ("月份", "month"),
        ["year"] = ("年度", "year"),
        ["from"] = ("起", "from"),
        ["to"] = ("止", "to"),
        ["kind"] = ("种类", "kind"),
        ["take"] = HeldWords.DecisionOf(take: true),
        ["withdraw"] = HeldWords.DecisionOf(take: false),
        ["approve"] = ("同意", "approved"),
        ["roles"] = ("角色", "roles"),
        ["scopes"] = ("权限范围", "scopes"),
        ["areas"] = ("统筹区", "areas"),
        ["change"] = ("第几项", "change"),
    };

    // Verbs whose first word is a number of ours.
    private static readonly string[] OfRuns = ["verb approve", "verb post", "verb discard", "verb reverse"];

    public static (string Chinese, string English) Of(string act, string? subject)
    {
        if (string.IsNullOrEmpty(subject))
        {
            return ("", "");
        }

        string[] words = subject.Split(' ');
        return (act, words) switch
        {
            ("held.decide", [var row, var decision]) when row.Split(':') is [var submission, var line] => DecisionWords(decision, submission, line),
            ("run.reverse", [var run, var reversal]) => ($"批次 {run}，冲正为批次 {reversal}", $"run {run}, reversed by run {reversal}"),
            ("run.replace", [var run]) => ($"批次 {run}", $"run {run}"),
            ("run.replace", [var run, var approver]) => ($"批次 {run}，此前由 {approver} 复核", $"run {run}, approved by {approver} before"),
            ("run.override", [var run, .. var codes]) => ($"批次 {run}：{string.Join("、", codes)}", $"run {run}: {string.Join(", ", codes)}"),
            ("report.export", [var kind, .. var rest]) when AllReports.Find(kind) is { } report => Both(Pages.ReportsModel.NameOf(report), rest),
            ("journal.export", [var from, var to]) => ($"{from} 至 {to}", $"{from} to {to}"),
            ("money.proposed" or "money.matched" or "money.refused" or "money.undone", [var match]) => ($"核对 {match}", $"match {match}"),
            ("person.proposed" or "person.approved" or "person.refused" or "person.withdrawn", [var proposal]) => ($"提案 {proposal}", $"proposal {proposal}"),
            ("refund.proposed" or "refund.confirmed" or "refund.withdrawn" or "refund.cancelled", [var number]) => ($"退款或结转 {number}", $"return {number}"),
            ("scan.added", ["decision", var decision, var hash]) => ($"决定（报送 {decision}），SHA-256 {hash}", $"decision (submission {decision}), SHA-256 {hash}"),
            ("scan.added", ["proposal", var proposal, var hash]) => ($"提案 {proposal}，SHA-256 {hash}", $"proposal {proposal}, SHA-256 {hash}"),
            ("rejects.dismiss", [var submission]) => ($"报送 {submission}", $"submission {submission}"),
            ("schedule propose" or "schedule approve", [var work, var change]) => (WorkText.Of(work).Chinese + $"，第 {change} 项", WorkText.Of(work).English + $", change {change}"),
            ("schedule withdraw" or "schedule refuse", [var change]) => ($"第 {change} 项", $"change {change}"),
            ("fix-pack.download" or "account.look-up" or "account.unmask", [var part, var number]) when Parts.TryGetValue(part, out (string Chinese, string English) name) => Both(name, number),
            _ when OfRuns.Contains(act) && words is [var run, ..] => Joined([$"run={run}", .. words[1..]]),
            _ => Joined(words),
        };
    }

    /// <summary>A decision on a held row or a change of identity, which is listed among the submissions: "take 1:5", "rename 3".</summary>
    public static (string Chinese, string English) FileName(string name) =>
        Decision().Match(name) is { Success: true } found ? DecisionWords(found.Groups[1].Value, found.Groups[2].Value, found.Groups[3].Value)
        : Identity().Match(name) is { Success: true } change ? IdentityWords(IdentityText.KindOf(change.Groups[1].Value), change.Groups[2].Value)
        : (name, name);

    private static (string Chinese, string English) IdentityWords((string Chinese, string English) kind, string proposal) =>
        ($"{kind.Chinese}（提案 {proposal}）", $"{kind.English} (proposal {proposal})");

    private static (string Chinese, string English) DecisionWords(string decision, string submission, string row)
    {
        (string chinese, string english) = HeldWords.DecisionOf(decision == "take");
        return ($"{chinese}报送 {submission} 第 {row} 行", $"row {row} of submission {submission} {english}");
    }

    private static (string Chinese, string English) Joined(string[] words)
    {
        (string Chinese, string English)[] parts = [.. words.Select(Part)];
        return (string.Join("，", parts.Select(p => p.Chinese)), string.Join(", ", parts.Select(p => p.English)));
    }

    private static (string Chinese, string English) Part(string word) => word.Split('=') switch
    {
        [var name, .. { Length: > 0 } values] when Parts.TryGetValue(name, out (string Chinese, string English) known) => Both(known, [.. values.Select(v => name == "roles" ? UserRoles.NameOf(v) : Show.Word(v))]),
        [var name] when name is "take" or "withdraw" or "approve" => Parts[name],
        _ => (word, word),
    };

    private static (string Chinese, string English) Both((string Chinese, string English) name, params string[] values) => Both(name, [.. values.Select(v => (v, v))]);

    private static (string Chinese, string English) Both((string Chinese, string English) name, (string Chinese, string English)[] values) =>
        (string.Join(' ', values.Select(v => v.Chinese).Prepend(name.Chinese)), string.Join(' ', values.Select(v => v.English).Prepend(name.English)));

    [GeneratedRegex("^(take|withdraw) ([0-9]+):([0-9]+)$")]
    private static partial Regex Decision();

    [GeneratedRegex("^(rename|join|part|undo) ([0-9]+)$")]
    private static partial Regex Identity();
}
