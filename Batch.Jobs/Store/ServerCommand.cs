using System.Diagnostics;

namespace Batch.Jobs.Store;

/// <summary>Runs PostgreSQL's own programs, as the unprivileged user where the program itself is root.</summary>
internal static class ServerCommand
{
    /// <summary>What a program wrote (both streams) and how it ended.</summary>
    internal readonly record struct Outcome(int ExitCode, string Text);

    /// <param name="user">The user to run as; null: the one who runs this program.</param>
    internal static async Task<Outcome> RunAsync(string program, IEnumerable<string> arguments, string? user, CancellationToken cancellation)
    {
        using Process process = Start(program, arguments, user);
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new Outcome(process.ExitCode, (await output + await errors).Trim());
    }

    internal static string Read(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments, user: null);
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }

    internal static Process Start(string program, IEnumerable<string> arguments, string? user)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            // The unprivileged user may not be able to enter the folder that the program was called from.
            WorkingDirectory = "/",
        };
        if (user is not null)
        {
            start.UserName = user;
        }

        // PGDATA, PGPORT, PGOPTIONS and their like are meant for somebody else's server; messages are read by the code, so they stay English.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal) || k.StartsWith("LC_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        return process;
    }
}
