using NodaTime;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// A connection at work in one area. Its statements name the area's schema <c>:area</c>, as those of <see cref="Area"/> do; they are part of the connection's
/// transaction where there is one.
/// </summary>
public sealed class AreaSession(NpgsqlConnection connection, AreaSchema schema)
{
    public NpgsqlConnection Connection => connection;

    public AreaSchema Schema => schema;

    /// <summary>The six digits, such as <c>420100</c>.</summary>
    public string Code => schema.Code;

    /// <summary>SQL with <c>:area</c> made this area's schema.</summary>
    public string Sql(string text) => schema.Sql(text);

    /// <summary>Name of the table that holds one month of a partitioned table: <c>area_420100.contribution_2021_06</c>.</summary>
    public string Part(string table, YearMonth month) => schema.Part(table, month);

    /// <summary>The same area by another connection.</summary>
    public AreaSession On(NpgsqlConnection other) => new(other, schema);

    public NpgsqlCommand Command(string sql) => new(schema.Sql(sql), connection);

    /// <summary>A statement that takes as long as it takes: over a city's month.</summary>
    public NpgsqlCommand LongCommand(string sql) => new(schema.Sql(sql), connection) { CommandTimeout = 0 };

    /// <summary>Begins a COPY into a table, such as <c>:area.receipt</c>, or a <see cref="Part"/> of one.</summary>
    public Task<CopyRows> CopyAsync(string table, string columns, CancellationToken cancellation) => CopyRows.BeginAsync(connection, schema.Sql(table), columns, cancellation);

    public Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellation, params object[] arguments) =>
        connection.ReadAsync(schema.Sql(sql), row, cancellation, arguments);

    /// <summary>The first column of the one row.</summary>
    public Task<T> OneAsync<T>(string sql, CancellationToken cancellation, params object[] arguments) => connection.OneAsync<T>(schema.Sql(sql), cancellation, arguments);

    /// <summary>A statement that answers nothing.</summary>
    public Task DoAsync(string sql, CancellationToken cancellation, params object[] arguments) => connection.DoAsync(schema.Sql(sql), cancellation, arguments);
}
