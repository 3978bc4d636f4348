using System.Reflection;
using Batch.Testing;

namespace Batch.Crash;

/// <summary>Runs the program's command line without a process of its own.</summary>
public static class InProcess
{
    private static readonly MethodInfo Main = Assembly.Load("Batch.Host").EntryPoint!;
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    // Before the program's first verb here reads it: it counts the points that it passes.
    static InProcess() => Environment.SetEnvironmentVariable("BATCH_KILL_AT", "count");

    public static async Task<CliResult> RunAsync(string[] arguments)
    {
        await OneAtATime.WaitAsync();
        (TextWriter standard, TextWriter errors) = (Console.Out, Console.Error);
        using StringWriter output = new(), log = new();
        try
        {
            Console.SetOut(output);
            Console.SetError(log);
            int exitCode = await Task.Run(() => (int)Main.Invoke(null, [arguments])!);
            return new CliResult(exitCode, output.ToString(), log.ToString());
        }
        finally
        {
            Console.SetOut(standard);
            Console.SetError(errors);
            OneAtATime.Release();
        }
    }
}
