using Batch.Jobs.Policies;
using Batch.Jobs.Server;
using Npgsql;

namespace Batch.Jobs.Areas;

/// <summary>An area that is open for work: its schema is there and up to date, and its policy in force is read.</summary>
public sealed record Area(DatabaseConnection Database, AreaSchema Schema, PolicyInForce Policy)
{
    public NpgsqlDataSource Program => Database.Program;

    /// <summary>Opens an area, making its schema and adopting its shipped policy the first time.</summary>
    /// <exception cref="DataFaultException">AREA_UNKNOWN: no policy is shipped or adopted for it.</exception>
    public static async Task<Area> OpenAsync(DatabaseConnection database, string code, CancellationToken cancellation)
    {
        AreaSchema schema = new(code);
        PolicyStore policies = new(database.Program);
        // Before the schema is made: an area without a policy gets none.
        PolicyInForce policy = await policies.ReadOrAdoptAsync(code, cancellation);
        // Only making a schema takes the owner's rights.
        if (!await Migrator.IsAreaCurrentAsync(database.Program, code, cancellation))
        {
            await Migrator.EnsureAreaAsync(database.Owner, code, cancellation);
        }

        return new Area(database, schema, policy);
    }

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
