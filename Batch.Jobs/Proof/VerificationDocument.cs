namespace Batch.Jobs.Proof;

/// <summary>What <c>verify</c> found: the invariants V1 to V9 in their order.</summary>
public sealed record VerificationDocument(bool Ok, IReadOnlyList<VerificationCheck> Checks)
{
    public static VerificationDocument Of(IEnumerable<VerificationCheck> checks)
    {
        List<VerificationCheck> all = [.. checks];
        return new VerificationDocument(all.TrueForAll(c => c.Ok), all);
    }

    /// <summary>Several areas' documents as one: counts add up, what is broken is named of the first area that has it.</summary>
    public static VerificationDocument Sum(IReadOnlyList<VerificationDocument> areas) => Of(
        Invariants.All.Select(id =>
        {
            List<VerificationCheck> own = [.. areas.SelectMany(a => a.Checks).Where(c => c.Id == id)];
            return new VerificationCheck(
                id, own.TrueForAll(c => c.Ok), own.Sum(c => c.Checked), own.Sum(c => c.Broken), (own.Find(c => !c.Ok) ?? own.Find(c => c.First is not null))?.First,
                own.Sum(c => c.NotChecked))
            {
                Named = [.. own.SelectMany(c => c.Named).Take(Findings.MostNamed)],
                More = own.Sum(c => c.More) + own.SelectMany(c => c.Named).Skip(Findings.MostNamed).Count(),
            };
        }));
}

/// <param name="Checked">How many things were held against the invariant.</param>
/// <param name="First">The first that is broken, in words, with masked numbers; when none is, what could not be checked and why.</param>
/// <param name="NotChecked">How many could not be checked: their policy asks for what this path cannot say.</param>
public sealed record VerificationCheck(string Id, bool Ok, long Checked, long Broken, string? First, long NotChecked)
{
    /// <summary>All that are broken, in words, the first ones where there are many.</summary>
    public IReadOnlyList<string> Named { get; init; } = [];

    /// <summary>How many are broken beside those named.</summary>
    public long More { get; init; }
}

/// <summary>The invariants; docs/architecture.md says what each is.</summary>
public static class Invariants
{
    public const string Totals = "V1";
    public const string Rows = "V2";
    public const string Money = "V3";
    public const string Entitlements = "V4";
    public const string Statements = "V5";
    public const string Credits = "V6";
    public const string ClosedMonths = "V7";
    public const string Approvals = "V8";
    public const string Chain = "V9";

    public static IReadOnlyList<string> All { get; } = [Totals, Rows, Money, Entitlements, Statements, Credits, ClosedMonths, Approvals, Chain];
}

/// <summary>Counts what was checked and keeps the first ones that are broken; used from both lanes of a verification.</summary>
public sealed class Findings(string area)
{
    /// <summary>So many of an invariant are named; the others are counted.</summary>
    public const int MostNamed = 20;

    private sealed class Tally
    {
        public long Checked;
        public long Broken;
        public long NotChecked;
        public long More;
        public readonly List<string> Named = [];
        public string? FirstNotChecked;
    }

    private readonly Dictionary<string, Tally> _tallies = Invariants.All.ToDictionary(id => id, _ => new Tally());

    public bool AnyBroken
    {
        get
        {
            lock (_tallies)
            {
                return _tallies.Values.Any(t => t.Broken > 0);
            }
        }
    }

    public void Checked(string id, long count)
    {
        lock (_tallies)
        {
            _tallies[id].Checked += count;
        }
    }

    /// <param name="count">How many are broken.</param>
    /// <param name="named">How many of these the words name; null: all of them.</param>
    public void Broken(string id, string what, long count = 1, long? named = null)
    {
        lock (_tallies)
        {
            Tally tally = _tallies[id];
            tally.Broken += count;
            if (tally.Named.Count < MostNamed)
            {
                tally.Named.Add($"{area} {what}");
                tally.More += count - (named ?? count);
            }
            else
            {
                tally.More += count;
            }
        }
    }

    public void NotChecked(string id, string why, long count)
    {
        lock (_tallies)
        {
            Tally tally = _tallies[id];
            tally.NotChecked += count;
            tally.FirstNotChecked ??= $"{area} {why}";
        }
    }

    public VerificationDocument Document()
    {
        lock (_tallies)
        {
            return VerificationDocument.Of(Invariants.All.Select(id =>
            {
                Tally tally = _tallies[id];
                return new VerificationCheck(id, tally.Broken == 0, tally.Checked, tally.Broken, tally.Named.FirstOrDefault() ?? tally.FirstNotChecked, tally.NotChecked)
                {
                    Named = [.. tally.Named],
                    More = tally.More,
                };
            }));
        }
    }
}
