using System.Globalization;
using Batch.Jobs.Store;

namespace Batch.Crash;

public enum Strike
{
    /// <summary>SIGKILL to the program.</summary>
    Kill,

    /// <summary>SIGKILL to PostgreSQL's first process.</summary>
    KillServer,

    /// <summary>SIGKILL to a session's process, upon which PostgreSQL recovers.</summary>
    KillSession,

    /// <summary>The sessions of the program are ended.</summary>
    Cut,

    /// <summary>The disk is full for as long as the program goes on.</summary>
    FillDisk,

    /// <summary>The program stands still while another one does the same work, and goes on then.</summary>
    Pause,

    /// <summary>As before, and the paused program has lost the session that says it lives.</summary>
    PauseAndCut,
}

/// <summary>Where a fault strikes: a named point and its n-th passing, a wait for a table, or a moment.</summary>
/// <param name="Step">Which verb of the life.</param>
/// <param name="Passes">How often an undisturbed verb passes the point.</param>
/// <param name="Near">The point after which the table is waited for.</param>
public sealed record Place(string Name, string Step, KillPoint? Point, int Passes = 1, string? Table = null, KillPoint? Near = null)
{
    public const string AnyMoment = "any moment";
}

/// <summary>One fault of a campaign. All of it follows from the seed and its number, so that it can be had again.</summary>
public sealed record Fault(int Number, Place Place, int Pass, Strike Strike, double Moment, int Milliseconds)
{
    /// <summary>How late in its verb, so that of several faults of a verb each finds work that those before it left; another program leaves none.</summary>
    public int Late => Strike is Strike.Pause or Strike.PauseAndCut ? int.MaxValue : (int?)(Place.Point ?? Place.Near) ?? -1;

    /// <summary>PostgreSQL may be gone afterwards.</summary>
    public bool EndsServer => Strike is Strike.KillServer or Strike.KillSession or Strike.FillDisk;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"#{Number} {Place.Step}: {Place.Name}{(Place.Point is null ? "" : $" ({Pass} of {Place.Passes})")}{(Place.Name == Place.AnyMoment ? $" {Moment:0.000}" : "")}, {Strike}");
}

/// <summary>Draws the faults of a campaign, so that every place comes before any comes again.</summary>
public sealed class FaultDraw(int seed, IReadOnlyList<Place> places, bool canFillDisk)
{
    // The first round kills everywhere; later ones do everything else too.
    private static readonly Strike[] Later =
    [
        .. Enumerable.Repeat(Strike.Kill, 14), Strike.KillServer, Strike.KillSession, Strike.Cut, Strike.FillDisk, Strike.Pause, Strike.PauseAndCut,
    ];

    private readonly List<Place[]> _named = Shuffled(seed, [.. places.GroupBy(p => p.Name).Select(g => g.ToArray())]);

    public int Names => _named.Count;

    public string Name(int place) => _named[place][0].Name;

    /// <summary>The fault of this number, as a kill of the program whatever was drawn.</summary>
    public Fault Kill(int number) => Draw(number) with { Strike = Strike.Kill };

    public Fault Draw(int number)
    {
        // Two numbers that differ by one must not draw alike.
        Random random = new(unchecked((seed * 486_187_739) ^ (number * 1_000_003) ^ (number << 16)));
        random.Next();
        int round = number / _named.Count;
        Place[] same = _named[number % _named.Count];
        Place place = same[(round + random.Next(same.Length)) % same.Length];
        Strike strike = round == 0 ? Strike.Kill : Later[random.Next(Later.Length)];
        if (strike == Strike.FillDisk && !canFillDisk)
        {
            strike = Strike.Kill;
        }

        // Rather an early passing: what earlier faults left done is not passed again.
        int pass = 1 + random.Next(1 + random.Next(Math.Max(1, place.Passes)));
        return new Fault(number, place, pass, strike, random.NextDouble() * 1.05, random.Next(300));
    }

    private static List<Place[]> Shuffled(int seed, List<Place[]> named)
    {
        Random random = new(seed);
        for (int i = named.Count - 1; i > 0; i--)
        {
            int other = random.Next(i + 1);
            (named[i], named[other]) = (named[other], named[i]);
        }

        return named;
    }
}
