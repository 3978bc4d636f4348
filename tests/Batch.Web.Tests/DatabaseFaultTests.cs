using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Batch.Host;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Batch.Testing;
using NUnit.Framework;
using Npgsql;

namespace Batch.Web.Tests;

/// <summary>What is said when the database refuses: a code and a sentence of ours. The database's own words may quote data.</summary>
public sealed partial class DatabaseFaultTests
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

    private static IEnumerable<string> OwnStates => Directory.EnumerateFiles(Path.Combine(BatchCli.Root, "Batch.Jobs", "Database"), "*.sql", SearchOption.AllDirectories)
        .SelectMany(file => OwnState().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value)).Distinct().Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(OwnStates))]
    public void What_our_own_functions_refuse_is_told_in_sentences_of_both_languages(string state)
    {
        PostgresException refused = new(Words, "ERROR", "ERROR", state, detail: Words);
        DataFaultException? told = LedgerRefusal.Of(refused) ?? UserRegister.Refusal(refused);
        Assert.That(told, Is.Not.Null);
        Assert.That(told!.English, Does.Match("^[A-Z][ -~]+\\.$").And.Not.Contain("citizen").And.Not.Contain("Key ("));
        Assert.That(told.Chinese, Does.Match(@"\p{IsCJKUnifiedIdeographs}").And.EndWith("。").And.Not.Contain("citizen"));
    }

    [TestCase("BA150", "2021-02", "2021-02.")]
    [TestCase("BA151", "2021-03-01", "2021-03-01 on.")]
    [TestCase("BA155", "17", "Run 17 was posted")]
    [TestCase("BA004", "Run 3 is posted, not computed.", "Run 3 is posted, which")]
    [TestCase("BA004", "Run 3 is discarded.", "Run 3 is discarded, which")]
    [TestCase("BA020", "Run 3 has anomalies (CREDIT_LARGE, PEOPLE_OFF); its approval needs a written reason.", ": CREDIT_LARGE, PEOPLE_OFF.")]
    public void The_months_runs_and_codes_that_they_name_are_kept(string state, string message, string kept) =>
        Assert.That(LedgerRefusal.Of(new PostgresException(message, "ERROR", "ERROR", state))!.English, Does.Contain(kept));

    [GeneratedRegex("ERRCODE = '(BA[0-9]{3})'")]
    private static partial Regex OwnState();

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

    [TestCase(PostgresErrorCodes.LockNotAvailable, "LOCK_WAIT", "锁", "lock")]
    [TestCase(PostgresErrorCodes.ReadOnlySqlTransaction, "DATABASE_READ_ONLY", "只读", "read-only")]
    [TestCase(PostgresErrorCodes.DiskFull, "DISK_FULL", "磁盘已满", "disk is full")]
    public void A_job_that_the_database_stopped_says_why(string state, string code, string chinese, string english)
    {
        WorkFault fault = WorkFaults.Of(new PostgresException("x", "ERROR", "ERROR", state));
        Assert.That(fault.Code, Is.EqualTo(code));
        Assert.That(fault.Zh, Does.Contain(chinese));
        Assert.That(fault.En, Does.Contain(english));
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
