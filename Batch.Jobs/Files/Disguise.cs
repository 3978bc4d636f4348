using System.Text;

namespace Batch.Jobs.Files;

/// <summary>
/// Files of other kinds that carry a workbook's name: many systems "export to Excel" a web page or XML named .xls, which Excel opens with a warning. What they
/// hold can only be told by a program that draws pages, so their sender is told how to make a workbook of them.
/// </summary>
internal static class Disguise
{
    private static readonly string[] OfPages = ["<html", "<!doctype html", "<table", "<meta", "<head", "<body", "<tr", "<div", "<style", "<!--"];

    /// <summary>The code of what the file is instead; null: it may be a workbook or text.</summary>
    public static string? Of(ReadOnlySpan<byte> start)
    {
        string text = Letters(start);
        if (text.StartsWith("mime-version:", StringComparison.Ordinal) || text.StartsWith("content-type: multipart/", StringComparison.Ordinal))
        {
            return Codes.FileIsWebPage;
        }

        if (!text.StartsWith('<'))
        {
            return null;
        }

        bool spreadsheet = text.Contains("office:spreadsheet", StringComparison.Ordinal);
        bool page = OfPages.Any(p => text.StartsWith(p, StringComparison.Ordinal)) || text.Contains("<html", StringComparison.Ordinal) || text.Contains("<table", StringComparison.Ordinal);
        return !spreadsheet && page ? Codes.FileIsWebPage
            : spreadsheet || text.StartsWith("<?xml", StringComparison.Ordinal) ? Codes.FileIsXml
            : null;
    }

    /// <summary>The ASCII letters of it in lower case, whatever the encoding: without byte order mark, leading blanks, and the zeros of UTF-16.</summary>
    private static string Letters(ReadOnlySpan<byte> start)
    {
        var text = new StringBuilder(start.Length);
        foreach (byte b in start)
        {
            bool skipped = b is 0 or >= 0x80 || (text.Length == 0 && b <= ' ');
            if (!skipped)
            {
                text.Append(char.ToLowerInvariant((char)b));
            }
        }

        return text.ToString();
    }
}
