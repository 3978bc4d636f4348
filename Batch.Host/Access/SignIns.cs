using Batch.Jobs.Server;
using NodaTime;
using Npgsql;

namespace Batch.Host.Access;

/// <summary>
/// Attempts to sign in 登录. Five wrong ones in a row lock a name for a quarter of an hour, in which the right password is refused as well.
/// Whether a name exists, is disabled or is locked is never told.
/// </summary>
internal sealed class SignIns(NpgsqlDataSource program, IClock clock)
{
    public const int WrongOnes = 5;

    public static readonly Duration Lock = Duration.FromMinutes(15);

    /// <summary>The user, or null: refused.</summary>
    public async Task<User?> TryAsync(string name, string password, string? origin, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await UserRegister.LockAsync(connection, name, cancellation);
        User? user = await UserRegister.FindAsync(connection, name, cancellation);
        (bool locked, int wrong) = await StateAsync(connection, name, cancellation);
        bool right = Passwords.Verify(name, user?.PasswordHash, password);
        string outcome = locked ? "locked" : right && !user!.Disabled ? "good" : wrong + 1 >= WrongOnes ? "locking" : "wrong";
        if (user is not null)
        {
            await RecordAsync(connection, name, outcome, cancellation);
        }

        // A name that nobody has may be a password typed into the wrong field.
        await AuditAsync(connection, user is null ? "-" : name, user is null ? "sign-in unknown" : $"sign-in {outcome}", origin, cancellation);
        await transaction.CommitAsync(cancellation);
        return outcome == "good" ? user : null;
    }

    private async Task<(bool Locked, int Wrong)> StateAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(
            """
            WITH last AS (SELECT seq, outcome, at FROM batch.sign_in WHERE name = $1 AND outcome IN ('good', 'locking', 'reset') ORDER BY seq DESC LIMIT 1)
            SELECT coalesce((SELECT outcome = 'locking' AND at > $2 FROM last), false),
                   (SELECT count(*)::int FROM batch.sign_in WHERE name = $1 AND outcome = 'wrong' AND seq > coalesce((SELECT seq FROM last), 0))
            """, connection);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue((clock.GetCurrentInstant() - Lock).ToDateTimeUtc());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetBoolean(0), reader.GetInt32(1));
    }

    private async Task RecordAsync(NpgsqlConnection connection, string name, string outcome, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("INSERT INTO batch.sign_in (name, outcome, at) VALUES ($1, $2, $3)", connection);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(outcome);
        command.Parameters.AddWithValue(clock.GetCurrentInstant().ToDateTimeUtc());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task AuditAsync(NpgsqlConnection connection, string who, string act, string? origin, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("INSERT INTO batch.audit (who, act, origin) VALUES ($1, $2, $3)", connection);
        command.Parameters.AddWithValue(who);
        command.Parameters.AddWithValue(act);
        command.Parameters.AddWithValue((object?)origin ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
