using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>Makes, drops and renames databases of the embedded server, whose administrator we are.</summary>
public static class EmbeddedDatabases
{
    internal const string Maintenance = "postgres";

    /// <summary>Makes an empty database unless it is there. Roles come first: the database belongs to the owner role.</summary>
    internal static async Task EnsureAsync(DatabaseConnection connection, string database, CancellationToken cancellation)
    {
        await using (NpgsqlConnection admin = await connection.OpenAdminAsync(Maintenance, cancellation))
        {
            await connection.EnsureRolesAsync(admin, cancellation);
            try
            {
                await ExecuteAsync(admin, $"CREATE DATABASE {database} OWNER {Roles.Owner} TEMPLATE template0", cancellation);
            }
            catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // It is there, or another program made it at the same moment.
            }
        }

        await using NpgsqlConnection made = await connection.OpenAdminAsync(database, cancellation);
        await connection.EnsureRolesAsync(made, cancellation);
    }

    internal static async Task ExecuteAsync(NpgsqlConnection admin, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, admin);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
