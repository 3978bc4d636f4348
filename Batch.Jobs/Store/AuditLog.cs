using System.Data;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>One act for the record: who did what, where, to what, and why. A subject is a number or a name of ours, never a citizen number.</summary>
public sealed record Act(string Who, string Name, string? Area = null, string? Subject = null, string? Reason = null, string? Origin = null);

/// <summary>
/// The audit log 审计日志: every act, sign-in, refusal and unmasking. The program's role can add to it and read it, nothing else. It and the records beside it are
/// sealed after each act and every 20 seconds by a host with workers (069_seals_at_once.sql).
/// </summary>
public sealed class AuditLog(NpgsqlDataSource program)
{
    public async Task WriteAsync(Act act, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            "INSERT INTO batch.audit (who, act, area, subject, reason, origin) VALUES ($1, $2, $3, $4, $5, $6)");
        command.Parameters.AddWithValue(act.Who);
        command.Parameters.AddWithValue(act.Name);
        Add(act.Area);
        Add(act.Subject);
        Add(act.Reason);
        Add(act.Origin);
        await command.ExecuteNonQueryAsync(cancellation);
        await SealWhatIsThereAsync();

        void Add(string? value) => command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
    }

    /// <summary>Seals what is written and final, and waits at most so long for those who are writing.</summary>
    /// <returns>The logs that were left, because somebody is still writing to them.</returns>
    public async Task<string[]> SealAsync(TimeSpan patience, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        // Each statement of the function must see what was committed before it, whatever the server's default is.
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        await using NpgsqlCommand command = new("SELECT batch.seal_logs($1)", connection, transaction);
        command.Parameters.AddWithValue(patience);
        string[] left = (string[])(await command.ExecuteScalarAsync(cancellation))!;
        await transaction.CommitAsync(cancellation);
        return left;
    }

    /// <summary>At the end of an act, which is done and on record: waits for nobody, and what it cannot seal the next sealing does.</summary>
    public async Task SealWhatIsThereAsync()
    {
        try
        {
            await SealAsync(TimeSpan.Zero, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The database is away: it is told to those who go on, and a host seals later.
            return;
        }
    }
}
