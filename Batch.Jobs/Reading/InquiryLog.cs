using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>One inquiry for the record.</summary>
/// <param name="Person">Internal number; null: nobody was found.</param>
/// <param name="What">balance, statement, explain, coverage, account, unmask.</param>
/// <param name="Account">Internal number of the account that was looked at.</param>
public sealed record Inquired(string Who, string Channel, string? Area, int? Person, string What, string? Reason = null, int? Account = null);

/// <summary>The record of inquiries 查询记录; it can only be added to.</summary>
public sealed class InquiryLog(NpgsqlDataSource program)
{
    private const string Insert = "INSERT INTO batch.inquiry (who, channel, area, person_id, what, reason, account_id) SELECT $1, $2, $3, $4, $5, $6, $7";

    // Requests of one user are counted one after the other: each sees those before it, on whichever host they came in. Held until the row is written.
    private const string OneAfterTheOther = "SELECT pg_advisory_xact_lock(hashtext('inquiry ' || $1))";

    public async Task WriteAsync(Inquired inquired, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(Insert);
        foreach (NpgsqlParameter value in Values(inquired))
        {
            command.Parameters.Add(value);
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Records an inquiry of somebody who may look at so many accounts within an hour; one that was looked at already is not counted again, a number that nobody has is.</summary>
    /// <exception cref="DataFaultException">ACCOUNT_LIMIT: it is recorded and not answered.</exception>
    public async Task WriteAsync(Inquired inquired, int accountsAnHour, CancellationToken cancellation)
    {
        const string within = """
             WHERE (SELECT count(DISTINCT (area, account_id)) FILTER (WHERE account_id IS NOT NULL AND (area, account_id) IS DISTINCT FROM ($3, $7)) + count(*) FILTER (WHERE person_id IS NULL)
                    FROM batch.inquiry WHERE who = $1 AND at > now() - interval '1 hour' AND what <> 'refused') < $8
            """;
        if (!await InsertWithinAsync(inquired, Insert + within, accountsAnHour, cancellation))
        {
            await WriteAsync(inquired with { What = "refused" }, cancellation);
            throw new DataFaultException(
                "ACCOUNT_LIMIT", $"一小时内已查询 {accountsAnHour} 个账户，达到上限。最迟一小时后可再查；确有需要的，请管理员调整上限。",
                $"You have looked at {accountsAnHour} accounts within an hour, which is the limit. Try again in an hour at the latest; an administrator can raise it.");
        }
    }

    // One transaction, and each of its statements sees what is committed when it begins: the second what those before it wrote.
    private async Task<bool> InsertWithinAsync(Inquired inquired, string sql, int accountsAnHour, CancellationToken cancellation)
    {
        await using NpgsqlBatch batch = program.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(OneAfterTheOther) { Parameters = { new NpgsqlParameter { Value = inquired.Who } } });
        NpgsqlBatchCommand insert = new(sql);
        foreach (NpgsqlParameter value in Values(inquired))
        {
            insert.Parameters.Add(value);
        }

        insert.Parameters.Add(new NpgsqlParameter { Value = accountsAnHour });
        batch.BatchCommands.Add(insert);
        await batch.ExecuteNonQueryAsync(cancellation);
        return insert.RecordsAffected == 1;
    }

    private static NpgsqlParameter[] Values(Inquired inquired) =>
    [
        new() { Value = inquired.Who }, new() { Value = inquired.Channel }, Text(inquired.Area), Number(inquired.Person), new() { Value = inquired.What }, Text(inquired.Reason),
        Number(inquired.Account),
    ];

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    private static NpgsqlParameter Number(int? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer };
}
