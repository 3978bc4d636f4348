using System.Text.RegularExpressions;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// Brings schemas up to date with the numbered scripts in Database/: the common series once, the area series once in each area's
/// schema. Forward only; what was applied is recorded with its hash and compared at every start.
/// </summary>
public static partial class Migrator
{
    public const string CommonSeries = "common";

    private static readonly Lazy<IReadOnlyList<MigrationScript>> Common = new(() => MigrationScript.SeriesOf(typeof(Migrator).Assembly, CommonSeries));
    private static readonly Lazy<IReadOnlyList<MigrationScript>> Area = new(() => MigrationScript.SeriesOf(typeof(Migrator).Assembly, "area"));

    /// <summary>Brings the common schema up to date; returns how many scripts were applied.</summary>
    public static Task<int> MigrateAsync(NpgsqlDataSource owner, CancellationToken cancellation = default) =>
        ApplyAsync(owner, CommonSeries, Common.Value, cancellation);

    /// <summary>Makes an area's schema or brings it up to date. One query when there is nothing to do.</summary>
    public static Task<int> EnsureAreaAsync(NpgsqlDataSource owner, string area, CancellationToken cancellation = default) =>
        ApplyAsync(owner, SchemaOf(area), Area.Value, cancellation);

    /// <summary>Whether every common script has been applied; any role can ask.</summary>
    internal static async Task<bool> IsCommonCurrentAsync(NpgsqlDataSource any, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await any.OpenConnectionAsync(cancellation);
        return Next(CommonSeries, Common.Value, await RecordedAsync(connection, CommonSeries, cancellation)) is null;
    }

    /// <summary>Whether every script has been applied to an area; null: there is no such area here. Any role can ask.</summary>
    public static async Task<bool?> IsAreaCurrentAsync(NpgsqlDataSource any, string area, CancellationToken cancellation = default)
    {
        await using NpgsqlConnection connection = await any.OpenConnectionAsync(cancellation);
        string series = SchemaOf(area);
        List<Recorded> recorded = await RecordedAsync(connection, series, cancellation);
        return recorded.Count == 0 ? null : Next(series, Area.Value, recorded) is null;
    }

    /// <summary>Schema of an area: <c>area_420100</c>.</summary>
    public static string SchemaOf(string area) =>
        AreaCode().IsMatch(area) ? $"area_{area}" : throw new ArgumentException("An area is a code of six digits.", nameof(area));

    /// <summary>The areas that have a schema here, up to date or not.</summary>
    public static async Task<IReadOnlyList<string>> AreasAsync(NpgsqlDataSource any, CancellationToken cancellation = default) => await any.ReadAsync(
        "SELECT DISTINCT substr(series, 6) FROM batch.migration WHERE series LIKE 'area\\_%' ORDER BY 1", r => r.GetString(0), cancellation);

