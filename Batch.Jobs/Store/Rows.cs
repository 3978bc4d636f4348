using NodaTime;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>The rows of a query as records: how lists are read. What streams, folds or keeps nothing of most rows has a loop of its own.</summary>
public static class Rows
{
    public static Task<List<T>> ReadAsync<T>(this Area area, string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellation, params object[] arguments) =>
        area.Program.ReadAsync(area.Schema.Sql(sql), row, cancellation, arguments);

    public static async Task<List<T>> ReadAsync<T>(
        this NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellation, params object[] arguments)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellation);
        return await connection.ReadAsync(sql, row, cancellation, arguments);
    }

    public static async Task<List<T>> ReadAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellation, params object[] arguments)
    {
        await using NpgsqlCommand command = new(sql, connection);
        foreach (object argument in arguments)
        {
            command.Parameters.AddWithValue(argument);
        }

        return await command.ListAsync(row, cancellation);
    }

    /// <summary>For a command with more to it than text and arguments: without a time limit, say.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken cancellation)
    {
        List<T> rows = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    /// <summary>The first column of the one row.</summary>
    public static async Task<T> OneAsync<T>(this Area area, string sql, CancellationToken cancellation, params object[] arguments) =>
        (await area.ReadAsync(sql, r => r.GetFieldValue<T>(0), cancellation, arguments))[0];

    /// <summary>The first column of the one row.</summary>
    public static async Task<T> OneAsync<T>(this NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] arguments) =>
        (await connection.ReadAsync(sql, r => r.GetFieldValue<T>(0), cancellation, arguments))[0];

    /// <summary>A statement that answers nothing.</summary>
    public static async Task DoAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using NpgsqlCommand command = new(sql, connection);
        foreach (object argument in arguments)
        {
            command.Parameters.AddWithValue(argument);
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static string? Text(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static int? Number(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt32(column);

    public static DateTime? Time(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDateTime(column);

    public static Instant? Moment(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : Instant.FromDateTimeUtc(reader.GetDateTime(column));

    public static T Word<T>(this NpgsqlDataReader reader, int column)
        where T : struct, Enum => Enum.Parse<T>(reader.GetString(column), ignoreCase: true);
}
