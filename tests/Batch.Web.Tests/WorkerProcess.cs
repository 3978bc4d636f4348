using System.Diagnostics;
using Batch.Testing;

namespace Batch.Web.Tests;

/// <summary>A worker host as a process of its own, which a test may kill.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string[]> drained;

    private WorkerProcess(Process process)
    {
        this.process = process;
        Number = process.Id;
        drained = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    public int Number { get; }

    public static WorkerProcess Start(TestDatabase database) =>
        new(new BatchCli { Db = database.Url }.Start("serve", "--urls", "http://127.0.0.1:0", "--roles", "worker"));

    /// <summary>As a power cut would.</summary>
    public void Kill() => process.Kill(entireProcessTree: true);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        KeptLogs.Keep("program", (await drained)[1]);
        process.Dispose();
    }
}
