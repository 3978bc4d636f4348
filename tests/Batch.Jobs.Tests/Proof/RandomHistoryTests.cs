using System.Globalization;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Proof;

/// <summary>Whatever happens, the runs and the second path in SQL agree, and every invariant holds.</summary>
public sealed class RandomHistoryTests
{
    /// <summary>More seeds: <c>BATCH_HISTORIES=200</c>; one alone: <c>BATCH_HISTORY=17</c>.</summary>
    private static IEnumerable<int> Seeds =>
        Environment.GetEnvironmentVariable("BATCH_HISTORY") is { } one
            ? [int.Parse(one, CultureInfo.InvariantCulture)]
            : Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("BATCH_HISTORIES") ?? "4", CultureInfo.InvariantCulture));

    // 2022-12: the reform of 2023-02 lies within.
    private static readonly YearMonth[] Starts = [new(2021, 3), new(2021, 10), new(2022, 12)];

    [TestCaseSource(nameof(Seeds))]
    public async Task Any_history_with_credits_that_wait_for_the_money_verifies_clean(int seed)
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await line.AdoptAsync(text => text.Replace("credit-on: declaration", "credit-on: receipt", StringComparison.Ordinal));
        await LiveAsync(line, new RandomHistory(line, seed, Starts[seed % Starts.Length], onReceipt: true));
    }

    [TestCaseSource(nameof(Seeds))]
    public async Task Any_history_verifies_clean(int seed)
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await LiveAsync(line, new RandomHistory(line, seed, Starts[seed % Starts.Length]));
    }

    [TestCaseSource(nameof(Seeds))]
    public async Task Any_history_with_pensions_that_are_trued_up_verifies_clean(int seed)
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await line.AdoptAsync(text => text.Replace("suspended-after-months: 1", "suspended-after-months: 1\n      provisional-pension: true-up", StringComparison.Ordinal));
        await LiveAsync(line, new RandomHistory(line, seed, Starts[seed % Starts.Length]));
    }

    private static async Task LiveAsync(WholeLine line, RandomHistory history)
    {
        try
        {
            await history.LiveAsync(months: 5);
            await line.AssertCleanAsync(all: true, "at the end");
            await line.AssertCleanAsync(all: false, "at the end, again");
        }
        catch (Exception fault) when (fault is not SuccessException)
        {
            await TestContext.Out.WriteLineAsync(history.Told);
            throw;
        }
    }
}
