using System.Text.Json;
using System.Xml.Linq;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>What every verb shares: exit codes, sentences in both languages, one document. None of these needs a database.</summary>
public sealed class CommandLineTests
{
    private static readonly BatchCli Cli = new();

    [Test]
    public async Task Alone_it_lists_the_verbs()
    {
        CliResult result = await Cli.RunAsync();
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Output, Does.Contain("calc").And.Contain("validate").And.Contain("db"));
    }

    [Test]
    public async Task It_prints_the_version_of_the_build_and_of_the_change_log()
    {
        string built = XDocument.Load(Path.Combine(BatchCli.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        CliResult people = await Cli.RunAsync("--version");
        Assert.That(people.ToString(), Does.StartWith($"exit 0\nbatch {built}\n"));
        Assert.That((await Cli.RunAsync("--version", "--json")).Json.GetProperty("version").GetString(), Is.EqualTo(built));
        Assert.That(File.ReadAllText(Path.Combine(BatchCli.Root, "CHANGELOG.md")), Does.Contain($"\n## {built} "));
    }

    [Test]
    public async Task Every_verb_of_the_list_has_a_description_in_both_languages()
    {
        JsonElement verbs = (await Cli.RunAsync("--json")).Json.GetProperty("verbs");
        foreach (JsonElement verb in verbs.EnumerateArray())
        {
            string description = verb.GetProperty("description").GetString()!;
            Assert.That(description, Does.Contain(" / "), verb.ToString());
            Assert.That(description, Does.Match(@"\p{IsCJKUnifiedIdeographs}"), verb.ToString());
        }
    }

    [TestCase("nonsense")]
    [TestCase("db nonsense")]
    [TestCase("calc")]
    [TestCase("calc --area 420100 --month 2021-13 --status active --birth 1985-06-01 --base 6000")]
    [TestCase("calc --area 420100 --month 2021-06 --status active --birth 1985-02-30 --base 6000")]
    [TestCase("calc --area 420100 --month 2021-06 --status active --birth 1985-06-01 --base 6k")]
    [TestCase("calc --area 420100 --month 2021-06 --status active --birth 1985-06-01 --base -1")]
    [TestCase("calc --area 420100 --month 2021-06 --status active --birth 1985-06-01")]
    [TestCase("calc --area 420100 --month 2021-06 --status active --birth 2021-07-01 --base 6000")]
    [TestCase("calc --area 999999 --month 2021-06 --status active --birth 1985-06-01 --base 6000")]
    [TestCase("calc --area 420100 --month 2021-06 --status idle --birth 1985-06-01 --base 6000")]
    [TestCase("calc --area 420100 --month 2021-06 --status active --birth 1985-06-01 --base 6000 --set wage=1")]
    [TestCase("policy check nowhere")]
    [TestCase("policy show 999999 --month 2021-06")]
    [TestCase("policy adopt nowhere.yaml --by wang")]
    [TestCase("policy set 420100 wage=1 --from 2022-01 --document x --by wang")]
    [TestCase("policy set 420100 average-wage=0 --from 2022-01 --document x --by wang")]
    [TestCase("policy set 420100 average-wage=7800.001 --from 2022-01 --document x --by wang")]
    [TestCase("policy set 420100 average-wage=7800 --document x --by wang")]
    [TestCase("generate --people 0 --month 2021-06 --area 420100 --out nowhere")]
    [TestCase("generate --people 10 --month 2021-06 --area 999999 --out nowhere")]
    [TestCase("generate --people 10 --month 2021-06 --area 420100 --faults 1.1 --out nowhere")]
    [TestCase("report nonsense --area 420100 --month 2021-06 --out nowhere.csv")]
    [TestCase("report allocation --area 420100 --month 2021-06 --format pdf --out nowhere.pdf")]
    [TestCase("validate nowhere.csv")]
    [TestCase("db reset")]
    [TestCase("db start --db postgresql://u@h/d")]
    public async Task A_wrong_command_line_ends_with_2_and_a_sentence(string line)
    {
        CliResult people = await Cli.RunAsync(line.Split(' '));
        Assert.That(people.ExitCode, Is.EqualTo(2), people.ToString());
        Assert.That(people.Output, Is.Empty);
        Assert.That(people.Errors, Does.Contain("(USAGE)").And.Match(@"\p{IsCJKUnifiedIdeographs}"));

        CliResult script = await Cli.RunAsync([.. line.Split(' '), "--json"]);
        Assert.That(script.ExitCode, Is.EqualTo(2));
        JsonElement error = script.Json.GetProperty("error");
        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("USAGE"));
        Assert.That(error.GetProperty("message").GetString(), Is.Not.Empty);
        Assert.That(error.GetProperty("messageZh").GetString(), Does.Match(@"\p{IsCJKUnifiedIdeographs}"));
    }

    [TestCase("calc --area 420100 --month 1995-06 --status retired --birth 1930-01-01 --pension-prior-year 100", "FIGURE_MISSING")]
    [TestCase("calc --area 420100 --month 2021-06 --status retired --birth 1955-01-01", "FIGURE_MISSING")]
    [TestCase("calc --area 420100 --month 2021-06 --status active --birth 1985-06-01 --base 6000 --category mars", "CATEGORY_OPEN")]
    public async Task What_the_policy_cannot_answer_ends_with_1(string line, string code)
    {
        CliResult result = await Cli.RunAsync([.. line.Split(' '), "--json"]);
        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo(code));
    }

    // One parser for all that people type: 2021 and June, however they are written.
    [TestCase("2021-06")]
    [TestCase("2021-6")]
    [TestCase("202106")]
    [TestCase("2021/06")]
    [TestCase("2021年6月")]
    public async Task A_month_is_taken_as_people_write_it(string typed)
    {
        CliResult result = await Cli.RunAsync("calc", "--area", "420100", "--month", typed, "--status", "active", "--birth", "1985-06-01", "--base", "6000", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Json.GetProperty("month").GetString(), Is.EqualTo("2021-06"));
    }

    [Test]
    public async Task A_month_that_may_be_two_is_refused_with_both()
    {
        CliResult result = await Cli.RunAsync("calc", "--area", "420100", "--month", "2021.1", "--status", "active", "--birth", "1985-06-01", "--base", "6000");
        Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
        Assert.That(result.Errors, Does.Contain("write 2021-01 or 2021-10"));
    }

    [TestCase("postgresql://u:secret@127.0.0.1:1/x", "DATABASE_UNREACHABLE")]
    [TestCase("nonsense", "DATABASE_URL")]
    public async Task A_server_that_cannot_be_used_ends_with_3_and_keeps_the_password(string url, string code)
    {
        CliResult result = await new BatchCli { Db = url }.RunAsync("db", "migrate", "--json");
        Assert.That(result.ExitCode, Is.EqualTo(3), result.ToString());
        Assert.That(result.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That(result.ToString(), Does.Not.Contain("secret"));
    }

    [Test]
    public async Task Without_PostgreSQL_the_install_command_is_told()
    {
        string folder = Directory.CreateTempSubdirectory("batch-none-").FullName;
        CliResult result = await new BatchCli { Environment = { ["BATCH_PG_BIN"] = "/nowhere" }, Data = folder }.RunAsync("db", "url", "--json");
        Directory.Delete(folder, recursive: true);
        Assert.That(result.ExitCode, Is.EqualTo(3), result.ToString());
        JsonElement error = result.Json.GetProperty("error");
        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("NO_POSTGRESQL"));
        Assert.That(error.GetProperty("message").GetString(), Does.Contain("apt-get install -y postgresql"));
    }
}
