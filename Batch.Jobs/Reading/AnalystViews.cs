using Batch.Jobs.Store;

namespace Batch.Jobs.Reading;

public sealed record ViewColumn(string Name, string Type, string Chinese, string English);

public sealed record AnalystView(string Name, string Chinese, string English, IReadOnlyList<ViewColumn> Columns);

/// <summary>What analysts may read, from the comments of the schema itself ("Chinese | English").</summary>
public sealed class AnalystViews(Area area)
{
    public async Task<IReadOnlyList<AnalystView>> ReadAsync(CancellationToken cancellation)
    {
        List<(string Table, string? About, ViewColumn Column)> columns = await area.ReadAsync(
            """
            SELECT c.relname::text, obj_description(c.oid), a.attname::text, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = ':area'::regnamespace AND c.relkind = 'v' AND a.attnum > 0 AND has_table_privilege('batch_analyst', c.oid, 'SELECT')
            ORDER BY c.relname, a.attnum
            """,
            r => (r.GetString(0), r.Text(1), Column(r.GetString(2), r.GetString(3), r.Text(4))), cancellation);
        return [.. columns.GroupBy(c => (c.Table, c.About)).Select(g => Table(g.Key.Table, g.Key.About, [.. g.Select(c => c.Column)]))];
    }

    private static AnalystView Table(string name, string? about, IReadOnlyList<ViewColumn> columns)
    {
        (string chinese, string english) = Split(about);
        return new AnalystView(name, chinese, english, columns);
    }

    private static ViewColumn Column(string name, string type, string? about)
    {
        (string chinese, string english) = Split(about);
        return new ViewColumn(name, type, chinese, english);
    }

    private static (string Chinese, string English) Split(string? comment) =>
        comment?.Split(" | ", 2) is [var chinese, var english] ? (chinese, english) : ("", "");
}
