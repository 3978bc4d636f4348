using System.Text;
using Batch.Rules;

namespace Batch.Jobs.Intake;

/// <summary>Undoes what spreadsheets and input methods do to a value: full-width forms, odd blanks, the apostrophe that marks text.</summary>
internal static class FieldText
{
    /// <summary>Longest value that is looked at character by character; a longer one is cut here and then fails by its length.</summary>
    public const int MaxChars = 256;

    /// <summary>Decodes a UTF-8 value, makes full-width ASCII half-width and trims blanks and a leading apostrophe. Needs room for <see cref="MaxChars"/>.</summary>
    public static ReadOnlySpan<char> Normalise(ReadOnlySpan<byte> utf8, Span<char> buffer)
    {
        Encoding.UTF8.TryGetChars(utf8, buffer, out int length);
        if (length == 0 && utf8.Length > 0)
        {
            Encoding.UTF8.GetDecoder().Convert(utf8, buffer[..MaxChars], true, out _, out length, out _);
        }

        for (int i = 0; i < length; i++)
        {
            char c = buffer[i];
            if (c is >= '\uFF01' and <= '\uFF5E')
            {
                buffer[i] = (char)(c - 0xFEE0);
            }
        }

        return WithoutMarks(buffer[..length]);
    }

    /// <summary>A name as it is written: only the blanks around it and a leading apostrophe go.</summary>
    public static string Trimmed(ReadOnlySpan<byte> utf8)
    {
        Span<char> buffer = utf8.Length <= MaxChars ? stackalloc char[MaxChars] : new char[utf8.Length];
        return WithoutMarks(buffer[..Encoding.UTF8.GetChars(utf8, buffer)]).ToString();
    }

    public static bool IsBlank(ReadOnlySpan<byte> utf8)
    {
        foreach (byte b in utf8)
        {
            if (b > ' ')
            {
                Span<char> buffer = stackalloc char[MaxChars];
                return b is (byte)'\'' or >= 0x80 && Normalise(utf8, buffer).IsEmpty;
            }

            if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'\f' or (byte)'\v'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A value as it may be shown: without control characters, short, and never a whole citizen number.</summary>
    public static string Shown(ReadOnlySpan<byte> utf8, bool personal)
    {
        Span<char> buffer = stackalloc char[MaxChars];
        return Shown(Normalise(utf8, buffer), personal);
    }

    public static string Shown(ReadOnlySpan<char> text, bool personal)
    {
        const int longest = 40;
        var shown = new StringBuilder(longest);
        int digits = 0;
        foreach (char c in text)
        {
            digits += char.IsDigit(c) ? 1 : 0;
        }

        if (personal || digits >= 15)
        {
            return Masked(text);
        }

        foreach (char c in text.Length > longest ? text[..longest] : text)
        {
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return text.Length > longest ? shown.Append('…').ToString() : shown.ToString();
    }

    private static string Masked(ReadOnlySpan<char> text)
    {
        string masked = NumberMask.Of(text);
        return string.Create(masked.Length, masked, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
            }
        });
    }

    private static ReadOnlySpan<char> WithoutMarks(ReadOnlySpan<char> text)
    {
        text = Trim(text);
        while (text.Length > 0 && text[0] is '\'' or '\u2018' or '\u2019')
        {
            text = Trim(text[1..]);
        }

        return text;
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && IsBlankChar(text[start]))
        {
            start++;
        }

        while (end > start && IsBlankChar(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    private static bool IsBlankChar(char c) => c is '\u200B' or '\uFEFF' or '\u200E' or '\u200F' || char.IsWhiteSpace(c);
}
