using System.Globalization;
using NodaTime;

namespace Batch.Rules;

/// <summary>Why a text is not a usable citizen number. The order is the order of precedence.</summary>
public enum CitizenIdFault
{
    None,
    Blank,
    Length,
    Characters,
    RuinedBySpreadsheet,
    BirthDate,
    BirthDateInFuture,
    CheckDigit,
    FifteenDigits,
}

/// <summary>The kinds of documents by whose numbers people are known.</summary>
public enum DocumentKind
{
    CitizenNumber,

    /// <summary>Residence permit of a resident of Hong Kong, Macao or Taiwan: 81, 82, 83.</summary>
    ResidencePermit,

    /// <summary>A foreigner's permanent residence card of 18 digits beginning with 9.</summary>
    PermanentResidenceCard,

    /// <summary>Three letters and twelve digits: a foreigner's old permanent residence card, or social security number.</summary>
    LettersAndDigits,

    /// <summary>Passport or travel permit.</summary>
    Passport,
}

/// <summary>The 17th digit of a citizen number: odd male, even female.</summary>
public enum Sex : byte
{
    Female,
    Male,
}

/// <summary>
/// A citizen identification number 公民身份号码 (GB 11643-1999): 6 digits of area, birth date, 3 of sequence (odd male, even
/// female), one check character. Held as its first 17 digits, which fit in 57 bits; the check character is derived.
/// Residence permits for Hong Kong, Macao and Taiwan (810000, 820000, 830000) and the new permanent residence cards of foreigners (18 digits
/// beginning with 9) follow the same scheme. A document of another kind (<see cref="CitizenId.TellsBirth"/> is false) is held as a number above
/// all of these, from which its characters are derived.
/// </summary>
public readonly partial record struct CitizenId(long Digits17)
{

    /// <summary>Rebuilds a number from the 17 digits that a table holds; they were proven when they were read.</summary>
    public static CitizenId FromDigits17(long digits17)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digits17);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(digits17, EndOfPassports);
        return new CitizenId(digits17);
    }

    /// <summary>False for the documents whose number holds neither birth date nor sex: passports, old residence cards, foreigners' social security numbers.</summary>
    public bool TellsBirth => Digits17 < FirstOther;

    /// <summary>What document the number is of, by its form.</summary>
    public DocumentKind Kind => Digits17 switch
    {
        >= FirstPassport => DocumentKind.Passport,
        >= FirstOther => DocumentKind.LettersAndDigits,
        >= 9 * (FirstOther / 10) => DocumentKind.PermanentResidenceCard,
        >= 81 * (FirstOther / 100) and < 84 * (FirstOther / 100) => DocumentKind.ResidencePermit,
        _ => DocumentKind.CitizenNumber,
    };

    /// <summary>Birth date 出生日期: digits 7 to 14. The number, not a column of the file, is the source of the age (edge 3).</summary>
    /// <exception cref="InvalidOperationException">The number does not hold it.</exception>
    public LocalDate Birth
    {
        get
        {
            if (!TellsBirth)
            {
                throw new InvalidOperationException("The number of this document holds no birth date.");
            }

            int date = (int)(Digits17 / 1000 % 100_000_000);
            return new LocalDate(date / 10000, date / 100 % 100, date % 100);
        }
    }

    public Sex Sex => Digits17 % 2 == 1 ? Sex.Male : Sex.Female;

    /// <summary>The 18th character: a digit, or <c>X</c> for ten.</summary>
    public char CheckCharacter
    {
        get
        {
            long rest = Digits17;
            int sum = 0;
            for (int i = 16; i >= 0; i--)
            {
                sum += (int)(rest % 10) * Weights[i];
                rest /= 10;
            }

            return (char)CheckCharacters[sum % 11];
        }
    }

    /// <summary>All characters, 18 of a citizen number. Only for who may see them, and for the database; never for a log or a message.</summary>
    public string Full() => TellsBirth ? string.Create(18, this, static (text, id) => id.WriteTo(text)) : OtherText();

    /// <summary>Masked, so that it can never leak by accident: <c>1101*************4</c>.</summary>
    public override string ToString() => NumberMask.Of(Full());

    private void WriteTo(Span<char> text)
    {
        Digits17.TryFormat(text, out _, "D17", CultureInfo.InvariantCulture);
        text[17] = CheckCharacter;
    }
}
