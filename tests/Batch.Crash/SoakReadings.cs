using System.Globalization;

namespace Batch.Crash;

/// <summary>What a host held over time, and whether it held more and more.</summary>
public sealed class SoakReadings
{
    // What may come on top between the middle of the soak and its end without being growth.
    private const long MemorySlack = 24L << 20;
    private const int HandleSlack = 12;
    private const int SessionSlack = 6;

    private readonly List<HostHoldings> _readings = [];

    public void Add(HostHoldings reading) => _readings.Add(reading);

    /// <summary>What grew between the second third and the last; the first third fills caches and pools.</summary>
    public IEnumerable<string> Growth()
    {
        HostHoldings[] middle = [.. _readings[(_readings.Count / 3)..(_readings.Count * 2 / 3)]], last = [.. _readings[(_readings.Count * 2 / 3)..]];
        (string Name, Func<HostHoldings, long> Of, long Slack)[] held =
            [("memory", r => r.MemoryBytes, MemorySlack), ("handles", r => r.Handles, HandleSlack), ("sessions", r => r.Sessions, SessionSlack)];
        return held.Where(h => Median(last, h.Of) > (Median(middle, h.Of) * 11 / 10) + h.Slack).Select(h => $"{h.Name} grew: {Median(middle, h.Of)}, then {Median(last, h.Of)}");
    }

    public void Write(TextWriter output)
    {
        output.WriteLine("median of       memory MiB   handles   sessions");
        int tenth = Math.Max(1, _readings.Count / 10);
        foreach (HostHoldings[] part in _readings.Chunk(tenth))
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{part.Length,3} readings {Median(part, r => r.MemoryBytes) >> 20,14} {Median(part, r => r.Handles),9} {Median(part, r => r.Sessions),10}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"most {_readings.Max(r => r.MemoryBytes) >> 20,20} {_readings.Max(r => r.Handles),9} {_readings.Max(r => r.Sessions),10}"));
    }

    private static long Median(HostHoldings[] readings, Func<HostHoldings, long> of) => readings.Length == 0 ? 0 : readings.Select(of).Order().ElementAt(readings.Length / 2);
}
