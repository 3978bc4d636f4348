using System.Diagnostics.Metrics;
using Batch.Jobs.Work;

namespace Batch.Host.Web;

/// <summary>What the host counts, by names an exporter would use.</summary>
internal static class HostMetrics
{
    public const string Name = "batch";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Jobs = Meter.CreateCounter<long>("batch.jobs", description: "pieces of work that ended, by kind and state");
    private static readonly Counter<long> Inquiries = Meter.CreateCounter<long>("batch.inquiries", description: "inquiries answered, by channel and what was asked");

    public static void Ended(string kind, WorkState state) =>
        Jobs.Add(1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant()));

    public static void Asked(string channel, string what) =>
        Inquiries.Add(1, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("what", what));
}
