namespace Batch.Jobs.Files;

/// <summary>Text that a spreadsheet would compute is given an apostrophe, which marks it as text; the apostrophe goes when the file is read again.</summary>
public static class InertText
{
    public static string Of(string text) => IsComputed(text) ? "'" + text : text;

    /// <summary>Blanks before the sign and its full-width form do not save it: some spreadsheets pass over the one and read the other as the plain sign.</summary>
    public static bool IsComputed(ReadOnlySpan<char> text) =>
        text.TrimStart(" \u3000\u00A0") is ['=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠' or '\t' or '\r' or '\n', ..];
}
