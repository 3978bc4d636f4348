using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>What a host sends to an OpenTelemetry collector.</summary>
public sealed class TelemetryTests
{
    private const string Typed = "420102199001011234";

    [Test, CancelAfter(180_000)]
    public async Task Measurements_and_traces_reach_the_collector_and_no_address_as_it_was_typed()
    {
        await TestServer.RequireAsync();
        string data = Path.Combine(Path.GetTempPath(), $"batch-otel-{Guid.NewGuid():N}");
        int port = FreePorts.One(), collector = FreePorts.One();
        using HttpListener listener = new();
        listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{collector}/"));
        listener.Start();
        ConcurrentDictionary<string, string> sent = [];
        _ = ReceiveAsync(listener, sent);
        BatchCli cli = new()
        {
            Data = data,
            Environment =
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{collector}"), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500", ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
            },
        };
        string address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        using Process host = cli.Start("serve", "--urls", address);
        _ = host.StandardOutput.ReadToEndAsync();
        _ = host.StandardError.ReadToEndAsync();
        try
        {
            using HttpClient client = new() { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(5) };
            for (int i = 0; i < 200 && !(Has("/v1/metrics", "batch.jobs.now", "batch.alarms.open") && Has("/v1/traces", "/healthz/ready", "write_check")); i++)
            {
                await AskAsync(client, "/healthz/ready");
                await AskAsync(client, $"/accounts/{Typed}?number={Typed}");
                await Task.Delay(500);
            }

            Assert.That(sent["/v1/metrics"], Does.Contain("batch.alarms.open").And.Contain("http.server.request.duration").And.Not.Contain(Typed));
            Assert.That(sent["/v1/traces"], Does.Contain("/healthz/ready").And.Contain("write_check").And.Not.Contain(Typed));
        }
        finally
        {
            host.Kill();
            await host.WaitForExitAsync();
            await cli.RunAsync("db", "stop");
            Directory.Delete(data, recursive: true);
        }

        bool Has(string path, params string[] words) => sent.TryGetValue(path, out string? text) && words.All(w => text.Contains(w, StringComparison.Ordinal));
    }

    private static async Task AskAsync(HttpClient client, string path)
    {
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(path);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            // Not listening yet.
        }
    }

    // The names and values in a message of the protocol are plain bytes.
    private static async Task ReceiveAsync(HttpListener listener, ConcurrentDictionary<string, string> sent)
    {
        while (true)
        {
            HttpListenerContext context = await listener.GetContextAsync();
            using MemoryStream bytes = new();
            await context.Request.InputStream.CopyToAsync(bytes);
            sent.AddOrUpdate(context.Request.Url!.AbsolutePath, _ => Text(), (_, before) => before + Text());
            context.Response.StatusCode = 200;
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();

            string Text() => Encoding.Latin1.GetString(bytes.ToArray());
        }
    }
}
