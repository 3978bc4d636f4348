using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Npgsql;

namespace Batch.Host.Access;

/// <summary>Why a session is not open any more; <see cref="None"/>: it is.</summary>
internal enum SessionEnd
{
    None,

    /// <summary>Nothing was asked for half an hour.</summary>
    Idle,

    /// <summary>Twelve hours have passed since the sign-in.</summary>
    Over,

    /// <summary>The user was changed: another password, other roles, disabled.</summary>
    Changed,

    /// <summary>The user signed out, or an administrator ended it.</summary>
    Ended,
}

/// <summary>The sessions 会话 of signed-in users: rows of the database that every request is checked against, so that what ends one ends it on every host.</summary>
internal sealed class Sessions(NpgsqlDataSource program, IClock clock)
{
    public static readonly Duration Idle = Duration.FromMinutes(30);
    public static readonly Duration Longest = Duration.FromHours(12);

    // A session is written to at most this often.
    private static readonly Duration SeenEvery = Duration.FromMinutes(1);

    /// <summary>What the browser keeps of the new session: a random number that only its hash is on record of.</summary>
    public async Task<string> OpenAsync(User user, string? origin, CancellationToken cancellation)
    {
        string secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await using NpgsqlCommand command = program.CreateCommand(
            "INSERT INTO batch.session (session_id, name, user_version, origin, opened_at, seen_at) VALUES ($1, $2, $3, $4, $5, $5)");
        command.Parameters.AddWithValue(IdOf(secret));
        command.Parameters.AddWithValue(user.Name);
        command.Parameters.AddWithValue(user.Version);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = origin });
        command.Parameters.AddWithValue(clock.GetCurrentInstant().ToDateTimeUtc());
        await command.ExecuteNonQueryAsync(cancellation);
        return secret;
    }

    public async Task<SessionEnd> CheckAsync(string secret, string name, CancellationToken cancellation)
    {
        string id = IdOf(secret);
        Instant now = clock.GetCurrentInstant();
        (SessionEnd end, Instant seen) = await ReadAsync(id, name, now, cancellation);
        if (end == SessionEnd.None && now - seen > SeenEvery)
        {
            await using NpgsqlCommand command = program.CreateCommand("UPDATE batch.session SET seen_at = $2 WHERE session_id = $1 AND seen_at < $2");
            command.Parameters.AddWithValue(id);
            command.Parameters.AddWithValue(now.ToDateTimeUtc());
            await command.ExecuteNonQueryAsync(cancellation);
        }

        return end;
    }

    /// <summary>Signs out: the session ends and the act is recorded in one statement.</summary>
    public async Task SignOutAsync(string secret, string who, string? origin, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            """
            WITH ended AS (
                INSERT INTO batch.session_end (session_id, why, by) SELECT session_id, 'signed-out', $2 FROM batch.session WHERE session_id = $1 ON CONFLICT DO NOTHING)
            INSERT INTO batch.audit (who, act, origin) VALUES ($2, 'sign-out', $3)
            """);
        command.Parameters.AddWithValue(IdOf(secret));
        command.Parameters.AddWithValue(who);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = origin });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Ends one session for another in its place.</summary>
    public async Task EndAsync(string secret, string by, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            "INSERT INTO batch.session_end (session_id, why, by) SELECT session_id, 'ended', $2 FROM batch.session WHERE session_id = $1 ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(IdOf(secret));
        command.Parameters.AddWithValue(by);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Ends every open session of a user, as an administrator asks; the user may sign in again.</summary>
    public async Task EndAllAsync(string name, string by, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            """
            WITH ended AS (
                INSERT INTO batch.session_end (session_id, why, by) SELECT session_id, 'ended', $2 FROM batch.session WHERE name = $1 AND opened_at > $3 ON CONFLICT DO NOTHING)
            INSERT INTO batch.audit (who, act, subject) VALUES ($2, 'user sessions', $1)
            """);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(by);
        command.Parameters.AddWithValue((clock.GetCurrentInstant() - Longest - Longest).ToDateTimeUtc());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<(SessionEnd End, Instant Seen)> ReadAsync(string id, string name, Instant now, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            $"""
            SELECT s.opened_at, s.seen_at, EXISTS (SELECT FROM batch.session_end e WHERE e.session_id = s.session_id), u.disabled OR u.seq <> s.user_version
            FROM batch.session s CROSS JOIN LATERAL (SELECT c.seq, c.disabled FROM batch.user_change c WHERE c.name = s.name AND c.what <> '{UserRegister.Described}' ORDER BY c.seq DESC LIMIT 1) u
            WHERE s.session_id = $1 AND s.name = $2
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(name);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return (SessionEnd.Ended, now);
        }

        (Instant opened, Instant seen) = (Instant.FromDateTimeUtc(reader.GetDateTime(0)), Instant.FromDateTimeUtc(reader.GetDateTime(1)));
        SessionEnd end = reader.GetBoolean(2) ? SessionEnd.Ended
            : reader.GetBoolean(3) ? SessionEnd.Changed
            : now - opened > Longest ? SessionEnd.Over
            : now - seen > Idle ? SessionEnd.Idle
            : SessionEnd.None;
        return (end, seen);
    }

    private static string IdOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
