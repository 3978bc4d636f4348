using System.CommandLine;
using Batch.Host.Access;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>trace</c> follows money from a line of the bank's statement to people's credits and back; <c>sample</c> draws credits of a month for an auditor.</summary>
internal static class TraceVerbs
{
    private const int MostPages = 1_000_000;

    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month(required: false);
    private static readonly Option<YearMonth?> PostingMonth = VerbOptions.Month();
    private static readonly Option<string?> Find = Text("--find", "NUMBER", "流水号、凭证号，或到账、退款的凭证号 / serial or document number of a line, a receipt or a refund");
    private static readonly Option<string?> Line = Text("--line", "SERIAL", "银行流水号 / serial number of a line");
    private static readonly Option<string?> Employer = Text("--employer", "NUMBER", "单位编号，与 --month / number of an employer, with --month");
    private static readonly Option<string?> Credit = Text("--credit", "CREDIT", "抽样得到的记录号，如 2021-06/1/17 / number of a credit, as sample prints it");
    private static readonly Option<int?> Page = VerbOptions.Count("--page", MostPages, "人员的第几页 / page of the people");
    private static readonly Option<string?> Seed = Text("--seed", "TEXT", "随机种子 / seed");
    private static readonly Option<int?> Size = VerbOptions.Count("--size", Draw.Most, "笔数 / how many");
    private static readonly Option<Money?> Least = VerbOptions.Yuan("--least", "最低金额 / least amount");
    private static readonly Option<bool> ByMoney = new("--by-money") { Description = "按金额单位抽样：每一分钱机会相等 / each fen is as likely as another" };
    private static readonly Option<FileInfo?> Out = new("--out") { Description = "写入文件 / write to a file", HelpName = "FILE" };

    public static IEnumerable<Command> Create() =>
    [
        new Verb("trace", "追溯：从银行流水到个人划入，从个人划入到银行流水", "follow money from a line of the statement to credits, and back", TraceAsync)
            { Area, Find, Line, Employer, Month, PersonOptions.Id, PersonOptions.Card, Credit, Page, PersonOptions.By }.Shows(Permissions.TraceMoney),
        new Verb("sample", "抽样：从某月的划入中抽取", "draw credits of a month", SampleAsync) { Area, PostingMonth, Seed, Size, Least, ByMoney, ReportVerb.Format, Out, PersonOptions.By }.Shows(Permissions.TraceMoney),
    ];

    private static async Task<int> TraceAsync(VerbCall call)
    {
        bool person = call.Get(PersonOptions.Id) is not null || call.Get(PersonOptions.Card) is not null;
        int asked = new[] { call.Get(Find) is not null, call.Get(Line) is not null, call.Get(Employer) is not null, call.Get(Credit) is not null, person }.Count(given => given);
        YearMonth? month = call.Get(Month);
        if (asked != 1 || ((person || call.Get(Employer) is not null) && month is null))
        {
            throw VerbFault.OfUsage(
                "Give one of --find, --line, --employer with --month, --id or --card with --month, and --credit.", "请给出 --find、--line、--employer 加 --month、--id 或 --card 加 --month、--credit 之一。");
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Tracing tracing = new(area);
        if (call.Get(Find) is { } number)
        {
            TraceText.Write(call.Output, await tracing.FindAsync(number, call.Cancellation));
        }
        else if (call.Get(Line) is { } serial)
        {
            TraceText.Write(call.Output, await tracing.LineAsync(serial, call.Cancellation));
        }
        else if (call.Get(Employer) is { } employer)
        {
            TraceText.Write(call.Output, await tracing.EmployerAsync(employer, month!.Value, Math.Max(1, call.Get(Page) ?? 1), call.Cancellation));
        }
        else
        {
            (int account, YearMonth of) = await AccountAsync(call, database, area, month);
            TraceText.Write(call.Output, await tracing.CreditAsync(account, of, call.Cancellation));
        }

        return ExitCode.Done;
    }

    // The look is recorded before it is answered.
    private static async Task<(int Account, YearMonth Month)> AccountAsync(VerbCall call, DatabaseConnection database, Area area, YearMonth? month)
    {
        if (call.Get(Credit) is not { } credit)
        {
            return ((await PersonOptions.FindAsync(call, database, area.Schema.Code, "trace")).Account, month!.Value);
        }

        (int account, YearMonth of) = await new CreditSample(area).FindAsync(credit, call.Cancellation);
        await new InquiryLog(database.Program).WriteAsync(
            new Inquired(call.By, call.Actor.Origin, area.Schema.Code, AccountNumbers.PersonOf(account), "trace", credit, account), call.Cancellation);
        return (account, of);
    }

    private static async Task<int> SampleAsync(VerbCall call)
    {
        YearMonth month = call.Need(PostingMonth)!.Value;
        Draw draw = new Draw(call.Get(Seed), call.Get(Size), call.Get(Least), call.Get(ByMoney)).Checked();
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        SampleDocument told = await new CreditSample(area).DrawAsync(month, draw, call.Cancellation);
        if (call.Get(Out)?.FullName is { } file)
        {
            ReportVerb.RefuseFolder(file);
            TraceReport report = new(draw, told);
            await call.RecordAsync(database, "report.export", area.Schema.Code, $"{report.Kind} {month.Text()} {(call.Get(ReportVerb.Format) == ReportFormat.Xlsx ? "xlsx" : "csv")} {draw}");
            await ReportFile.WriteAsync(area, report, month, call.Get(ReportVerb.Format), file, call.Cancellation);
            call.Output.Line(file);
        }

        TraceText.Write(call.Output, told);
        return ExitCode.Done;
    }

    private static Option<string?> Text(string name, string help, string description) => new(name) { Description = description, HelpName = help };
}
