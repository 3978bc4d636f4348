using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Host.Access;

/// <summary>A user as the last change left them.</summary>
/// <param name="OneTime">The password has to be changed before anything else is done.</param>
/// <param name="Version">Number of the last change but of the description: a session that was opened before it has ended.</param>
internal sealed record User(string Name, IReadOnlyList<string> Roles, string PasswordHash, bool OneTime, bool Disabled, long Version, string ChangedBy, Instant ChangedAt)
{
    public UserDescription Description { get; init; } = UserDescription.None;
}

/// <summary>The users 用户. Each change is a row of its own, and goes into the audit log in the same transaction.</summary>
internal sealed class UserRegister(NpgsqlDataSource program)
{
    /// <summary>The change that gives name and unit.</summary>
    internal const string Described = "named";
    private const string Columns =
        $"u.name, u.roles, u.password_hash, u.one_time, u.disabled, (SELECT max(c.seq) FROM batch.user_change c WHERE c.name = u.name AND c.what <> '{Described}'), u.by, u.at, u.real_name, u.unit";

    public async Task<User?> FindAsync(string name, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        return await FindAsync(connection, name, cancellation);
    }

    /// <summary>Whether there are users, disabled ones too: then nobody acts without being one.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellation) =>
        (await program.ReadAsync("SELECT EXISTS (SELECT FROM batch.user_change)", r => r.GetBoolean(0), cancellation))[0];

    /// <summary>Whether somebody has chosen a password: before that nobody can sign in, and users are only being set up.</summary>
    public async Task<bool> AnyInUseAsync(CancellationToken cancellation) =>
        (await program.ReadAsync("SELECT EXISTS (SELECT FROM batch.user_change WHERE NOT one_time)", r => r.GetBoolean(0), cancellation))[0];

    public async Task<IReadOnlyList<User>> AllAsync(CancellationToken cancellation) =>
        await program.ReadAsync($"SELECT {Columns} FROM batch.user_now u ORDER BY u.name", Read, cancellation);

    /// <summary>
    /// Adds a user with a one-time password. Done again by the same person before the password was used, it gives a new one: a person whose verb was
    /// killed before reading the first is not stuck.
    /// </summary>
    /// <exception cref="DataFaultException">USER_EXISTS.</exception>
    /// <exception cref="DataFaultException">USER_NAME; NAME_TAKEN: a user or a key has the name, or one that looks the same.</exception>
    public async Task<User> AddAsync(string name, IReadOnlyList<string> roles, string password, string by, CancellationToken cancellation)
    {
        UserNames.RefuseUnclear(name);
        Passwords.RefuseWeak(name, password);
        string[] wanted = Known(roles);
        string hash = await Passwords.HashAsync(name, password, cancellation);
        return await ChangeAsync(name, "added", by, old =>
            old is null || (old.OneTime && !old.Disabled && old.ChangedBy == by && old.Roles.Order().SequenceEqual(wanted.Order()))
                ? new User(name, wanted, hash, OneTime: true, Disabled: false, 0, by, default) { Description = old?.Description ?? UserDescription.None }
                : throw new DataFaultException("USER_EXISTS", $"用户 {name} 已存在。", $"There is a user {name} already."), cancellation);
    }

    public Task<User> SetRolesAsync(string name, IReadOnlyList<string> roles, string by, CancellationToken cancellation)
    {
        string[] wanted = Known(roles);
        return ChangeAsync(name, "roles", by, old => Existing(old, name) with { Roles = wanted }, cancellation);
    }

    /// <summary>An administrator gives a new one-time password; a lock-out ends.</summary>
    public async Task<User> ResetAsync(string name, string password, string by, CancellationToken cancellation)
    {
        Passwords.RefuseWeak(name, password);
        string hash = await Passwords.HashAsync(name, password, cancellation);
        return await ChangeAsync(name, "reset", by, old => Existing(old, name) with { PasswordHash = hash, OneTime = true }, cancellation);
    }

    public Task<User> SetDisabledAsync(string name, bool disabled, string by, CancellationToken cancellation) =>
        ChangeAsync(name, disabled ? "disabled" : "enabled", by, old => Existing(old, name) with { Disabled = disabled }, cancellation);

    /// <summary>Says who the user is: no session ends by it.</summary>
    public Task<User> DescribeAsync(string name, UserDescription description, string by, CancellationToken cancellation) =>
        ChangeAsync(name, Described, by, old => Existing(old, name) with { Description = description }, cancellation);

