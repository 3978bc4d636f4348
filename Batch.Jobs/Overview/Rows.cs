using Batch.Jobs.Areas;
using Npgsql;

namespace Batch.Jobs.Overview;

/// <summary>A page of a longer list.</summary>
/// <param name="Page">From 1.</param>
/// <param name="Count">Rows of the whole list.</param>
public sealed record Listing<T>(IReadOnlyList<T> Rows, int Page, long Count)
{
    public const int PageRows = 50;

    public int Pages => (int)Math.Max(1, (Count + PageRows - 1) / PageRows);
}

/// <summary>The rows of a query as records.</summary>
internal static class Rows
{
    public static Task<List<T>> ReadAsync<T>(this Area area, string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellation, params object[] arguments) =>
        area.Program.ReadAsync(area.Schema.Sql(sql), row, cancellation, arguments);

    public static async Task<List<T>> ReadAsync<T>(
        this NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellation, params object[] arguments)
    {
        await using NpgsqlCommand command = source.CreateCommand(sql);
        foreach (object argument in arguments)
        {
            command.Parameters.AddWithValue(argument);
        }

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

    public static string? Text(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static DateTime? Time(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDateTime(column);
}
