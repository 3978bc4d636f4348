using System.Diagnostics.Metrics;
using Npgsql;

namespace Batch.Host.Web;

/// <summary>How much work waits and how many alarms nobody has seen, asked of the database whenever a collector asks.</summary>
internal sealed class WorkGauges
{
    // A collector that waits longer gives up.
    private const int PatienceSeconds = 5;

    private readonly NpgsqlDataSource program;

    public WorkGauges(NpgsqlDataSource program, IMeterFactory meters)
    {
        this.program = program;
        // The factory's: ends with its host.
        Meter meter = meters.Create(HostMetrics.Name);
        meter.CreateObservableGauge("batch.jobs.now", Work, description: "pieces of work that have not ended, by kind and state");
        meter.CreateObservableGauge("batch.alarms.open", Alarms, description: "alarms that nobody has marked as seen");
    }

    private List<Measurement<long>> Work() => Ask(
        "SELECT kind, state, count(*) FROM batch.job WHERE state IN ('queued', 'running', 'waiting', 'paused', 'parked') GROUP BY kind, state ORDER BY kind, state",
        static row => new Measurement<long>(
            row.GetInt64(2), new KeyValuePair<string, object?>("kind", row.GetString(0)), new KeyValuePair<string, object?>("state", row.GetString(1))));

    private List<Measurement<long>> Alarms() => Ask(
        "SELECT count(*) FROM batch.alarm a WHERE NOT EXISTS (SELECT FROM batch.alarm_seen s WHERE s.alarm_id = a.alarm_id)",
        static row => new Measurement<long>(row.GetInt64(0)));

    // The measuring interface is not asynchronous. Without a database there is no number, which a collector sees as such.
    private List<Measurement<long>> Ask(string sql, Func<NpgsqlDataReader, Measurement<long>> measure)
    {
        List<Measurement<long>> measured = [];
        try
        {
            using NpgsqlCommand command = program.CreateCommand(sql);
            command.CommandTimeout = PatienceSeconds;
            using NpgsqlDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                measured.Add(measure(reader));
            }
        }
        catch (Exception fault) when (fault is NpgsqlException or Jobs.Store.EnvironmentException or ObjectDisposedException)
        {
            measured.Clear();
        }

        return measured;
    }
}
