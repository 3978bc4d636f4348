using System.Globalization;
using Batch.Jobs.Store;
using Batch.Rules;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Turns what the database refuses of returns of money (320_money_returned.sql) into sentences.</summary>
internal static class ReturnRefusal
{
    public static DataFaultException? Of(PostgresException refused) => (refused.SqlState, refused.MessageText.Split('|')) switch
    {
        ("BA001", _) => new DataFaultException("SAME_PERSON", "提出退款或结转与确认的须是两个人。", "A return of money is confirmed by another person than proposed it."),
        ("BA320", ["RETURN_MONTH_CLOSED", var month]) => new DataFaultException(
            "RETURN_MONTH_CLOSED", $"{month} 已结账，请使用未结账月份的日期。", $"{month} is closed; use a day of a month that is open."),
        ("BA320", ["RETURN_DAY_AHEAD"]) => new DataFaultException("RETURN_DAY_AHEAD", "日期晚于今天。", "The day is later than today."),
        ("BA320", ["RETURN_CANCELLED"]) => new DataFaultException(
            "RETURN_CANCELLED", "这笔退款或结转不能冲销：没有生效、已经冲销或正待冲销，或者冲销日期早于原日期。",
            "This return cannot be cancelled: it is not in force, it is already cancelled or its cancellation waits for confirmation, or the day is before the return's own day."),
        ("BA320", ["RETURN_RUN_OPEN"]) => new DataFaultException(
            "RETURN_RUN_OPEN", "该所属期的批次正在计算、复核或待入账，请先入账或作废，再确认。", "A run with this contribution month is open; post or discard it, then confirm."),
        ("BA320", ["RETURN_TOO_MUCH" or "RETURN_ALLOCATED", ..] told) => OfAmount(told),
        _ => null,
    };

    private static DataFaultException OfAmount(string[] told)
    {
        Money[] yuan = [.. told.Skip(2).Select(t => new Money(long.Parse(t, CultureInfo.InvariantCulture)))];
        (Money received, Money returned, Money declared, Money booked, Money left, Money wanted) = (yuan[0], yuan[1], yuan[2], yuan[3], yuan[4], yuan[5]);
        return told[0] == "RETURN_TOO_MUCH"
            ? new DataFaultException(
                "RETURN_TOO_MUCH", $"{told[1]} 到账 {received} 元，已退还、结转、核销或待确认 {returned} 元，不足 {wanted} 元。",
                $"{told[1]}: {received} yuan were received and {returned} are returned or proposed; that leaves less than {wanted}.")
            : new DataFaultException(
                "RETURN_ALLOCATED",
                $"{told[1]} 到账 {received} 元；该月申报 {declared} 元，入账 {booked} 元。暂收中可退还 {left} 元，不足 {wanted} 元。请先更正申报并入账，再退还。",
                $"{told[1]}: {received} yuan received; {declared} declared and {booked} booked for the month. {left} can be returned, less than {wanted}. Correct the declaration and post it first.");
    }
}
