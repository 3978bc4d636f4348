using System.Globalization;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Intake;

/// <summary>The outcome of a dropped file in words, for the person who finds it beside the file.</summary>
internal static class DropText
{
    /// <summary>Of a file that could not be taken.</summary>
    /// <param name="again">It stays where it is and is tried again.</param>
    public static string Of(string name, string code, bool again)
    {
        (string chinese, string english) = code switch
        {
            "NOT_A_FILE" => ("这不是普通文件（是链接、管道或设备），不予读取。请放入文件本身。", "This is no plain file (a link, a pipe or a device) and is not read. Put the file itself into incoming."),
            "FILE_CHANGING" => ("文件在接收时仍在写入。请先以 .part 结尾的名称写完，再改名。", "The file was still being written to. Write it under a name that ends in .part, then rename it."),
            _ => FaultCodes.Why(code) ?? ("程序未能处理此文件。", "The program failed on this file."),
        };
        (string next, string nextEnglish) = again
            ? ("程序会自动再试。", "The program tries again by itself.")
            : ("处理后请把文件重新放入 incoming。", "Afterwards put the file into incoming again.");
        return $"{name}\n{code}\n\n{chinese}{next}\n{english} {nextEnglish}\n";
    }

    private static string Failed(string? code)
    {
        (string chinese, string english) = FaultCodes.Why(code) ?? ("", "");
        return $"程序多次未能处理（{code}）。{chinese}请联系管理员，处理后把文件重新放入 incoming。\nThe program failed several times ({code}). {english} Tell an administrator; then put the file into incoming again.\n";
    }

    public static string Of(Upload upload, FileOutcome? outcome)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{upload.File}\n接收 upload {upload.Number}");
        text.Append(upload.Submission is { } submission ? string.Create(CultureInfo.InvariantCulture, $"，报送 submission {submission}\n\n") : "\n\n");
        text.Append(upload.State switch
        {
            UploadState.Taken when upload.Already => "内容与已接受的报送相同，没有变化。\nThe content is in force already; nothing has changed.\n",
            UploadState.Taken when outcome is { NoneTaken: true } =>
                $"{outcome.NoneChinese}文件在 failed 目录；改正后重新放入 incoming。\n{outcome.NoneEnglish} The file is in failed; mend it and put it into incoming again.\n",
            UploadState.Taken => "已接受。\nTaken in.\n",
            UploadState.Refused => "整份文件被退回。\nThe whole file is refused.\n",
            _ => Failed(upload.Fault?.Code),
        });
        if (outcome is null)
        {
            return text.ToString();
        }

        if (outcome.Same is { } same)
        {
            text.Append(CultureInfo.InvariantCulture, $"{same.Chinese}\n{same.English}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\n行 rows {outcome.Rows}：接受 accepted {outcome.Accepted}，未变 unchanged {outcome.Unchanged}，待定 held {outcome.Held}，拒绝 rejected {outcome.Rejected}\n");
        foreach (Rejection rejection in outcome.Rejections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{rejection.Row} {rejection.Column} {rejection.Code}\n  {RejectionCodes.Describe(rejection, "zh")}\n  {RejectionCodes.Describe(rejection, "en")}\n");
        }

        if (outcome.Rejections.Count == FileDraft.RejectionsShown)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n以上为前 {FileDraft.RejectionsShown} 条。/ The first {FileDraft.RejectionsShown}.\n");
        }

        return text.ToString();
    }
}
