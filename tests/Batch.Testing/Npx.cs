using System.ComponentModel;
using System.Diagnostics;

namespace Batch.Testing;

/// <summary>A tool from npm, fetched when it is first called. Without npx or a network it is missing: its tests are skipped on a laptop and fail in CI.</summary>
public sealed class Npx(string package, string program)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    /// <summary>Whether the tool answers.</summary>
    public async Task<bool> IsThereAsync()
    {
        try
        {
            return (await RunAsync("--version")).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    public async Task<(int ExitCode, string Said)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("npx", ["--yes", $"--package={package}", "--", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Nothing of a package runs when it is installed, and nothing is told to its makers.
            Environment =
            {
                ["npm_config_ignore_scripts"] = "true", ["npm_config_update_notifier"] = "false", ["npm_config_fetch_retries"] = "1",
                ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true",
            },
        };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource limit = new(Longest);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{package} has not ended in {Longest}");
        }
    }
}
