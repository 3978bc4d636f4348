using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Host.Verbs;

/// <summary><c>held</c>: the rows that wait for an operator. <c>decide</c>: takes or withdraws one of them.</summary>
internal static class HeldVerbs
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month(required: false);
    private static readonly Option<int> Submission = new("--submission") { Description = "报送号 / number of the submission", HelpName = "NO", Required = true };
    private static readonly Option<int> Row = new("--row") { Description = "行号 / row of its file", HelpName = "NO", Required = true };
    private static readonly Option<bool> Take = new("--take") { Description = "采用这一行；其他行怎样，见 held 与待定行页面 / the row is taken; what becomes of other rows depends on why it is held" };
    private static readonly Option<bool> Withdraw = new("--withdraw") { Description = "不采用这一行 / the row does not stand" };
    private static readonly Option<string?> By = VerbOptions.By();
    private static readonly Option<string> Reason = new("--reason", "--document") { Description = "依据：文号或原因 / the document or reason it rests on", HelpName = "TEXT", Required = true };

    public static IEnumerable<Command> Create() =>
    [
        new Verb("held", "待定的行", "rows that wait for a decision", ListAsync) { Area, Month },
        new Verb("decide", "决定一条待定的行", "take or withdraw a held row", DecideAsync) { Area, Submission, Row, Take, Withdraw, By, Reason, ScanOption.Files }.Acts(Permissions.SendFiles),
    ];

    private static async Task<int> ListAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(call.Cancellation);
        IReadOnlyList<HeldRow> rows = await new HeldRows(area.Schema).ListAsync(connection, call.Get(Month), call.Cancellation);
        call.Output.Document(new
        {
            area = area.Schema.Code,
            rows = rows.Select(r => new
            {
                r.Fact,
                r.Submission,
                r.Row,
                r.Month,
                r.Code,
                r.Found,
                r.Expected,
                r.Event,
                id = r.Citizen,
                r.Name,
                r.Employer,
                r.EmployerName,
                r.File,
                r.ReceivedBy,
                figures = r.Figures.Select(f => new { f.Name, amount = f.Fen is { } fen ? new Money(fen).ToString() : null }),
            }),
        });
        if (rows.Count == 0)
        {
            call.Output.Line("没有待定的行。/ No row is held.");
            return ExitCode.Done;
        }

        call.Output.Table(
            ["报送 submission", "行 row", "月份 month", "原因 why", "人员 person", "单位 employer", "文件 file", "金额 figures"],
            rows.Select(r => new[]
            {
                r.Submission.ToString(CultureInfo.InvariantCulture), r.Row.ToString(CultureInfo.InvariantCulture), r.Month.Text(), r.Found.Length + r.Expected.Length == 0 ? r.Code : $"{r.Code} {r.Found} / {r.Expected}", $"{r.Citizen} {r.NameInFile}",
                $"{r.Employer} {r.EmployerName}".Trim(), r.File, string.Join("  ", r.Figures.Where(f => f.Fen is not null).Select(f => $"{f.Name} {new Money(f.Fen!.Value)}")),
            }));
        call.Output.Line($"batch decide --area {area.Schema.Code} --submission {rows[0].Submission} --row {rows[0].Row} --take|--withdraw --by WHO --reason TEXT");
        return ExitCode.Done;
    }

    private static async Task<int> DecideAsync(VerbCall call)
    {
        if (call.Get(Take) == call.Get(Withdraw))
        {
            throw VerbFault.OfUsage("Say one of --take and --withdraw.", "请给出 --take 或 --withdraw 之一。");
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Decision decision = new(call.Need(Submission), call.Need(Row), call.Get(Take), call.By, call.Need(Reason)) { Scans = await ScanOption.ReadAsync(call) };
        DecisionDocument made = await new Decisions(area).DecideAsync(decision, call.Cancellation);
        call.Output.Document(new { decision = made.Number, made.Submission, made.Row, made.Act, made.Fact, made.Month, made.By, made.Reason, scans = decision.Scans.Count });
        call.Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"决定 decision {made.Number}: {(decision.Take ? "采用 take" : "不采用 withdraw")} {made.Submission}:{made.Row}。下一批次计入，经他人审批后入账 / the next run takes it; it is posted once another person has approved it."));
        return ExitCode.Done;
    }
}
