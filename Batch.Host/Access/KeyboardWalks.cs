namespace Batch.Host.Access;

/// <summary>Keys that lie side by side on a keyboard, and characters that follow one another: what fingers type without a thought, straight or in zigzag.</summary>
internal static class KeyboardWalks
{
    /// <summary>Fewest keys of a zigzag: shorter ones are in words, such as "were".</summary>
    private const int ShortestZigzag = 5;

    private const int MostStrands = 3;

    private const string Straight = "1234567890 qwertyuiop asdfghjkl zxcvbnm 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 0okm 9ijn 8uhb 7ygv 147 258 369 159 357 741 852 963 789 456 123";

    private static readonly string[] Rows = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

    // In half keys: each row begins half a key, about, to the right of the one above it.
    private static readonly Dictionary<char, (int Row, int Half)> Places = Rows.SelectMany((keys, row) => keys.Select((key, at) => (key, (row, (at * 2) + row)))).ToDictionary();

    /// <summary>The text with blanks where it follows the keyboard, the alphabet or the digits.</summary>
    public static string Without(string text)
    {
        char[] left = text.ToCharArray();
        for (int i = 0; i < text.Length; i++)
        {
            for (int strands = 1; strands <= MostStrands && i + (3 * strands) <= text.Length; strands++)
            {
                if (Enumerable.Range(i, strands).All(first => Runs(text[first], text[first + strands], text[first + (2 * strands)])))
                {
                    left.AsSpan(i, 3 * strands).Fill(' ');
                }
            }

            int end = ZigzagEnd(text, i);
            if (end - i >= ShortestZigzag)
            {
                left.AsSpan(i, end - i).Fill(' ');
            }
        }

        return new string(left);
    }

    /// <summary>Three characters that are a run: 123, ace, qwe, and backwards. In several strands (1q2w3e, 1a2s3d, aabbcc) each strand is one.</summary>
    private static bool Runs(char first, char second, char third)
    {
        int step = second - first;
        return (char.IsAsciiLetterOrDigit(first) && char.IsAsciiLetterOrDigit(third) && step is >= -2 and <= 2 && third - second == step)
            || (!char.IsWhiteSpace(second) && (Straight.Contains($"{first}{second}{third}", StringComparison.Ordinal) || Straight.Contains($"{third}{second}{first}", StringComparison.Ordinal)));
    }

    // Where a way over neighbouring keys that begins here ends.
    private static int ZigzagEnd(string text, int begin)
    {
        int end = begin + 1;
        while (end < text.Length && Places.TryGetValue(text[end - 1], out (int Row, int Half) from) && Places.TryGetValue(text[end], out (int Row, int Half) to) && AreNeighbours(from, to))
        {
            end++;
        }

        return end;
    }

    private static bool AreNeighbours((int Row, int Half) a, (int Row, int Half) b) =>
        a.Row == b.Row ? Math.Abs(a.Half - b.Half) == 2 : Math.Abs(a.Row - b.Row) == 1 && Math.Abs(a.Half - b.Half) == 1;
}
