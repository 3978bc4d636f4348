using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>A table of the common schema whose rows are kept for ever as they were written.</summary>
/// <param name="Ordered">Its numbers come in the order of its rows: none can come before a sealed one.</param>
internal sealed record SealedLog(string Name, string Key, string Time, bool Ordered)
{
    public static readonly SealedLog[] All =
    [
        new("audit", "audit_id", "at", true),
        new("sign_in", "seq", "at", true),
        new("user_change", "seq", "at", true),
        new("inquiry", "inquiry_id", "at", true),
        new("job_event", "seq", "at", true),
        new("schedule_change", "change_id", "proposed_at", true),
        new("schedule_approval", "seq", "approved_at", true),
        new("alarm", "alarm_id", "at", true),
        new("alarm_seen", "alarm_id", "at", false),
        new("api_key", "key_id", "at", false),
        new("api_key_revoked", "key_id", "at", false),
        new("area", "code", "created_at", false),
        // An area's own come with it when it is restored, under their numbers.
        new("review_threshold", "threshold_id", "set_at", false),
    ];
}

/// <summary>Rows of a log that are not sealed yet, after so many blocks.</summary>
internal sealed record UnsealedLog(SealedLog Log, int Blocks, string Previous, List<(string Key, string Hash)> Rows);

/// <summary>
/// V9 of the common schema (045_log_seals.sql): every row of the audit log and of the records beside it, in a chain for each table. A row changed, removed or added
/// before the last seal is named by its table and number.
/// </summary>
internal sealed class LogSeals(NpgsqlConnection connection, bool all, Findings findings)
{
    private const int MostRows = 1000;

    private sealed record Block(int Ordinal, string[] Keys, string[] Hashes, string Hash);

    public async Task<List<UnsealedLog>> CheckAsync(CancellationToken cancellation)
    {
        List<UnsealedLog> unsealed = [];
        foreach (SealedLog log in SealedLog.All)
        {
            unsealed.Add(await CheckAsync(log, cancellation));
        }

        return unsealed;
    }

    /// <summary>Programs that verify at once make seals of the same rows: one of them writes.</summary>
    public static async Task WriteAsync(NpgsqlDataSource program, IEnumerable<UnsealedLog> logs, CancellationToken cancellation)
    {
        List<UnsealedLog> some = [.. logs.Where(l => l.Rows.Count > 0)];
        if (some.Count == 0)
        {
            return;
        }

        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await using (NpgsqlCommand gate = new("SELECT pg_advisory_xact_lock(hashtext('batch.log_seal'))", connection))
        {
            await gate.ExecuteNonQueryAsync(cancellation);
        }

        foreach (UnsealedLog log in some)
        {
            (int blocks, string previous) = (log.Blocks, log.Previous);
            foreach ((string Key, string Hash)[] rows in log.Rows.Chunk(MostRows))
            {
                (string[] keys, string[] hashes) = ([.. rows.Select(r => r.Key)], [.. rows.Select(r => r.Hash)]);
                string hash = HashOf(previous, log.Log.Name, blocks + 1, keys, hashes);
                await using NpgsqlCommand command = new(
                    """
                    INSERT INTO batch.log_seal (log, ordinal, keys, hashes, hash) SELECT $1, $2 + 1, $3, $4, $5
                    WHERE (SELECT coalesce(max(ordinal), 0) FROM batch.log_seal WHERE log = $1) = $2
                    """, connection);
                command.Parameters.AddWithValue(log.Log.Name);
                command.Parameters.AddWithValue(blocks);
                command.Parameters.AddWithValue(keys);
                command.Parameters.AddWithValue(hashes);
                command.Parameters.AddWithValue(hash);
                if (await command.ExecuteNonQueryAsync(cancellation) == 0)
                {
                    // Another has sealed these rows, and perhaps more.
                    break;
                }

                (blocks, previous) = (blocks + 1, hash);
            }
        }

        await transaction.CommitAsync(cancellation);
    }

