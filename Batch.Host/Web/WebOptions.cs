namespace Batch.Host.Web;

/// <summary>What a host does and where it listens.</summary>
/// <param name="Urls">Loopback unless told otherwise.</param>
/// <param name="Pages">Serves pages and the API.</param>
/// <param name="Worker">Works on jobs.</param>
internal sealed record WebOptions(IReadOnlyList<string> Urls, bool Pages, bool Worker)
{
    public const string DefaultUrl = "http://127.0.0.1:8420";

    /// <summary>Keys that are not in force that one address may send before nothing is looked up for it.</summary>
    public const int WrongKeysAMinute = 60;

    /// <summary>Proxies whose word on the client's address is believed, beside those on this machine; <c>BATCH_PROXIES</c>, <c>--proxies</c>.</summary>
    public IReadOnlyList<System.Net.IPNetwork> Proxies { get; init; } = [];

    /// <summary>Addresses and ranges by commas: <c>10.0.0.5,192.168.7.0/24</c>.</summary>
    /// <exception cref="FormatException">One of them is neither.</exception>
    public static IReadOnlyList<System.Net.IPNetwork> ReadProxies(string text) =>
        [.. text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries).Select(one =>
            System.Net.IPNetwork.TryParse(one, out System.Net.IPNetwork range) ? range
            : System.Net.IPAddress.TryParse(one, out System.Net.IPAddress? address) ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new FormatException(one))];

    /// <summary>Serves a demonstration with made-up people, in which a button signs in as each role: on this machine alone.</summary>
    public bool Demo { get; init; }

    /// <summary>Calls of the API that one key has; <c>BATCH_API_CALLS</c>.</summary>
    public int CallsAMinute { get; init; } = 600;

    /// <summary>Accounts that one user may look at in the pages within an hour; <c>BATCH_ACCOUNTS_AN_HOUR</c>.</summary>
    public int AccountsAnHour { get; init; } = 120;
}
