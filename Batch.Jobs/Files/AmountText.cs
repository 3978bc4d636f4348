using Batch.Rules;

namespace Batch.Jobs.Files;

/// <summary>Amounts in yuan as people and programs write them: 1234.5, 1,234.50, ¥1,234.50, 1234.50元, full-width digits.</summary>
internal static class AmountText
{
    /// <summary>No month's wage, contribution or pension is larger; more is a lost decimal point or fen for yuan.</summary>
    public static readonly Money LargestMonthly = new(10_000_000_00);

    /// <summary>No employer pays more for a month.</summary>
    public static readonly Money LargestOfEmployer = new(1_000_000_000_00);

    private const int MostDigits = 15;

    /// <summary>Reads an amount. Returns the code of its fault or null; the amount is null where none can be told from the text.</summary>
    public static string? Parse(ReadOnlySpan<byte> utf8, out Money? amount)
    {
        if (TryParsePlain(utf8, out long fen))
        {
            amount = new Money(fen);
            return fen <= LargestMonthly.Fen ? null : Codes.AmountAbsurd;
        }

        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        return ParseWritten(FieldText.Normalise(utf8, buffer), out amount);
    }

    /// <summary>The form that programs write: digits, and at most a point with one or two places.</summary>
    private static bool TryParsePlain(ReadOnlySpan<byte> text, out long fen)
    {
        fen = 0;
        int point = -1;
        if (text.Length is 0 or > MostDigits)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is >= (byte)'0' and <= (byte)'9')
            {
                fen = (fen * 10) + (text[i] - '0');
            }
            else if (text[i] == '.' && point < 0 && i > 0)
            {
                point = i;
            }
            else
            {
                return false;
            }
        }

        int places = point < 0 ? 0 : text.Length - point - 1;
        fen *= places switch { 0 => 100, 1 => 10, _ => 1 };
        return places <= 2 && point != text.Length - 1;
    }

    private static string? ParseWritten(ReadOnlySpan<char> text, out Money? amount)
    {
        amount = null;
        text = WithoutUnit(text);
        if (text.IsEmpty)
        {
            return Codes.AmountBlank;
        }

        bool negative = text[0] is '-' or '\u2212';
        text = negative ? text[1..].TrimStart() : text;
        int point = text.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<char> places = point < 0 ? default : text[(point + 1)..];
        if (!TryReadWhole(whole, out long yuan) || (point >= 0 && places.IsEmpty) || places.ContainsAnyExceptInRange('0', '9'))
        {
            return Codes.AmountUnreadable;
        }

        if (places.TrimEnd('0').Length > 2)
        {
            return Codes.AmountPrecision;
        }

        if (yuan < 0)
        {
            return Codes.AmountAbsurd;
        }

        long fen = (yuan * 100) + (places.Length > 0 ? (places[0] - '0') * 10 : 0) + (places.Length > 1 ? places[1] - '0' : 0);
        amount = new Money(negative ? -fen : fen);
        return negative && fen != 0 ? Codes.AmountNegative : fen > LargestMonthly.Fen ? Codes.AmountAbsurd : null;
    }

    private static ReadOnlySpan<char> WithoutUnit(ReadOnlySpan<char> text)
    {
        foreach (string mark in (ReadOnlySpan<string>)["人民币", "RMB", "CNY", "¥", "￥"])
        {
            text = text.StartsWith(mark, StringComparison.OrdinalIgnoreCase) ? text[mark.Length..].TrimStart() : text;
        }

        return text.TrimEnd("元圆").TrimEnd();
    }

    /// <summary>Digits, plain or in groups of three. -1: more digits than any amount has.</summary>
    private static bool TryReadWhole(ReadOnlySpan<char> text, out long yuan)
    {
        yuan = 0;
        int comma = text.IndexOf(',');
        if (text.IsEmpty || comma == 0 || comma > 3)
        {
            return false;
        }

        int digits = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool commaDue = comma > 0 && i >= comma && (i - comma) % 4 == 0;
            if (commaDue != (text[i] == ',') || (!commaDue && !char.IsAsciiDigit(text[i])))
            {
                return false;
            }

            if (!commaDue && ++digits <= MostDigits)
            {
                yuan = (yuan * 10) + (text[i] - '0');
            }
        }

        yuan = digits > MostDigits ? -1 : yuan;
        return comma < 0 || (text.Length - comma) % 4 == 0;
    }
}
