using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Text;
using Npgsql;

namespace Batch.Host.Web;

/// <summary>
/// <c>/metrics</c>: what the host and the framework count, as text for a collector on this machine, with how much work waits and what somebody has to look
/// at. Counts only, nothing personal.
/// </summary>
internal sealed class MetricsText : IDisposable
{
    private static readonly string[] Meters = [HostMetrics.Name, "Microsoft.AspNetCore.Hosting", "Npgsql"];

    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, double> values = new(StringComparer.Ordinal);

    public MetricsText()
    {
        listener.InstrumentPublished = static (instrument, listening) =>
        {
            if (Meters.Contains(instrument.Meter.Name))
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    public static void Map(WebApplication app)
    {
        // Counts from the beginning, not from the first look.
        MetricsText metrics = app.Services.GetRequiredService<MetricsText>();
        app.MapGet("/metrics", async (HttpContext http, NpgsqlDataSource program) => http.Connection.RemoteIpAddress is { } from && !IPAddress.IsLoopback(from)
            ? Results.NotFound()
            : Results.Text(await metrics.WriteAsync(program, http.RequestAborted), "text/plain; version=0.0.4")).AllowAnonymous().ExcludeFromDescription();
    }

    public void Dispose() => listener.Dispose();

    private async Task<string> WriteAsync(NpgsqlDataSource program, CancellationToken cancellation)
    {
        listener.RecordObservableInstruments();
        StringBuilder text = new();
        foreach ((string name, double value) in values.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }

        await using NpgsqlCommand command = program.CreateCommand(
            """
            SELECT 'batch_jobs_now{kind="' || kind || '",state="' || state || '"}', count(*) FROM batch.job WHERE state IN ('queued', 'running', 'waiting', 'paused', 'parked') GROUP BY kind, state
            UNION ALL SELECT 'batch_alarms_open', count(*) FROM batch.alarm a WHERE NOT EXISTS (SELECT FROM batch.alarm_seen s WHERE s.alarm_id = a.alarm_id)
            ORDER BY 1
            """);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            text.Append(CultureInfo.InvariantCulture, $"{reader.GetString(0)} {reader.GetInt64(1)}\n");
        }

        return text.ToString();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string name = instrument.Name.Replace('.', '_');
        string labels = LabelsOf(tags);
        switch (instrument)
        {
            case Histogram<double> or Histogram<long> or Histogram<int>:
                Add($"{name}_sum{labels}", value);
                Add($"{name}_count{labels}", 1);
                break;
            case ObservableInstrument<long> or ObservableInstrument<int> or ObservableInstrument<double>:
                values[name + labels] = value;
                break;
            default:
                Add($"{name}{(instrument is Counter<long> or Counter<int> or Counter<double> ? "_total" : "")}{labels}", value);
                break;
        }
    }

    private void Add(string name, double value) => values.AddOrUpdate(name, value, (_, before) => before + value);

    // Of the framework's tags only those that take few values: an address typed in at random is not one.
    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        List<string> labels = [];
        foreach ((string key, object? value) in tags)
        {
            if (key is "kind" or "state" or "channel" or "what" or "http.route" or "http.request.method" or "http.response.status_code")
            {
                labels.Add($"{key.Replace('.', '_')}=\"{value}\"");
            }
        }

        return labels.Count == 0 ? "" : $"{{{string.Join(',', labels)}}}";
    }
}
