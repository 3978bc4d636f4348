using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>The embedded server is killed under a running host.</summary>
[NonParallelizable]
public sealed class KilledServerTests
{
    [Test, CancelAfter(300_000)]
    public async Task The_host_brings_the_killed_server_back_and_answers_again()
    {
        await TestServer.RequireAsync();
        string data = Path.Combine(Path.GetTempPath(), $"batch-killed-{Guid.NewGuid():N}");
        BatchCli cli = new() { Data = data };
        string address = $"http://127.0.0.1:{FreePorts.One().ToString(CultureInfo.InvariantCulture)}";
        using Process host = cli.Start("serve", "--urls", address);
        _ = host.StandardOutput.ReadToEndAsync();
        _ = host.StandardError.ReadToEndAsync();
        try
        {
            using HttpClient client = new() { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(5) };
            await UntilReadyAsync(client);
            int first = Postmaster(data);
            Process.GetProcessById(first).Kill();
            await Task.Delay(1000);
            await UntilReadyAsync(client);
            Assert.That(Postmaster(data), Is.Not.EqualTo(first));
            Assert.That(host.HasExited, Is.False);
        }
        finally
        {
            host.Kill();
            await host.WaitForExitAsync();
            await cli.RunAsync("db", "stop");
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task UntilReadyAsync(HttpClient client)
    {
        for (int i = 0; i < 120; i++)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync("/healthz/ready");
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
            {
                // Not listening yet, or waiting for its database.
            }

            await Task.Delay(500);
        }

        Assert.Fail("The host is not ready.");
    }

    private static int Postmaster(string data)
    {
        string pidFile = Directory.EnumerateFiles(data, "postmaster.pid", SearchOption.AllDirectories).Single();
        return int.Parse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture);
    }
}
