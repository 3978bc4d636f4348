using System.Globalization;

namespace Batch.Rules;

/// <summary>
/// Documents whose number holds no birth date. Their characters are packed into one number, so that a register keeps documents of every kind alike:
/// 10^17 + three letters and twelve digits; 2 x 10^17 + up to eleven letters and digits. <c>batch.citizen_number</c> derives the same characters.
/// </summary>
public readonly partial record struct CitizenId
{
    private const long FirstOther = 100_000_000_000_000_000;
    private const long FirstPassport = 2 * FirstOther;
    private const long EndOfPassports = 4 * FirstOther;
    private const long TwelveDigits = 1_000_000_000_000;
    private const int LeastPassport = 6;
    private const int LongestPassport = 11;
    private const int MostLeadingLetters = 3;
    private const int LeastPassportDigits = 5;

    /// <summary>
    /// The old permanent residence card of a foreigner and the foreigner's social security number: three letters of the nationality, twelve digits. The two
    /// cannot be told apart by their form, and no check character of either is certain, so the form is all that is checked.
    /// </summary>
    private static bool TryLettersAndDigits(ReadOnlySpan<byte> text, out CitizenId id)
    {
        long letters = 0, digits = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = Upper(text[i]);
            if (i < 3 ? !char.IsAsciiLetterUpper((char)c) : !char.IsAsciiDigit((char)c))
            {
                id = default;
                return false;
            }

            (letters, digits) = i < 3 ? ((letters * 26) + (c - 'A'), digits) : (letters, (digits * 10) + (c - '0'));
        }

        id = new CitizenId(FirstOther + (letters * TwelveDigits) + digits);
        return text.Length == 15;
    }

    /// <summary>
    /// A passport or travel permit: one to three letters, then letters and digits, five of them digits at least. One of digits alone cannot be told from
    /// a number that lost some of its digits.
    /// </summary>
    private static bool TryPassport(ReadOnlySpan<byte> text, out CitizenId id)
    {
        id = default;
        if (text.Length is < LeastPassport or > LongestPassport)
        {
            return false;
        }

        int digits = 0, leading = 0;
        long packed = 0;
        foreach (byte given in text)
        {
            byte c = Upper(given);
            bool isDigit = char.IsAsciiDigit((char)c);
            if (!isDigit && !char.IsAsciiLetterUpper((char)c))
            {
                return false;
            }

            leading += !isDigit && digits == 0 ? 1 : 0;
            digits += isDigit ? 1 : 0;
            packed = (packed * 37) + (isDigit ? c - '0' + 1 : c - 'A' + 11);
        }

        bool isOne = leading is >= 1 and <= MostLeadingLetters && digits >= LeastPassportDigits;
        id = isOne ? new CitizenId(FirstPassport + packed) : default;
        return isOne;
    }

    private string OtherText()
    {
        if (Digits17 < FirstPassport)
        {
            (long letters, long digits) = Math.DivRem(Digits17 - FirstOther, TwelveDigits);
            return string.Create(CultureInfo.InvariantCulture, $"{Letter(letters / 676)}{Letter(letters / 26 % 26)}{Letter(letters % 26)}{digits:D12}");
        }

        Span<char> text = stackalloc char[LongestPassport + 1];
        int start = text.Length;
        for (long rest = Digits17 - FirstPassport; rest > 0; rest /= 37)
        {
            int c = (int)(rest % 37);
            text[--start] = (char)(c < 11 ? '0' + c - 1 : 'A' + c - 11);
        }

        return text[start..].ToString();
    }

    private static char Letter(long number) => (char)('A' + number);

    private static byte Upper(byte c) => c is >= (byte)'a' and <= (byte)'z' ? (byte)(c - 32) : c;
}
