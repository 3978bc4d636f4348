using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>One act for the record: who did what, where, to what, and why. A subject is a number or a name of ours, never a citizen number.</summary>
public sealed record Act(string Who, string Name, string? Area = null, string? Subject = null, string? Reason = null, string? Origin = null);

/// <summary>The audit log 审计日志: every act, sign-in, refusal and unmasking. The program's role can add to it and read it, nothing else.</summary>
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

        void Add(string? value) => command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
    }
}
