using System.Text.Json;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>Bad input gets a sentence with a stable code in both languages and the right exit code, and leaves nothing half-done.</summary>
public class BadInputTests
{
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\n";
    private const string Good = "E1,单位,某人,420172199006150015,2021-06,5000.00,100.00,400.00\n";
    private TestDatabase database = null!;
    private BatchCli batch = null!;
    private DirectoryInfo folder = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        folder = Directory.CreateTempSubdirectory("bad");
        database = await TestDatabase.CreateAsync("420100");
        batch = new BatchCli { Db = database.Url };
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        folder.Delete(recursive: true);
        await database.DisposeAsync();
    }

    [TestCase("empty", "", "FILE_EMPTY")]
    [TestCase("header-only", Header, "HEADER_ONLY")]
    [TestCase("wrong-columns", "甲,乙,丙\n1,2,3\n", "HEADER_UNKNOWN")]
    [TestCase("missing-column", "单位编号,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额\nE1,某人,420172199006150015,2021-06,5000,100\n", "HEADER_COLUMN_MISSING")]
    public async Task A_file_that_is_no_submission_is_refused_whole(string name, string text, string code)
    {
        CliResult result = await ImportAsync(name, text);
        JsonElement file = result.Json.GetProperty("files")[0];
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(file.GetProperty("rejections")[0].GetProperty("code").GetString(), Is.EqualTo(code));
            Assert.That(file.GetProperty("rejections")[0].GetProperty("messageZh").GetString(), Is.Not.Empty);
            Assert.That(file.GetProperty("accepted").GetInt32(), Is.Zero);
        });
    }

    [TestCase("letters", "E1,单位,某人,420172199006150015,2021-06,5OOO,100.00,400.00", "AMOUNT_UNREADABLE")]
    [TestCase("negative", "E1,单位,某人,420172199006150015,2021-06,-5000.00,100.00,400.00", "AMOUNT_NEGATIVE")]
    [TestCase("absurd", "E1,单位,某人,420172199006150015,2021-06,99999999.00,100.00,400.00", "AMOUNT_ABSURD")]
    [TestCase("mismatch", "E1,单位,某人,420172199006150015,2021-06,5000.00,100.02,400.00", "AMOUNT_MISMATCH")]
    [TestCase("month-13", "E1,单位,某人,420172199006150015,2021-13,5000.00,100.00,400.00", "MONTH_INVALID")]
    [TestCase("check-digit", "E1,单位,某人,420172199006150016,2021-06,5000.00,100.00,400.00", "ID_CHECK_DIGIT")]
    public async Task A_bad_row_is_rejected_and_the_good_one_beside_it_is_taken(string name, string row, string code)
    {
        CliResult result = await ImportAsync(name, Header + row + "\n");
        JsonElement file = result.Json.GetProperty("files")[0];
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(file.GetProperty("rejected").GetInt32(), Is.EqualTo(1));
            Assert.That(file.GetProperty("rejections").EnumerateArray().Select(r => r.GetProperty("code").GetString()), Does.Contain(code));
            Assert.That(result.Output, Does.Not.Contain("199006150015"), "a whole citizen number is shown");
        });
    }

    [TestCase("7")]
    [TestCase("1")]
    [TestCase("sideways")]
    public async Task A_kind_of_file_is_a_word_and_no_number(string kind)
    {
        string path = await WriteAsync("kind", Header + Good);
        CliResult result = await batch.RunAsync("import", path, "--area", "420100", "--kind", kind, "--json");
        Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
        Assert.That(result.ToString(), Does.Contain("regular, supplementary, replacement"));
    }

    [Test]
    public async Task An_unknown_area_is_named_with_those_that_are_known()
    {
        string path = await WriteAsync("area", Header + Good);
        CliResult result = await batch.RunAsync("import", path, "--area", "999999", "--json");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(result.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("AREA_UNKNOWN"));
            Assert.That(result.Json.GetProperty("error").GetProperty("message").GetString(), Does.Contain("420100"));
        });
    }

    [Test]
    public async Task A_regular_file_for_a_closed_month_is_refused_with_the_words_to_send_it_again()
    {
        // A database of its own: once a file has come for a later month, that month is the first to close.
        await using TestDatabase own = await TestDatabase.CreateAsync("420100");
        BatchCli there = new() { Db = own.Url };
        Assert.That((await there.RunAsync("close", "--area", "420100", "--month", "2020-12", "--by", "reviewer")).ExitCode, Is.Zero);
        string path = await WriteAsync("closed", Header + Good.Replace("2021-06", "2020-12", StringComparison.Ordinal));
        CliResult result = await there.RunAsync("import", path, "--area", "420100", "--json");
        JsonElement rejection = result.Json.GetProperty("files")[0].GetProperty("rejections")[0];
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(rejection.GetProperty("code").GetString(), Is.EqualTo("MONTH_CLOSED"));
            Assert.That(rejection.GetProperty("message").GetString(), Does.Contain("supplementary"));
        });
    }

    [Test]
    public async Task Without_a_database_the_verb_ends_with_the_environment_at_fault()
    {
        string path = await WriteAsync("nowhere", Header + Good);
        CliResult result = await new BatchCli { Db = "postgresql://nobody@127.0.0.1:1/none" }.RunAsync("import", path, "--area", "420100", "--json");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(3));
            Assert.That(result.Json.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("DATABASE_UNREACHABLE"));
        });
    }

    [Test]
    public async Task A_file_that_is_not_there_is_a_wrong_command()
    {
        CliResult result = await batch.RunAsync("import", "no-such-file.csv", "--area", "420100", "--json");
        Assert.That(result.ExitCode, Is.EqualTo(2));
    }

    [Test]
    public async Task A_run_that_does_not_exist_is_said_so()
    {
        CliResult result = await batch.RunAsync("approve", "424242", "--by", "reviewer", "--json");
        Assert.That((result.ExitCode, result.Json.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((1, "RUN_UNKNOWN")));
    }

    private async Task<CliResult> ImportAsync(string name, string text) =>
        await batch.RunAsync("import", await WriteAsync(name, text), "--area", "420100", "--by", "operator", "--json");

    private async Task<string> WriteAsync(string name, string text)
    {
        string path = Path.Combine(folder.FullName, name + ".csv");
        await File.WriteAllTextAsync(path, text);
        return path;
    }
}
