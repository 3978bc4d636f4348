using System.Globalization;
using System.Text.RegularExpressions;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host;

/// <summary>
/// A birth date as people type it in a box: 1985-06-02, 1985/6/2, 19850602, 1985年6月2日, with full-width digits and spaces too; or only its month, 1985-06. The day then lies between
/// <paramref name="Earliest"/> and <paramref name="Latest"/>.
/// </summary>
internal sealed partial record TypedBirth(LocalDate Earliest, LocalDate Latest)
{
    private const int FirstYear = 1900;

    /// <exception cref="DataFaultException">BIRTH_INVALID, also when it is empty.</exception>
    public static TypedBirth Read(string? text)
    {
        string typed = string.Concat(HalfWidth.Of(text ?? "").Where(c => !char.IsWhiteSpace(c)));
        Match read = Form().Match(typed);
        (int year, int month) = read.Success ? (Number(read.Groups["year"]), Number(read.Groups["month"])) : (0, 0);
        if (year is < FirstYear or > 2100 || month is < 1 or > 12)
        {
            throw Invalid();
        }

        int days = CalendarSystem.Iso.GetDaysInMonth(year, month);
        if (!read.Groups["day"].Success)
        {
            // 1985.1 is January, or October of a spreadsheet that lost its zero.
            return typed.EndsWith(".1", StringComparison.Ordinal) ? throw Invalid() : new TypedBirth(new LocalDate(year, month, 1), new LocalDate(year, month, days));
        }

        int day = Number(read.Groups["day"]);
        return day >= 1 && day <= days ? new TypedBirth(new LocalDate(year, month, day), new LocalDate(year, month, day)) : throw Invalid();
    }

    private static DataFaultException Invalid() => new("BIRTH_INVALID", "出生日期请写成 1985-06-02、19850602 或 1985年6月2日。", "Write the date of birth as 1985-06-02 or 19850602.");

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    // Without signs between them the month and the day have two digits each.
    [GeneratedRegex(@"^(?<year>[0-9]{4})(?:[-‐‑‒–—−/.。年](?<month>[0-9]{1,2})(?:月|(?:[-‐‑‒–—−/.。月](?<day>[0-9]{1,2})日?))?|(?<month>[0-9]{2})(?<day>[0-9]{2})?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
