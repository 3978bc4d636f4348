using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;

namespace Batch.Host.Verbs;

/// <summary>How the outcome of files is shown: what became of their rows, and each fault with the words to mend it.</summary>
internal static class OutcomeText
{
    private const int FaultsShown = 20;

    /// <param name="unpaid">Employers of the files whose money has not come; null: not looked at.</param>
    public static void Write(VerbOutput output, IReadOnlyList<FileOutcome> outcomes, UnpaidList? unpaid = null)
    {
        output.Document(new { files = outcomes.Select(Document), moneyMissing = UnpaidText.Document(unpaid) });
        output.Table(
            ["文件 file", "内容 content", "行 rows", "接受 accepted", "未变 unchanged", "待定 held", "拒绝 rejected"],
            outcomes.Select(o => Cells(o.File, o.Content?.ToString().ToLowerInvariant() ?? "-", o.Rows, o.Accepted, o.Unchanged, o.Held, o.Rejected)).Append(
                Cells("合计 total", "", outcomes.Sum(o => o.Rows), outcomes.Sum(o => o.Accepted), outcomes.Sum(o => o.Unchanged), outcomes.Sum(o => o.Held), outcomes.Sum(o => o.Rejected))));
        foreach (FileOutcome failed in outcomes.Where(o => o.Failed is not null))
        {
            output.Line($"  {failed.File} {FaultCodes.Of(failed.Failed!)} 程序未能处理此文件，没有接收；其他文件不受影响。/ The program failed on this file and did not take it; the others are not affected.");
            output.Log(failed.Failed!.ToString());
        }

        foreach (FileOutcome none in outcomes.Where(o => o.NoneTaken))
        {
            output.Line($"  {none.File} {none.NoneChinese} / {none.NoneEnglish}");
        }

        foreach (FileOutcome again in outcomes.Where(o => o.Same is not null))
        {
            output.Line($"  {again.File} {again.Same!.Chinese} / {again.Same.English}");
        }

        foreach (FileOutcome outcome in outcomes.Where(o => o.InvisibleCells > 0))
        {
            output.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"  {outcome.File} 有 {outcome.InvisibleCells} 个单元格含不可见字符，读取时已去除。/ {outcome.InvisibleCells} cells had invisible characters that were removed."));
        }

        foreach (FileOutcome outcome in outcomes.Where(o => o.OldNumbers > 0))
        {
            (string chinese, string english) = FileOutcome.OfOldNumbers(outcome.OldNumbers);
            output.Line($"  {outcome.File} {chinese} / {english}");
        }

        foreach (FileOutcome outcome in outcomes.Where(o => o.Rejections.Count > 0))
        {
            foreach (Rejection rejection in outcome.Rejections.Take(FaultsShown))
            {
                string place = rejection.Row > 0 ? $"{outcome.File}:{rejection.Row} {rejection.Column}" : outcome.File;
                output.Line($"  {place} {rejection.Code} {RejectionCodes.Describe(rejection, "zh")}");
            }

            if (outcome.Rejections.Count > FaultsShown)
            {
                output.Line(string.Create(CultureInfo.InvariantCulture, $"  {outcome.File}: … 共 {outcome.Rejected} 行被拒绝 / {outcome.Rejected} rows rejected in all"));
            }
        }

        UnpaidText.Write(output, unpaid);
    }

    internal static object Document(FileOutcome outcome) => new
    {
        outcome.File,
        outcome.Content,
        outcome.Kind,
        outcome.Submission,
        outcome.Rows,
        outcome.Accepted,
        outcome.Unchanged,
        outcome.Held,
        outcome.Rejected,
        outcome.Superseded,
        outcome.Refused,
        outcome.InvisibleCells,
        outcome.OldNumbers,
        same = outcome.Same is { } same ? new { same.Submission, same.Month, same.Asked, same.Refiled, message = same.English, messageZh = same.Chinese } : null,
        none = outcome.NoneTaken ? new { outcome.Rejected, message = outcome.NoneEnglish, messageZh = outcome.NoneChinese } : null,
        failed = outcome.Failed is { } fault ? FaultCodes.Of(fault) : null,
        rejections = Faults(outcome.Rejections),
    };

    public static IEnumerable<object> Faults(IEnumerable<Rejection> rejections) => rejections.Select(r => new
    {
        r.Code,
        line = r.Row,
        r.Column,
        r.Found,
        r.Expected,
        message = RejectionCodes.Describe(r, "en"),
        messageZh = RejectionCodes.Describe(r, "zh"),
    });

    private static string[] Cells(string file, string content, params int[] counts) =>
        [file, content, .. counts.Select(c => c.ToString(CultureInfo.InvariantCulture))];
}
