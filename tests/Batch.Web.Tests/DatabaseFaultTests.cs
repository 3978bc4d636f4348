using System.Net;
using System.Reflection;
using Batch.Host;
using Batch.Host.Web;
using Batch.Jobs.Work;
using Npgsql;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What is said when the database refuses: a code and a sentence of ours. The database's own words may quote data.</summary>
public sealed class DatabaseFaultTests
{
    private const string Words = "Key (citizen)=(42010019751225003) already exists";

    private static IEnumerable<string> States => typeof(PostgresErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetValue(null)!).Where(s => !s.StartsWith("BA", StringComparison.Ordinal));

    [Test]
    public void No_answer_and_no_log_repeats_what_the_database_says()
    {
        List<string> repeated = [];
        foreach (string state in States)
        {
            PostgresException refused = new(Words, "ERROR", "ERROR", state, detail: Words, where: Words);
            foreach (Exception fault in new Exception[] { refused, new NpgsqlException(Words, refused), new InvalidOperationException("while saving", refused) })
            {
                VerbFault told = FaultText.Of(fault);
                WorkFault job = WorkFaults.Of(fault);
                string[] all = [told.Message, told.Chinese, job.En, job.Zh, LogText.Of(fault)];
                if (all.Any(t => t.Contains("citizen", StringComparison.Ordinal)))
                {
                    repeated.Add($"{state} {fault.GetType().Name}");
                }
            }
        }

        Assert.That(repeated, Is.Empty);
    }

    [TestCase(PostgresErrorCodes.LockNotAvailable, "LOCK_WAIT")]
    [TestCase(PostgresErrorCodes.ReadOnlySqlTransaction, "DATABASE_READ_ONLY")]
    [TestCase(PostgresErrorCodes.TooManyConnections, "DATABASE_FULL")]
    [TestCase(PostgresErrorCodes.DiskFull, "DISK_FULL")]
    [TestCase(PostgresErrorCodes.AdminShutdown, "DATABASE_LOST")]
    public void What_passes_off_is_answered_with_503_and_its_code(string state, string code)
    {
        VerbFault fault = FaultText.Of(new PostgresException("x", "ERROR", "ERROR", state));
        Assert.That((fault.Code, FaultPages.StatusOf(fault), fault.ExitCode), Is.EqualTo((code, 503, 3)));
    }

    [Test]
    public async Task A_read_only_database_is_not_ready_and_says_so()
    {
        await using TestHost host = await TestHost.StartAsync();
        using HttpClient browser = host.Browser();
        Assert.That(await browser.GetStringAsync("/healthz/ready"), Is.EqualTo("Healthy"));
        await host.Database.ExecuteAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$");
        host.Database.Program.Clear();
        using HttpResponseMessage answer = await browser.GetAsync("/healthz/ready");
        Assert.That((answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "Unhealthy DATABASE_READ_ONLY")));
    }

    [Test]
    public async Task The_check_leaves_nothing()
    {
        await using TestHost host = await TestHost.StartAsync();
        using HttpClient browser = host.Browser();
        await browser.GetStringAsync("/healthz/ready");
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM batch.write_check"), Is.Zero);
    }
}
