namespace Batch.Host.Web;

/// <summary>What a host does and where it listens.</summary>
/// <param name="Urls">Loopback unless told otherwise.</param>
/// <param name="Pages">Serves pages and the API.</param>
/// <param name="Worker">Works on jobs.</param>
internal sealed record WebOptions(IReadOnlyList<string> Urls, bool Pages, bool Worker)
{
    public const string DefaultUrl = "http://127.0.0.1:8420";
}
