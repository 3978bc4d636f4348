using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Batch.Jobs.Files;
using Batch.Jobs.Store;

namespace Batch.Host.Access;

/// <summary>
/// Names of users and keys: letters a-z or Chinese characters, never mixed, so that no two of them look alike. That a name differs from the others, and from the program's
/// own, by more than 0 and o, 1 and l and i, rn and m, 己 and 已 or a separator is held by the database.
/// </summary>
internal static partial class UserNames
{
    private const int Longest = 32;

    private const string Separators = "._-";

    // Each beside what it is taken for.
    private static readonly Dictionary<char, char> LookAlikes = "0o 1l |l il 已己 巳己 曰日 末未 士土 入人 干千 于千".Split(' ').ToDictionary(p => p[0], p => p[1]);

    // What the program itself writes where a person's name goes; batch.is_the_programs_name has the same ones.
    private static readonly string[] Reserved = ["schedule", "scheduler", "shipped", "system", "program", "batch", "key", "nobody", "unknown"];

    /// <exception cref="DataFaultException">USER_NAME.</exception>
    public static void RefuseUnclear(string name)
    {
        if (name.Length is < 2 or > Longest || !Clear().IsMatch(name) || IsReserved(name))
        {
            throw new DataFaultException(
                "USER_NAME",
                $"名称须为 2 至 {Longest} 个小写英文字母、数字及其间的 . _ -，以字母开头；或为汉字，其后可有数字；且不是程序保留的名称。",
                $"A name has 2 to {Longest} lower-case letters a-z, digits and . _ - between them, and begins with a letter; or it is Chinese characters, which digits may follow. It is not one that the program uses itself.");
        }
    }

    /// <summary>Whether somebody may act under this name on the command line: letters of no other alphabet that look like a-z, and none of the program's own names.</summary>
    public static bool MayAct(string name) => !IsReserved(name) && !name.StartsWith(ApiKeys.Prefix, StringComparison.OrdinalIgnoreCase) && Visible().IsMatch(name);

    /// <summary>What is left of a name when look-alikes are made one; <c>batch.name_skeleton</c> of the database is the same.</summary>
    internal static string Skeleton(string name) => string.Concat(Folded(name)
        .Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format && !Separators.Contains(c, StringComparison.Ordinal))
        .Select(c => LookAlikes.TryGetValue(c, out char plain) ? plain : c)).Replace("rn", "m", StringComparison.Ordinal).Replace("vv", "w", StringComparison.Ordinal);

    private static bool IsReserved(string name) => Reserved.Any(r => Skeleton(r) == Skeleton(name));

    /// <summary>A name as it is compared: full-width and upper-case letters typed by an input method are the plain ones.</summary>
    public static string Folded(string name) => HalfWidth.Of(name).Trim().ToLowerInvariant();

    /// <summary>
    /// Under what the attempts of a name that nobody has are counted. It may be a password typed into the wrong field: of it twelve bits are kept, which are
    /// enough to lock it as a user's name is locked.
    /// </summary>
    public static string CounterOfNobody(string folded) => "?" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folded)))[..3];

    [GeneratedRegex(@"^[!-~ \p{IsCJKUnifiedIdeographs}]+$")]
    private static partial Regex Visible();

    [GeneratedRegex(@"^([a-z][a-z0-9]*([._-][a-z0-9]+)*|\p{IsCJKUnifiedIdeographs}{2,16}[0-9]{0,4})$")]
    private static partial Regex Clear();
}
