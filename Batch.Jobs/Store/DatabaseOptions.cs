using System.Globalization;

namespace Batch.Jobs.Store;

/// <summary>Where the database is: a configured server, or a private embedded one whose files live in (or for) the data folder.</summary>
/// <param name="Url">From <c>--db</c> or <c>BATCH_DB</c>: <c>postgresql://user@host/database</c> or an Npgsql connection string; null means embedded.</param>
public sealed record DatabaseOptions(string? Url, string DataDirectory)
{
    /// <summary>From <c>--owner-db</c> or <c>BATCH_DB_OWNER</c>: the login that sets up and migrates, where that of <see cref="Url"/> cannot.</summary>
    public string? OwnerUrl { get; init; }

    /// <summary>Whether this program stays and shares the server with other hosts: it looks for room before it begins.</summary>
    public bool IsHost { get; init; }

    /// <summary>From <c>BATCH_CONNECTIONS</c>: the sessions that this program opens at most.</summary>
    public int Connections { get; init; } = Setting("BATCH_CONNECTIONS", 40);

    /// <summary>From <c>BATCH_LOCK_WAIT</c>, in seconds: how long an act waits for a lock that another session holds. Intake and set-up wait twenty times as long.</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.FromSeconds(Setting("BATCH_LOCK_WAIT", 20));

    private static int Setting(string name, int otherwise)
    {
        string? text = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(text) ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value is > 0 and < 100_000 ? value
            : throw new EnvironmentException("SETTING", $"{name} takes a whole number above 0, not {text}.", $"{name} 须为大于 0 的整数，而不是 {text}。");
    }
}
