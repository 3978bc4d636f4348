using System.Threading.RateLimiting;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Host.Access;

/// <summary>How an attempt to sign in came out.</summary>
/// <param name="User">Signed in; null: refused.</param>
/// <param name="Locked">How long the name is still locked for; null: it is not.</param>
internal sealed record SignInAnswer(User? User, Duration? Locked)
{
    /// <summary>Why nobody was signed in.</summary>
    public DataFaultException Refusal => Locked is { } left ? LockedFor(left) : new DataFaultException(
        "SIGN_IN_WRONG", "用户名或密码不对。连续五次不对，该用户名锁定 15 分钟。", "Wrong name or password. Five wrong ones in a row lock the name for 15 minutes.");

    public static DataFaultException LockedFor(Duration left)
    {
        int minutes = Math.Max(1, (int)Math.Ceiling(left.TotalMinutes));
        return new DataFaultException(
            "LOCKED", $"连续五次密码不对，该用户名已锁定，约 {minutes} 分钟后可再试；管理员可重置密码解除。",
            $"Five wrong passwords in a row: the name is locked. Try again in about {minutes} min; an administrator can end it with a new password.");
    }
}

/// <summary>From where somebody signs in.</summary>
/// <param name="Browser">A browser that the same user signed in with before: its attempts are counted by themselves, so that nobody locks another one out of it.</param>
internal sealed record SignInPlace(string? Origin, string? Browser = null);

/// <summary>
/// Attempts to sign in 登录. Five wrong ones in a row lock a name for a quarter of an hour, in which no password is looked at. Names that nobody has are locked
/// in the same way and told the same, so that an answer never tells whether a name exists.
/// </summary>
/// <param name="ofAnAddress">Attempts that one address has in a minute.</param>
internal sealed class SignIns(NpgsqlDataSource program, IClock clock, int ofAnAddress = SignIns.AttemptsOfAnAddress)
{
    public const int WrongOnes = 5;

    /// <summary>Attempts of one name from one address in a minute; a browser in which its user has signed in before has its own.</summary>
    public const int AttemptsAMinute = 40;

    /// <summary>
    /// Attempts from one address in a minute, whatever the names. A whole office may stand behind one address, so this only bounds the work of the database; hashing has a
    /// bound of its own.
    /// </summary>
    public const int AttemptsOfAnAddress = 3_000;

    private const int LongestName = 64;

    public static readonly Duration Lock = Duration.FromMinutes(15);

    private readonly PartitionedRateLimiter<string> names = AMinute(AttemptsAMinute);
    private readonly PartitionedRateLimiter<string> addresses = AMinute(ofAnAddress);

    /// <summary>No connection is held while the password is hashed.</summary>
    /// <exception cref="DataFaultException">SIGN_IN_BUSY.</exception>
    public async Task<SignInAnswer> TryAsync(string name, string password, SignInPlace place, CancellationToken cancellation)
    {
        string folded = UserNames.Folded(name.Length > LongestName ? name[..LongestName] : name);
        RefuseTooMany(names.AttemptAcquire($"{folded} {place.Origin} {place.Browser}"), "此用户名从本网络地址", "with this name from this network address");
        RefuseTooMany(addresses.AttemptAcquire(place.Origin ?? ""), "从本网络地址", "from this network address");

        Attempt attempt = await ReadAsync(name, folded, place, cancellation);
        bool right = attempt.Locked is null && await Passwords.VerifyAsync(attempt.User?.Name ?? "", attempt.User?.PasswordHash, password, cancellation);
        return await RecordAsync(attempt, right, place.Origin, cancellation);
    }

    /// <summary>Until when users are locked, of those who are: by name or from one of their browsers.</summary>
    public async Task<IReadOnlyDictionary<string, Instant>> LockedAsync(CancellationToken cancellation) => (await program.ReadAsync(
        """
        SELECT split_part(l.name, '#', 1), max(l.at) FROM batch.sign_in l
        WHERE l.outcome = 'locking' AND l.at > $1 AND NOT EXISTS (
            SELECT FROM batch.sign_in n WHERE n.seq > l.seq AND ((n.name = l.name AND n.outcome = 'good') OR (n.name = split_part(l.name, '#', 1) AND n.outcome = 'reset')))
        GROUP BY 1
        """,
        r => (r.GetString(0), Instant.FromDateTimeUtc(r.GetDateTime(1)) + Lock), cancellation, (clock.GetCurrentInstant() - Lock).ToDateTimeUtc())).ToDictionary();

