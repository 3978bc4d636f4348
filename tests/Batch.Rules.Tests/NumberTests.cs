using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>Citizen numbers (GB 11643) and unified social credit codes (GB 32100): Tables/citizen-numbers.csv and credit-codes.csv.</summary>
public sealed class NumberTests
{
    private static readonly LocalDate Today = new(2026, 11, 22);

    private static IEnumerable<TestCaseData> Citizens => Table.Read("citizen-numbers.csv").Select(r => new TestCaseData(r).SetName($"Citizen number: {r["name"]}"));

    private static IEnumerable<TestCaseData> Codes => Table.Read("credit-codes.csv").Select(r => new TestCaseData(r).SetName($"Credit code: {r["name"]}"));

    [TestCaseSource(nameof(Citizens))]
    public void Citizen(Row row)
    {
        CitizenIdFault fault = CitizenId.TryParse(row["text"], Today, out CitizenId id);
        Assert.That(fault.ToString(), Is.EqualTo(row["fault"]));
        Assert.That(CitizenId.TryParse(System.Text.Encoding.UTF8.GetBytes(row["text"]), Today, out CitizenId same), Is.EqualTo(fault).Or.EqualTo(CitizenIdFault.Length));
        if (fault == CitizenIdFault.None)
        {
            Assert.That((id.Birth, id.Sex.ToString(), id.Full(), same), Is.EqualTo((row.Date("birth"), row["sex"], row["text"].ToUpperInvariant(), id)));
        }
    }

    [TestCaseSource(nameof(Codes))]
    public void Code(Row row) => Assert.That(SocialCreditCode.Check(row["text"]).ToString(), Is.EqualTo(row["fault"]));

    [Test]
    public void A_citizen_number_prints_masked()
    {
        CitizenId.TryParse("11010519491231002X", Today, out CitizenId id);
        Assert.That($"{id}", Is.EqualTo("1101*************X"));
        Assert.That(new { id }.ToString(), Does.Not.Contain("19491231"));
    }

    [Test]
    public void A_citizen_number_survives_its_seventeen_digits()
    {
        CitizenId.TryParse("370101190102039973", Today, out CitizenId id);
        Assert.That(CitizenId.FromDigits17(37010119010203997).Full(), Is.EqualTo("370101190102039973"));
        Assert.That(CitizenId.FromDigits17(id.Digits17), Is.EqualTo(id));
    }

    [Test]
    public void Fifteen_digits_become_eighteen_with_the_century_19()
    {
        // The standard's example as it was before 1999.
        Assert.That(CitizenId.TryConvertFifteen("110105491231002", Today, out CitizenId id), Is.True);
        Assert.That(id.Full(), Is.EqualTo("11010519491231002X"));
        Assert.That(CitizenId.TryConvertFifteen("110105491331002", Today, out _), Is.False);
    }

    [TestCase("91350100M000100Y4", '3')]
    [TestCase("91310115MA1H8R7C6", '7')]
    public void The_check_character_of_a_credit_code_is_known(string first17, char check) =>
        Assert.That(SocialCreditCode.CheckCharacterOf(first17), Is.EqualTo(check));
}
