namespace Batch.Rules;

/// <summary>
/// The one mask of citizen numbers: the first four characters (province and city) and the last. With them, a sex and a month of birth (a change of tier
/// tells it), more than a thousand numbers still fit the check character, so that nobody completes a masked number.
/// </summary>
public static class NumberMask
{
    private const int Head = 4;
    private const int Tail = 1;
    private const int MostHidden = 18 - Head - Tail;

    /// <summary>Shortest text that is masked as a citizen number; shorter ones are cards.</summary>
    private const int ShortestNumber = 12;

    /// <summary>A number as it may be shown; also of one that is not valid, or that was masked before.</summary>
    public static string Of(ReadOnlySpan<char> number)
    {
        (int head, int tail) = number.Length switch
        {
            >= ShortestNumber => (Head, Tail),
            >= 6 => (2, 2),
            0 or 1 => (0, 0),
            _ => (1, 0),
        };
        int hidden = Math.Clamp(number.Length - head - tail, 0, MostHidden);
        return string.Concat(number[..head], new string('*', hidden), number[^tail..]);
    }

    /// <summary>A text from an earlier record: masked once more where an earlier mask shows more than this one.</summary>
    public static string Again(string text) => text.Length >= ShortestNumber && text.Contains("*****", StringComparison.Ordinal) && !text.Any(char.IsWhiteSpace) ? Of(text) : text;
}
