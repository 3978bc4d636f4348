using System.CommandLine;
using Batch.Host.Access;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>reconcile accept</c> and <c>reconcile withdraw</c>: a reviewer accepts differences of a month's money with a reason, or takes that back.</summary>
internal static class DifferenceVerbs
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    private static readonly Option<string?> By = VerbOptions.By();
    private static readonly Option<string?> Reason = new("--reason") { Description = "理由 / why", HelpName = "TEXT", Required = true };
    private static readonly Option<bool> All = new("--all") { Description = "所有还没有说明的差异 / all differences that nobody has accepted" };
    private static readonly Option<string[]> Employers = Named("--employer", "单位月份：单位编号,费款所属期", "an employer's month", "EMPLOYER,MONTH");
    private static readonly Option<string[]> Lines = Named("--line", "没有到账的流水号", "a line without a receipt", "SERIAL");
    private static readonly Option<string[]> Receipts = Named("--receipt", "没有流水的到账：单位编号,费款所属期,凭证号", "a receipt without a line", "EMPLOYER,MONTH,DOCUMENT");

    public static Command Accept() => new Verb("accept", "接受对账差异并说明理由", "accept differences with a reason", call => ActAsync(
            call, (money, month, keys) => money.AcceptAsync(month, keys, call.Need(Reason)!, call.By, call.Cancellation)))
        { Area, Month, Employers, Lines, Receipts, All, Reason, By }.Acts(Permissions.AcceptDifferences);

    public static Command Withdraw() => new Verb("withdraw", "撤回已接受的差异", "take acceptances back", call => ActAsync(
            call, (money, month, keys) => money.WithdrawAsync(month, keys ?? [], call.Need(Reason)!, call.By, call.Cancellation)))
        { Area, Month, Employers, Lines, Receipts, Reason, By }.Acts(Permissions.AcceptDifferences);

    public static void ShowClosed(VerbCall call, ReconcileDocument told)
    {
        if (told.Closed is not { } closed)
        {
            return;
        }

        call.Output.Line(closed.Recorded
            ? $"本月已由 {closed.By} 结账；以下合计、三方对账和差异是结账时的。 Closed by {closed.By}: the sums, the three-way check and the differences are those that it was closed with."
            : $"本月已由 {closed.By} 结账，结账时没有对账记录；以下是现在的情况。 Closed by {closed.By} without a check on record: what is shown is as of now.");
        MoneyVerbs.Table(
            call, "结账后的变动 changed since the closing", closed.Changes, ["单位 employer", "所属期 month", "结账时 then: 申报 到账 入账", "现在 now: 申报 到账 入账"],
            c => [c.Employer, c.Month.Text(), Amounts(c.Then), Amounts(c.Now)]);
    }

    public static void ShowCheck(VerbCall call, ReconcileDocument told)
    {
        MonthDifferences check = told.Check;
        call.Output.Line(check.Applies
            ? $"差异 differences: {MoneyVerbs.Count(check.Differences.Count)}，未说明 not accepted: {MoneyVerbs.Count(check.Open)}"
            : "本月没有资金文件，结账不以对账为准。 The month has no money files: it is closed without the check.");
        MoneyVerbs.Table(
            call, "已接受的差异 accepted differences", [.. check.Differences.Where(d => d.Accepted is not null)], ["差异 difference", "申报 declared", "到账 received", "入账 booked", "接受人 by", "理由 reason"],
            d => [d.Key, d.Declared?.ToString() ?? "", d.Received?.ToString() ?? "", d.Booked?.ToString() ?? "", d.Accepted!.By, d.Accepted.Reason]);
    }

    private static string Amounts(ThreeWayLine? line) => line is null ? "一致 agrees" : $"{line.Declared} {line.Received?.ToString() ?? "-"} {line.Booked}";

    private static Option<string[]> Named(string name, string chinese, string english, string help) => new(name) { Description = $"{chinese}，可重复 / {english}, may be repeated", HelpName = help };

    private static async Task<int> ActAsync(VerbCall call, Func<MoneyDifferences, YearMonth, IReadOnlyList<string>?, Task<MonthDifferences>> act)
    {
        string[] keys =
        [
            .. Keys(MonthDifference.OfEmployer, call.Get(Employers)), .. Keys(MonthDifference.OfLine, call.Get(Lines)), .. Keys(MonthDifference.OfReceipt, call.Get(Receipts)),
        ];
        bool all = call.Arguments.CommandResult.Command.Options.Contains(All) && call.Get(All);
        if (all == keys.Length > 0)
        {
            throw VerbFault.OfUsage("Name differences with --employer, --line and --receipt, or give --all.", "请用 --employer、--line、--receipt 指明差异，或给出 --all。");
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        MonthDifferences now = await act(new MoneyDifferences(area), call.Need(Month)!.Value, all ? null : keys);
        call.Output.Document(now);
        call.Output.Line($"{now.Area} {now.Month.Text()} 差异 differences: {MoneyVerbs.Count(now.Differences.Count)}，未说明 not accepted: {MoneyVerbs.Count(now.Open)}");
        return ExitCode.Done;
    }

    private static IEnumerable<string> Keys(string kind, string[]? names) => (names ?? []).Select(n => $"{kind}:{n.Trim()}");
}
