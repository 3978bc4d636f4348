using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>close</c> ends a month; <c>reopen</c> opens the last closed one again, by two people.</summary>
internal static class ClosingVerbs
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    private static readonly Option<string?> By = VerbOptions.By();
    private static readonly Option<string?> Reason = new("--reason") { Description = "提出重新打开的理由 / why it is to be opened again: proposes it", HelpName = "TEXT" };
    private static readonly Option<bool> Approve = new("--approve") { Description = "同意另一人提出的重新打开 / approve what another person proposed: opens it" };
    private static readonly Option<string?> AcceptDifferences = new("--accept-differences")
    {
        Description = "一并接受对账中还没有说明的差异，写明理由 / accept the differences of the month's money that nobody has accepted, with this reason",
        HelpName = "REASON",
    };

    public static IEnumerable<Command> Create() =>
    [
        new Verb("close", "月度结账；年末生成对账单", "close a month; at the year's end make the statements", CloseAsync) { Area, Month, By, AcceptDifferences }
            .Acts(call => [call.Get(AcceptDifferences) is null ? Permissions.CloseMonths : Permissions.AcceptDifferences]),
        new Verb("reopen", "重新打开最后结账的月份：一人提出，另一人同意", "open the last closed month again: one proposes, another approves", ReopenAsync) { Area, Month, By, Reason, Approve }.Acts(Permissions.CloseMonths),
    ];

    private static async Task<int> CloseAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        IReadOnlyList<ClosingWarning> warnings = await ClosingWarning.ReadAsync(area, call.Need(Month)!.Value, call.Cancellation);
        if (call.Get(AcceptDifferences) is { } reason && string.IsNullOrWhiteSpace(reason))
        {
            throw VerbFault.OfUsage("Say after --accept-differences why.", "请在 --accept-differences 后写明理由。");
        }

        ClosingDocument closing = await new Closing(area).CloseAsync(call.Need(Month)!.Value, call.By, call.Cancellation, call.Get(AcceptDifferences));
        call.Output.Document(new
        {
            closing.Area,
            closing.Month,
            closing.Accounts,
            closing.Opening,
            closing.Movements,
            closing.Closing,
            closing.Pool,
            closing.Other,
            closing.Seal,
            closing.ClosedBy,
            closing.Statements,
            warnings = warnings.Select(w => new { w.Code, w.Count, message = w.English, messageZh = w.Chinese }),
        });
        call.Output.Line($"{closing.Area} {closing.Month.Text()} 已结账 closed，{closing.ClosedBy}");
        call.Output.Table(["", ""],
        [
            ["账户数 accounts", closing.Accounts.ToString(CultureInfo.InvariantCulture)], ["期初 opening", closing.Opening.ToString()],
            ["本期 movements", closing.Movements.ToString()], ["期末 closing", closing.Closing.ToString()], ["统筹净额 pool, net", closing.Pool.ToString()],
            ["其他 other", closing.Other.ToString()],
        ]);
        if (closing.Statements is { } statements)
        {
            call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"年度对账单 statements: {statements}"));
        }

        call.Output.Line($"封签 seal {closing.Seal}");
        foreach (ClosingWarning warning in warnings)
        {
            call.Output.Line($"注意 warning {warning.Code}：{warning.Chinese} {warning.English}");
        }

        return ExitCode.Done;
    }

    private static async Task<int> ReopenAsync(VerbCall call)
    {
        (string? reason, bool approve) = (call.Get(Reason), call.Get(Approve));
        if (approve == reason is not null)
        {
            throw VerbFault.OfUsage("Give --reason to propose it, or --approve to approve what another person proposed.", "提出请给出 --reason；同意另一人的提议请给出 --approve。");
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Reopening reopening = new(area);
        (YearMonth month, string by) = (call.Need(Month)!.Value, call.By);
        ReopeningDocument done = approve ? await reopening.ApproveAsync(month, by, call.Cancellation) : await reopening.ProposeAsync(month, by, reason!, call.Cancellation);
        call.Output.Document(done);
        call.Output.Line(done.State == "proposed"
            ? $"{done.Area} {month.Text()} 已提出重新打开，待另一人同意 proposed by {done.ProposedBy}: {done.Reason}"
            : $"{done.Area} {month.Text()} 已重新打开 opened again by {done.ReopenedBy}（{done.ProposedBy}: {done.Reason}）");
        if (done.Statements is { } statements)
        {
            call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"年度对账单 statements: {statements}，{(done.State == "proposed" ? "将停用 will be withdrawn" : "已停用 withdrawn")}"));
        }

        return ExitCode.Done;
    }
}
