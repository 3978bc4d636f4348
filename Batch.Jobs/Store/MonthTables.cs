using NodaTime;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>Which months of a partitioned table (<c>contribution</c>, <c>pension</c>, <c>movement</c>, <c>entry</c>) have a table of their own.</summary>
public sealed class MonthTables(AreaSession area)
{
    /// <summary>$1: the month's table, as <see cref="AreaSchema.Part"/> names it.</summary>
    public const string ExistsSql = "SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass($1))";

    public async Task<bool> ExistsAsync(string table, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(ExistsSql);
        command.Parameters.AddWithValue(area.Part(table, month));
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>By table and month.</summary>
    public Task<List<(string Table, YearMonth Month)>> ListAsync(string[] tables, CancellationToken cancellation) => area.ReadAsync(
        """
        SELECT p.relname, to_date(right(c.relname, 7), 'YYYY_MM')
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
        WHERE p.relnamespace = $1::text::regnamespace AND p.relname = ANY($2) ORDER BY 1, 2
        """, r => (r.GetString(0), r.GetFieldValue<DateOnly>(1).Month()), cancellation, area.Schema.Name, tables);
}
