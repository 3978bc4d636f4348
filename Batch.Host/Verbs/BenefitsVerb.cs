using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary>
/// <c>benefits --id ID [--month M]</c>: whether one person is entitled; <c>benefits --area A --month M --out FILE</c>: what changed since the last
/// such file.
/// </summary>
internal static class BenefitsVerb
{
    private static readonly Option<string?> Area = VerbOptions.Area(required: false);
    private static readonly Option<YearMonth?> Month = VerbOptions.Month(required: false);
    private static readonly Option<FileInfo?> Out = new("--out") { Description = "输出文件 / the file to write", HelpName = "FILE" };

    public static Command Create() => new Verb("benefits", "统筹待遇状态：一人，或一月的变更文件", "benefit status: of one person, or a month's file of changes", RunAsync)
    {
        PersonOptions.Id, PersonOptions.Card, PersonOptions.By, Area, Month, ReportVerb.Format, Out,
    }.Shows(call => IsOfPerson(call) ? Permissions.LookUpAccounts : Permissions.ExportReports);

    private static Task<int> RunAsync(VerbCall call)
    {
        bool ofPerson = IsOfPerson(call);
        return ofPerson == (call.Get(Out) is not null)
            ? throw VerbFault.OfUsage("Give either --id or --card, or --area, --month and --out.", "请给出 --id 或 --card；或者 --area、--month 和 --out。")
            : ofPerson ? AskAsync(call) : ExportAsync(call);
    }

    private static bool IsOfPerson(VerbCall call) => call.Get(PersonOptions.Id) is not null || call.Get(PersonOptions.Card) is not null;

    private static async Task<int> AskAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        AccountHolder holder = await PersonOptions.FindAsync(call, database, call.Get(Area), "benefits");
        BenefitDocument told = await new BenefitInquiry(holder.Area).ReadAsync(holder.Person, call.Get(Month), call.Today.ToYearMonth(), call.Cancellation);
        call.Output.Document(told);
        call.Output.Line($"{told.Month.Text()} {Named(told.Status)}  自 since {told.Since?.Text() ?? "-"}  等待至 waiting until {told.WaitingUntil?.Text() ?? "-"}");
        call.Output.Line($"{told.Reason} {told.ReasonEn}");
        call.Output.Table(
            ["自 from", "至 to", "状态 status", "等待期至 waiting until"],
            told.Spells.Select(s => new[] { s.From.Text(), s.To?.Text() ?? "", Named(s.Status), s.WaitingUntil?.Text() ?? "" }));
        return ExitCode.Done;
    }

    private static async Task<int> ExportAsync(VerbCall call)
    {
        if (call.Get(Area) is not { } code || call.Get(Month) is not { } month)
        {
            throw VerbFault.OfUsage("The month's file needs --area and --month.", "导出变更文件须给出 --area 和 --month。");
        }

        string file = call.Need(Out)!.FullName;
        ReportVerb.RefuseFolder(file);
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, code, call.Cancellation);
        // The file holds whole numbers.
        await call.RecordAsync(database, "benefits.export", code, month.Text());
        BenefitExportDocument told = await new BenefitExport(area).WriteAsync(month, call.Get(ReportVerb.Format), file, call.Cancellation);
        call.Output.Document(told);
        call.Output.Line($"待遇状态变更 {told.Area} {told.Month.Text()}  {file}");
        call.Output.Table(
            ["人数 people", "行 rows", "正常 eligible", "暂停 suspended", "等待 waiting", "终止 ended", "未参保 not enrolled"],
            [[.. new[] { told.People, told.Rows, told.Eligible, told.Suspended, told.Waiting, told.Ended, told.NotEnrolled }.Select(n => n.ToString(CultureInfo.InvariantCulture))]]);
        return ExitCode.Done;
    }

    private static string Named(Rules.BenefitStatus status)
    {
        (string chinese, string english) = BenefitInquiry.NameOf(status);
        return $"{chinese} {english}";
    }
}
