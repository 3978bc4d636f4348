using System.Text.RegularExpressions;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>
/// Turns what the database's functions refuse (SQLSTATE class BA) into sentences. Of their own words only values of a known form are told: a month, a day, the number
/// or the state of a run, the codes of anomalies.
/// </summary>
public static partial class LedgerRefusal
{
    internal static DataFaultException ContentChanged => new("CONTENT_CHANGED", "批次内容与复核时不同，拒绝执行。", "The content of the run is not what was reviewed; refused.");

    public static DataFaultException? Of(PostgresException refused) => refused.SqlState switch
    {
        "BA001" => new DataFaultException("SAME_PERSON", "经办与复核须是两个人。", "The same person cannot make and approve it."),
        "BA002" => new DataFaultException("MONTH_CLOSED", "该月已结账，不能再入账。", "The month is closed; nothing is posted into it any more."),
        "BA003" => new DataFaultException("RUN_OPEN", "还有未结束的批次，请先入账或作废。", "A run is still open; post or discard it first."),
        "BA004" => OfState(refused.MessageText),
        "BA005" => ContentChanged,
        "BA006" => new DataFaultException("LEDGER_MOVED", "计算后账本已变动，请重新计算。", "The ledger has moved since the run was computed; allocate again."),
        "BA007" => new DataFaultException("TOTALS_DISAGREE", "合计不符，已停止。", "The totals do not agree; stopped."),
        "BA020" => new DataFaultException(
            "ANOMALIES", $"批次有异常，复核须写明理由：{AnomaliesIn(refused.MessageText)}。", $"The run has anomalies; its approval needs a written reason: {AnomaliesIn(refused.MessageText)}."),
        "BA070" => new DataFaultException("WORK_PARKED", "有批次分片因出错而搁置，请先重试或取消。", "A piece of a run is parked with its error; retry or cancel it first."),
        "BA080" or "BA081" or "BA082" => ProposalEnding.Refusal(refused),
        "BA150" => new DataFaultException(
            "MONTH_OUT_OF_ORDER", $"须按月份顺序结账：下一个应结账的月份是 {ValueOf(refused)}。", $"Months are closed in order: the next one to close is {ValueOf(refused)}."),
        "BA151" => new DataFaultException(
            "MONTH_NOT_ENDED", $"该月尚未结束，{ValueOf(refused)} 起可以结账。", $"The month has not ended; it can be closed from {ValueOf(refused)} on."),
        "BA152" => new DataFaultException("CLOSED_BY_POSTER", "本月最后一次入账的人不能结账，请由另一人结账。", "The person who posted last in the month cannot close it; another person closes it."),
        "BA153" => new DataFaultException("MONTH_OPEN", "该月没有结账。", "The month is not closed."),
        "BA154" => new DataFaultException(
            "NOT_LAST_CLOSED", $"只能重新打开最后结账的月份：{ValueOf(refused)}。", $"Only the month closed last can be opened again: {ValueOf(refused)}."),
        "BA155" => new DataFaultException(
            "POSTED_SINCE", $"结账后已有批次 {ValueOf(refused)} 入账，不能重新打开；请在未结账的月份更正。",
            $"Run {ValueOf(refused)} was posted after the closing, so it cannot be opened again; correct it in an open month."),
        "BA156" => new DataFaultException("REASON_MISSING", "请写明重新打开的理由。", "Give the reason for opening it again."),
        "BA157" => new DataFaultException("NOT_PROPOSED", "还没有人提出重新打开该月，请先由一人写明理由提出。", "Nobody has proposed to open the month again; one person proposes it with a reason first."),
        "BA190" => new DataFaultException(
            "NOT_PROPOSER", "只有提出人可以撤回这项请求；结账后已有入账的，才可由他人撤销。", "The request is withdrawn by the person who made it; others can dismiss it only when something has been posted since the closing."),
        "BA191" => new DataFaultException(
            "MONTH_NOT_BEGUN", $"该月尚未开始，{ValueOf(refused)} 起可以计算、复核和入账。", $"The month has not begun; its runs are computed, approved and posted from {ValueOf(refused)} on."),
        "BA250" => new DataFaultException("MATCH_STATE", "这项核对已经结束，或已经生效。", "The match has ended, or is in force already."),
        "BA320" => new DataFaultException(
            "RETURN_STATE", "这笔退款、结转或核销现在不能办理，请在“对账”页查看。", "The refund, carry-over or write-off cannot be done now; look at it on the reconciliation page."),
        "BA340" => new DataFaultException("NOT_PROPOSER", "提案只能由提出人撤回。", "A proposal is withdrawn by the person who made it."),
        "BA008" => new DataFaultException("EARLIER_MONTH_OPEN", "请先结清更早的月份。", "Close the earlier months first."),
        // A run's table is gone or sealed: somebody else has taken the run over, or thrown it away.
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege when refused.MessageText.Contains("run_entry_", StringComparison.Ordinal) => new DataFaultException(
            "RUN_TAKEN_OVER", "计算期间，该批次已被另一个程序接手或作废。请重试：已完成的会直接给出结果。",
            "Another program has taken this run over, or discarded it, while it was computed. Try again: what is done is answered with its result."),
        _ => null,
    };

    private static DataFaultException OfState(string message)
    {
        Match run = RunAndState().Match(message);
        (string chinese, string english) = run.Groups[2].Value switch
        {
            "computing" => ("正在计算", "computing"),
            "computed" => ("待复核", "computed"),
            "approved" => ("待入账", "approved"),
            "posted" => ("已入账", "posted"),
            "discarded" => ("已作废", "discarded"),
            _ => ("", ""),
        };
        return english.Length > 0
            ? new DataFaultException(
                "RUN_STATE", $"批次 {run.Groups[1].Value} {chinese}，不允许此操作，请查看该批次。", $"Run {run.Groups[1].Value} is {english}, which does not allow this; look at the run.")
            : new DataFaultException("RUN_STATE", "批次的状态不允许此操作，请查看该批次。", "The state of the run does not allow this; look at the run.");
    }

    private static string ValueOf(PostgresException refused) => MonthDayOrRun().IsMatch(refused.MessageText) ? refused.MessageText : "-";

    private static string AnomaliesIn(string message) => Anomalies().Match(message) is { Success: true } codes ? codes.Groups[1].Value : "-";

    [GeneratedRegex(@"^Run ([0-9]{1,10}) is ([a-z]+)[,.]")]
    private static partial Regex RunAndState();

    [GeneratedRegex(@"^([0-9]{4}-[0-9]{2}(-[0-9]{2})?|[0-9]{1,10})$")]
    private static partial Regex MonthDayOrRun();

    [GeneratedRegex(@"\(([A-Z_]+(, [A-Z_]+)*)\)")]
    private static partial Regex Anomalies();
}
