using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>report KIND --area A --month M --format csv|xlsx --out FILE</c>: a table made from the facts, to a file.</summary>
internal static class ReportVerb
{
    private static readonly string Kinds = string.Join(", ", AllReports.List.Select(r => r.Kind));

    private static readonly Argument<string> Kind = new("KIND") { Description = $"报表 / {Kinds}" };
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    internal static readonly Option<ReportFormat> Format = VerbOptions.Parsed("--format", required: false, "csv|xlsx", "文件格式，缺省 csv / format, default csv", ParseFormat);
    private static readonly Option<ReportEncoding> Encoding = VerbOptions.Parsed("--encoding", required: false, "utf-8|gb18030", "CSV 的编码，缺省带 BOM 的 UTF-8 / of the CSV, default UTF-8 with a mark", ParseEncoding);
    private static readonly Option<string?> By = VerbOptions.ByOrOsUser();
    private static readonly Option<FileInfo> Out = new("--out") { Description = "输出文件 / the file to write", HelpName = "FILE", Required = true };

    public static Command Create() =>
        new Verb("report", "生成报表", "write a report", RunAsync) { Kind, Area, Month, Format, Encoding, By, Out }.Shows(Permissions.ExportReports);

    private static async Task<int> RunAsync(VerbCall call)
    {
        string kind = call.Need(Kind);
        Report report = AllReports.Find(kind) ?? throw VerbFault.OfUsage($"There is no report {kind}; there are {Kinds}.", $"没有报表 {kind}；可用：{Kinds}。");
        string file = call.Need(Out).FullName;
        RefuseFolder(file);
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        YearMonth month = call.Need(Month)!.Value;
        await call.RecordAsync(database, "report.export", area.Schema.Code, $"{report.Kind} {month.Text()} {FormatOf(call)}");
        long rows = await ReportFile.WriteAsync(area, report, month, call.Get(Format), file, call.Cancellation, call.Get(Encoding));
        call.Output.Document(new { report.Kind, area = area.Schema.Code, month, format = call.Get(Format), file, rows });
        call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{report.Title} {area.Schema.Code} {month.Text()}  {rows} 行 rows  {file}"));
        return ExitCode.Done;
    }

    // As the page names it.
    private static string FormatOf(VerbCall call) => call.Get(Format) == ReportFormat.Xlsx ? "xlsx" : call.Get(Encoding) == ReportEncoding.Gb18030 ? "csv-gb18030" : "csv";

    private static ReportEncoding ParseEncoding(string text) => text switch
    {
        "utf-8" => ReportEncoding.Utf8,
        "gb18030" => ReportEncoding.Gb18030,
        _ => throw new FormatException("write utf-8 or gb18030"),
    };

    internal static void RefuseFolder(string file)
    {
        if (Directory.Exists(file))
        {
            throw VerbFault.OfUsage($"{file} is a folder; name a file.", $"{file} 是目录，请给出文件名。");
        }
    }

    public static ReportFormat ParseFormat(string text) => text switch
    {
        "csv" => ReportFormat.Csv,
        "xlsx" => ReportFormat.Xlsx,
        _ => throw new FormatException("write csv or xlsx"),
    };
}
