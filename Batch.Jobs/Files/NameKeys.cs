using System.Globalization;
using System.Text;

namespace Batch.Jobs.Files;

/// <summary>
/// Keys by which names are compared: equal for names that differ in writing only (blanks, middle dots, case, full-width letters, traditional and
/// simplified characters of one form), different for all others but one in four thousand million. What is not surely a difference of writing is one of names.
/// </summary>
public static class NameKeys
{
    private const int FirstHan = 0x4E00;
    private const int EndOfHan = 0xA000;

    // Of each Han character the form that is compared; 0: none other than itself.
    private static readonly char[] Simplified = ReadForms();

    /// <summary>The key of a name; 0: there is none, so that nothing can be compared.</summary>
    public static uint Of(string? name)
    {
        if (name is null)
        {
            return 0;
        }

        ulong key = 14_695_981_039_346_656_037;
        bool any = false;
        foreach (char c in name)
        {
            if (c is >= (char)FirstHan and < (char)EndOfHan)
            {
                char form = Simplified[c - FirstHan];
                key = Mix(key, form == 0 ? c : form);
                any = true;
            }
            else if (Compared(c) is { } letter)
            {
                key = Mix(key, letter);
                any = true;
            }
        }

        return any ? Fold(key) : 0;
    }

    // Blanks, invisible characters and the dots between the parts of a name are writing.
    private static char? Compared(char given)
    {
        char c = HalfWidth.Of(given);
        return char.IsWhiteSpace(c) || IsDot(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control ? null : char.ToUpperInvariant(c);
    }

    private static bool IsDot(char c) => c is '.' or '\u00B7' or '\u2022' or '\u2024' or '\u2027' or '\u2219' or '\u22C5' or '\u30FB' or '\uFF65' or '\u0387' or '\u2E31';

    private static ulong Mix(ulong key, char c) => unchecked((key ^ c) * 1_099_511_628_211);

    private static uint Fold(ulong key) => unchecked((uint)(key ^ (key >> 32))) is var folded && folded == 0 ? 1 : folded;

    private static char[] ReadForms()
    {
        char[] forms = new char[EndOfHan - FirstHan];
        using StreamReader reader = new(typeof(NameKeys).Assembly.GetManifestResourceStream("simplified-forms.txt")!, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            for (int i = 0; line[0] != '#' && i + 1 < line.Length; i += 2)
            {
                forms[line[i] - FirstHan] = line[i + 1];
            }
        }

        return forms;
    }
}
