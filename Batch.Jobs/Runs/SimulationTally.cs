using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>Sums a simulation person by person, by standing and by the age tiers of the policy in force; keeps the largest differences only.</summary>
internal sealed class SimulationTally(MonthPolicy policy, int largestShown)
{
    private sealed class Group
    {
        public int People;
        public int Gainers;
        public int Losers;
        public long Before;
        public long After;
    }

    private readonly record struct Change(int Person, Standing Standing, AgeTier Tier, long Before, long After)
    {
        public long Size => Math.Abs(After - Before);
    }

    private static readonly AgeTier AllAges = new(0, Ages.Oldest);

    private readonly Dictionary<(string, Standing), IReadOnlyList<AgeTier>> _tiers = [];
    private readonly SortedDictionary<(Standing Standing, int From, int To), Group> _groups = [];
    // The smallest of the largest first; of equal ones the person registered earlier stays.
    private readonly PriorityQueue<Change, (long Size, int Person)> _largest = new();
    private long _poolDifference;

    public int[] LargestPersons => [.. _largest.UnorderedItems.Select(c => c.Element.Person)];

    public void Add(in PersonFacts facts, (Legs Contribution, Legs Retiree) before, (Legs Contribution, Legs Retiree) after)
    {
        bool active = !before.Contribution.IsZero || (before.Retiree.IsZero && !after.Contribution.IsZero);
        if (!active && before.Retiree.IsZero && after.Retiree.IsZero)
        {
            return;
        }

        Standing standing = active ? Standing.Active : Standing.Retired;
        AgeTier tier = TierOf(facts.InForce, standing);
        Change change = new(
            facts.Account, standing, tier, before.Contribution.Account + before.Retiree.Account, after.Contribution.Account + after.Retiree.Account);
        if (!_groups.TryGetValue((standing, tier.From, tier.To), out Group? group))
        {
            _groups.Add((standing, tier.From, tier.To), group = new Group());
        }

        group.People++;
        group.Gainers += change.After > change.Before ? 1 : 0;
        group.Losers += change.After < change.Before ? 1 : 0;
        group.Before += change.Before;
        group.After += change.After;
        _poolDifference += after.Contribution.Pool + after.Retiree.Pool - before.Contribution.Pool - before.Retiree.Pool;
        Keep(change);
    }

    public SimulationDocument Document(string area, YearMonth month, string version, IReadOnlyDictionary<int, string> numbers)
    {
        int people = _groups.Values.Sum(g => g.People), gainers = _groups.Values.Sum(g => g.Gainers), losers = _groups.Values.Sum(g => g.Losers);
        Money before = new(_groups.Values.Sum(g => g.Before)), after = new(_groups.Values.Sum(g => g.After));
        return new SimulationDocument(
            area, month, version, policy.Version, people, gainers, losers, people - gainers - losers, before, after, after - before, new Money(_poolDifference),
            [.. _groups.Select(g => new SimulatedTier(
                g.Key.Standing, TextOf(new AgeTier(g.Key.From, g.Key.To)), g.Value.People, g.Value.Gainers, g.Value.Losers, new Money(g.Value.Before), new Money(g.Value.After),
                new Money(g.Value.After - g.Value.Before)))],
            [.. _largest.UnorderedItems.Select(c => c.Element).OrderByDescending(c => c.Size).ThenBy(c => c.Person).Select(c => new SimulatedPerson(
                numbers[c.Person], c.Standing, TextOf(c.Tier), new Money(c.Before), new Money(c.After), new Money(c.After - c.Before)))]);
    }

    private void Keep(Change change)
    {
        if (change.Size > 0)
        {
            _largest.Enqueue(change, (change.Size, -change.Person));
            if (_largest.Count > largestShown)
            {
                _largest.Dequeue();
            }
        }
    }

    private AgeTier TierOf(in MonthFacts facts, Standing standing)
    {
        string category = facts.Category ?? Categories.Unit;
        if (!_tiers.TryGetValue((category, standing), out IReadOnlyList<AgeTier>? tiers))
        {
            _tiers.Add((category, standing), tiers = policy.TiersOf(category, standing));
        }

        int age = Math.Clamp(Ages.CompletedYears(facts.Birth, policy.AgeReferenceDate), 0, Ages.Oldest);
        foreach (AgeTier tier in tiers)
        {
            if (age >= tier.From && age <= tier.To)
            {
                return tier;
            }
        }

        return AllAges;
    }

    private static string TextOf(AgeTier tier) => tier switch
    {
        { From: 0, To: Ages.Oldest } => "all",
        { To: Ages.Oldest } => string.Create(CultureInfo.InvariantCulture, $"{tier.From}+"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{tier.From}-{tier.To}"),
    };
}
