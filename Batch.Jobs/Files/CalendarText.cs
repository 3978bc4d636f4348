using System.Buffers;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>Months and dates as they are written: 202301, 2023-01, 2023年1月, 2023/1/1, 20230101, with or without a time of day; in number cells of workbooks also the number of the day.</summary>
internal static class CalendarText
{
    private const int FirstYear = 1900;
    private const int FirstMonthYear = 1990;
    private const int LastYear = 2099;

    private static readonly SearchValues<char> TimeCharacters = SearchValues.Create("0123456789:.");

    /// <param name="dayZero">Day 0 of a number that means a day; null where none does.</param>
    public static bool TryMonth(ReadOnlySpan<char> text, LocalDate? dayZero, out YearMonth month)
    {
        month = default;
        if (!TryParts(text, dayZero, out int year, out int monthOfYear, out int day) || year is < FirstMonthYear or > LastYear
            || monthOfYear is < 1 or > 12 || (day >= 0 && !IsDay(year, monthOfYear, day)))
        {
            return false;
        }

        month = new YearMonth(year, monthOfYear);
        return true;
    }

    /// <summary>
    /// A year and month with a point between them that a program may have shortened or filled up: 2021.1 is January, or October without its zero; 2021.10
    /// is October, or January with two places. A number of a workbook is never certain: its format shows what it likes.
    /// </summary>
    public static bool IsUncertainMonth(ReadOnlySpan<char> text, bool number) =>
        text.Length > 5 && text[4] == '.' && !text[..4].ContainsAnyExceptInRange('0', '9') && !text[5..].ContainsAnyExceptInRange('0', '9')
        && (number || text.Length == 6 || text[5..] is "10");

    public static bool TryDate(ReadOnlySpan<char> text, LocalDate? dayZero, out LocalDate date)
    {
        date = default;
        if (!TryParts(text, dayZero, out int year, out int month, out int day) || year is < FirstYear or > LastYear || !IsDay(year, month, day))
        {
            return false;
        }

        date = new LocalDate(year, month, day);
        return true;
    }

    private static bool IsDay(int year, int month, int day) =>
        month is >= 1 and <= 12 && day >= 1 && day <= CalendarSystem.Iso.GetDaysInMonth(year, month);

    /// <summary>Splits into year, month and day; the day is -1 where the text has none.</summary>
    private static bool TryParts(ReadOnlySpan<char> text, LocalDate? dayZero, out int year, out int month, out int day)
    {
        (year, month, day) = (0, 0, -1);
        int digits = Digits(text, out int number);
        if (digits == text.Length)
        {
            switch (digits)
            {
                case 6:
                    (year, month) = (number / 100, number % 100);
                    return true;
                case 8:
                    (year, month, day) = (number / 10000, number / 100 % 100, number % 100);
                    return true;
                case 5 when dayZero is { } zero:
                    (year, month, day) = zero.PlusDays(number);
                    return true;
                default:
                    return false;
            }
        }

        if (digits != 4 || text[4] is not ('-' or '/' or '.' or '年'))
        {
            return false;
        }

        year = number;
        text = text[5..];
        digits = Digits(text, out month);
        if (digits is not (1 or 2))
        {
            return false;
        }

        text = text[digits..];
        if (text is "" or "月" or "月份")
        {
            return true;
        }

        bool separated = text[0] is '-' or '/' or '.' or '月';
        digits = separated ? Digits(text[1..], out day) : 0;
        return digits is 1 or 2 && IsTimeOfDay(text[(digits + 1)..]);
    }

    /// <summary>What may follow a day: nothing, its unit, or a time of day, which no column of ours means.</summary>
    private static bool IsTimeOfDay(ReadOnlySpan<char> text)
    {
        text = text is ['日' or '号', ..] ? text[1..] : text;
        return text.IsEmpty || (text[0] is ' ' or 'T' && text.Length > 1 && !text[1..].ContainsAnyExcept(TimeCharacters));
    }

    private static int Digits(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        int i = 0;
        while (i < text.Length && i < 9 && char.IsAsciiDigit(text[i]))
        {
            number = (number * 10) + (text[i++] - '0');
        }

        return i;
    }
}
