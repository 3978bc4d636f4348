using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Batch.Jobs.Files;

namespace Batch.Host.Access;

/// <summary>
/// Passwords that are tried first: what is left of one when the common words, names, runs of the keyboard, dates, sequences and repetitions are taken out of it
/// has to be something.
/// </summary>
internal static partial class CommonPasswords
{
    /// <summary>Fewest characters that are not part of anything common.</summary>
    private const int FewestOwn = 5;

    private const int FirstMathLetter = 0x1D400;
    private const int LastMathLetter = 0x1D6A3;

    private const string Accented = "àáâãäåāăąǎçćčďèéêëēęěìíîïīǐñńňòóôõöøōőǒřšśùúûüūůűǔǖǘǚǜýÿžźż";
    private const string Unaccented = "aaaaaaaaaacccdeeeeeeeiiiiiinnnooooooooorssuuuuuuuuuuuuyyzzz";

    // What the digits give with the shift key held; and digits in Chinese characters, by value.
    private const string Shifted = ")!@#$%^&*(";
    private static readonly string[] ChineseDigits = ["零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖", "十"];

    // English habits, then Chinese ones: I love you, names, blessings, numbers that are read as words; then the words of the place of work.
    private static readonly string[] Words =
    [
        .. ("password passwort passw pass word welcome admin administrator root login letmein secret master monkey dragon sunshine princess football baseball shadow superman "
            + "batman trustno iloveyou loveyou love hello world test guest user changeme default temp office windows microsoft google apple summer winter spring autumn january "
            + "monday computer internet abc qaz wsx edc qwe asd zxc asdf zxcv qwer "
            + "woaini woaiwo aini wodemima mima woshishui nihao zhongguo china beijing shanghai wuhan guangzhou shenzhen hubei jiayou meimei baobei laopo laogong mama baba "
            + "wangwei wangfang zhangwei zhangsan lisi lina liwei liuwei wangjing zhangli wangli zhangmin lijing liyan wangyan "
            + "taotao xiaoming xiaohong tiantian dandan lele niubi hahaha haha caonima wojia gongzuo kuaile facai shunli facaile pingan "
            + "520 5201314 1314 1314520 521 888 666 168 518 110 119 120 12306 10086 12333 3344 "
            + "yibao shebao yiliao baoxian yiliaobaoxian zhanghu gerenzhanghu huaru batch yihu renshe caizheng fuwu zhongxin").Split(' '),
    ];

    /// <summary>Whether nothing of one's own is in it.</summary>
    /// <param name="names">Names of the user: a password made of them is no secret.</param>
    public static bool IsCommon(string password, params string[] names)
    {
        string folded = Folded(password);
        return HasNothingOfItsOwn(Plain(folded), names) || HasNothingOfItsOwn(Unshifted(folded), names);
    }

    /// <summary>
    /// A password as it is judged, not as it is hashed: full-width and circled characters, digits of other scripts and letters with accents are the plain ones, and
    /// what is not seen is not there.
    /// </summary>
    public static string Folded(string password)
    {
        StringBuilder folded = new();
        foreach (Rune rune in password.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            if (category is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control))
            {
                folded.Append(Folded(rune));
            }
        }

        return folded.ToString();
    }

    // By hand: the program has no tables of Unicode, in which this would be the compatibility form.
    private static Rune Folded(Rune rune)
    {
        if (rune.IsBmp)
        {
            rune = new Rune(HalfWidth.Of((char)rune.Value));
        }
        else if (rune.Value is >= FirstMathLetter and <= LastMathLetter)
        {
            rune = new Rune('a' + ((rune.Value - FirstMathLetter) % 26));
        }

        Rune lower = Rune.ToLowerInvariant(rune);
        return Digit(rune) is { } digit ? new Rune('0' + digit)
            : lower.IsBmp && Accented.IndexOf((char)lower.Value, StringComparison.Ordinal) is >= 0 and var at ? new Rune(Unaccented[at])
            : lower;
    }

    private static int? Digit(Rune rune) =>
        Rune.IsNumber(rune) && Rune.GetNumericValue(rune) is >= 0 and <= 9 and var value && value == (int)value ? (int)value
        : rune.IsBmp && ChineseDigits.Select(d => d.IndexOf((char)rune.Value, StringComparison.Ordinal)).Max() is >= 0 and var chinese ? chinese
        : null;

    private static bool HasNothingOfItsOwn(string text, string[] names)
    {
        string left = text;
        foreach (string word in names.Where(n => n.Length > 2).Select(n => Plain(Folded(n))).Concat(Words.Where(w => w.Length > 2).OrderByDescending(w => w.Length)))
        {
            left = left.Replace(word, " ", StringComparison.Ordinal);
        }

        left = Year().Replace(KeyboardWalks.Without(Repeated().Replace(left, " ")), " ");
        return left.Count(char.IsLetterOrDigit) + Math.Min(2, left.Count(c => !char.IsLetterOrDigit(c) && !char.IsWhiteSpace(c))) < FewestOwn;
    }

    // Typed with the shift key held: !Q@W is 1q2w.
    private static string Unshifted(string text) => string.Concat(text.Select(c => Shifted.IndexOf(c, StringComparison.Ordinal) is >= 0 and var digit ? (char)('0' + digit) : c));

    // Letters that are written as signs: p@ssw0rd.
    private static string Plain(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[i] switch
            {
                '@' => 'a',
                '$' => 's',
                '!' when i > 0 && char.IsLetter(from[i - 1]) && i + 1 < from.Length => 'i',
                '0' when BesideLetter(from, i) => 'o',
                '1' when BesideLetter(from, i) => 'l',
                '3' when BesideLetter(from, i) => 'e',
                _ => from[i],
            };
        }
    });

    private static bool BesideLetter(string text, int at) => at > 0 && at + 1 < text.Length && char.IsLetter(text[at - 1]) && char.IsLetter(text[at + 1]);

    // The same piece again: aaa, abab, 12341234.
    [GeneratedRegex(@"(.)\1{2,}|(.{2,10}?)\2+")]
    private static partial Regex Repeated();

    [GeneratedRegex("(19|20)[0-9]{2}((0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])?)?")]
    private static partial Regex Year();
}
