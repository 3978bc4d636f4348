using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Batch.Testing;

namespace Batch.Crash;

/// <summary>What a host holds at a moment.</summary>
public sealed record HostHoldings(long MemoryBytes, int Handles, int Sessions);

/// <summary>A host with all its roles, as a process of its own that may be killed.</summary>
public sealed class SoakHost : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _drained;

    private SoakHost(Process process, Uri address, Task drained) => (_process, Address, _drained) = (process, address, drained);

    public Uri Address { get; }

    public bool Lives => !_process.HasExited;

    public static async Task<SoakHost> StartAsync(CrashServer server)
    {
        BatchCli cli = new() { Data = server.Data, Environment = new() { ["BATCH_API_CALLS"] = "1000000" } };
        Process process = cli.Start("serve", "--urls", "http://127.0.0.1:0", "--json");
        Task drained = process.StandardError.ReadToEndAsync();
        // The document may be written over several lines.
        System.Text.StringBuilder told = new();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            told.AppendLine(line);
            if (line == "}" || (line.StartsWith('{') && line.EndsWith('}')))
            {
                string url = JsonDocument.Parse(told.ToString()).RootElement.GetProperty("urls")[0].GetString()!;
                return new SoakHost(process, new Uri(url), Task.WhenAll(drained, process.StandardOutput.ReadToEndAsync()));
            }
        }

        throw new InvalidOperationException($"The host did not start: {told}");
    }

    public void Kill() => _process.Kill(entireProcessTree: true);

    public async Task<HostHoldings> HoldsAsync(CrashServer server)
    {
        string memory = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        long bytes = long.Parse(memory.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
        long sessions = await server.ScalarAsync<long>(
            $"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'batch {_process.Id}' OR application_name LIKE 'batch {_process.Id}-%'");
        return new HostHoldings(bytes, Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length, (int)sessions);
    }

    public async ValueTask DisposeAsync()
    {
        if (Lives)
        {
            Kill();
        }

        await _process.WaitForExitAsync();
        await _drained;
        _process.Dispose();
    }
}
