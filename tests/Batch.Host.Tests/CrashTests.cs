using System.Diagnostics;
using System.Globalization;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>
/// The short form of <c>./batch crash</c>: the program is killed at every named point, and at random moments of two months, and what is left in the end is
/// what an undisturbed program leaves, byte for byte. The long form goes on until a hundred kills, and does more than kill.
/// </summary>
[NonParallelizable]
public sealed class CrashTests
{
    [Test, CancelAfter(1_800_000)]
    public async Task Kills_at_every_named_point_neither_lose_nor_double_a_fen()
    {
        Assert.That(await TestServer.RequireAsync(), Is.Not.Null);
        int seed = int.TryParse(Environment.GetEnvironmentVariable("BATCH_SEED"), out int given) ? given : Environment.TickCount & 0xFFFF;
        // A process of its own: the points that it passes are counted from its first verb on.
        string program = Path.Combine(AppContext.BaseDirectory.Replace("Batch.Host.Tests", "Batch.Crash", StringComparison.Ordinal), "Batch.Crash.dll");
        string[] howLong = TestLength.IsLong ? ["--kills", "100"] : ["--every-place"];
        string[] arguments = [program, "crash", .. howLong, "--seed", seed.ToString(CultureInfo.InvariantCulture)];
        using Process campaign = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = campaign.StandardOutput.ReadToEndAsync(), errors = campaign.StandardError.ReadToEndAsync();
        await campaign.WaitForExitAsync();
        await TestContext.Out.WriteLineAsync(await output);
        // Not 0 when a fen is lost or doubled, a table or report differs, a named point is never reached, or (in the short form) nobody was killed at a place.
        Assert.That(campaign.ExitCode, Is.Zero, $"seed {seed}\n{await output}\n{await errors}");
        Assert.That(await output, Does.Contain("0 fen lost, 0 fen doubled, 0 differences"));
    }
}