    /// <summary>The user's own change. The present password is asked for, and the new one is another.</summary>
    public async Task<User> ChangePasswordAsync(string name, string present, string wanted, CancellationToken cancellation)
    {
        Passwords.RefuseWeak(name, wanted);
        User before = Existing(await FindAsync(name, cancellation), name);
        string? hash = present != wanted && await Passwords.VerifyAsync(name, before.PasswordHash, present, cancellation)
            ? await Passwords.HashAsync(name, wanted, cancellation)
            : null;
        // Hashed with nothing held: another change may have come between.
        return await ChangeAsync(name, "password", name, old => hash is not null && Existing(old, name).Version == before.Version
            ? old! with { PasswordHash = hash, OneTime = false }
            : throw new DataFaultException("PASSWORD_WRONG", "原密码不对，或新密码与原密码相同。", "The present password is wrong, or the new one is the same."), cancellation);
    }

    private async Task<User> ChangeAsync(string name, string what, string by, Func<User?, User> change, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await LockAsync(connection, name, cancellation);
        User user = change(await FindAsync(connection, name, cancellation));
        await using NpgsqlCommand insert = new(
            $"""
            WITH changed AS (
                INSERT INTO batch.user_change (name, roles, password_hash, one_time, disabled, what, by, real_name, unit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)),
            unlocked AS (INSERT INTO batch.sign_in (name, outcome, at) SELECT $1, 'reset', now() WHERE $6 IN ('reset', 'password'))
            INSERT INTO batch.audit (who, act, subject, reason) VALUES ($7, 'user ' || $6, $1, CASE WHEN $6 = '{Described}' THEN concat_ws(' · ', $8, $9) ELSE array_to_string($2, ' ') END)
            """, connection);
        insert.Parameters.AddWithValue(name);
        insert.Parameters.AddWithValue(user.Roles.ToArray());
        insert.Parameters.AddWithValue(user.PasswordHash);
        insert.Parameters.AddWithValue(user.OneTime);
        insert.Parameters.AddWithValue(user.Disabled);
        insert.Parameters.AddWithValue(what);
        insert.Parameters.AddWithValue(by);
        insert.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = user.Description.RealName });
        insert.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = user.Description.Unit });
        try
        {
            await insert.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException refused) when (Refusal(refused) is { } sentence)
        {
            throw sentence;
        }

        User changed = (await FindAsync(connection, name, cancellation))!;
        await transaction.CommitAsync(cancellation);
        return changed;
    }

    /// <summary>What the database refuses about names and administrators, as a sentence.</summary>
    internal static DataFaultException? Refusal(PostgresException refused) => refused.SqlState switch
    {
        "BA030" => new DataFaultException(
            "LAST_ADMINISTRATOR", "这是最后一位在用的管理员，不能停用，也不能取消管理角色。请先让另一人成为管理员。",
            "This is the last administrator; the account cannot be disabled, nor the role taken away. Make somebody else an administrator first."),
        "BA031" => new DataFaultException(
            "NAME_TAKEN", "已有用户或接口密钥使用这个名称，或使用看上去一样的名称（如 0 与 o，1、l 与 i），请换一个。",
            "A user or an API key has this name, or one that looks the same (0 and o; 1, l and i); choose another."),
        _ => null,
    };

    /// <summary>Attempts and changes of one name come one after the other, whichever host they come through.</summary>
    internal static async Task LockAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT pg_advisory_xact_lock(hashtext('user ' || $1))", connection);
        command.Parameters.AddWithValue(name);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    internal static async Task<User?> FindAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new($"SELECT {Columns} FROM batch.user_change u WHERE u.name = $1 ORDER BY u.seq DESC LIMIT 1", connection);
        command.Parameters.AddWithValue(name);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    private static User Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetFieldValue<string[]>(1), reader.GetString(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetInt64(5), reader.GetString(6),
        Instant.FromDateTimeUtc(reader.GetDateTime(7)))
    {
        Description = new UserDescription(reader.Text(8), reader.Text(9)),
    };

    private static User Existing(User? user, string name) =>
        user ?? throw new DataFaultException("USER_UNKNOWN", $"没有用户 {name}。", $"There is no user {name}.");

    private static string[] Known(IReadOnlyList<string> roles) =>
        roles.Count > 0 && roles.All(UserRoles.All.Contains)
            ? [.. roles.Distinct()]
            : throw new DataFaultException(
                "ROLE_UNKNOWN", $"角色须是：{string.Join("、", UserRoles.All)}。", $"Roles are: {string.Join(", ", UserRoles.All)}.");
}
