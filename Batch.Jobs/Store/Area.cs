using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>An area that is open for work: its schema is there and up to date, and its policy in force is read.</summary>
public sealed record Area(DatabaseConnection Database, AreaSchema Schema, PolicyInForce Policy)
{
    public NpgsqlDataSource Program => Database.Program;

    /// <summary>The six digits, such as <c>420100</c>.</summary>
    public string Code => Schema.Code;

    /// <summary>SQL with <c>:area</c> made this area's schema.</summary>
    public string Sql(string text) => Schema.Sql(text);

    /// <summary>The area by a connection that is open: one transaction over several statements.</summary>
    public AreaSession On(NpgsqlConnection connection) => Schema.On(connection);

    /// <summary>Opens an area that the database holds. Reading creates nothing: a code that is mistyped must not become an area.</summary>
    /// <exception cref="DataFaultException">AREA_UNKNOWN, with the areas that there are.</exception>
    public static async Task<Area> OpenAsync(DatabaseConnection database, string code, CancellationToken cancellation)
    {
        AreaSchema schema = new(code);
        bool current = await Migrator.IsAreaCurrentAsync(database.Program, code, cancellation)
            ?? throw Unknown(code, await Migrator.AreasAsync(database.Program, cancellation));
        PolicyInForce policy = await new PolicyStore(database.Program).ReadOrAdoptAsync(code, cancellation);
        // Only making a schema takes the owner's rights.
        if (!current)
        {
            await Migrator.EnsureAreaAsync(database.Owner, code, cancellation);
        }

        return new Area(database, schema, policy);
    }

    /// <summary>Opens an area, making its schema and adopting its shipped policy the first time: for the first file, and for an administrator.</summary>
    /// <exception cref="DataFaultException">AREA_UNKNOWN: no policy is shipped or adopted for it.</exception>
    public static async Task<Area> OpenOrCreateAsync(DatabaseConnection database, string code, CancellationToken cancellation)
    {
        AreaSchema schema = new(code);
        if (await Migrator.IsAreaCurrentAsync(database.Program, code, cancellation) is null)
        {
            // Before the schema is made: an area without a policy gets none.
            await new PolicyStore(database.Program).ReadOrAdoptAsync(schema.Code, cancellation);
            await Migrator.EnsureAreaAsync(database.Owner, code, cancellation);
        }

        return await OpenAsync(database, code, cancellation);
    }

    /// <exception cref="DataFaultException">AREA_UNKNOWN, with the areas that there are.</exception>
    public static async Task RequireAsync(DatabaseConnection database, string code, CancellationToken cancellation)
    {
        IReadOnlyList<string> areas = await Migrator.AreasAsync(database.Program, cancellation);
        if (!areas.Contains(code))
        {
            throw Unknown(code, areas);
        }
    }

    private static DataFaultException Unknown(string code, IReadOnlyList<string> areas) => areas.Count == 0
        ? new DataFaultException(
            "AREA_UNKNOWN", $"没有统筹区 {code}：还没有启用任何统筹区。", $"There is no area {code}: no area is in use yet.")
        : new DataFaultException(
            "AREA_UNKNOWN", $"没有统筹区 {code}；已启用：{string.Join("、", areas)}。", $"There is no area {code}; in use are: {string.Join(", ", areas)}.");

    /// <summary>The area that a run belongs to.</summary>
    public static async Task<Area> OfRunAsync(DatabaseConnection database, int run, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Program.CreateCommand("SELECT area FROM batch.run_area WHERE run_id = $1");
        command.Parameters.AddWithValue(run);
        return await command.ExecuteScalarAsync(cancellation) is string code
            ? await OpenAsync(database, code, cancellation)
            : throw new DataFaultException("RUN_UNKNOWN", $"没有批次 {run}。", $"There is no run {run}.");
    }
}
