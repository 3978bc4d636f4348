using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>A number of a person or a password on the command line shows in the list of processes: the verb works and says so once.</summary>
public sealed class ExposedTests
{
    private const string Number = "11010519491231002X";
    private TestDatabase database = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => database = await TestDatabase.CreateAsync("420100");

    [OneTimeTearDown]
    public async Task StopAsync() => await database.DisposeAsync();

    [TestCase("balance", "--id", Number, "--id -")]
    [TestCase("statement", "--card", "C123456789", "--card -")]
    [TestCase("coverage", "--id", Number, "--id -")]
    [TestCase("benefits", "--id", Number, "--id -")]
    public async Task A_number_as_an_argument_is_warned_of_in_one_line_and_one_from_the_input_is_not(string verb, string option, string number, string instead)
    {
        CliResult shown = await new BatchCli { Db = database.Url }.RunAsync(verb, option, number, "--json");
        CliResult hidden = await new BatchCli { Db = database.Url, Input = number + "\n" }.RunAsync(verb, option, "-", "--json");
        Assert.That(Warnings(shown), Has.Length.EqualTo(1).And.All.Contains(instead).And.All.Match(@"\p{IsCJKUnifiedIdeographs}"));
        Assert.That(shown.Errors, Does.Not.Contain(number));
        Assert.That(Warnings(hidden), Is.Empty);
        Assert.That((shown.ExitCode, shown.Output), Is.EqualTo((hidden.ExitCode, hidden.Output)), "the same answer");
    }

    [Test]
    public async Task Who_asks_is_warned_of_in_the_same_line()
    {
        CliResult shown = await new BatchCli { Db = database.Url }.RunAsync("family", "--id", Number, "--asker", Number);
        Assert.That(Warnings(shown), Has.Length.EqualTo(1).And.All.Contains("--id - --asker -"));
    }

    [TestCase("--db", "postgresql://batch:hidden-word@127.0.0.1:1/batch", "BATCH_DB")]
    [TestCase("--db", "Host=127.0.0.1;Port=1;Username=batch;Password=hidden-word", "BATCH_DB")]
    public async Task A_password_in_the_address_of_the_database_is_warned_of(string option, string url, string setting)
    {
        CliResult shown = await new BatchCli().RunAsync("verify", option, url);
        Assert.That(Warnings(shown), Has.Length.EqualTo(1).And.All.Contains(setting));
        Assert.That(shown.ToString(), Does.Not.Contain("hidden-word"));
    }

    private static string[] Warnings(CliResult result) => [.. result.Errors.Split('\n').Where(l => l.Contains("list of processes", StringComparison.Ordinal) && l.Contains("警告", StringComparison.Ordinal))];
}
