namespace Batch.Host.Web;

/// <summary>What a host does and where it listens.</summary>
/// <param name="Urls">Loopback unless told otherwise.</param>
/// <param name="Pages">Serves pages and the API.</param>
/// <param name="Worker">Works on jobs.</param>
internal sealed record WebOptions(IReadOnlyList<string> Urls, bool Pages, bool Worker)
{
    public const string DefaultUrl = "http://127.0.0.1:8420";

    /// <summary>Attempts to sign in that one address has.</summary>
    public const int SignInsAMinute = 120;

    /// <summary>Keys that are not in force that one address may send before nothing is looked up for it.</summary>
    public const int WrongKeysAMinute = 60;

    /// <summary>Calls of the API that one key has; <c>BATCH_API_CALLS</c>.</summary>
    public int CallsAMinute { get; init; } = 600;
}
