using System.Buffers;
using NodaTime;

namespace Batch.Rules;

public readonly partial record struct CitizenId
{
    private const int EarliestBirthYear = 1800;
    private const int MaxLength = 32;

    private static readonly SearchValues<byte> Mantissa = SearchValues.Create("0123456789."u8);
    private static readonly SearchValues<byte> Exponent = SearchValues.Create("+0123456789"u8);

    private static ReadOnlySpan<byte> Weights => [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    private static ReadOnlySpan<byte> CheckCharacters => "10X98765432"u8;

    /// <summary>
    /// Reads a number as an employer's file gives it; a lower-case x is accepted, blanks around it are not (normalising is the intake's work).
    /// Nothing is allocated. <paramref name="id"/> is set only for <see cref="CitizenIdFault.None"/>.
    /// </summary>
    /// <param name="today">Nobody is born after it.</param>
    public static CitizenIdFault TryParse(ReadOnlySpan<char> text, LocalDate today, out CitizenId id)
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        if (text.Length > MaxLength)
        {
            id = default;
            return CitizenIdFault.Length;
        }

        for (int i = 0; i < text.Length; i++)
        {
            bytes[i] = text[i] < 128 ? (byte)text[i] : (byte)'?';
        }

        return TryParse(bytes[..text.Length], today, out id);
    }

    /// <summary>As the other one, for text that is still UTF-8.</summary>
    public static CitizenIdFault TryParse(ReadOnlySpan<byte> text, LocalDate today, out CitizenId id)
    {
        id = default;
        if (text.Trim((byte)' ').IsEmpty)
        {
            return CitizenIdFault.Blank;
        }

        // "1.10105E+17" is neither 18 long nor digits: the spreadsheet's work is named before the length is.
        if (IsScientific(text))
        {
            return CitizenIdFault.RuinedBySpreadsheet;
        }

        return text.Length switch
        {
            18 => ParseEighteen(text, today, out id),
            15 => TryLettersAndDigits(text, out id) ? CitizenIdFault.None : NoneOf(ParseFifteen(text, today, out _), out id),
            _ => TryPassport(text, out id) ? CitizenIdFault.None : NoneOf(CitizenIdFault.Length, out id),
        };
    }

    private static CitizenIdFault NoneOf(CitizenIdFault fault, out CitizenId id)
    {
        id = default;
        return fault;
    }

    /// <summary>
    /// Converts a 15-digit number of before 1999 by putting the century 19 before its year. Only with a warning: the number says nothing of the
    /// century and has no check digit.
    /// </summary>
    public static bool TryConvertFifteen(ReadOnlySpan<char> text, LocalDate today, out CitizenId id)
    {
        id = default;
        if (text.Length != 15)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[15];
        for (int i = 0; i < 15; i++)
        {
            bytes[i] = text[i] < 128 ? (byte)text[i] : (byte)'?';
        }

        return ParseFifteen(bytes, today, out id) == CitizenIdFault.FifteenDigits;
    }

    private static CitizenIdFault ParseEighteen(ReadOnlySpan<byte> text, LocalDate today, out CitizenId id)
    {
        id = default;
        long digits = 0;
        int sum = 0;
        for (int i = 0; i < 17; i++)
        {
            int digit = text[i] - '0';
            if (digit is < 0 or > 9)
            {
                return CitizenIdFault.Characters;
            }

            digits = digits * 10 + digit;
            sum += digit * Weights[i];
        }

        byte last = text[17] == 'x' ? (byte)'X' : text[17];
        if (last is not ((byte)'X' or (>= (byte)'0' and <= (byte)'9')))
        {
            return CitizenIdFault.Characters;
        }

        bool checks = last == CheckCharacters[sum % 11];
        if (!checks && text.EndsWith("000"u8))
        {
            return CitizenIdFault.RuinedBySpreadsheet;
        }

        CitizenIdFault date = BirthFault((int)(digits / 1000 % 100_000_000), today);
        if (date != CitizenIdFault.None)
        {
            return date;
        }

        if (!checks)
        {
            return CitizenIdFault.CheckDigit;
        }

        id = new CitizenId(digits);
        return CitizenIdFault.None;
    }

    private static CitizenIdFault ParseFifteen(ReadOnlySpan<byte> text, LocalDate today, out CitizenId id)
    {
        id = default;
        long digits = 0;
        for (int i = 0; i < 15; i++)
        {
            int digit = text[i] - '0';
            if (digit is < 0 or > 9)
            {
                return CitizenIdFault.Characters;
            }

            digits = digits * 10 + digit;
            if (i == 5)
            {
                digits = digits * 100 + 19;
            }
        }

        CitizenIdFault date = BirthFault((int)(digits / 1000 % 100_000_000), today);
        if (date != CitizenIdFault.None)
        {
            return date;
        }

        id = new CitizenId(digits);
        return CitizenIdFault.FifteenDigits;
    }

    /// <summary>A real date of the calendar (no 29 February in common years), not before 1800 and not after today.</summary>
    private static CitizenIdFault BirthFault(int yyyymmdd, LocalDate today)
    {
        int year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100, day = yyyymmdd % 100;
        if (year < EarliestBirthYear || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return CitizenIdFault.BirthDate;
        }

        int latest = today.Year * 10000 + today.Month * 100 + today.Day;
        return yyyymmdd > latest ? CitizenIdFault.BirthDateInFuture : CitizenIdFault.None;
    }

    /// <summary>A number as a spreadsheet shows it when it took it for an amount: <c>1.10105E+17</c>, <c>1.10105194912E17</c>.</summary>
    private static bool IsScientific(ReadOnlySpan<byte> text)
    {
        int e = text.IndexOfAny((byte)'E', (byte)'e');
        if (e < 1 || text[..e].IndexOfAnyExcept(Mantissa) >= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> exponent = text[(e + 1)..];
        return !exponent.IsEmpty && exponent.IndexOfAnyExcept(Exponent) < 0;
    }
}
