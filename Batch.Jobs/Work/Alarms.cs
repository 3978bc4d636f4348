using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>Something that a person has to look at 警报; nothing personal in it.</summary>
public sealed record Alarm(string? Area, string Code, string Zh, string En);

/// <summary>An alarm that was raised.</summary>
public sealed record RaisedAlarm(int Number, Instant At, Alarm Alarm, int? Job);

public static class Alarms
{
    public static async Task RaiseAsync(NpgsqlDataSource program, Alarm alarm, int? job, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await RaiseAsync(connection, alarm, job, cancellation);
    }

    public static async Task RaiseAsync(NpgsqlConnection connection, Alarm alarm, int? job, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("INSERT INTO batch.alarm (area, code, zh, en, job_id) VALUES ($1, $2, $3, $4, $5)", connection);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = alarm.Area });
        command.Parameters.AddWithValue(alarm.Code);
        command.Parameters.AddWithValue(alarm.Zh);
        command.Parameters.AddWithValue(alarm.En);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)job ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Those that nobody has seen to, the latest first.</summary>
    public static async Task<IReadOnlyList<RaisedAlarm>> OpenAsync(NpgsqlDataSource program, CancellationToken cancellation) => await program.ReadAsync(
        "SELECT alarm_id, at, area, code, zh, en, job_id FROM batch.alarm a WHERE NOT EXISTS (SELECT FROM batch.alarm_seen s WHERE s.alarm_id = a.alarm_id) ORDER BY 1 DESC LIMIT 200",
        r => new RaisedAlarm(r.GetInt32(0), r.Moment(1)!.Value, new Alarm(r.Text(2), r.GetString(3), r.GetString(4), r.GetString(5)), r.Number(6)), cancellation);

    public static async Task SeenAsync(NpgsqlDataSource program, int number, string who, string? why, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand("INSERT INTO batch.alarm_seen (alarm_id, by, why) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(number);
        command.Parameters.AddWithValue(who);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = why });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
