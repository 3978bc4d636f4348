using Batch.Jobs.Intake;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Intake;

public sealed class EmployerNumbersTests
{
    [Test]
    public void Numbers_that_differ_only_in_length_or_in_leading_zeros_are_different()
    {
        EmployerNumbers numbers = new();
        string[] declared = ["0", "00", "1", "01", "001", "A", "0A", "Z-", "Z_", "Z.", "Z/", "914201000000000010", "91420100MA4K12345X", ""];
        for (int i = 0; i < declared.Length; i++)
        {
            numbers.Set(declared[i], i + 1);
        }

        Assert.That(declared.Select(d => numbers.TryGetValue(d, out int employer) ? employer : 0), Is.EqualTo(Enumerable.Range(1, declared.Length)));
        Assert.That(numbers.TryGetValue("000", out _), Is.False);
    }

    [Test]
    public void Local_numbers_in_other_letters_and_long_ones_are_found_as_well()
    {
        EmployerNumbers numbers = new();
        // 21 and 22 characters, and 32: the longest that a file may declare.
        string[] declared = ["武汉-0001", "武汉-0002", "Ё1", "123456789012345678901", "1234567890123456789012", new string('9', 32), new string('9', 31) + "8"];
        for (int i = 0; i < declared.Length; i++)
        {
            numbers.Set(declared[i], i + 1);
        }

        numbers.Set(declared[0], 100);
        Assert.That(declared.Select(d => numbers.TryGetValue(d, out int employer) ? employer : 0), Is.EqualTo(new[] { 100, 2, 3, 4, 5, 6, 7 }));
        Assert.That(numbers.Count, Is.EqualTo(7));
        numbers.Clear();
        Assert.That(declared.Any(d => numbers.TryGetValue(d, out _)), Is.False);
    }
}
