namespace Batch.Rules;

/// <summary>Why a text is not a unified social credit code. The order is the order of precedence.</summary>
public enum SocialCreditCodeFault
{
    None,
    Length,

    /// <summary>A character outside the alphabet; the letters I, O, S, V and Z are not in it.</summary>
    Characters,
    CheckCharacter,
}

/// <summary>
/// Unified social credit code 统一社会信用代码 (GB 32100-2015): 1 authority, 1 type, 6 area, 9 organisation, 1 check character over an alphabet of 31.
/// Employers may give a local number 单位编号 instead, so only a text that claims to be a code is judged by this.
/// </summary>
public static class SocialCreditCode
{
    public const int Length = 18;

    private static ReadOnlySpan<byte> Alphabet => "0123456789ABCDEFGHJKLMNPQRTUWXY"u8;

    /// <summary>3 to the power of the position, modulo 31.</summary>
    private static ReadOnlySpan<byte> Weights => [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

    /// <summary>Judges a code; lower-case letters are accepted. Nothing is allocated.</summary>
    public static SocialCreditCodeFault Check(ReadOnlySpan<char> text)
    {
        if (text.Length != Length)
        {
            return SocialCreditCodeFault.Length;
        }

        int sum = 0, last = 0;
        for (int i = 0; i < Length; i++)
        {
            last = ValueOf(text[i]);
            if (last < 0)
            {
                return SocialCreditCodeFault.Characters;
            }

            if (i < Length - 1)
            {
                sum += last * Weights[i];
            }
        }

        // 31 itself is written 0: the check value of a sum divisible by 31.
        int check = (31 - sum % 31) % 31;
        return last == check ? SocialCreditCodeFault.None : SocialCreditCodeFault.CheckCharacter;
    }

    /// <summary>The check character that the first 17 characters ask for; null when one is outside the alphabet.</summary>
    public static char? CheckCharacterOf(ReadOnlySpan<char> first17)
    {
        if (first17.Length != Length - 1)
        {
            return null;
        }

        int sum = 0;
        for (int i = 0; i < first17.Length; i++)
        {
            int value = ValueOf(first17[i]);
            if (value < 0)
            {
                return null;
            }

            sum += value * Weights[i];
        }

        return (char)Alphabet[(31 - sum % 31) % 31];
    }

    private static int ValueOf(char c) => c < 128 ? Alphabet.IndexOf((byte)char.ToUpperInvariant(c)) : -1;
}
