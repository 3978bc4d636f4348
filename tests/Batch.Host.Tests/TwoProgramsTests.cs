using System.Text.Json;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>Two programs on one database do the same at the same moment, all through a month: it is done once.</summary>
public sealed class TwoProgramsTests
{
    [Test, CancelAfter(600_000)]
    public async Task A_month_that_two_programs_do_at_once_is_done_once()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync();
        BatchCli batch = new() { Db = database.Url };
        DirectoryInfo folder = Directory.CreateTempSubdirectory("batch-two-");
        try
        {
            await batch.RunAsync("generate", "--people", "2000", "--month", "2021-06", "--area", "420100", "--seed", "7", "--out", folder.FullName);
            string[] files = Directory.GetFiles(folder.FullName, "*202106.csv");
            await TwiceAsync(batch, [], ["import", .. files, "--area", "420100", "--month", "2021-06", "--by", "wang"], ["import", .. files, "--area", "420100", "--month", "2021-06", "--by", "zhao"]);
            await TwiceAsync(batch, ["RUN_IN_PROGRESS"], ["allocate", "--area", "420100", "--month", "2021-06", "--by", "wang"], ["allocate", "--area", "420100", "--month", "2021-06", "--by", "zhao"]);
            await TwiceAsync(batch, ["RUN_STATE"], ["approve", "1", "--by", "li"], ["approve", "1", "--by", "qian"]);
            await TwiceAsync(batch, ["RUN_STATE"], ["post", "1", "--by", "li"], ["post", "1", "--by", "qian"]);
            await TwiceAsync(batch, ["MONTH_CLOSED"], ["close", "--area", "420100", "--month", "2021-06", "--accept-differences", "核实", "--by", "sun"], ["close", "--area", "420100", "--month", "2021-06", "--accept-differences", "核实", "--by", "zhou"]);
            await TwiceAsync(batch, [], ["verify", "--all"], ["verify", "--all"]);
            string[] journal = ["export-journal", "--area", "420100", "--from", "2021-06", "--to", "2021-06", "--out", Path.Combine(folder.FullName, "june.journal")];
            await TwiceAsync(batch, [], journal, journal);
            string[] backup = ["db", "backup", Path.Combine(folder.FullName, "city.backup")];
            await TwiceAsync(batch, [], backup, backup);
            Assert.That(folder.EnumerateFiles("*.part-*"), Is.Empty);
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.ledger"), Is.EqualTo(2));
            Assert.That(
                await database.ScalarAsync<long>("SELECT count(*) FROM (SELECT FROM area_420100.entry GROUP BY account_id, contribution_month, component HAVING count(*) > 1) twice"), Is.Zero);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>At least one of the two does it; the other finds it done or is refused with one of the codes.</summary>
    private static async Task TwiceAsync(BatchCli batch, string[] codes, string[] one, string[] other)
    {
        CliResult[] results = await Task.WhenAll(batch.RunAsync([.. one, "--json"]), batch.RunAsync([.. other, "--json"]));
        Assert.That(results.Any(r => r.ExitCode == 0), $"{results[0]} {results[1]}");
        foreach (CliResult refused in results.Where(r => r.ExitCode != 0))
        {
            JsonElement error = refused.Json.GetProperty("error");
            Assert.That(codes, Does.Contain(error.GetProperty("code").GetString()), refused.ToString());
            Assert.That(refused.ExitCode, Is.EqualTo(1));
        }
    }
}
