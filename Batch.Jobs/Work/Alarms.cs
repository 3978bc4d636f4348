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
    public static async Task<IReadOnlyList<RaisedAlarm>> OpenAsync(NpgsqlDataSource program, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            "SELECT alarm_id, at, area, code, zh, en, job_id FROM batch.alarm a WHERE NOT EXISTS (SELECT FROM batch.alarm_seen s WHERE s.alarm_id = a.alarm_id) ORDER BY 1 DESC LIMIT 200");
        List<RaisedAlarm> open = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            Alarm alarm = new(reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5));
            open.Add(new RaisedAlarm(reader.GetInt32(0), Instant.FromDateTimeUtc(reader.GetDateTime(1)), alarm, reader.IsDBNull(6) ? null : reader.GetInt32(6)));
        }

        return open;
    }

    public static async Task SeenAsync(NpgsqlDataSource program, int number, string who, string? why, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand("INSERT INTO batch.alarm_seen (alarm_id, by, why) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(number);
        command.Parameters.AddWithValue(who);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = why });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
