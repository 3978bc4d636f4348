using System.Text.Json;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>What acts of the command line leave on record, and what they tell before a month ends.</summary>
public sealed class ActRecordTests
{
    private const string Area = "420100";

    [Test]
    public async Task A_backup_is_on_record_with_who_and_area_and_without_the_file()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        BatchCli batch = new() { Db = database.Url };
        string folder = Directory.CreateTempSubdirectory("batch-record-").FullName;
        try
        {
            await DoneAsync(batch, "db", "backup", Path.Combine(folder, "all"));
            await DoneAsync(batch, "db", "backup", Path.Combine(folder, "one"), "--area", Area);
            await DoneAsync(batch, "db", "restore", Path.Combine(folder, "one"), "--area", Area, "--yes");
            string records = await database.ScalarAsync<string>(
                "SELECT string_agg(concat_ws(' ', who, act, area, subject, origin), '|' ORDER BY audit_id) FROM batch.audit WHERE act LIKE 'db.%'");
            string who = Environment.UserName;
            Assert.That(records, Is.EqualTo(
                $"{who} db.backup command line, OS user|{who} db.backup {Area} command line, OS user|{who} db.restore {Area} command line, OS user"));
            await DoneAsync(batch, "db", "restore", Path.Combine(folder, "all"), "--yes");
            // The backup has its own record, and what came after it is gone but for the restoring.
            Assert.That(await database.ScalarAsync<string>("SELECT string_agg(act, ' ' ORDER BY audit_id) FROM batch.audit WHERE act LIKE 'db.%'"), Is.EqualTo("db.backup db.restore"));
            await DoneAsync(batch, "verify", "--all");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // One row of three has an employer's amount that is not 8 % of its base.
    [Test]
    public async Task A_reversal_records_its_reason_and_a_closing_tells_of_rejected_rows_that_are_not_mended()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        BatchCli batch = new() { Db = database.Url };
        string file = Path.Combine(Directory.CreateTempSubdirectory("batch-record-").FullName, "payroll.csv");
        string[] people = [Person(1), Person(2), Person(3)];
        await File.WriteAllLinesAsync(
            file,
            ["单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额", .. people.Select((p, i) => $"E1,厂,某人,{p},2021-01,5000.00,100.00,{(i == 2 ? "300.00" : "400.00")}")]);
        try
        {
            await DoneAsync(batch, "import", file, "--area", Area, "--month", "2021-01", "--by", "wang");
            await PostAsync(batch, "allocate", "--area", Area, "--month", "2021-01", "--by", "wang");
            await PostAsync(batch, "reverse", "1", "--by", "wang", "--reason", "月份报错");
            Assert.That(await database.ScalarAsync<string>("SELECT concat_ws(' ', who, area, subject, reason, origin) FROM batch.audit WHERE act = 'run.reverse'"), Is.EqualTo($"wang {Area} 1 2 月份报错 command line"));
            await DoneAsync(batch, "reverse", "1", "--by", "wang");
            await PostAsync(batch, "allocate", "--area", Area, "--month", "2021-01", "--by", "wang");

            JsonElement closed = (await DoneAsync(batch, "close", "--area", Area, "--month", "2021-01", "--accept-differences", "核实", "--by", "zhao", "--json")).Json;
            JsonElement warning = closed.GetProperty("warnings").EnumerateArray().Single();
            Assert.Multiple(() =>
            {
                Assert.That((warning.GetProperty("code").GetString(), warning.GetProperty("count").GetInt64()), Is.EqualTo(("rejects-open", 1L)));
                Assert.That(warning.GetProperty("messageZh").GetString(), Does.StartWith("本月还有 1 行被拒绝、没有改正。"));
                Assert.That(closed.GetProperty("accounts").GetInt32(), Is.EqualTo(2));
            });
            Assert.That((await DoneAsync(batch, "close", "--area", Area, "--month", "2021-01", "--accept-differences", "核实", "--by", "zhao")).Output, Does.Contain("1 row of this month rejected and not mended yet"));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Test]
    public async Task A_month_that_has_not_begun_is_refused_with_its_code()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        BatchCli batch = new() { Db = database.Url };
        CliResult refused = await batch.RunAsync("allocate", "--area", Area, "--month", "2050-01", "--by", "wang", "--json");
        Assert.That((refused.ExitCode, refused.Json.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((1, "MONTH_NOT_BEGUN")));
    }

    private static async Task PostAsync(BatchCli batch, params string[] computing)
    {
        JsonElement run = (await DoneAsync(batch, [.. computing, "--json"])).Json.GetProperty("run");
        await DoneAsync(batch, "approve", run.ToString(), "--by", "li", "--override", "test");
        await DoneAsync(batch, "post", run.ToString(), "--by", "li");
    }

    private static async Task<CliResult> DoneAsync(BatchCli batch, params string[] arguments)
    {
        CliResult result = await batch.RunAsync(arguments);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        return result;
    }

    private static string Person(int number) => Rules.CitizenId.FromDigits17(42017219900615000L + number).Full();
}
