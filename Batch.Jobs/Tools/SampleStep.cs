using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Runs;
using NodaTime;
using NodaTime.Text;

namespace Batch.Jobs.Tools;

/// <summary>A line of <c>steps.csv</c>: something an operator does, and what is to come of it.</summary>
/// <param name="Action"><c>import</c>, <c>allocate</c> (compute, approve by another person, post) or <c>close</c>.</param>
/// <param name="Files">Relative to the samples' folder.</param>
/// <param name="Expect">Of an import: the sums over its files, or the code by which the file is refused.</param>
public sealed record SampleStep(int Number, string Action, YearMonth Month, SubmissionKind Kind, IReadOnlyList<string> Files, string Expect, string Note)
{
    public static IReadOnlyList<SampleStep> ReadAll(string folder) =>
    [
        .. SampleTable.Read(Path.Combine(folder, "steps.csv")).Select(row => new SampleStep(
            int.Parse(row["step"], System.Globalization.CultureInfo.InvariantCulture), row["action"], YearMonthPattern.Iso.Parse(row["month"]).Value,
            row["kind"].Length == 0 ? SubmissionKind.Regular : Enum.Parse<SubmissionKind>(row["kind"], ignoreCase: true),
            row["files"].Split('|', StringSplitOptions.RemoveEmptyEntries), row["expect"], row["note"])),
    ];
}

/// <summary>What came of a step, in the words of <see cref="SampleStep.Expect"/> and in full.</summary>
/// <param name="PostingMonth">The month whose run takes what the step brought.</param>
/// <param name="Came"><c>accepted=3;unchanged=0;held=0;rejected=0</c>, <c>refused:CODE</c>, <c>posted</c>, <c>closed</c>, or the code of a fault.</param>
public sealed record SampleOutcome(SampleStep Step, YearMonth PostingMonth, string Came, IReadOnlyList<FileOutcome> Files, RunDocument? Run, ClosingDocument? Closing)
{
    public string Expected => Step.Action switch
    {
        "allocate" => "posted",
        "close" => "closed",
        _ => Step.Expect,
    };

    public bool IsAsExpected => Came == Expected;
}
