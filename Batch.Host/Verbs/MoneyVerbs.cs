using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>reconcile</c> shows a month's money; <c>match</c> matches receipts with lines of the bank's statement by hand, by two people.</summary>
internal static class MoneyVerbs
{
    private const int ShownLines = 50;

    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    private static readonly Option<string?> By = VerbOptions.By();
    private static readonly Option<string?> Reason = new("--reason") { Description = "理由 / why", HelpName = "TEXT", Required = true };
    private static readonly Argument<int> Number = new("MATCH") { Description = "核对的编号 / number of the match" };
    private static readonly Option<string[]> Lines = new("--line") { Description = "银行流水号，可重复 / serial number of a line, may be repeated", HelpName = "SERIAL", Required = true };
    private static readonly Option<string[]> Receipts = new("--receipt")
    {
        Description = "到账：单位编号,费款所属期,凭证号，可重复 / receipt: employer,month,document, may be repeated",
        HelpName = "EMPLOYER,MONTH,DOCUMENT",
        Required = true,
    };

    public static IEnumerable<Command> Create() =>
    [
        new Verb("reconcile", "对账：银行流水、到账与账本", "the month's money: statement, receipts and books", ReconcileAsync) { Area, Month, DifferenceVerbs.Accept(), DifferenceVerbs.Withdraw() },
        new Command("match", "人工核对到账与银行流水：一人提出，另一人确认 / match receipts with the statement by hand: one proposes, another confirms")
        {
            new Verb("propose", "提出人工核对", "propose a match", ProposeAsync) { Area, Lines, Receipts, Reason, By }.Acts(Permissions.MatchMoney),
            new Verb("confirm", "确认他人提出的核对", "confirm what another person proposed", call => ActAsync(call, (m, n) => m.ConfirmAsync(n, call.By, call.Cancellation))) { Number, Area, By }
                .Acts(Permissions.MatchMoney),
            new Verb("refuse", "不同意或撤回提出的核对", "refuse a proposal, or take one back", call => ActAsync(call, (m, n) => m.RefuseAsync(n, call.Need(Reason)!, call.By, call.Cancellation)))
                { Number, Area, Reason, By }.Acts(Permissions.MatchMoney),
            new Verb("undo", "撤销核对", "undo a match", call => ActAsync(call, (m, n) => m.UndoAsync(n, call.Need(Reason)!, call.By, call.Cancellation))) { Number, Area, Reason, By }
                .Acts(Permissions.MatchMoney),
        },
    ];

    private static async Task<int> ReconcileAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        ReconcileDocument told = await new MoneyCheck(area).ReadAsync(call.Need(Month)!.Value, call.Cancellation);
        call.Output.Document(told);
        call.Output.Line($"对账 reconcile {told.Area} {told.Month.Text()}，截至 as of {told.AsOf.Text()}");
        DifferenceVerbs.ShowClosed(call, told);
        call.Output.Table(
            ["", "笔数 count", "金额 amount", "已核对 matched", "未核对 unmatched"],
            [
                ["银行收入 bank, in", Count(told.Bank.Lines), told.Bank.Credit.ToString(), told.Bank.Matched.ToString(), told.Bank.Unmatched.ToString()],
                ["到账 receipts", Count(told.Receipts.Count), told.Receipts.Total.ToString(), told.Receipts.Matched.ToString(), told.Receipts.Unmatched.ToString()],
                ["银行支出 bank, out", "", told.Bank.Debit.ToString(), "", ""],
            ]);
        Table(
            call, "有流水无到账 lines without receipt", told.LinesWithoutReceipt, ["流水号 serial", "日期 day", "对方 payer", "金额 amount", "天数 days", "文件 file"],
            l => [l.Serial, l.On.Text(), l.Payer, l.Amount.ToString(), Count(l.Days), $"{l.File}:{l.Row}"]);
        Table(
            call, "有到账无流水 receipts without line", told.ReceiptsWithoutLine, ["单位 employer", "所属期 month", "凭证号 document", "日期 day", "金额 amount", "天数 days"],
            r => [r.Employer, r.Month.Text(), r.Document, r.On.Text(), r.Amount.ToString(), Count(r.Days)]);
        Table(
            call, "凭证号相同、金额或日期不符 differences", told.Differences, ["凭证号 document", "单位 employers", "到账 receipts", "流水 statement", "差额 difference", "天数 days"],
            d => [d.Document, string.Join(' ', d.Employers), d.Received.ToString(), d.OnStatement.ToString(), d.Difference.ToString(), Count(d.Days)]);
        call.Output.Line($"三方对账 three-way {string.Join(' ', told.ThreeWay.Months.Select(m => m.Text()))}");
        call.Output.Table(
            ["单位月数 employer months", "申报 declared", "到账 received", "入账 booked", "有差异 differing"],
            [[Count(told.ThreeWay.Employers), told.ThreeWay.Declared.ToString(), told.ThreeWay.Received.ToString(), told.ThreeWay.Booked.ToString(), Count(told.ThreeWay.Lines.Count)]]);
        Table(
            call, "三方对账差异 three-way differences", told.ThreeWay.Lines,
            ["单位 employer", "所属期 month", "申报 declared", "到账 received", "入账 booked", "到账减申报", "入账减到账", "天数 days"],
            l => [l.Employer, l.Month.Text(), l.Declared.ToString(), l.Received?.ToString() ?? "-", l.Booked.ToString(), l.ReceivedLessDeclared?.ToString() ?? "-", l.BookedLessReceived.ToString(), Count(l.Days)]);
        DifferenceVerbs.ShowCheck(call, told);
        Table(
            call, "人工核对待确认 proposed by hand", told.Proposed, ["编号 match", "提出人 by", "金额 amount", "流水号 lines", "到账 receipts", "理由 reason"],
            p => [Count(p.Match), p.By, p.Amount.ToString(), string.Join(' ', p.Lines), string.Join(' ', p.Receipts), p.Reason]);
        Table(call, "退款、结转与核销 returns", told.Returns, RefundVerbs.Header, RefundVerbs.RowOf);
        return ExitCode.Done;
    }

    private static async Task<int> ProposeAsync(VerbCall call)
    {
        ReceiptName[] receipts = [.. call.Need(Receipts).Select(TypedReceipt.Read)];
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Show(call, await new HandMatches(area).ProposeAsync(call.Need(Lines), receipts, call.Need(Reason)!, call.By, call.Cancellation));
        return ExitCode.Done;
    }

    private static async Task<int> ActAsync(VerbCall call, Func<HandMatches, int, Task<MatchDocument>> act)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Show(call, await act(new HandMatches(area), call.Need(Number)));
        return ExitCode.Done;
    }

    private static void Show(VerbCall call, MatchDocument told)
    {
        call.Output.Document(told);
        string state = told.State switch
        {
            "proposed" => "已提出，待另一人确认 proposed, another person confirms it",
            "matched" => "已核对 matched",
            "refused" => "未同意 refused",
            _ => "已撤销 undone",
        };
        call.Output.Line($"核对 match {Count(told.Match)} {state}  {told.Amount}  {string.Join(' ', told.Lines)} = {string.Join(' ', told.Receipts)}");
    }

    internal static void Table<T>(VerbCall call, string title, IReadOnlyList<T> rows, string[] header, Func<T, string[]> row)
    {
        if (rows.Count == 0)
        {
            return;
        }

        call.Output.Line($"{title}: {Count(rows.Count)}");
        call.Output.Table(header, rows.Take(ShownLines).Select(row));
    }

    internal static string Count(long number) => number.ToString(CultureInfo.InvariantCulture);
}
