using System.Text.RegularExpressions;

namespace Batch.Host.Access;

/// <summary>
/// Passwords that are tried first: what is left of one when the common words, names, runs of the keyboard, dates, sequences and repetitions are taken out of it
/// has to be something.
/// </summary>
internal static partial class CommonPasswords
{
    /// <summary>Fewest characters that are not part of anything common.</summary>
    private const int FewestOwn = 5;

    private const string Keyboard = "1234567890 qwertyuiop asdfghjkl zxcvbnm 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 0okm 9ijn 8uhb 7ygv 147 258 369 159 357 741 852 963 789 456 123";

    // English habits, then Chinese ones: I love you, names, blessings, numbers that are read as words; then the words of the place of work.
    private static readonly string[] Words =
    [
        .. ("password passwort passw pass word welcome admin administrator root login letmein secret master monkey dragon sunshine princess football baseball shadow superman "
            + "batman trustno iloveyou loveyou love hello world test guest user changeme default temp office windows microsoft google apple summer winter spring autumn january "
            + "monday computer internet abc qaz wsx edc qwe asd zxc asdf zxcv qwer "
            + "woaini woaiwo aini wodemima mima woshishui nihao zhongguo china beijing shanghai wuhan guangzhou shenzhen hubei jiayou meimei baobei laopo laogong mama baba "
            + "wangwei wangfang zhangwei zhangsan lisi lina liwei liuwei wangjing zhangli wangli zhangmin lijing liyan wangyan "
            + "taotao xiaoming xiaohong tiantian dandan lele niubi hahaha haha caonima gongzuo kuaile facai shunli facaile pingan "
            + "520 5201314 1314 1314520 521 888 666 168 518 110 119 120 12306 10086 12333 3344 "
            + "yibao shebao yiliao baoxian yiliaobaoxian zhanghu gerenzhanghu huaru batch yihu renshe caizheng fuwu zhongxin").Split(' '),
    ];

    /// <summary>Whether nothing of one's own is in it.</summary>
    /// <param name="names">Names of the user: a password made of them is no secret.</param>
    public static bool IsCommon(string password, params string[] names)
    {
        string left = Plain(password.ToLowerInvariant());
        foreach (string word in names.Where(n => n.Length > 2).Select(n => Plain(n.ToLowerInvariant())).Concat(Words.Where(w => w.Length > 2).OrderByDescending(w => w.Length)))
        {
            left = left.Replace(word, " ", StringComparison.Ordinal);
        }

        left = Year().Replace(WithoutRuns(Repeated().Replace(left, " ")), " ");
        return left.Count(char.IsLetterOrDigit) + Math.Min(2, left.Count(c => !char.IsLetterOrDigit(c) && !char.IsWhiteSpace(c))) < FewestOwn;
    }

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

    // Three or more characters side by side on the keyboard, in the alphabet or in the digits, up or down.
    private static string WithoutRuns(string text)
    {
        char[] left = text.ToCharArray();
        for (int i = 0; i + 2 < text.Length; i++)
        {
            ReadOnlySpan<char> three = text.AsSpan(i, 3);
            if (Follows(three) || OnKeyboard(three))
            {
                left.AsSpan(i, 3).Fill(' ');
            }
        }

        return new string(left);
    }

    private static bool Follows(ReadOnlySpan<char> three)
    {
        int step = three[1] - three[0];
        return char.IsAsciiLetterOrDigit(three[0]) && char.IsAsciiLetterOrDigit(three[2]) && step is >= -2 and <= 2 && three[2] - three[1] == step;
    }

    private static bool OnKeyboard(ReadOnlySpan<char> three)
    {
        ReadOnlySpan<char> back = [three[2], three[1], three[0]];
        return !three.Contains(' ') && (Keyboard.AsSpan().Contains(three, StringComparison.Ordinal) || Keyboard.AsSpan().Contains(back, StringComparison.Ordinal));
    }

    // The same piece again: aaa, abab, 12341234.
    [GeneratedRegex(@"(.)\1{2,}|(.{2,10}?)\2+")]
    private static partial Regex Repeated();

    [GeneratedRegex("(19|20)[0-9]{2}((0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])?)?")]
    private static partial Regex Year();
}
