using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Host.Access;

/// <summary>A key of a program, as it is on record.</summary>
/// <param name="Areas">Empty: every area.</param>
internal sealed record ApiKey(string Id, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> Areas, Instant? Expires, string By, Instant At, bool Revoked);

/// <summary>The keys of programs. A key is 256 random bits, shown once and kept as a hash.</summary>
internal sealed class ApiKeys(NpgsqlDataSource program, IClock clock)
{
    /// <summary>Before the name of a key where records say who acted, so that a key is never taken for a person.</summary>
    public const string Prefix = "key:";

    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";
    private const string Columns = "k.key_id, k.name, k.scopes, k.areas, k.expires_at, k.by, k.at, EXISTS (SELECT FROM batch.api_key_revoked r WHERE r.key_id = k.key_id), k.hash";

    private readonly HashSet<string> used = [];

    // Hashes of the keys that this host has let in.
    private readonly ConcurrentDictionary<string, string> known = new(StringComparer.Ordinal);

    /// <summary>
    /// The key itself, which is told this once. Done again by the same person before the key was used, it gives a new one in its place: a person whose verb was killed
    /// before reading the first is not stuck.
    /// </summary>
    /// <exception cref="DataFaultException">KEY_EXISTS; SCOPE_UNKNOWN; USER_NAME; NAME_TAKEN.</exception>
    public async Task<string> AddAsync(string name, IReadOnlyList<string> scopes, IReadOnlyList<string> areas, Duration? life, string by, CancellationToken cancellation)
    {
        if (scopes.Count == 0 || !scopes.All(Api.Scopes.All.Contains))
        {
            string known = string.Join(", ", Api.Scopes.All);
            throw new DataFaultException("SCOPE_UNKNOWN", $"权限范围须是：{known}。", $"Scopes are: {known}.");
        }

        UserNames.RefuseUnclear(name.Trim());
        string id = RandomNumberGenerator.GetString(Base32, 8);
        string key = $"bk_{id}_{RandomNumberGenerator.GetString(Base32, 52)}";
        await using NpgsqlCommand command = program.CreateCommand(
            """
            WITH unread AS (
                INSERT INTO batch.api_key_revoked (key_id, by, why)
                SELECT key_id, $7, 'added again' FROM batch.api_key k WHERE name = $2 AND by = $7 AND scopes = $4 AND areas = $5
                   AND NOT EXISTS (SELECT FROM batch.api_key_used u WHERE u.key_id = k.key_id) ON CONFLICT DO NOTHING RETURNING key_id),
            added AS (
                INSERT INTO batch.api_key (key_id, name, hash, scopes, areas, expires_at, by) SELECT $1, $2, $3, $4, $5, $6, $7
                WHERE NOT EXISTS (SELECT FROM batch.api_key k WHERE k.name = $2 AND k.key_id NOT IN (SELECT key_id FROM unread)
                    AND NOT EXISTS (SELECT FROM batch.api_key_revoked r WHERE r.key_id = k.key_id AND r.why = 'added again')) RETURNING key_id)
            INSERT INTO batch.audit (who, act, subject, reason) SELECT $7, 'key added', $2, array_to_string($4, ' ') FROM added
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(name.Trim());
        command.Parameters.AddWithValue(Hash(key));
        command.Parameters.AddWithValue(scopes.ToArray());
        command.Parameters.AddWithValue(areas.Select(a => new AreaSchema(a).Code).ToArray());
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = life is { } lasts ? (clock.GetCurrentInstant() + lasts).ToDateTimeUtc() : DBNull.Value,
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz,
        });
        command.Parameters.AddWithValue(by);
        try
        {
            return await command.ExecuteNonQueryAsync(cancellation) == 1
                ? key
                : throw new DataFaultException("KEY_EXISTS", $"已有名为 {name} 的密钥。", $"There is a key named {name} already.");
        }
        catch (PostgresException refused) when (UserRegister.Refusal(refused) is { } sentence)
        {
            throw sentence;
        }
    }

    public async Task RevokeAsync(string name, string by, string? why, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            """
            WITH revoked AS (INSERT INTO batch.api_key_revoked (key_id, by, why) SELECT key_id, $2, $3 FROM batch.api_key WHERE name = $1 ON CONFLICT DO NOTHING RETURNING key_id)
            INSERT INTO batch.audit (who, act, subject, reason) SELECT $2, 'key revoked', $1, $3 FROM revoked
            """);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(by);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = why });
        await command.ExecuteNonQueryAsync(cancellation);
        if (!(await AllAsync(cancellation)).Any(k => k.Name == name))
        {
            throw new DataFaultException("KEY_UNKNOWN", $"没有名为 {name} 的密钥。", $"There is no key named {name}.");
        }
    }

    public async Task<IReadOnlyList<ApiKey>> AllAsync(CancellationToken cancellation) => [.. (await ReadAsync("true ORDER BY k.name", "", cancellation)).Select(k => k.Key)];

    /// <summary>The key that this text is; null: none that is in force.</summary>
    public async Task<ApiKey?> FindAsync(string text, CancellationToken cancellation)
    {
        string[] parts = text.Split('_');
        if (parts is not ["bk", { Length: 8 } id, _])
        {
            return null;
        }

        (ApiKey key, string hash) = (await ReadAsync("k.key_id = $1", id, cancellation)).SingleOrDefault();
        bool inForce = key is { Revoked: false }
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(Hash(text)))
            && !(key.Expires < clock.GetCurrentInstant());
        if (!inForce)
        {
            known.TryRemove(new KeyValuePair<string, string>(id, Hash(text)));
            return null;
        }

        known[id] = hash;
        await UsedAsync(id, cancellation);
        return key;
    }

    /// <summary>Whether this host has let the key in before; it may have been revoked since.</summary>
    public bool IsKnown(string text) => text.Split('_') is ["bk", var id, _] && known.TryGetValue(id, out string? hash) && hash == Hash(text);

    private async Task UsedAsync(string id, CancellationToken cancellation)
    {
        lock (used)
        {
            if (!used.Add(id))
            {
                return;
            }
        }

        await using NpgsqlCommand command = program.CreateCommand("INSERT INTO batch.api_key_used (key_id) VALUES ($1) ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private Task<List<(ApiKey Key, string Hash)>> ReadAsync(string where, string value, CancellationToken cancellation) => program.ReadAsync(
        $"SELECT {Columns} FROM batch.api_key k WHERE {where}",
        r => (
            new ApiKey(
                r.GetString(0), r.GetString(1), r.GetFieldValue<string[]>(2), r.GetFieldValue<string[]>(3),
                r.Moment(4), r.GetString(5), Instant.FromDateTimeUtc(r.GetDateTime(6)), r.GetBoolean(7)),
            r.GetString(8)),
        cancellation, value.Length > 0 ? [value] : []);

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
