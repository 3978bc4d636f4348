using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;

namespace Batch.Host.Verbs;

/// <summary><c>import FILE... --area A [--month M] [--kind K] [--confirm]</c>: takes files in; one outcome a file.</summary>
internal static class ImportVerb
{
    private static readonly Argument<string[]> Files = new("FILE") { Description = "上传的文件 / files to take in", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<NodaTime.YearMonth?> Month = VerbOptions.Month(required: false);
    private static readonly Option<SubmissionKind> Kind = VerbOptions.Word<SubmissionKind>("--kind", "正常（缺省）、补充、替换 / regular (the default), supplementary, replacement");
    private static readonly Option<bool> Confirm = new("--confirm") { Description = "确认替换文件减少超过一成人员 / a replacement may leave out more than a tenth" };
    private static readonly Option<int?> Parent = new("--parent") { Description = "更正第几号报送中被拒绝的行 / the submission whose rejected rows the file mends", HelpName = "SUBMISSION" };
    private static readonly Option<string?> By = VerbOptions.ByOrOsUser();

    public static Command Create() =>
        new Verb("import", "导入缴费、养老金、人员文件", "take files in", RunAsync) { Files, Area, Month, Kind, Confirm, Parent, By, VerbOptions.Limits }.Acts(Permissions.SendFiles);

    private static async Task<int> RunAsync(VerbCall call)
    {
        string[] files = call.Need(Files);
        foreach (string file in files.Where(f => !File.Exists(f)))
        {
            throw VerbFault.OfUsage($"There is no file {file}.", $"没有文件 {file}。");
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await call.OpenOrCreateAreaAsync(database, call.Need(Area)!);
        Importer importer = new(area, call.Clock, VerbOptions.LimitsOf(call));
        Ended ended = new();
        try
        {
            IReadOnlyList<FileOutcome> outcomes = await importer.ImportAsync(
                files, new ImportRequest(call.Get(Month), call.Get(Kind), call.Get(Confirm), call.By, call.Get(Parent)), ended, call.Cancellation);
            OutcomeText.Write(call.Output, outcomes, await new UnpaidEmployers(area).OfSubmissionsAsync(DeclaredBy(outcomes), call.Cancellation));
            return outcomes.Any(o => o.Failed is not null) ? ExitCode.Environment : outcomes.Any(o => o.Refused is not null) ? ExitCode.Data : ExitCode.Done;
        }
        catch when (ended.Files.Count > 0)
        {
            call.Output.Log(string.Create(
                CultureInfo.InvariantCulture, $"中断前已处理 {ended.Files.Count} 个文件，其余没有接收 / ended before the break; the others were not taken: {string.Join(", ", ended.Files)}"));
            throw;
        }
    }

    private static int[] DeclaredBy(IReadOnlyList<FileOutcome> outcomes) =>
        [.. outcomes.Where(o => o is { Content: FileContent.Payroll, Submission: not null, Refused: null }).Select(o => o.Submission!.Value)];

    /// <summary>The files that have their outcome: told when the verb breaks off behind them.</summary>
    private sealed class Ended : IProgress<FileOutcome>
    {
        public List<string> Files { get; } = [];

        public void Report(FileOutcome value) => Files.Add(value.File);
    }
}
