using System.Diagnostics;
using System.Globalization;
using Batch.Jobs.Store;
using Batch.Testing;

namespace Batch.Crash;

/// <summary>What a campaign is to do.</summary>
/// <param name="Kills">Ends with the life in which so many kills are reached.</param>
/// <param name="Only">These faults and no others.</param>
/// <param name="Within">Ends with the life in which this time is over; a later campaign with the same log goes on.</param>
/// <param name="EveryPlace">Kills once at every place, and ends.</param>
public sealed record CampaignOptions(int Kills, int Seed, (int First, int Last)? Only, TimeSpan Within, string? Log, bool EveryPlace = false, int People = 400);

/// <summary>
/// Lives one undisturbed life and then as many disturbed ones as it takes, and holds what each leaves behind against the undisturbed one, byte for byte.
/// </summary>
public sealed class Campaign(CampaignOptions options, CrashServer server, TextWriter output) : IDisposable
{
    private const int FaultsOfALife = 50;

    /// <summary>A kill may come too late, where an earlier one left nothing to do; in a life with fewer kills it comes in time.</summary>
    private const int MostLives = 6;

    private static readonly KillPoint[] Points = Enum.GetValues<KillPoint>();

    private readonly CampaignLog _log = CampaignLog.Open(options.Log, options.Seed);
    private readonly Dictionary<string, TimeSpan> _calmTimes = [];
    private readonly List<Place> _places = [];
    private string _proposal = "";
    private Books _calm = null!;

    /// <summary>Points that no verb of an undisturbed life passes: nobody dies there, so nothing is known of it.</summary>
    public IReadOnlyList<KillPoint> NeverReached { get; private set; } = [];

    /// <summary>Places at which a campaign for every place killed nothing.</summary>
    public IReadOnlyList<string> NeverStruck { get; private set; } = [];

    public CampaignLog Log => _log;