    private async Task<UnsealedLog> CheckAsync(SealedLog log, CancellationToken cancellation)
    {
        List<int> ordinals = await connection.ReadAsync(
            all || !log.Ordered ? "SELECT ordinal FROM batch.log_seal WHERE log = $1 ORDER BY 1" : "SELECT max(ordinal) FROM batch.log_seal WHERE log = $1 HAVING count(*) > 0",
            r => r.GetInt32(0), cancellation, log.Name);
        Dictionary<string, string>? whole = log.Ordered ? null : (await RowsAsync(log, null, null, cancellation)).ToDictionary(r => r.Key, r => r.Hash);
        (string previous, long? after, int expected, HashSet<string> known) = ("", null, 0, []);
        foreach (int ordinal in ordinals)
        {
            Block block = await BlockAsync(log, ordinal, cancellation);
            if ((all || !log.Ordered) && (ordinal != ++expected || HashOf(previous, log.Name, ordinal, block.Keys, block.Hashes) != block.Hash))
            {
                findings.Broken(Invariants.Chain, $"{log.Name} seal {ordinal}: does not follow from the one before");
            }

            long? last = log.Ordered ? Number(block.Keys[^1]) : null;
            if (all || !log.Ordered)
            {
                Compare(log, block, whole ?? (await RowsAsync(log, after, last, cancellation)).ToDictionary(r => r.Key, r => r.Hash));
                known.UnionWith(whole is null ? [] : block.Keys);
            }

            (previous, after) = (block.Hash, last);
        }

        List<(string Key, string Hash, bool Ripe)> fresh = log.Ordered
            ? await RowsAsync(log, after, null, cancellation)
            : [.. (await RowsAsync(log, null, null, cancellation)).Where(r => !known.Contains(r.Key))];
        // In the order of their numbers only those before the first that is not ripe.
        List<(string, string)> ripe = [.. (log.Ordered ? fresh.TakeWhile(r => r.Ripe) : fresh.Where(r => r.Ripe)).Select(r => (r.Key, r.Hash))];
        findings.Checked(Invariants.Chain, ripe.Count);
        return new UnsealedLog(log, ordinals.Count == 0 ? 0 : ordinals[^1], previous, ripe);
    }

    private void Compare(SealedLog log, Block block, Dictionary<string, string> rows)
    {
        findings.Checked(Invariants.Chain, block.Keys.Length);
        foreach ((string key, string hash) in block.Keys.Zip(block.Hashes))
        {
            if (!rows.TryGetValue(key, out string? found))
            {
                findings.Broken(Invariants.Chain, $"batch.{log.Name} row {key}: sealed, and gone");
            }
            else if (found != hash)
            {
                findings.Broken(Invariants.Chain, $"batch.{log.Name} row {key}: not what was sealed");
            }
        }

        foreach (string stray in log.Ordered ? rows.Keys.Except(block.Keys) : [])
        {
            findings.Broken(Invariants.Chain, $"batch.{log.Name} row {stray}: not sealed, though later ones are");
        }
    }

    private async Task<Block> BlockAsync(SealedLog log, int ordinal, CancellationToken cancellation) => (await connection.ReadAsync(
        "SELECT keys, hashes, hash FROM batch.log_seal WHERE log = $1 AND ordinal = $2",
        r => new Block(ordinal, r.GetFieldValue<string[]>(0), r.GetFieldValue<string[]>(1), r.GetString(2)), cancellation, log.Name, ordinal))[0];

    private async Task<List<(string Key, string Hash, bool Ripe)>> RowsAsync(SealedLog log, long? after, long? upto, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT row_key, row_hash, ripe FROM batch.log_rows($1, $2, $3, $4, $5)", connection);
        command.Parameters.AddWithValue(log.Name);
        command.Parameters.AddWithValue(log.Key);
        command.Parameters.AddWithValue(log.Time);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)upto ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        return await command.ListAsync(r => (r.GetString(0), r.GetString(1), r.GetBoolean(2)), cancellation);
    }

    private static long Number(string key) => long.Parse(key, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string HashOf(string previous, string log, int ordinal, string[] keys, string[] hashes) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('|', previous, log, ordinal.ToString(CultureInfo.InvariantCulture), string.Join(',', keys), string.Join(',', hashes)))));
}
