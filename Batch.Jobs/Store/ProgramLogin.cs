using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// Who logs in to a database. The program works with a login that cannot become the owner or a superuser; an administrator's login, where there is one, sets up
/// and migrates. Where the configured login could become the owner, the program gets a login of its own, whose password lies in a table that the owner alone reads.
/// </summary>
internal sealed record ProgramLogin(NpgsqlConnectionStringBuilder Program, NpgsqlConnectionStringBuilder? Admin)
{
    /// <summary>The login of the embedded server's database; the system's user is its password.</summary>
    internal const string Embedded = "batch_app";

    /// <summary>Of a login that we made: what is kept for the next program.</summary>
    internal string? Secret { get; init; }

    /// <summary>Whether the password was kept by an earlier program: the login is there.</summary>
    internal bool IsKept { get; init; }

    internal string Name => Program.Username ?? "";

    internal static ProgramLogin OfEmbedded(NpgsqlConnectionStringBuilder admin) =>
        new(new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Username = Embedded }, admin);

    /// <summary>Asks a configured server what its login may do; one query more where the program has a login of its own.</summary>
    internal static async Task<ProgramLogin> OfConfiguredAsync(DatabaseOptions options, CancellationToken cancellation)
    {
        NpgsqlConnectionStringBuilder text = ConnectionText.Parse(options.Url!);
        await using NpgsqlDataSource source = Plain(text);
        await using NpgsqlConnection session = await source.OpenConnectionAsync(cancellation);
        ConnectFaults.RefuseUnusable(session);
        (bool canBecomeOwner, uint database) = await AskAsync(session, cancellation);
        if (!canBecomeOwner)
        {
            return new ProgramLogin(text, string.IsNullOrWhiteSpace(options.OwnerUrl) ? null : ConnectionText.Parse(options.OwnerUrl));
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"{Embedded}_{database}");
        return await SecretAsync(session, name, cancellation) is { } kept
            ? Named(text, name, kept) with { IsKept = true }
            : Named(text, name, RandomNumberGenerator.GetHexString(48, lowercase: true));
    }

    /// <summary>The same by way of the loopback address, for a server whose socket takes only the system's users.</summary>
    internal ProgramLogin? ByLoopback() => Secret is not null && Program.Host?.StartsWith('/') == true
        ? this with { Program = new NpgsqlConnectionStringBuilder(Program.ConnectionString) { Host = "127.0.0.1" } }
        : null;

    /// <summary>Keeps the password for the next program, unless one is kept; gives the login the kept one. Programs that do this at once agree.</summary>
    internal async Task<ProgramLogin> KeepAsync(NpgsqlDataSource owner, NpgsqlConnection admin, CancellationToken cancellation)
    {
        if (Secret is null)
        {
            return this;
        }

        await using NpgsqlCommand command = owner.CreateCommand("INSERT INTO batch.program_login (login, secret) VALUES ($1, $2) ON CONFLICT (login) DO NOTHING");
        command.Parameters.AddWithValue(Name);
        command.Parameters.AddWithValue(Secret);
        await command.ExecuteNonQueryAsync(cancellation);
        await using NpgsqlCommand kept = owner.CreateCommand("SELECT secret FROM batch.program_login WHERE login = $1");
        kept.Parameters.AddWithValue(Name);
        string secret = (string)(await kept.ExecuteScalarAsync(cancellation))!;
        await Roles.ExecuteAsync(admin, $"ALTER ROLE {Roles.Quoted(Name)} PASSWORD '{Verifier(secret)}'", cancellation);
        return this with { Program = new NpgsqlConnectionStringBuilder(Program.ConnectionString) { Password = secret }, Secret = secret, IsKept = true };
    }

    /// <summary>What the server keeps of the password (RFC 5803), made here so that no log of statements has the password itself.</summary>
    private static string Verifier(string secret)
    {
        const int Iterations = 4096;
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(secret, salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        string stored = Convert.ToBase64String(SHA256.HashData(Key("Client Key"))), server = Convert.ToBase64String(Key("Server Key"));
        return $"SCRAM-SHA-256${Iterations.ToString(CultureInfo.InvariantCulture)}:{Convert.ToBase64String(salt)}${stored}:{server}";

        byte[] Key(string of) => HMACSHA256.HashData(salted, Encoding.ASCII.GetBytes(of));
    }

    private static ProgramLogin Named(NpgsqlConnectionStringBuilder admin, string name, string secret) =>
        new(new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Username = name, Password = secret, Passfile = null }, admin) { Secret = secret };

    private static NpgsqlDataSource Plain(NpgsqlConnectionStringBuilder text)
    {
        NpgsqlDataSourceBuilder builder = new(text.ConnectionString) { Name = "login" };
        builder.ConnectionStringBuilder.Pooling = false;
        builder.ConnectionStringBuilder.ApplicationName = $"batch {Environment.ProcessId}";
        // Two questions about itself: the server's types are not needed.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    private static async Task<(bool CanBecomeOwner, uint Database)> AskAsync(NpgsqlConnection session, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(
            $"SELECT {SessionSettings.CanBecomeOwner}, (SELECT oid::bigint FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())", session);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetBoolean(0), (uint)reader.GetInt64(1));
    }

    private static async Task<string?> SecretAsync(NpgsqlConnection session, string name, CancellationToken cancellation)
    {
        try
        {
            await using NpgsqlCommand command = new($"SET ROLE {Roles.Owner}; SELECT secret FROM batch.program_login WHERE login = '{name}'", session);
            return (string?)await command.ExecuteScalarAsync(cancellation);
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName
            or PostgresErrorCodes.InvalidParameterValue or PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.InsufficientPrivilege)
        {
            // Not set up yet, or before this table was made.
            return null;
        }
    }
}
