using System.CommandLine;
using Batch.Jobs.Intake;

namespace Batch.Host.Verbs;

/// <summary><c>--scan</c> of verbs that decide or propose something about a person.</summary>
internal static class ScanOption
{
    public static readonly Option<FileInfo[]> Files = new("--scan")
    { Description = "所依据文书的扫描件（PDF、JPEG、PNG），可重复 / a scan of the document that it rests on (PDF, JPEG, PNG); may be repeated", HelpName = "FILE" };

    public static Task<IReadOnlyList<ScanFile>> ReadAsync(VerbCall call) => ScanFile.ReadAsync(
        [.. (call.Get(Files) ?? []).Select(f => new GivenScan(f.Name, f.Length, f.OpenRead))], ScanLimits.Configured, call.Cancellation);
}
