using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Batch.Testing;
using Npgsql;

namespace Batch.Crash;

/// <summary>How a verb with a fault in it ended.</summary>
/// <param name="Struck">False: the verb was over before the fault's place came.</param>
public sealed record FaultOutcome(bool Struck, int ExitCode, string Said, TimeSpan Took);

/// <summary>Runs a verb, brings it to the fault's place, and does there what the fault says.</summary>
public sealed class FaultyVerb(CrashServer server, Step step, Fault fault, TimeSpan calm)
{
    private const int MostBytesLeft = 600_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan OthersTurn = TimeSpan.FromSeconds(7);
    private Process? _other;
    private Task<string[]>? _othersWords;

    public async Task<FaultOutcome> RunAsync()
    {
        long began = Stopwatch.GetTimestamp();
        string? killAt = fault.Place.Point is { } point
            ? string.Create(CultureInfo.InvariantCulture, $"{point}:{fault.Pass}{(fault.Strike == Strike.Kill ? "" : ":pause")}")
            : null;
        await using Waiting? locked = fault.Place.Table is { } table ? await Waiting.LockAsync(server, table) : null;
        using Process process = server.Cli(killAt).Start([.. step.Arguments, "--json"]);
        Task<string[]> said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        bool struck = await ReachAsync(process, locked);
        if (struck)
        {
            await StrikeAsync(process, locked);
        }

        await (locked?.LetGoAsync() ?? Task.CompletedTask);
        await EndAsync(process);
        server.Unfill();
        KeptLogs.Keep("program", (await said)[1]);
        return new FaultOutcome(struck, process.ExitCode, CodeOf(await said, process.ExitCode), Stopwatch.GetElapsedTime(began));
    }

    /// <summary>True: the verb is where the fault is to strike (or has died there of itself).</summary>
    private async Task<bool> ReachAsync(Process process, Waiting? locked)
    {
        if (locked is not null)
        {
            return await locked.WaitsAsync(process);
        }

        if (fault.Place.Point is null)
        {
            await Task.WhenAny(Task.Delay(calm * fault.Moment), process.WaitForExitAsync());
            return !process.HasExited;
        }

        if (fault.Strike == Strike.Kill)
        {
            await EndAsync(process);
            return process.ExitCode == 137;
        }

        while (!process.HasExited)
        {
            if (IsStopped(process.Id))
            {
                return true;
            }

            await Task.Delay(5);
        }

        return false;
    }

    private async Task StrikeAsync(Process process, Waiting? locked)
    {
        if (process.HasExited)
        {
            return;
        }

        if (fault.Strike == Strike.Kill)
        {
            process.Kill();
            await Task.Delay(fault.Milliseconds);
            return;
        }

        await Shell.SignalAsync("-STOP", process.Id);
        switch (fault.Strike)
        {
            case Strike.KillServer:
                await Shell.SignalAsync("-KILL", server.Postmaster());
                break;
            case Strike.KillSession:
                foreach (int session in (await SessionsAsync(process.Id)).Take(1))
                {
                    await Shell.SignalAsync("-KILL", session);
                }

                break;
            case Strike.Cut:
                await EndSessionsAsync(await SessionsAsync(process.Id));
                break;
            case Strike.FillDisk:
                await server.FillAsync(fault.Milliseconds * (MostBytesLeft / 300L));
                break;
            case Strike.PauseAndCut:
                await EndSessionsAsync(await SessionsAsync(process.Id, "JOIN pg_locks l USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND"));
                await OtherAsync(locked);
                break;
            default:
                await OtherAsync(locked);
                break;
        }

        await Task.Delay(fault.Milliseconds / 3);
        await Shell.SignalAsync("-CONT", process.Id);
    }

    // The same verb by another program, while the first one stands still. What it waits for, it has when the first one goes on.
    private async Task OtherAsync(Waiting? locked)
    {
        _other = server.Cli().Start([.. step.Arguments, "--json"]);
        _othersWords = Task.WhenAll(_other.StandardOutput.ReadToEndAsync(), _other.StandardError.ReadToEndAsync());
        await (locked?.LetGoAsync() ?? Task.CompletedTask);
        await Task.WhenAny(_other.WaitForExitAsync(), Task.Delay(OthersTurn));
    }

    private async Task EndAsync(Process process)
    {
        using CancellationTokenSource limit = new(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            if (_other is { } other)
            {
                await other.WaitForExitAsync(limit.Token);
                await _othersWords!;
                other.Dispose();
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            _other?.Kill();
            throw new TimeoutException($"{fault}: the program did not end within {Patience}.");
        }
    }

    private async Task<List<int>> SessionsAsync(int process, string where = "WHERE")
    {
        await using NpgsqlConnection connection = await server.OpenAsync("postgres");
        await using NpgsqlCommand command = new(
            $"SELECT a.pid FROM pg_stat_activity a {where} (a.application_name = 'batch {process}' OR a.application_name LIKE 'batch {process}-%') ORDER BY a.state = 'idle', a.pid", connection);
        List<int> sessions = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            sessions.Add(reader.GetInt32(0));
        }

        return sessions;
    }

    private async Task EndSessionsAsync(IEnumerable<int> sessions)
    {
        foreach (int session in sessions)
        {
            await server.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_terminate_backend({session})"));
        }
    }

    // Third field of /proc/N/stat, after the name in brackets.
    private static bool IsStopped(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] == 'T';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string CodeOf(string[] said, int exitCode)
    {
        if (exitCode is 0 or 137)
        {
            return "";
        }

        try
        {
            return JsonDocument.Parse(said[0]).RootElement.TryGetProperty("error", out JsonElement error) ? error.GetProperty("code").GetString()! : "no error told";
        }
        catch (JsonException)
        {
            return $"no document: {said[0]} {said[1]}";
        }
    }
}
