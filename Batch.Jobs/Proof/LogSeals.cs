using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>A table of the common schema whose rows are kept for ever as they were written (the view <c>batch.sealed_log</c>).</summary>
/// <param name="Ordered">Its numbers come in the order of its rows: none can come before a sealed one.</param>
internal sealed record SealedLog(string Name, string Key, bool Ordered);

/// <summary>
/// V9 of the common schema (069_seals_at_once.sql): every row of the audit log and of the records beside it, in a chain for each table. A row changed, removed or added
/// before the last seal is named by its table and number. By default the seals made since the last verification that found nothing are compared.
/// </summary>
internal sealed class LogSeals(NpgsqlConnection connection, bool all, Findings findings)
{
    private const int BlocksAtOnce = 50;

    /// <summary>How long the sealing before a verification takes at most, waiting for sessions that are writing included.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private sealed record Block(int Ordinal, string[] Keys, string[] Hashes, string Hash);

    /// <summary>Seals what is not sealed yet; to be called before the snapshot that is verified.</summary>
    public static async Task SealAsync(NpgsqlDataSource program, Findings findings, CancellationToken cancellation)
    {
        foreach (string log in await new AuditLog(program).SealAsync(Patience, cancellation))
        {
            findings.NotChecked(Invariants.Chain, $"batch.{log}: its latest records are not sealed yet: another session is writing to it, or there are very many; the next sealing covers them", 1);
        }
    }

    /// <returns>The last seal of each log, to be recorded as verified when nothing is broken.</returns>
    public async Task<List<(string Log, int Ordinal)>> CheckAsync(CancellationToken cancellation)
    {
        List<(string, int)> verified = [];
        foreach (SealedLog log in await connection.ReadAsync("SELECT * FROM batch.sealed_log", r => new SealedLog(r.GetString(0), r.GetString(1), r.GetBoolean(2)), cancellation))
        {
            verified.Add((log.Name, await CheckAsync(log, cancellation)));
        }

        return verified;
    }

    public static async Task WriteAsync(NpgsqlDataSource program, IReadOnlyList<(string Log, int Ordinal)> verified, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            "INSERT INTO batch.log_verified (log, ordinal) SELECT l, o FROM unnest($1, $2) v (l, o) WHERE o > 0 ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(verified.Select(v => v.Log).ToArray());
        command.Parameters.AddWithValue(verified.Select(v => v.Ordinal).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<int> CheckAsync(SealedLog log, CancellationToken cancellation)
    {
        Dictionary<string, string>? whole = log.Ordered ? null : await RowsAsync(log, null, null, cancellation);
        int verified = all || !log.Ordered ? 0 : (await connection.ReadAsync("SELECT coalesce(max(ordinal), 0) FROM batch.log_verified WHERE log = $1", r => r.GetInt32(0), cancellation, log.Name))[0];
        Block? before = verified == 0 ? null : (await BlocksAsync(log, verified - 1, 1, cancellation)).Find(b => b.Ordinal == verified);
        if (verified > 0 && before is null)
        {
            findings.Broken(Invariants.Chain, $"{log.Name} seal {verified}: verified before, and gone");
        }

        (string previous, int ordinal, long? after) = (before?.Hash ?? "", before?.Ordinal ?? 0, before is null ? null : Number(before.Keys[^1]));
        while (await BlocksAsync(log, ordinal, BlocksAtOnce, cancellation) is { Count: > 0 } blocks)
        {
            foreach (Block block in blocks)
            {
                if (block.Ordinal != ordinal + 1 || HashOf(previous, log.Name, block) != block.Hash)
                {
                    findings.Broken(Invariants.Chain, $"{log.Name} seal {block.Ordinal}: does not follow from the one before");
                }

                (previous, ordinal) = (block.Hash, block.Ordinal);
            }

            long? last = log.Ordered ? Number(blocks[^1].Keys[^1]) : null;
            Compare(log, blocks, whole ?? await RowsAsync(log, after, last, cancellation));
            after = last;
        }

        return ordinal;
    }

    private void Compare(SealedLog log, List<Block> blocks, Dictionary<string, string> rows)
    {
        HashSet<string> known = [];
        foreach ((string key, string hash) in blocks.SelectMany(b => b.Keys.Zip(b.Hashes)))
        {
            known.Add(key);
            if (!rows.TryGetValue(key, out string? found))
            {
                findings.Broken(Invariants.Chain, $"batch.{log.Name} row {key}: sealed, and gone");
            }
            else if (found != hash)
            {
                findings.Broken(Invariants.Chain, $"batch.{log.Name} row {key}: not what was sealed");
            }
        }

        findings.Checked(Invariants.Chain, known.Count);
        foreach (string stray in log.Ordered ? rows.Keys.Except(known) : [])
        {
            findings.Broken(Invariants.Chain, $"batch.{log.Name} row {stray}: not sealed, though later ones are");
        }
    }

    private async Task<List<Block>> BlocksAsync(SealedLog log, int after, int most, CancellationToken cancellation) => await connection.ReadAsync(
        "SELECT ordinal, keys, hashes, hash FROM batch.log_seal WHERE log = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3",
        r => new Block(r.GetInt32(0), r.GetFieldValue<string[]>(1), r.GetFieldValue<string[]>(2), r.GetString(3)), cancellation, log.Name, after, most);

    private async Task<Dictionary<string, string>> RowsAsync(SealedLog log, long? after, long? upto, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT row_key, row_hash FROM batch.log_rows($1, $2, $3, $4)", connection);
        command.Parameters.AddWithValue(log.Name);
        command.Parameters.AddWithValue(log.Key);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)upto ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        return (await command.ListAsync(r => (r.GetString(0), r.GetString(1)), cancellation)).ToDictionary(r => r.Item1, r => r.Item2);
    }

    private static long Number(string key) => long.Parse(key, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string HashOf(string previous, string log, Block block) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('|', previous, log, block.Ordinal.ToString(CultureInfo.InvariantCulture), string.Join(',', block.Keys), string.Join(',', block.Hashes)))));
}
