using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>Whatever stands in a file or a field, it is judged: no text makes the reading of it fall over.</summary>
public sealed class DamageTests
{
    private const string Signs = "0123456789xX-+.eE %{}[]:,#\"'\t\n\\&*!|>@？：，一ａＸ１\0\u00e9";

    [Test]
    public void Any_text_is_a_citizen_number_or_has_a_fault()
    {
        var random = new Random(11643);
        var today = new LocalDate(2026, 11, 22);
        for (int i = 0; i < 200_000; i++)
        {
            char[] text = i % 2 == 0 ? new string('1', random.Next(40)).ToCharArray() : "11010519491231002X".ToCharArray();
            for (int j = random.Next(4); j > 0 && text.Length > 0; j--)
            {
                text[random.Next(text.Length)] = Signs[random.Next(Signs.Length)];
            }

            CitizenIdFault fault = CitizenId.TryParse(text, today, out CitizenId id);
            Assert.That(fault != CitizenIdFault.None || string.Equals(id.Full(), new string(text), StringComparison.OrdinalIgnoreCase), $"case {i}");
            CitizenId.TryConvertFifteen(text, today, out _);
            SocialCreditCode.Check(text);
        }
    }

    [Test]
    public void Any_damage_to_a_policy_file_is_a_fault_or_none()
    {
        var random = new Random(420100);
        string whole = ShippedPolicies.Text("420100");
        for (int i = 0; i < 400; i++)
        {
            char[] text = whole.ToCharArray();
            for (int j = 1 + random.Next(3); j > 0; j--)
            {
                text[random.Next(text.Length)] = Signs[random.Next(Signs.Length)];
            }

            string damaged = new(text);
            Assert.That(() => PolicyCheck.Check(damaged, "damaged.yaml"), Throws.Nothing, $"case {i}");
        }
    }

    [Test]
    public void Any_line_left_out_of_a_policy_file_is_a_fault_or_none([Values("420100", "320100", "460100")] string area)
    {
        string[] lines = ShippedPolicies.Text(area).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string shorter = string.Join('\n', lines.Where((_, at) => at != i));
            Assert.That(() => PolicyCheck.Check(shorter, "shorter.yaml"), Throws.Nothing, $"line {i + 1}");
        }
    }

    [Test]
    public void A_file_nested_a_hundred_thousand_levels_deep_is_a_fault() =>
        Assert.That(PolicyCheck.Check(new string('[', 100_000), "deep.yaml").Single().Code, Is.EqualTo("YAML"));

    [TestCase("83 yuan/month", "83000000000000000000000000 yuan/month")]
    [TestCase("83 yuan/month", "99999999999999999999999999999999999 yuan/month")]
    [TestCase("base: 6000,", "base: 79228162514264337593543950335,")]
    [TestCase("rate: 1.1 %", "rate: 110 %")]
    [TestCase("birth: 1985-06-02", "birth: 0001-01-01")]
    [TestCase("over: 35,", "over: 999999999999,")]
    public void Absurd_numbers_are_faults(string find, string write) =>
        Assert.That(PolicyCheck.Check(ShippedPolicies.Text("420100").Replace(find, write, StringComparison.Ordinal), "absurd.yaml"), Is.Not.Empty);
}
