using System.Text.Json;
using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Host.Tests;

/// <summary>A session that was left open with a lock on a run holds an act for a while, and the act says who holds it.</summary>
public sealed class LockWaitTests
{
    [Test, CancelAfter(300_000)]
    public async Task An_act_that_waits_says_for_whom_and_ends_when_it_has_waited_long_enough()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync();
        BatchCli batch = new() { Db = database.Url, Environment = { ["BATCH_LOCK_WAIT"] = "6" } };
        DirectoryInfo folder = Directory.CreateTempSubdirectory("batch-lock-");
        try
        {
            await batch.RunAsync("generate", "--people", "20", "--month", "2021-06", "--area", "420100", "--seed", "7", "--out", folder.FullName);
            await batch.RunAsync(["import", .. Directory.GetFiles(folder.FullName, "*202106.csv"), "--area", "420100", "--month", "2021-06", "--by", "wang"]);
            await batch.RunAsync("allocate", "--area", "420100", "--month", "2021-06", "--by", "wang");

            await using NpgsqlConnection forgotten = new(new NpgsqlConnectionStringBuilder(ConnectionText.Parse(database.Url).ConnectionString) { Pooling = false, ApplicationName = "psql" }.ConnectionString);
            await forgotten.OpenAsync();
            await using (NpgsqlTransaction open = await forgotten.BeginTransactionAsync())
            {
                await using NpgsqlCommand command = new("SELECT * FROM area_420100.run FOR UPDATE", forgotten);
                await command.ExecuteNonQueryAsync();
                CliResult waited = await batch.RunAsync("approve", "1", "--by", "li", "--json");
                Assert.That(waited.ExitCode, Is.EqualTo(3), waited.ToString());
                JsonElement error = waited.Json.GetProperty("error");
                Assert.Multiple(() =>
                {
                    Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("LOCK_WAIT"));
                    Assert.That(error.GetProperty("message").GetString(), Does.Contain($"database session {forgotten.ProcessID} (psql) holds in a transaction open for "));
                    Assert.That(error.GetProperty("messageZh").GetString(), Does.Contain($"数据库会话 {forgotten.ProcessID}（psql）持有锁"));
                    Assert.That(waited.Errors, Does.Match($@"waiting \(\d+ s\) for a lock that database session {forgotten.ProcessID} \(psql\) holds"));
                });
            }

            Assert.That((await batch.RunAsync("approve", "1", "--by", "li")).ExitCode, Is.Zero);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