    /// <summary>Applies the scripts of a series that are not recorded yet, each in a transaction of its own; returns how many.</summary>
    /// <param name="series"><c>common</c>, or an area's schema, which then replaces <c>:area</c> in the text.</param>
    public static async Task<int> ApplyAsync(NpgsqlDataSource owner, string series, IReadOnlyList<MigrationScript> scripts, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await owner.OpenConnectionAsync(cancellation);
        int applied = 0;
        List<Recorded> recorded = await RecordedAsync(connection, series, cancellation);
        while (Next(series, scripts, recorded) is not null)
        {
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
            await using (var gate = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection, transaction))
            {
                gate.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Roles.SetupLock });
                await gate.ExecuteNonQueryAsync(cancellation);
            }

            // Another program may have applied it while we waited for the lock. A missing table would end the transaction: go back to before.
            await transaction.SaveAsync("look", cancellation);
            recorded = await RecordedAsync(connection, series, cancellation);
            if (recorded.Count == 0)
            {
                await transaction.RollbackAsync("look", cancellation);
            }

            if (Next(series, scripts, recorded) is { } script)
            {
                await RunAsync(connection, series, script, cancellation);
                recorded.Add(new Recorded(script.Number, script.Name, script.Sha256));
                if (Next(series, scripts, recorded) is null)
                {
                    await using var rights = new NpgsqlCommand(FunctionRights.Sql(series == CommonSeries ? "batch" : series), connection);
                    await rights.ExecuteNonQueryAsync(cancellation);
                }

                KillSwitch.Pass(KillPoint.MigrationBeforeCommit);
                await transaction.CommitAsync(cancellation);
                KillSwitch.Pass(KillPoint.MigrationAfterCommit);
                applied++;
            }
        }

        return applied;
    }

    private readonly record struct Recorded(int Number, string Name, string Sha256);

    /// <summary>The first script not applied yet; null when all are. What was applied must still be what it was.</summary>
    private static MigrationScript? Next(string series, IReadOnlyList<MigrationScript> scripts, List<Recorded> recorded)
    {
        foreach (Recorded done in recorded)
        {
            MigrationScript? script = scripts.FirstOrDefault(s => s.Number == done.Number);
            string name = $"{series}/{done.Number:000}_{done.Name}";
            if (script is null)
            {
                throw new EnvironmentException(
                    "DATABASE_NEWER",
                    $"The database has {name}, which this version of the program does not know. Use the newer program.",
                    $"数据库中已有 {name}，本版本程序不认识。请使用较新的程序。");
            }

            if (script.Sha256 != done.Sha256 && !EarlierTexts.Has(series, done.Number, done.Sha256))
            {
                throw new EnvironmentException(
                    "MIGRATION_CHANGED",
                    $"The script {name} was changed after it had been applied to this database. Restore its text and put the change into a new script.",
                    $"脚本 {name} 在应用到本数据库之后被改动。请恢复原文，把改动写进新的脚本。");
            }
        }

        return scripts.FirstOrDefault(s => recorded.TrueForAll(r => r.Number != s.Number));
    }

    /// <summary>Refuses an area whose scripts, as recorded in a backup (rows of batch.migration as JSON), are not those of this program.</summary>
    internal static void RefuseOthers(string area, string recorded)
    {
        List<Recorded> done = [.. System.Text.Json.JsonDocument.Parse(recorded).RootElement.EnumerateArray().Select(
            m => new Recorded(m.GetProperty("number").GetInt32(), m.GetProperty("name").GetString()!, m.GetProperty("sha256").GetString()!))];
        Next(SchemaOf(area), Area.Value, done);
    }

    private static async Task<List<Recorded>> RecordedAsync(NpgsqlConnection connection, string series, CancellationToken cancellation)
    {
        var recorded = new List<Recorded>();
        await using var command = new NpgsqlCommand("SELECT number, name, sha256 FROM batch.migration WHERE series = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = series });
        try
        {
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                recorded.Add(new Recorded(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
            }
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // A database on its very first start; the first common script makes the table.
        }

        return recorded;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string series, MigrationScript script, CancellationToken cancellation)
    {
        string text = script.Text;
        if (series != CommonSeries)
        {
            text = AreaPlaceholder().Replace(text, series);
            if (script.Number == 1)
            {
                text = $"CREATE SCHEMA IF NOT EXISTS {series};\n{text}";
            }
        }

        await using (var command = new NpgsqlCommand(text, connection))
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }

        KillSwitch.Pass(KillPoint.MigrationNotRecorded);
        await using var record = new NpgsqlCommand("INSERT INTO batch.migration (series, number, name, sha256) VALUES ($1, $2, $3, $4)", connection);
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = series });
        record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = script.Number });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Name });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Sha256 });
        await record.ExecuteNonQueryAsync(cancellation);
    }

    [GeneratedRegex(@"^[0-9]{6}$")]
    private static partial Regex AreaCode();

    /// <summary><c>:area</c> as a word of its own; a cast (<c>::area</c>) is not one.</summary>
    [GeneratedRegex(@"(?<!:):area\b")]
    private static partial Regex AreaPlaceholder();
}
