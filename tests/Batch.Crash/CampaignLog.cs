using System.Globalization;
using System.Text.Json;

namespace Batch.Crash;

/// <summary>
/// Every fault of a campaign and how each life ended, a line of JSON each. Kept in a file it lets a campaign go on where it ended, and be counted as one.
/// </summary>
public sealed class CampaignLog : IDisposable
{
    private readonly TextWriter _file;
    private readonly SortedDictionary<string, int> _byPlace = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _byStrike = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _bySaying = new(StringComparer.Ordinal);

    private CampaignLog(TextWriter file) => _file = file;

    /// <summary>The number of the next life.</summary>
    public int Next { get; private set; }

    /// <summary>Lives that were held against an undisturbed one.</summary>
    public int Lives { get; private set; }

    /// <summary>Faults that killed: the program, a session, the server.</summary>
    public int Kills { get; private set; }

    public int Struck { get; private set; }

    public int Missed { get; private set; }

    public long LostFen { get; private set; }

    public long DoubledFen { get; private set; }

    public List<string> Differences { get; } = [];

    public string LastFault { get; private set; } = "none";

    public string LastLine { get; private set; } = "";

    /// <summary>Campaigns of several seeds, as one.</summary>
    public static CampaignLog Of(IEnumerable<string> paths)
    {
        CampaignLog log = new(TextWriter.Null);
        foreach (string line in paths.SelectMany(p => WholeLives(File.ReadAllLines(p)).Skip(1)))
        {
            log.Count(JsonDocument.Parse(line).RootElement);
        }

        return log;
    }

    public static CampaignLog Open(string? path, int seed)
    {
        if (path is null)
        {
            return new CampaignLog(TextWriter.Null);
        }

        string[] before = File.Exists(path) ? File.ReadAllLines(path) : [];
        string heading = string.Create(CultureInfo.InvariantCulture, $"{{\"seed\":{seed}}}");
        if (before.Length > 0 && before[0] != heading)
        {
            throw new ArgumentException($"{path} is the log of another seed.");
        }

        string[] kept = before.Length == 0 ? [heading] : WholeLives(before);
        File.WriteAllLines(path, kept);
        CampaignLog log = new(new StreamWriter(path, append: true) { AutoFlush = true });
        foreach (string line in kept.Skip(1))
        {
            log.Count(JsonDocument.Parse(line).RootElement);
        }

        return log;
    }

    // The heading, and what was held against the undisturbed life: faults of a life that was not brought to its end are had again.
    private static string[] WholeLives(string[] lines) => lines[..Math.Max(1, Array.FindLastIndex(lines, l => l.Contains("\"ended\"", StringComparison.Ordinal)) + 1)];

    public void Write(int life, Fault fault, FaultOutcome outcome)
    {
        LastFault = fault.ToString();
        Write(new
        {
            life,
            fault = fault.Number,
            step = fault.Place.Step,
            place = fault.Place.Name,
            pass = fault.Pass,
            moment = Math.Round(fault.Moment, 3),
            strike = fault.Strike.ToString(),
            struck = outcome.Struck,
            exit = outcome.ExitCode,
            said = outcome.Said,
            seconds = Math.Round(outcome.Took.TotalSeconds, 1),
        });
    }

    public void Write(int life, IReadOnlyList<Fault> faults, (long Lost, long Doubled) fen, IReadOnlyList<string> differences, TimeSpan took) => Write(new
    {
        ended = life,
        first = faults[0].Number,
        last = faults[^1].Number,
        seconds = Math.Round(took.TotalSeconds),
        lost = fen.Lost,
        doubled = fen.Doubled,
        differences,
    });

    /// <summary>A fault struck at the place.</summary>
    public bool HasStruck(string place) => _byPlace.ContainsKey(place);

    /// <summary>Kills by place, faults by kind, what the program said, and the fen.</summary>
    public void Sum(TextWriter output)
    {
        foreach ((string title, SortedDictionary<string, int> counts) in new[] { ("faults by place", _byPlace), ("faults by kind", _byStrike), ("what the program said", _bySaying) })
        {
            output.WriteLine(title);
            foreach ((string name, int count) in counts)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count,6}  {name}"));
            }
        }

        foreach (string difference in Differences)
        {
            output.WriteLine(difference);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Kills} kills, {Struck - Kills} other faults, {Missed} came too late, {Lives} lives; {LostFen} fen lost, {DoubledFen} fen doubled, {Differences.Count} differences"));
    }

    private void Write(object line)
    {
        LastLine = JsonSerializer.Serialize(line);
        _file.WriteLine(LastLine);
        Count(JsonDocument.Parse(LastLine).RootElement);
    }

    private void Count(JsonElement line)
    {
        if (line.TryGetProperty("ended", out JsonElement life))
        {
            Next = life.GetInt32() + 1;
            Lives++;
            LostFen += line.GetProperty("lost").GetInt64();
            DoubledFen += line.GetProperty("doubled").GetInt64();
            Differences.AddRange(line.GetProperty("differences").EnumerateArray().Select(d => $"life {life.GetInt32()}: {d.GetString()}"));
            return;
        }

        if (!line.GetProperty("struck").GetBoolean())
        {
            Missed++;
            return;
        }

        Struck++;
        string strike = line.GetProperty("strike").GetString()!;
        Kills += strike.StartsWith("Kill", StringComparison.Ordinal) ? 1 : 0;
        Add(_byPlace, line.GetProperty("place").GetString()!);
        Add(_byStrike, strike);
        if (line.GetProperty("said").GetString() is { Length: > 0 } said)
        {
            Add(_bySaying, said);
        }
    }

    private static void Add(SortedDictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;

    public void Dispose() => _file.Dispose();
}