    /// <summary>Ends the lock of a user; the password stays.</summary>
    public async Task UnlockAsync(string name, string by, string? origin, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await UserRegister.LockAsync(connection, name, cancellation);
        if (await UserRegister.FindAsync(connection, name, cancellation) is null)
        {
            throw new DataFaultException("USER_UNKNOWN", $"没有用户 {name}。", $"There is no user {name}.");
        }

        await InsertAsync(connection, name, "reset", cancellation);
        await using NpgsqlCommand audit = new("INSERT INTO batch.audit (who, act, subject, origin) VALUES ($1, 'user unlocked', $2, $3)", connection);
        audit.Parameters.AddWithValue(by);
        audit.Parameters.AddWithValue(name);
        audit.Parameters.AddWithValue((object?)origin ?? DBNull.Value);
        await audit.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static PartitionedRateLimiter<string> AMinute(int attempts) => PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetFixedWindowLimiter(
        who, _ => new FixedWindowRateLimiterOptions { PermitLimit = attempts, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    private static void RefuseTooMany(RateLimitLease lease, string chinese, string english)
    {
        using (lease)
        {
            if (!lease.IsAcquired)
            {
                int seconds = lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan left) ? Math.Max(1, (int)Math.Ceiling(left.TotalSeconds)) : 60;
                throw new DataFaultException(
                    "SIGN_IN_BUSY", $"{chinese}登录的次数太多，请 {seconds} 秒后再试。", $"Too many attempts to sign in {english}; try again in {seconds} seconds.")
                { RetrySeconds = seconds };
            }
        }
    }

    /// <param name="Counter">Under what wrong attempts are counted: the name, one of its browsers, or a substitute for a name that nobody has.</param>
    private sealed record Attempt(User? User, string Counter, Duration? Locked);

    private async Task<Attempt> ReadAsync(string name, string folded, SignInPlace place, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        User? user = name.Any(char.IsControl) || folded.Length == 0
            ? null
            : await UserRegister.FindAsync(connection, name, cancellation) ?? await UserRegister.FindAsync(connection, folded, cancellation);
        string counter = user is null ? UserNames.CounterOfNobody(folded) : place.Browser is { } browser ? $"{user.Name}#{browser}" : user.Name;
        (Duration? locked, _) = await StateAsync(connection, counter, cancellation);
        return new Attempt(user, counter, locked);
    }

    // Attempts that were hashed side by side are judged one after the other: those after the fifth wrong one are refused, also a right one among them.
    private async Task<SignInAnswer> RecordAsync(Attempt attempt, bool right, string? origin, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await UserRegister.LockAsync(connection, attempt.Counter, cancellation);
        (Duration? locked, int wrong) = await StateAsync(connection, attempt.Counter, cancellation);
        User? now = attempt.User is { } before ? await UserRegister.FindAsync(connection, before.Name, cancellation) : null;
        bool good = right && now is { Disabled: false } && now.Version == attempt.User!.Version;
        string outcome = locked is not null ? "locked" : good ? "good" : wrong + 1 >= WrongOnes ? "locking" : "wrong";
        await InsertAsync(connection, attempt.Counter, outcome, cancellation);
        // A name that nobody has may be a password typed into the wrong field.
        await AuditAsync(connection, now?.Name ?? "-", now is null ? "sign-in unknown" : $"sign-in {outcome}", origin, cancellation);
        await transaction.CommitAsync(cancellation);
        return new SignInAnswer(outcome == "good" ? now : null, outcome == "locking" ? Lock : locked);
    }

    private async Task<(Duration? Locked, int Wrong)> StateAsync(NpgsqlConnection connection, string counter, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(
            """
            WITH last AS (
                SELECT seq, outcome, at FROM batch.sign_in WHERE (name = $1 AND outcome IN ('good', 'locking', 'reset')) OR (name = split_part($1, '#', 1) AND outcome = 'reset')
                ORDER BY seq DESC LIMIT 1)
            SELECT (SELECT at FROM last WHERE outcome = 'locking' AND at > $2),
                   (SELECT count(*)::int FROM batch.sign_in WHERE name = $1 AND outcome = 'wrong' AND seq > coalesce((SELECT seq FROM last), 0))
            """, connection);
        command.Parameters.AddWithValue(counter);
        Instant now = clock.GetCurrentInstant();
        command.Parameters.AddWithValue((now - Lock).ToDateTimeUtc());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.IsDBNull(0) ? null : Instant.FromDateTimeUtc(reader.GetDateTime(0)) + Lock - now, reader.GetInt32(1));
    }

    private async Task InsertAsync(NpgsqlConnection connection, string counter, string outcome, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("INSERT INTO batch.sign_in (name, outcome, at) VALUES ($1, $2, $3)", connection);
        command.Parameters.AddWithValue(counter);
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
