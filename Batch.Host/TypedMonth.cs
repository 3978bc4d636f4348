using System.Globalization;
using System.Text.RegularExpressions;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host;

/// <summary>
/// A month as people type it in a box or behind an option: 2021-06, 2021-6, 202106, 2021/06, 2021.06, 2021年6月, with full-width digits and spaces too. The API and files have rules
/// of their own.
/// </summary>
internal static partial class TypedMonth
{
    /// <summary>What lies outside is a slip of the finger.</summary>
    public const int FirstYear = 1990;
    public const int LastYear = 2100;

    /// <summary>
    /// 2021.1 is January, or October copied from a spreadsheet, where the number 2021.10 loses its zero: a file of October filed under January would be paid for the wrong month.
    /// </summary>
    private const string Uncertain = ".1";

    /// <exception cref="DataFaultException">MONTH_INVALID, also when it is empty.</exception>
    public static YearMonth Read(string? text)
    {
        string typed = HalfWidth.Of(text ?? "").Trim();
        Match read = Form().Match(typed);
        int year = read.Success ? Number(read.Groups["year"]) : 0;
        int month = read.Success ? Number(read.Groups["month"]) : 0;
        if (year is < FirstYear or > LastYear || month is < 1 or > 12)
        {
            throw new DataFaultException("MONTH_INVALID", "月份请写成 2021-06、202106 或 2021年6月。", "Write the month as 2021-06, 2021/6 or 202106.");
        }

        return typed.EndsWith(Uncertain, StringComparison.Ordinal)
            ? throw new DataFaultException(
                "MONTH_INVALID", $"{year}.1 可能是 1 月，也可能是少了末位 0 的 10 月，请写成 {year}-01 或 {year}-10。", $"{year}.1 may be January, or October without its zero; write {year}-01 or {year}-10.")
            : new YearMonth(year, month);
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    // Without a sign between them the month has two digits, so that 2021 1 1 is no November.
    [GeneratedRegex(@"^(?<year>[0-9]{4})(?:\s*[-‐‑‒–—−/.。年]\s*(?<month>[0-9]{1,2})|(?<month>[0-9]{2}))(?:\s*月份?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
