using System.Buffers;
using System.Text;

namespace Batch.Jobs.Files;

/// <summary>
/// A workbook's format for numbers: whether it makes a number a date, and whether it shows a number as another one than is stored. What a clerk sees
/// and checks is what is shown.
/// </summary>
internal sealed class NumberFormat
{
    /// <summary>Words in a format that give its number another unit, or another currency.</summary>
    private static readonly string[] OtherUnits =
        ["万", "千", "百", "亿", "角", "分", "厘", "‰", "US$", "HK$", "USD", "HKD", "MOP", "EUR", "GBP", "JPY", "€", "£", "美元", "港"];

    public static readonly NumberFormat General = new("General");

    private static readonly SearchValues<char> LikeDigits = SearchValues.Create(".,·点，。0123456789");

    private readonly Section[] sections;
    private readonly bool conditional;

    private NumberFormat(string code)
    {
        sections = [.. Split(code).Select(s => new Section(s))];
        conditional = sections.Any(s => s.Conditional);
        IsDate = sections[0].IsDate;
        IsPlain = !IsDate && sections.All(s => s.IsGeneral);
    }

    public bool IsDate { get; }

    /// <summary>Shows every number as it is.</summary>
    public bool IsPlain { get; }

    /// <param name="id">Number of the format; those below 164 are known to every program and need no code.</param>
    public static NumberFormat Of(int id, string? code) => code is not null ? new NumberFormat(code) : id switch
    {
        (>= 14 and <= 22) or (>= 27 and <= 36) or (>= 45 and <= 47) or (>= 50 and <= 58) => new NumberFormat("yyyy-mm-dd"),
        1 or 3 or 5 or 6 or 37 or 38 or 41 or 42 => new NumberFormat("0"),
        2 or 4 or 7 or 8 or 39 or 40 or 43 or 44 => new NumberFormat("0.00"),
        9 or 10 => new NumberFormat("0%"),
        11 or 48 => new NumberFormat("0.00E+00"),
        12 or 13 => new NumberFormat("# ?/?"),
        _ => General,
    };

    public bool ShowsOther(double number)
    {
        if (IsPlain || number == 0 || !double.IsFinite(number) || Math.Abs(number) > 1e15)
        {
            return false;
        }

        int section = number < 0 && sections.Length > 1 ? 1 : 0;
        return conditional ? sections.Any(s => s.ShowsOther((decimal)number)) : sections[section].ShowsOther((decimal)number);
    }

    /// <summary>The sections for positive numbers, negative ones, zero and text.</summary>
    private static List<string> Split(string code)
    {
        List<string> sections = [];
        int from = 0;
        for (int i = 0; i < code.Length; i++)
        {
            i += code[i] is '\\' or '!' or '_' or '*' ? 1 : 0;
            if (i < code.Length && code[i] is '"' or '[')
            {
                int end = code.IndexOf(code[i] == '"' ? '"' : ']', i + 1);
                i = end < 0 ? code.Length : end;
            }
            else if (i < code.Length && code[i] == ';')
            {
                sections.Add(code[from..i]);
                from = i + 1;
            }
        }

        sections.Add(code[from..]);
        return sections;
    }

    private sealed class Section
    {
        private readonly StringBuilder literal = new();
        private bool point;
        private bool digits;
        private bool scaled;
        private bool inserted;
        private bool pending;
        private int decimals;
        private int commas;

        public Section(string code)
        {
            IsGeneral = code.Length == 0 || code.Contains("General", StringComparison.OrdinalIgnoreCase) || code.Contains("通用格式", StringComparison.Ordinal) || code == "@";
            for (int i = 0; i < code.Length && !IsGeneral; i++)
            {
                i = Take(code, i);
            }

            scaled |= commas > 0;
            string said = literal.ToString();
            scaled |= OtherUnits.Any(u => said.Contains(u, StringComparison.OrdinalIgnoreCase));
            // An empty section hides its numbers.
            IsGeneral &= code.Length > 0;
        }

        public bool IsGeneral { get; private set; }

        public bool IsDate { get; private set; }

        public bool Conditional { get; private set; }

        public bool ShowsOther(decimal number) => !IsGeneral && !IsDate && (!digits || scaled || inserted
            || decimal.Round(number, Math.Min(decimals, 2), MidpointRounding.AwayFromZero) != decimal.Round(number, 2, MidpointRounding.AwayFromZero));

        /// <summary>Takes one character, or what belongs together; returns the place of its last.</summary>
        private int Take(string code, int i)
        {
            switch (code[i])
            {
                case '"':
                    int quote = code.IndexOf('"', i + 1) is >= 0 and int found ? found : code.Length;
                    Literal(code[(i + 1)..quote]);
                    return quote;
                case '[':
                    int bracket = code.IndexOf(']', i) is >= 0 and int closing ? closing : code.Length;
                    Bracket(code[(i + 1)..bracket]);
                    return bracket;
                case '\\' or '!':
                    Literal(i + 1 < code.Length ? code[(i + 1)..(i + 2)] : "");
                    return i + 1;
                case '_' or '*':
                    return i + 1;
                case '0' or '#' or '?':
                    // A literal point or digit between two digits looks like the number's own.
                    inserted |= pending && digits;
                    pending = false;
                    digits = true;
                    commas = 0;
                    decimals += point ? 1 : 0;
                    return i;
                case '.':
                    scaled |= commas > 0;
                    point = true;
                    return i;
                case ',':
                    commas += digits ? 1 : 0;
                    return i;
                case '%' or '/' or 'E' or 'e':
                    scaled |= digits;
                    IsDate |= code[i] is 'e' or 'E' && !digits;
                    return i;
                case 'y' or 'Y' or 'm' or 'M' or 'd' or 'D' or 'h' or 'H' or 's' or 'S':
                    IsDate = true;
                    return i;
                default:
                    Literal(code[i..(i + 1)]);
                    return i;
            }
        }

        private void Literal(string text)
        {
            literal.Append(text);
            pending |= digits && (text.AsSpan().ContainsAny(LikeDigits));
        }

        /// <summary>A colour, a condition, a currency, elapsed time, or how digits are written.</summary>
        private void Bracket(string text)
        {
            Conditional |= text.StartsWith('<') || text.StartsWith('>') || text.StartsWith('=');
            IsDate |= text is "h" or "hh" or "m" or "mm" or "s" or "ss" or "H" or "HH";
            if (text.StartsWith('$'))
            {
                string currency = text[1..].Split('-')[0];
                literal.Append(currency);
                scaled |= currency == "$";
            }
        }
    }
}
