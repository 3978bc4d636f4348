using System.Diagnostics;
using System.Text.Json;

namespace Batch.Testing;

/// <summary>Runs the built program as a process, as a script would.</summary>
public sealed class BatchCli
{
    /// <summary>Given as <c>--db</c>; null: embedded.</summary>
    public string? Db { get; init; }

    /// <summary>Given as <c>--data</c>.</summary>
    public string? Data { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>What stands on the standard input of <see cref="RunAsync"/>.</summary>
    public string? Input { get; init; }

    /// <summary>Who acts, where the database has users: the password goes before the input.</summary>
    public (string Name, string Password)? SignedIn { get; init; }

    /// <summary>Variables of the environment; null removes one.</summary>
    public Dictionary<string, string?> Environment { get; init; } = [];

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Runs to the end; a run over its time is killed and fails the test.</summary>
    public async Task<CliResult> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        if (process.StartInfo.RedirectStandardInput)
        {
            await process.StandardInput.WriteAsync(SignedIn is { } user ? $"{user.Password}\n{Input}" : Input);
            process.StandardInput.Close();
        }

        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"batch {string.Join(' ', arguments)} ran longer than {Timeout}.");
        }

        KeptLogs.Keep("program", await errors);
        return new CliResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts a run and leaves it to the test, which may kill it. The streams have to be read.</summary>
    public Process Start(params string[] arguments)
    {
        // A shell that runs the tests in the background has them ignore the signal of Ctrl-C, and what they start would too.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Program(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = Input is not null || SignedIn is not null,
            WorkingDirectory = Root,
        };
        Add(start, "--db", Db);
        Add(start, "--data", Data);
        // The settings of whoever runs the tests are not the test's.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("BATCH_", StringComparison.Ordinal) && k != "BATCH_PG_BIN").ToList())
        {
            start.Environment.Remove(name);
        }

        // Nor is a token of theirs.
        start.Environment["BATCH_TOKEN_FILE"] = Path.Combine(Path.GetTempPath(), "batch-no-token");
        if (SignedIn is { } user)
        {
            start.Environment["BATCH_USER"] = user.Name;
        }

        foreach ((string name, string? value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The program did not start.");
    }

    private static void Add(ProcessStartInfo start, string option, string? value)
    {
        if (value is not null)
        {
            start.ArgumentList.Add(option);
            start.ArgumentList.Add(value);
        }
    }

    /// <summary>The program of the configuration that the tests were built in.</summary>
    private static string Program()
    {
        string configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))!);
        return Path.Combine(Root, "Batch.Host", "bin", configuration, "net10.0", "Batch.Host.dll");
    }

    private static string FindRoot()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "Batch.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at ?? throw new InvalidOperationException("The tests do not run from inside the repository.");
    }
}

/// <summary>How a run ended and what it said.</summary>
public sealed record CliResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The one JSON document on stdout; anything else beside it fails here.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Errors}";
}