    public async Task RunAsync()
    {
        await GenerateAsync();
        TimeSpan start = await StartTimeAsync();
        await LiveCalmlyAsync(start);
        FaultDraw draw = new(options.Seed, _places, server.NoDisk is null);
        output.WriteLine($"seed {options.Seed}: {draw.Names} places{(server.NoDisk is { } why ? $"; the disk is not filled: {why}" : "")}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"undisturbed: {_calmTimes.Values.Sum(t => t.TotalSeconds) - (_calmTimes.Count * start.TotalSeconds):0} s; a process begins in {start.TotalSeconds:0.0} s"));
        long began = Stopwatch.GetTimestamp();
        if (options.Only is { } only)
        {
            await LiveAsync(only.First / FaultsOfALife, [.. Enumerable.Range(only.First, only.Last - only.First + 1).Select(draw.Draw)]);
            return;
        }

        if (options.EveryPlace)
        {
            await LiveEverywhereAsync(draw);
            return;
        }

        for (int life = _log.Next; _log.Kills < options.Kills && Stopwatch.GetElapsedTime(began) < options.Within; life++)
        {
            await LiveAsync(life, [.. Enumerable.Range(life * FaultsOfALife, FaultsOfALife).Select(draw.Draw)]);
        }
    }

    private async Task LiveEverywhereAsync(FaultDraw draw)
    {
        List<int> left = [.. Enumerable.Range(0, draw.Names)];
        for (int life = 0; life < MostLives && left.Count > 0; life++)
        {
            await LiveAsync(life, [.. left.Select(place => draw.Kill((life * draw.Names) + place))]);
            left.RemoveAll(place => _log.HasStruck(draw.Name(place)));
        }

        NeverStruck = [.. left.Select(draw.Name)];
    }

    private async Task LiveAsync(int life, List<Fault> faults)
    {
        // Every fourth life begins without a database, so that migrations are killed too.
        long began = Stopwatch.GetTimestamp();
        bool fresh = life % 4 == 0 || faults.Exists(f => f.Place.Name.StartsWith("Migration", StringComparison.Ordinal));
        string outputs = Outputs("life");
        await server.KeepAsync();
        await server.BeginAsync(fresh);
        IReadOnlyList<Step> steps = Life.Steps(server.Files, outputs, _proposal);
        bool withOptional = faults.Exists(f => steps.Any(s => s.Optional && s.Name == f.Place.Step));
        foreach (Step step in steps.Where(s => withOptional || !s.Optional))
        {
            Fault[] ofStep = [.. faults.Where(f => f.Place.Step == step.Name).OrderBy(f => f.Late).ThenBy(f => f.Number)];
            foreach (Fault fault in ofStep)
            {
                FaultOutcome outcome = await new FaultyVerb(server, step, fault, _calmTimes[step.Name]).RunAsync();
                _log.Write(life, fault, outcome);
                if (fault.EndsServer && fault != ofStep[^1])
                {
                    await server.KeepAsync();
                }
            }

            // The verb brings back by itself a server that is gone; kept, it is not stopped after each verb.
            await DoAsync(step);
            if (ofStep is [.., { EndsServer: true }])
            {
                await server.KeepAsync();
            }
        }

        await server.KeepAsync();
        await DoAsync(new Step("the last verify", ["verify", "--all"]));
        Books books = await Books.ReadAsync(server, outputs);
        _log.Write(life, faults, books.FenAgainst(_calm), [.. books.DifferencesFrom(_calm)], Stopwatch.GetElapsedTime(began));
        output.WriteLine(_log.LastLine);
    }

    private async Task LiveCalmlyAsync(TimeSpan start)
    {
        string outputs = Outputs("calm");
        await server.BeginAsync(fresh: true);
        string proposal = "?";
        for (int i = 0; i < Life.Steps(server.Files, outputs, proposal).Count; i++)
        {
            Step step = Life.Steps(server.Files, outputs, proposal)[i];
            int[] before = [.. Points.Select(KillSwitch.Passings)];
            long began = Stopwatch.GetTimestamp();
            CliResult result = await server.DoAsync([.. step.Arguments, "--json"]);
            if (result.ExitCode != 0)
            {
                throw new InvalidOperationException($"{step.Name}: {result}");
            }

            _calmTimes[step.Name] = start + Stopwatch.GetElapsedTime(began);
            proposal = step.Name == "policy-set" ? result.Json.GetProperty("hash").GetString()! : proposal;
            AddPlaces(step, [.. Points.Select((p, at) => (p, KillSwitch.Passings(p) - before[at])).Where(p => p.Item2 > 0)]);
        }

        _proposal = proposal;
        NeverReached = [.. Points.Where(p => !_places.Exists(place => place.Point == p))];
        _calm = await Books.ReadAsync(server, outputs);
    }

    // What a process takes before its verb begins.
    private async Task<TimeSpan> StartTimeAsync()
    {
        long began = Stopwatch.GetTimestamp();
        await server.Cli().RunAsync("db", "url");
        return Stopwatch.GetElapsedTime(began);
    }

    private void AddPlaces(Step step, IEnumerable<(KillPoint Point, int Times)> passed)
    {
        _places.AddRange(passed.Select(p => new Place(p.Point.ToString(), step.Name, p.Point, p.Times)));
        _places.Add(new Place(Place.AnyMoment, step.Name, null));
        if (step.Locks is { } locks)
        {
            _places.Add(new Place(locks.During, step.Name, null, Table: locks.Table, Near: locks.Near));
        }
    }

    /// <summary>The verb ends well, now that nobody disturbs it.</summary>
    private async Task DoAsync(Step step)
    {
        CliResult result = await server.DoAsync([.. step.Arguments, "--json"]);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"{step.Name} does not end well after the fault(s) {_log.LastFault}: {result}");
        }
    }

    private async Task GenerateAsync()
    {
        string people = options.People.ToString(CultureInfo.InvariantCulture);
        foreach (string layout in new[] { "one", "employer" })
        {
            string[] arguments =
            [
                "generate", "--people", people, "--month", Life.First, "--months", "2", "--area", Life.Area, "--seed", "7", "--faults", layout == "one" ? "0.005" : "0", "--files", layout, "--movements",
                "--out", Path.Combine(server.Files, layout),
            ];
            await DoAsync(new Step("generate", arguments));
        }

        string original = Directory.GetFiles(Path.Combine(server.Files, "employer", "payroll-202112")).OrderByDescending(f => new FileInfo(f).Length).ThenBy(f => f, StringComparer.Ordinal).First();
        await File.WriteAllLinesAsync(Path.Combine(server.Files, "replacement.csv"), Replaced(await File.ReadAllLinesAsync(original)));
    }

    // The first person's base is another, the last person is left out.
    private static IEnumerable<string> Replaced(string[] lines)
    {
        string[] first = lines[1].Split(',');
        (first[5], first[6], first[7]) = ("9000.00", "180.00", "720.00");
        return [lines[0], string.Join(',', first), .. lines[2..^1]];
    }

    private string Outputs(string name)
    {
        string folder = Path.Combine(server.Files, name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return Directory.CreateDirectory(folder).FullName;
    }

    public void Dispose() => _log.Dispose();
}
