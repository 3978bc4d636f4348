using Batch.Crash;
using Batch.Jobs.Server;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>
/// The short form of <c>./batch crash</c>: the program dies at every named point and at random moments of two months, and what is left in the end is
/// what an undisturbed program leaves, byte for byte.
/// </summary>
[NonParallelizable]
public sealed class CrashTests
{
    private const int Kills = 50;

    [Test, CancelAfter(1_800_000)]
    public async Task Fifty_kills_neither_lose_nor_double_a_fen()
    {
        await RequireServerAsync();
        int seed = int.TryParse(Environment.GetEnvironmentVariable("BATCH_SEED"), out int given) ? given : Environment.TickCount & 0xFFFF;
        await using CrashServer server = await CrashServer.StartAsync();
        using Campaign campaign = new(new CampaignOptions(Kills, seed, null, TimeSpan.FromMinutes(20), null), server, TestContext.Out);
        await campaign.RunAsync();
        using StringWriter sum = new();
        campaign.Log.Sum(sum);
        await TestContext.Out.WriteLineAsync(sum.ToString());
        Assert.Multiple(() =>
        {
            Assert.That(campaign.Log.Kills, Is.GreaterThanOrEqualTo(Kills), $"seed {seed}");
            Assert.That((campaign.Log.LostFen, campaign.Log.DoubledFen), Is.EqualTo((0L, 0L)), $"seed {seed}");
            Assert.That(campaign.Log.Differences, Is.Empty, $"seed {seed}");
            Assert.That(campaign.NeverReached, Is.Empty, "a point that nobody passes is a point that nobody tests");
        });
    }

    // The disturbed server is a campaign's own; this only asks whether there can be one.
    private static async Task RequireServerAsync() => Assert.That(await Testing.TestServer.RequireAsync(), Is.Not.Null);
}
