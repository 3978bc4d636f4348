using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>
/// What was logged names nobody. <c>tests/run</c> runs these once more after all other tests, so that everything that they made the program and its
/// servers say has been kept by then.
/// </summary>
public sealed class NothingPersonalIsLoggedTests
{
    private const string Number = "420100196801300793";

    private DirectoryInfo _folder = null!;
    private PersonalData _people = null!;

    [OneTimeSetUp]
    public async Task LearnNamesAsync()
    {
        _folder = Directory.CreateTempSubdirectory("batch-names-");
        await new BatchCli().RunAsync("generate", "--people", "3000", "--month", "2021-06", "--area", "420100", "--seed", "7", "--out", _folder.FullName);
        _people = new PersonalData(Directory.GetFiles(_folder.FullName, "*.csv").Concat(Directory.GetFiles(Path.Combine(BatchCli.Root, "data-samples"), "*.csv", SearchOption.AllDirectories)));
    }

    [OneTimeTearDown]
    public void Forget() => _folder.Delete(recursive: true);

    [TestCase($"fail: person {Number} has no account")]
    [TestCase("Key (citizen)=(42010019680130079) already exists.")]
    [TestCase("{\"Message\":\"no account for 42010019680130079X, sorry\"}")]
    [TestCase("COPY line 3, column name: \"GENERATED\"")]
    [TestCase("参保人GENERATED的账户已冻结")]
    [TestCase("ERROR:  invalid input for SAMPLED at row 5")]
    public void A_line_that_names_somebody_is_found(string line)
    {
        string generated = File.ReadLines(Directory.GetFiles(_folder.FullName, "payroll-*.csv")[0]).Skip(1).Select(l => l.Split(',')[2]).First(n => n.Length == 3);
        string sampled = File.ReadLines(Path.Combine(BatchCli.Root, "data-samples", "420100", "2021-01", "payroll-donghu.csv")).Last().Split(',').First(c => c.Length is 2 or 3 && c[0] > 0x2E80);
        Assert.That(_people.Names, Is.GreaterThan(1000));
        Assert.That(_people.In(line.Replace("GENERATED", generated, StringComparison.Ordinal).Replace("SAMPLED", sampled, StringComparison.Ordinal)), Is.Not.Null);
    }

    [TestCase("2026-11-22 18:04:14.123 CST [12468] batch 12468 ERROR:  canceling statement due to user request")]
    [TestCase("run 3 of 420100 posted: 4201 entries, 110105********1234, 20261122180414123")]
    [TestCase("已入账 = 应划；没有找到此人的账户，请核对号码。")]
    public void A_line_that_names_nobody_is_not(string line) => Assert.That(_people.In(line), Is.Null);

    [Test]
    public async Task Nothing_that_was_logged_names_a_person()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync("420100");
        BatchCli batch = new() { Db = database.Url };
        // Whatever ran before, something has been said about people that cannot be served.
        await batch.RunAsync("balance", "--id", Number);
        await batch.RunAsync("import", Path.Combine(BatchCli.Root, "data-samples", "420100", "2021-05", "bad-id.csv"), "--area", "420100", "--month", "2021-05", "--by", "operator");
        string[] logs = KeptLogs.Folder is { } kept ? Directory.GetFiles(kept) : [];
        List<string> found = [];
        long lines = 0;
        foreach (string log in logs)
        {
            using FileStream file = new(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(file);
            while (await reader.ReadLineAsync() is { } line)
            {
                lines++;
                if (_people.In(line) is { } personal)
                {
                    // Not the line itself: this is a log, too.
                    found.Add($"{Path.GetFileName(log)} line {lines}: {personal}");
                }
            }
        }

        await TestContext.Out.WriteLineAsync($"{lines} lines of {logs.Length} logs");
        Assert.That(found.Take(20), Is.Empty);
        Assert.That(KeptLogs.Folder is null || lines > 0);
    }
}
