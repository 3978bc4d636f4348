using System.Buffers;
using System.Text;
using Batch.Rules;

namespace Batch.Jobs.Files;

/// <summary>Undoes what spreadsheets and input methods do to a value: full-width forms, odd blanks, invisible characters, the marks of text: '4201 and ="4201".</summary>
internal static class FieldText
{
    /// <summary>Longest value that is looked at character by character; a longer one is cut here and then fails by its length.</summary>
    public const int MaxChars = 256;

    // Of the characters in IsInvisible, in UTF-8.
    private static readonly SearchValues<byte> FirstBytes = SearchValues.Create([0xC2, 0xCD, 0xD8, 0xE1, 0xE2, 0xEF]);

    /// <summary>Decodes a UTF-8 value, makes full-width ASCII half-width, drops invisible characters and trims blanks and the marks of text. Needs room for <see cref="MaxChars"/>.</summary>
    public static ReadOnlySpan<char> Normalise(ReadOnlySpan<byte> utf8, Span<char> buffer)
    {
        Encoding.UTF8.TryGetChars(utf8, buffer, out int length);
        if (length == 0 && utf8.Length > 0)
        {
            Encoding.UTF8.GetDecoder().Convert(utf8, buffer[..MaxChars], true, out _, out length, out _);
        }

        int kept = 0;
        foreach (char c in buffer[..length])
        {
            if (!IsInvisible(c))
            {
                buffer[kept++] = HalfWidth.Of(c);
            }
        }

        return WithoutMarks(buffer[..kept]);
    }

    /// <summary>It has characters that are not seen, which are removed before it is read.</summary>
    public static bool HasInvisible(ReadOnlySpan<byte> utf8)
    {
        // Most cells have no byte that one could begin with.
        if (utf8.IndexOfAny(FirstBytes) < 0)
        {
            return false;
        }

        Span<char> buffer = utf8.Length <= MaxChars ? stackalloc char[MaxChars] : new char[utf8.Length];
        foreach (char c in buffer[..Encoding.UTF8.GetChars(utf8, buffer)])
        {
            if (IsInvisible(c))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A name as it is written: only the blanks around it, the marks of text and characters that are not seen go.</summary>
    public static string Trimmed(ReadOnlySpan<byte> utf8)
    {
        Span<char> buffer = utf8.Length <= MaxChars ? stackalloc char[MaxChars] : new char[utf8.Length];
        int kept = 0;
        foreach (char c in buffer[..Encoding.UTF8.GetChars(utf8, buffer)])
        {
            // Two of them join letters in some scripts.
            if (!IsInvisible(c) || c is '\u200C' or '\u200D')
            {
                buffer[kept++] = c;
            }
        }

        return WithoutMarks(buffer[..kept]).ToString();
    }

    /// <summary>An error of a spreadsheet's formula, as a text file shows it: #N/A, #REF!, and ##### of a column too narrow.</summary>
    public static bool IsError(ReadOnlySpan<byte> utf8) => utf8.Length is >= 3 and <= 80 && utf8[0] == '#' && (utf8[^1] is (byte)'!' or (byte)'?' || utf8.SequenceEqual("#N/A"u8)
        || utf8.SequenceEqual("#SPILL"u8) || !utf8.ContainsAnyExcept((byte)'#'));

    public static bool IsBlank(ReadOnlySpan<byte> utf8)
    {
        foreach (byte b in utf8)
        {
            if (b > ' ')
            {
                Span<char> buffer = stackalloc char[MaxChars];
                return b is (byte)'\'' or (byte)'=' or >= 0x80 && Normalise(utf8, buffer).IsEmpty;
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

        // A formula that gives a text, written so that a spreadsheet keeps the digits of a number.
        return text is ['=', '"', .., '"'] && text[2..^1].IndexOf('"') < 0 ? Trim(text[2..^1]) : text;
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

    private static bool IsBlankChar(char c) => char.IsWhiteSpace(c);

    /// <summary>Soft hyphens, joiners, marks of direction, byte order marks, selectors of forms: copied along from pages and chats, and never seen.</summary>
    private static bool IsInvisible(char c) => c is '\u00AD' or '\u034F' or '\u061C' or '\u180E' or (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E')
        or (>= '\u2060' and <= '\u206F') or (>= '\uFE00' and <= '\uFE0F') or '\uFEFF' or (>= '\uFFF9' and <= '\uFFFB');
}
