using System.Net;
using System.Net.Sockets;

namespace Batch.Testing;

/// <summary>Ports of this machine that nobody listens at.</summary>
public static class FreePorts
{
    public static int One()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
