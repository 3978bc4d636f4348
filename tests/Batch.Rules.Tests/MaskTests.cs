using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>What a masked number leaves open, counted by trying every number that fits.</summary>
public sealed class MaskTests
{
    private const int Fewest = 1000;

    // Worst case: the district is known, and the month of birth and the sex too. 28 days, 500 sequences, one of eleven check characters: about 1,270.
    [TestCase("110105194912310020", 12)]
    [TestCase("420106199002281231", 2)]
    [TestCase("420106197804153019", 4)]
    public void A_masked_number_cannot_be_completed_from_a_month_of_birth_and_a_sex(string digits17, int month)
    {
        CitizenId id = CitizenId.FromDigits17(long.Parse(digits17[..17], System.Globalization.CultureInfo.InvariantCulture));
        string mask = id.ToString();
        LocalDate first = new(id.Birth.Year, month, 1);
        int fit = 0;
        for (LocalDate day = first; day.Month == month; day = day.PlusDays(1))
        {
            for (int sequence = 0; sequence < 1000; sequence++)
            {
                CitizenId candidate = CitizenId.FromDigits17(id.Digits17 / 100_000_000_000 * 100_000_000_000 + ((day.Year * 10_000L) + (day.Month * 100) + day.Day) * 1000 + sequence);
                fit += candidate.Sex == id.Sex && Fits(candidate.Full(), mask) ? 1 : 0;
            }
        }

        Assert.That(fit, Is.GreaterThanOrEqualTo(Fewest));
    }

    [TestCase("420106197804153019")]
    [TestCase("11010519491231002X")]
    [TestCase("420106780415301")]
    [TestCase("4201061978041530")]
    public void A_mask_shows_at_most_six_characters_and_keeps_the_length(string number)
    {
        string mask = NumberMask.Of(number);
        Assert.That(mask.Count(c => c != '*'), Is.LessThanOrEqualTo(6));
        Assert.That(mask, Has.Length.EqualTo(number.Length));
    }

    [TestCase("420106********2211", "4201*************1")]
    [TestCase("4201*************1", "4201*************1")]
    [TestCase("2021-13", "2021-13")]
    [TestCase("A4*****17", "A4*****17")]
    public void What_an_earlier_version_recorded_is_masked_once_more(string recorded, string shown) => Assert.That(NumberMask.Again(recorded), Is.EqualTo(shown));

    private static bool Fits(string number, string mask) => number.Zip(mask).All(p => p.Second == '*' || p.First == p.Second);
}
