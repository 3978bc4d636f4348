using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>A backup put back is what was backed up: it verifies, and a month can go on; one area alone, too.</summary>
public sealed class AreaBackupTests
{
    [Test, CancelAfter(900_000)]
    public async Task An_area_goes_back_alone_or_moves_to_another_server_and_its_month_goes_on([Values] bool embedded)
    {
        await using TestDatabase database = await TestDatabase.CreateAsShippedAsync();
        await using TestDatabase elsewhere = await TestDatabase.CreateAsShippedAsync();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("batch-backup-");
        BatchCli batch = embedded ? new() { Data = Path.Combine(folder.FullName, "data") } : new() { Db = database.Url };
        string backup = Path.Combine(folder.FullName, "wuhan"), whole = Path.Combine(folder.FullName, "all");
        try
        {
            await DoAsync(batch, "generate", "--people", "300", "--month", "2021-06", "--months", "2", "--area", "420100", "--seed", "7", "--out", folder.FullName);
            await MonthAsync(batch, folder, "420100", "202106", "2021-06", 1);
            await ProposeTwiceAsync(batch);
            await DoAsync(batch, "db", "backup", backup, "--area", "420100");
            await DoAsync(batch, "db", "backup", whole);

            // What came after the backup is gone when it is put back, and can be done again; another area stays as it is.
            await DoAsync(batch, "db", "migrate", "--area", "370100");
            await MonthAsync(batch, folder, "420100", "202107", "2021-07", 2);
            await DoAsync(batch, "db", "restore", backup, "--area", "420100", "--yes");
            await DoAsync(batch, "verify", "--all");
            await MonthAsync(batch, folder, "420100", "202107", "2021-07", 2);
            await DoAsync(batch, "verify", "--all");

            BatchCli other = new() { Db = elsewhere.Url };
            await DoAsync(other, "db", "restore", backup, "--area", "420100");
            await DoAsync(other, "verify", "--all");
            await MonthAsync(other, folder, "420100", "202107", "2021-07", 2);
            await DoAsync(other, "verify", "--all");

            await DoAsync(batch, "db", "restore", whole, "--yes");
            await DoAsync(batch, "verify", "--all");
            await MonthAsync(batch, folder, "420100", "202107", "2021-07", 2);
            await DoAsync(batch, "verify", "--all");
        }
        finally
        {
            await batch.RunAsync("db", "stop");
            folder.Delete(recursive: true);
        }
    }

    // Withdrawn, proposed again and approved; and one that was refused.
    private static async Task ProposeTwiceAsync(BatchCli batch)
    {
        CliResult proposed = await DoAsync(batch, "policy", "set", "420100", "average-wage=9000", "--from", "2030-01", "--document", "1", "--by", "wang", "--json");
        string hash = proposed.Json.GetProperty("hash").GetString()!;
        await DoAsync(batch, "policy", "withdraw", hash, "--by", "wang");
        await DoAsync(batch, "policy", "set", "420100", "average-wage=9000", "--from", "2030-01", "--document", "1", "--by", "li");
        await DoAsync(batch, "policy", "approve", hash, "--by", "zhao");
        CliResult other = await DoAsync(batch, "policy", "set", "420100", "average-wage=9001", "--from", "2030-01", "--document", "1", "--by", "wang", "--json");
        CliResult refused = await DoAsync(batch, "policy", "refuse", other.Json.GetProperty("hash").GetString()!, "--reason", "不符", "--by", "li", "--json");
        Assert.That(refused.Json.GetProperty("state").GetString(), Is.EqualTo("refused"));
    }

    [Test]
    public async Task A_backup_of_another_area_or_no_backup_changes_nothing()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync("420100");
        BatchCli batch = new() { Db = database.Url };
        string file = Path.GetTempFileName();
        try
        {
            await RefusedAsync(batch, "BACKUP_UNREADABLE", "db", "restore", file, "--area", "420100", "--yes");
            await RefusedAsync(batch, "AREA_UNKNOWN", "db", "backup", file, "--area", "370100");
            await DoAsync(batch, "db", "backup", file, "--area", "420100");
            await RefusedAsync(batch, "BACKUP_OF_ANOTHER_AREA", "db", "restore", file, "--area", "370100", "--yes");
            await DoAsync(batch, "verify", "--all");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test, CancelAfter(300_000)]
    public async Task A_restore_to_a_server_of_ones_own_leaves_the_old_contents_or_the_new_wherever_it_dies_and_whatever_it_is_given()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync("420100");
        BatchCli batch = new() { Db = database.Url };
        DirectoryInfo folder = Directory.CreateTempSubdirectory("batch-backup-");
        string older = Path.Combine(folder.FullName, "older"), newer = Path.Combine(folder.FullName, "newer");
        try
        {
            await DoAsync(batch, "db", "backup", older);
            await database.ExecuteAsync($"INSERT INTO batch.migration (series, number, name, sha256) VALUES ('common', 999, 'of a newer program', '{new string('0', 64)}')");
            await DatabaseContents.BackupAsync(database.Connection, newer, null, CancellationToken.None);
            await database.ExecuteAsync("DELETE FROM batch.migration WHERE number = 999");
            await DoAsync(batch, "db", "migrate", "--area", "370100");

            Assert.That((await batch.RunAsync("db", "restore", newer, "--yes")).ExitCode, Is.EqualTo(3), "a backup of a newer program");
            Assert.That(await AreasAsync(batch), Is.EqualTo("370100 420100"));
            Assert.That(await KilledAsync(KillPoint.RestoreBeforeSwap), Is.EqualTo("370100 420100"));
            Assert.That(await KilledAsync(KillPoint.RestoreAfterSwap), Is.EqualTo("420100"));
            await DoAsync(batch, "db", "restore", older, "--yes");
            Assert.That(await AreasAsync(batch), Is.EqualTo("420100"));
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replaced%'"), Is.Zero);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        async Task<string> KilledAsync(KillPoint at)
        {
            BatchCli dying = new() { Db = database.Url, Environment = { ["BATCH_KILL_AT"] = $"{at}:1" } };
            Assert.That((await dying.RunAsync("db", "restore", older, "--yes")).ExitCode, Is.EqualTo(137));
            return await AreasAsync(batch);
        }
    }

    private static async Task<string> AreasAsync(BatchCli batch) =>
        string.Join(' ', (await batch.RunAsync("db", "migrate", "--json")).Json.GetProperty("areas").EnumerateArray().Select(a => a.GetString()));

    private static async Task RefusedAsync(BatchCli batch, string code, params string[] arguments)
    {
        CliResult result = await batch.RunAsync([.. arguments, "--json"]);
        Assert.That((result.ExitCode, result.Json.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((1, code)));
    }

    private static async Task MonthAsync(BatchCli batch, DirectoryInfo folder, string area, string files, string month, int run)
    {
        await DoAsync(batch, ["import", .. folder.GetFiles($"*{files}.csv").Select(f => f.FullName), "--area", area, "--month", month, "--by", "wang"]);
        await DoAsync(batch, "allocate", "--area", area, "--month", month, "--by", "wang");
        await DoAsync(batch, "approve", $"{run}", "--by", "li", "--override", "checked");
        await DoAsync(batch, "post", $"{run}", "--by", "li");
        await DoAsync(batch, "close", "--area", area, "--month", month, "--accept-differences", "核实", "--by", "zhao");
    }

    private static async Task<CliResult> DoAsync(BatchCli batch, params string[] arguments)
    {
        CliResult result = await batch.RunAsync(arguments);
        Assert.That(result.ExitCode, Is.Zero, $"{string.Join(' ', arguments)}: {result}");
        return result;
    }
}
