using Npgsql;

namespace Batch.Jobs.Inquiry;

/// <summary>One inquiry for the record.</summary>
/// <param name="Person">Internal number; null: nobody was found.</param>
/// <param name="What">balance, statement, explain, coverage, account, unmask.</param>
public sealed record Inquired(string Who, string Channel, string? Area, int? Person, string What, string? Reason = null);

/// <summary>The record of inquiries 查询记录; it can only be added to.</summary>
public sealed class InquiryLog(NpgsqlDataSource program)
{
    public async Task WriteAsync(Inquired inquired, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand("INSERT INTO batch.inquiry (who, channel, area, person_id, what, reason) VALUES ($1, $2, $3, $4, $5, $6)");
        command.Parameters.AddWithValue(inquired.Who);
        command.Parameters.AddWithValue(inquired.Channel);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = inquired.Area });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)inquired.Person ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        command.Parameters.AddWithValue(inquired.What);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = inquired.Reason });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
