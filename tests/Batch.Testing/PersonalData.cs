using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Batch.Testing;

/// <summary>Finds in a line of a log whom it names: a citizen number, with or without its check character, or the name of somebody in a file.</summary>
public sealed partial class PersonalData
{
    private readonly HashSet<string> _names = [];
    private readonly int _longest;

    /// <param name="files">Files with a column of names: the samples, generated ones.</param>
    public PersonalData(IEnumerable<string> files)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        foreach (string file in files)
        {
            _names.UnionWith(NamesIn(Text(file).Split('\n')));
        }

        _longest = _names.Count == 0 ? 0 : _names.Max(n => n.Length);
    }

    public int Names => _names.Count;

    /// <summary>What is personal in the line; null: nothing.</summary>
    public string? In(string line)
    {
        if (Digits().Matches(line).FirstOrDefault(m => IsBirth(m.Value[6..14])) is { } number)
        {
            return $"a citizen number ({number.Value[..6]}...)";
        }

        for (int at = 0; at < line.Length; at++)
        {
            for (int length = 2; line[at] > 0x2E80 && length <= _longest && at + length <= line.Length; length++)
            {
                if (_names.Contains(line.Substring(at, length)) && (length > 2 || IsAlone(line, at, length)))
                {
                    return $"a name ({line.Substring(at, 1)}...)";
                }
            }
        }

        return null;
    }

    // Two characters within a sentence are words, too.
    private static bool IsAlone(string line, int at, int length) => (at == 0 || line[at - 1] <= 0x2E80) && (at + length == line.Length || line[at + length] <= 0x2E80);

    private static IEnumerable<string> NamesIn(string[] lines)
    {
        int column = -1;
        foreach (string[] cells in lines.Select(l => l.Trim('\r', '\uFEFF').Split(',', '\t')))
        {
            if (Array.FindIndex(cells, c => c.Trim() is "姓名" or "name") is >= 0 and int found)
            {
                column = found;
            }
            else if (column >= 0 && column < cells.Length && Name().IsMatch(cells[column].Trim()))
            {
                yield return cells[column].Trim();
            }
        }
    }

    private static string Text(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.GetEncoding("GB18030").GetString(bytes);
        }
    }

    private static bool IsBirth(string digits) =>
        DateTime.TryParseExact(digits, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime birth) && birth.Year is >= 1900 and <= 2030;

    [GeneratedRegex("(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx]?(?![0-9A-Za-z])")]
    private static partial Regex Digits();

    [GeneratedRegex(@"^\p{IsCJKUnifiedIdeographs}{2,4}$")]
    private static partial Regex Name();
}
