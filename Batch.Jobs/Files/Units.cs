using System.Text.RegularExpressions;

namespace Batch.Jobs.Files;

/// <summary>
/// Finds what says that amounts are not in yuan: 单位：万元 in a title, (千元) behind a column's name, 以分为单位 in a remark. A number before the
/// word makes it an amount, which says nothing of the others.
/// </summary>
internal static partial class Units
{
    public const string Yuan = "元";

    private const string Multiples = "[十拾百佰千仟万萬亿億]+(?:元|圆|人民币|rmb|cny|yuan)";
    private const string Short = "[厘分角毛十拾百佰千仟万萬亿億]|[百千十]万|k|wan|jiao|fen|cents?|thousands?|millions?";
    private const string Currencies = "美元|美金|港元|港币|港幣|澳门元|澳門元|澳币|澳元|葡币|欧元|日元|英镑|新台币|台币|韩元|usd|us\\$|hkd|hk\\$|mop|eur|jpy|gbp|twd|€|£";
    private const string NoNumber = "(?<![0-9.一二三四五六七八九十百千万两几数第])";

    /// <summary>The unit that a title, a remark or a sheet's name states for amounts; null where it is yuan or nothing is said.</summary>
    public static string? Stated(ReadOnlySpan<byte> cell)
    {
        if (cell.Length is 0 or > 2000)
        {
            return null;
        }

        Match found = Statement().Match(Plain(cell));
        return found.Success ? found.Groups["u"].Value : null;
    }

    /// <summary>The unit that the name of an amount column carries; null where it is yuan, nothing is said, or it is no amount column.</summary>
    public static string? OfColumn(ReadOnlySpan<byte> cell)
    {
        if (cell.Length is 0 or > 200)
        {
            return null;
        }

        string text = Plain(cell);
        Match unit = OfName().Match(text);
        if (!unit.Success)
        {
            return null;
        }

        string rest = text.Remove(unit.Index, unit.Length).Trim('/', '-', '_', '·', ':', ',', '|', '.', '*');
        return Names(text) || Names(rest) ? unit.Groups["u"].Value : null;
    }

    private static bool Names(string text) => ColumnNames.Recognise(System.Text.Encoding.UTF8.GetBytes(text)) is { } column && ColumnNames.IsAmount(column);

    private static string Plain(ReadOnlySpan<byte> cell)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        return Blanks().Replace(FieldText.Normalise(cell, buffer).ToString().ToLowerInvariant(), "")
            .Replace('【', '[').Replace('】', ']').Replace('〔', '[').Replace('〕', ']').Replace('〈', '[').Replace('〉', ']').Replace('《', '[').Replace('》', ']');
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    // A word that goes on, as in the name of a company, is no unit.
    [GeneratedRegex(NoNumber + "(?<u>" + Multiples + ")(?:人民币)?(?![\\p{L}\\p{N}])"
        + "|(?:为|以|按)(?<u>" + Multiples + ")"
        + "|(?:单位|币种|货币|计量|计价|units?)(?:为|是|:)?[(\\[]?(?:人民币|rmb|cny)?(?<u>" + Short + "|" + Currencies + ")(?:人民币)?(?![\\p{L}\\p{N}])"
        + "|以(?<u>" + Short + "|" + Currencies + ")(?:为单位|计)"
        + "|[(\\[](?:单位:)?(?:人民币)?(?<u>" + Short + "|" + Currencies + ")[)\\]]"
        + "|^(?:人民币)?(?<u>[厘分角千万亿]|[百千十]万|" + Currencies + ")$"
        + "|(?:amounts?|figures|values?|yuan|^)in(?<u>" + Short + "|" + Currencies + ")(?![\\p{L}\\p{N}])"
        + "|(?<u>(?:thousand|million|10,?000|wan)s?(?:of)?(?:yuan|rmb|cny)|(?:rmb|cny)'?(?:000|k)(?![\\p{L}\\p{N}])|'000)")]
    private static partial Regex Statement();

    [GeneratedRegex("[(\\[][^()\\[\\]]*?" + NoNumber + "(?:(?<u>" + Multiples + ")|(?<![\\p{L}\\p{N}])(?<!元[角、,/.]*)(?:单位:?)?(?:人民币)?(?<u>" + Short + "|" + Currencies + ")|(?<u>'000))(?![\\p{L}\\p{N}])[^()\\[\\]]*[)\\]]?"
        + "|[/\\-_:,|.·]?" + NoNumber + "(?<u>" + Multiples + "|" + Currencies + ")"
        + "|[/\\-_:,|.·]?(?:in)?[/\\-_]?(?<u>" + Short + ")$")]
    private static partial Regex OfName();
}
