using Batch.Jobs.Intake;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Intake;

public sealed class CitizenNumbersTests
{
    [Test]
    public void It_answers_as_a_dictionary_does_whatever_is_added_removed_and_added_again()
    {
        Random random = new(11);
        Dictionary<long, int> known = [];
        CitizenNumbers numbers = new();
        for (int i = 1; i <= 200_000; i++)
        {
            // As real ones are: few areas, days of birth, a running number; many of them next to each other.
            long citizen = (420100L + random.Next(20)) * 100_000_000_000L + ((19500101L + random.Next(600_000)) * 1000L) + random.Next(40);
            if (i % 7 == 0)
            {
                known.Remove(citizen);
                numbers.Remove(citizen);
            }
            else
            {
                known[citizen] = i;
                numbers.Set(citizen, i);
            }

            if (i == 120_000)
            {
                numbers.EnsureCapacity(500_000, 10_000);
            }
        }

        Assert.That(known.Count(k => !numbers.TryGetValue(k.Key, out int person) || person != k.Value), Is.Zero);
        Assert.That(numbers.TryGetValue(420199_19900101_123L, out _), Is.False);
        Assert.That(numbers.Count, Is.GreaterThanOrEqualTo(known.Count));
        numbers.Clear();
        Assert.That(known.Count(k => numbers.TryGetValue(k.Key, out _)), Is.Zero);
    }

    [Test]
    public void An_empty_one_knows_nobody()
    {
        CitizenNumbers numbers = new();
        numbers.Remove(420199_19900101_123L);
        Assert.That(numbers.TryGetValue(420199_19900101_123L, out int person), Is.False);
        Assert.That(person, Is.Zero);
    }

    [Test]
    public void It_holds_what_is_too_large_too_old_or_of_too_many_areas_to_be_packed()
    {
        CitizenNumbers numbers = new();
        Dictionary<long, int> known = new()
        {
            [420100_18001231_001L] = 1,
            [420100_20990101_001L] = 2,
            [420100_19900101_001L] = 40_000_000,
            [420100_19900101_002L] = int.MaxValue,
        };
        for (int area = 0; area < 20_000; area++)
        {
            known[((100_000L + (area * 45)) * 100_000_000_000L) + 19900101_003L] = area + 10;
        }

        foreach ((long citizen, int person) in known)
        {
            numbers.Set(citizen, person);
        }

        Assert.That(known.Count(k => !numbers.TryGetValue(k.Key, out int person) || person != k.Value), Is.Zero);
        numbers.Set(420100_19900101_001L, 7);
        numbers.Set(420100_19900101_002L, 8);
        numbers.Set(420100_19900101_002L, 50_000_000);
        Assert.That(numbers.TryGetValue(420100_19900101_001L, out int small) ? small : 0, Is.EqualTo(7));
        Assert.That(numbers.TryGetValue(420100_19900101_002L, out int large) ? large : 0, Is.EqualTo(50_000_000));
        Assert.That(numbers.TryGetValue(420100_19900101_004L, out _), Is.False);
        foreach (long citizen in known.Keys)
        {
            numbers.Remove(citizen);
        }

        Assert.That(known.Count(k => numbers.TryGetValue(k.Key, out _)), Is.Zero);
    }
}
