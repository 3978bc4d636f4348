using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>refund</c>: contributions that a month does not need are refunded, carried over or written off, by two people.</summary>
internal static class RefundVerbs
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    private static readonly Option<YearMonth?> ListMonth = VerbOptions.Month();
    private static readonly Option<YearMonth?> To = VerbOptions.Month("--to", required: false);
    private static readonly Option<ReturnKind?> Kind = VerbOptions.Parsed<ReturnKind?>(
        "--as", required: false, "refund|carry-over|write-off", "退款、结转（须有 --to）或核销，缺省为退款 / refund (the default), carry-over (with --to) or write-off", text => ReadKind(text));
    private static readonly Option<string?> By = VerbOptions.By();
    private static readonly Option<string> Employer = new("--employer") { Description = "单位编号 / number of the employer", HelpName = "NUMBER", Required = true };
    private static readonly Option<Money?> Amount = VerbOptions.Yuan("--amount", "金额（元）/ amount in yuan");
    private static readonly Option<LocalDate?> On = VerbOptions.Date("--on", required: true, "付款或决定的日期 / day of the payment or the decision");
    private static readonly Option<string> Document = new("--document") { Description = "银行凭证号或文号 / number of the bank's document or of the decision", HelpName = "NO", Required = true };
    private static readonly Option<string?> Reason = new("--reason") { Description = "理由 / why", HelpName = "TEXT", Required = true };
    private static readonly Argument<int> Number = new("RETURN") { Description = "退款或结转的编号 / number of the return" };

    static RefundVerbs() => Amount.Required = true;

    public static Command Create() => new("refund", "多缴或重复的缴费：退款、结转或核销，一人提出，另一人确认 / refund, carry over or write off surplus contributions: one proposes, another confirms")
    {
        new Verb("propose", "提出退款、结转或核销", "propose a refund, carry-over or write-off", ProposeAsync) { Area, Employer, Month, Amount, On, Document, Kind, To, Reason, By }
            .Acts(Permissions.ReturnMoney),
        new Verb("confirm", "确认他人提出的", "confirm what another person proposed", call => ActAsync(call, (r, n) => r.ConfirmAsync(n, call.By, call.Cancellation))) { Number, Area, By }
            .Acts(Permissions.ReturnMoney),
        new Verb("withdraw", "撤回或不同意", "withdraw a proposal, or refuse another person's", call => ActAsync(call, (r, n) => r.WithdrawAsync(n, call.Need(Reason)!, call.By, call.Cancellation)))
            { Number, Area, Reason, By }.Acts(Permissions.ReturnMoney),
        new Verb("cancel", "以反向凭证冲销已确认的，须另一人确认", "propose the counter-entry of a confirmed one; another person confirms it", CancelAsync) { Number, Area, On, Document, Reason, By }
            .Acts(Permissions.ReturnMoney),
        new Verb("list", "当月的退款、结转和核销，及待确认的", "those of a month, and those that wait to be confirmed", ListAsync) { Area, ListMonth },
    };

    /// <summary>Returns as a table.</summary>
    public static string[] Header { get; } =
        ["编号 no.", "种类 kind", "状态 state", "单位 employer", "所属期 month", "转入 to", "金额 amount", "日期 day", "凭证号 document", "提出 by", "确认 confirmed"];

    public static string[] RowOf(ReturnDocument of) =>
    [
        Text(of.Return), Words(of.Kind), StateOf(of), of.Employer, of.Month.Text(), of.ToMonth?.Text() ?? "", of.Amount.ToString(), of.On.Text(), of.Document, of.By, of.EndedBy ?? "",
    ];

    private static async Task<int> ProposeAsync(VerbCall call)
    {
        ReturnWanted wanted = new(
            call.Get(Kind) ?? ReturnKind.Refund, call.Need(Employer), call.Need(Month)!.Value, call.Get(To), call.Need(Amount)!.Value, call.Need(On)!.Value, call.Need(Document));
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Show(call, await new MoneyReturns(area).ProposeAsync(wanted, call.Need(Reason)!, call.By, call.Cancellation));
        return ExitCode.Done;
    }

    private static Task<int> CancelAsync(VerbCall call) => ActAsync(
        call, (returns, number) => returns.CancelAsync(number, call.Need(On)!.Value, call.Need(Document), (call.Need(Reason)!, call.By), call.Cancellation));

    private static async Task<int> ActAsync(VerbCall call, Func<MoneyReturns, int, Task<ReturnDocument>> act)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Show(call, await act(new MoneyReturns(area), call.Need(Number)));
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        YearMonth month = call.Need(ListMonth)!.Value;
        List<ReturnDocument> returns = await ReturnList.OfMonthAsync(area, month, call.Cancellation);
        call.Output.Document(new { Area = area.Schema.Code, Month = month, Returns = returns });
        call.Output.Table(Header, returns.Select(RowOf));
        return ExitCode.Done;
    }

    private static void Show(VerbCall call, ReturnDocument told)
    {
        call.Output.Document(told);
        string cancels = told.Cancels is { } of ? $"，冲销 cancels {Text(of)}" : "";
        call.Output.Line($"{Words(told.Kind)} {Text(told.Return)} {StateOf(told)}{cancels}  {told.Employer} {told.Month.Text()}{(told.ToMonth is { } to ? $" -> {to.Text()}" : "")}  {told.Amount}  {told.Document}");
    }

    private static string StateOf(ReturnDocument told) => told.State switch
    {
        "confirmed" => told.IsCancelled ? "已冲销 cancelled" : "已确认 confirmed",
        "withdrawn" => "已撤回 withdrawn",
        _ => "已提出，待另一人确认 proposed, another person confirms it",
    };

    private static string Words(string kind) => kind switch { "carry-over" => "结转 carry-over", "write-off" => "核销 write-off", _ => "退款 refund" };

    private static ReturnKind ReadKind(string text)
    {
        foreach (ReturnKind kind in Enum.GetValues<ReturnKind>())
        {
            if (MoneyReturns.NameOf(kind) == text)
            {
                return kind;
            }
        }

        throw new FormatException("it is not refund, carry-over or write-off");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
