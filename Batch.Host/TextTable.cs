using System.Text;

namespace Batch.Host;

/// <summary>Sets rows in columns on a terminal, where a Chinese character takes two cells.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    public static void Write(TextWriter output, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> all = [.. rows];
        int[] widths = [.. headers.Select((header, i) => all.Select(row => WidthOf(row[i])).Append(WidthOf(header)).Max())];
        bool[] right = [.. headers.Select((_, i) => all.Count > 0 && all.TrueForAll(row => IsNumber(row[i])))];
        if (headers.Any(header => header.Length > 0))
        {
            output.WriteLine(Line(headers, widths, right));
        }

        foreach (IReadOnlyList<string> row in all)
        {
            output.WriteLine(Line(row, widths, right));
        }
    }

    /// <summary>Cells that a text takes: two for the wide characters of East Asian scripts, none for what joins the one before.</summary>
    public static int WidthOf(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += IsWide(rune.Value) ? 2 : 1;
        }

        return width;
    }

    private static string Line(IReadOnlyList<string> cells, int[] widths, bool[] right)
    {
        var line = new StringBuilder();
        for (int i = 0; i < cells.Count; i++)
        {
            string padding = new(' ', widths[i] - WidthOf(cells[i]));
            line.Append(right[i] ? padding + cells[i] : cells[i] + padding).Append(Gap);
        }

        return line.ToString().TrimEnd();
    }

    private static bool IsNumber(string cell) =>
        cell.Length == 0 || (cell.Any(char.IsAsciiDigit) && cell.All(c => char.IsAsciiDigit(c) || c is '.' or ',' or '-' or '+' or '%'));

    /// <summary>Wide and full-width ranges of Unicode's East Asian Width, as far as names, field words and punctuation reach.</summary>
    private static bool IsWide(int code) => code
        is (>= 0x1100 and <= 0x115F)
        or (>= 0x2E80 and <= 0x303E)
        or (>= 0x3041 and <= 0x33FF)
        or (>= 0x3400 and <= 0x4DBF)
        or (>= 0x4E00 and <= 0x9FFF)
        or (>= 0xA000 and <= 0xA4CF)
        or (>= 0xAC00 and <= 0xD7A3)
        or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE30 and <= 0xFE6F)
        or (>= 0xFF00 and <= 0xFF60)
        or (>= 0xFFE0 and <= 0xFFE6)
        or (>= 0x20000 and <= 0x3FFFD);
}
