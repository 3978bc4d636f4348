using System.Globalization;

namespace Batch.Host.Web;

/// <summary>When recurring work is due, in words; an expression of another form than these is shown as it is.</summary>
internal static class CronText
{
    private static readonly string[] Days = ["日", "一", "二", "三", "四", "五", "六", "日"];
    private static readonly string[] EnglishDays = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

    public static (string Chinese, string English) Of(string cron) => cron.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
    {
        [var minutes, "*", "*", "*", "*"] when minutes.StartsWith("*/", StringComparison.Ordinal) && Number(minutes[2..], 59) is { } every => ($"每 {every} 分钟", $"every {every} minutes"),
        [var minute, var hour, var day, var month, var weekday] when Clock(hour, minute) is { } at => At(at, day, month, weekday) ?? (cron, cron),
        _ => (cron, cron),
    };

    private static (string Chinese, string English)? At(string at, string day, string month, string weekday) => (Number(day, 31), Number(month, 12), Number(weekday, 7)) switch
    {
        (null, null, null) when (day, month, weekday) is ("*", "*", "*") => ($"每天 {at}", $"daily at {at}"),
        ({ } on, null, null) when (month, weekday) is ("*", "*") => ($"每月 {on} 日 {at}", $"monthly on day {on} at {at}"),
        ({ } on, { } of, null) when weekday == "*" => ($"每年 {of} 月 {on} 日 {at}", $"yearly on {CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(of)} {on} at {at}"),
        (null, null, { } week) when (day, month) is ("*", "*") => ($"每周{Days[week]} {at}", $"{EnglishDays[week]} at {at}"),
        _ => null,
    };

    private static string? Clock(string hour, string minute) =>
        Number(hour, 23) is { } h && Number(minute, 59) is { } m ? string.Create(CultureInfo.InvariantCulture, $"{h:00}:{m:00}") : null;

    private static int? Number(string text, int most) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most ? number : null;
}
