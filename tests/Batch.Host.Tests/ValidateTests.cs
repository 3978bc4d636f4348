using System.Text.Json;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary><c>validate</c>: a file is judged as it would be on arrival, without a database.</summary>
public sealed class ValidateTests
{
    private const string Header = "单位编号,姓名,证件号码,缴费基数,费款所属期,个人缴费,单位缴费\n";
    private const string Good = "W001,张三,11010519491231002X,6000,2021-06,120.00,480.00\n";
    private const string Short = "W001,张三,11010519491231002X,6000,2021-06,110.00,480.00\n";
    private const string BadDigit = "W001,李四,110105194912310021,6000,2021-06,120.00,480.00\n";

    [Test]
    public async Task Rows_are_counted_and_rejects_told_with_their_line()
    {
        JsonElement file = await CheckAsync(Header + Good + BadDigit + Short, 0, "--area", "420100");
        Assert.That(file.GetProperty("content").GetString(), Is.EqualTo("payroll"));
        Assert.That(Counts(file), Is.EqualTo((3, 1, 2)));
        JsonElement[] rejections = [.. file.GetProperty("rejections").EnumerateArray()];
        Assert.That(rejections.Select(r => (r.GetProperty("code").GetString(), r.GetProperty("line").GetInt32())), Is.EqualTo(new[] { ("ID_CHECK_DIGIT", 3), ("AMOUNT_MISMATCH", 4) }));
        Assert.That(rejections[0].GetProperty("found").GetString(), Is.EqualTo("1101*************1"), "masked");
        Assert.That(rejections[1].GetProperty("expected").GetString(), Is.EqualTo("120.00"));
    }

    [Test]
    public async Task Without_an_area_amounts_are_not_judged() =>
        Assert.That(Counts(await CheckAsync(Header + Good + Short, 0)), Is.EqualTo((2, 2, 0)));

    [Test]
    public async Task A_file_is_refused_whole_from_50_rejects_that_are_more_than_a_tenth()
    {
        string fifty = string.Concat(Enumerable.Repeat(BadDigit, 50));
        JsonElement refused = await CheckAsync(Header + fifty + Repeat(449), 1);
        Assert.That(Counts(refused), Is.EqualTo((499, 0, 499)));
        Assert.That(refused.GetProperty("rejections")[0].GetProperty("code").GetString(), Is.EqualTo("FILE_REFUSED"));

        Assert.That(Counts(await CheckAsync(Header + fifty + Repeat(450), 0)), Is.EqualTo((500, 450, 50)), "a tenth is not more than a tenth");
        Assert.That(Counts(await CheckAsync(Header + string.Concat(Enumerable.Repeat(BadDigit, 49)), 0)), Is.EqualTo((49, 0, 49)), "49 are not 50");
    }

    // June is 13 months before July of the next year and 12 before its June; nothing of May may come after it.
    [TestCase("2022-07", 1, 1, "MONTH_DIFFERS")]
    [TestCase("2022-06", 0, 0, null)]
    [TestCase("2021-05", 0, 1, "MONTH_AFTER_SUBMISSION")]
    public async Task The_month_given_is_compared_with_the_rows_as_when_the_file_is_taken_in(string month, int exitCode, int rejected, string? code)
    {
        JsonElement file = await CheckAsync(Header + Good, exitCode, "--area", "420100", "--month", month);
        Assert.That(file.GetProperty("rejected").GetInt32(), Is.EqualTo(rejected));
        Assert.That(file.GetProperty("rejections").EnumerateArray().Select(r => r.GetProperty("code").GetString()), Is.EqualTo(code is null ? [] : new[] { code }));
    }

    [TestCase("", "FILE_EMPTY")]
    [TestCase(Header, "HEADER_ONLY")]
    [TestCase("a,b,c\n1,2,3\n", "HEADER_UNKNOWN")]
    public async Task A_file_without_rows_to_judge_ends_with_1(string text, string code)
    {
        JsonElement file = await CheckAsync(text, 1);
        Assert.That(file.GetProperty("rejections")[0].GetProperty("code").GetString(), Is.EqualTo(code));
    }

    // The first thing that the program reads: nothing else has made the old code pages known before.
    [TestCase("SHEETS_SEVERAL.xlsx", "SHEETS_SEVERAL")]
    [TestCase("FILE_PROTECTED.xls", "FILE_PROTECTED")]
    public async Task A_workbook_is_read_as_the_first_file_of_the_program(string sample, string code)
    {
        CliResult result = await new BatchCli().RunAsync("validate", Path.Combine(BatchCli.Root, "data-samples", "rejected", sample), "--json");
        Assert.That(result.Json.GetProperty("files")[0].GetProperty("rejections")[0].GetProperty("code").GetString(), Is.EqualTo(code));
    }

    [TestCase("max-bytes=100", "FILE_TOO_LARGE")]
    [TestCase("max-rows=1", "TOO_MANY_ROWS")]
    [TestCase("max-line-chars=40", "LINE_TOO_LONG")]
    [TestCase("max-columns=3", "TOO_MANY_COLUMNS")]
    public async Task A_limit_on_files_is_a_setting_and_refuses_with_a_sentence(string limit, string code)
    {
        JsonElement file = await CheckAsync(Header + Good + Short, 1, "--limit", limit);
        Assert.That(file.GetProperty("rejections")[0].GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That(file.GetProperty("rejections")[0].GetProperty("messageZh").GetString(), Does.EndWith("。"));
    }

    [TestCase("max-zip-ratio=1", "ZIP_RATIO", "ZIP_RATIO.xlsx")]
    [TestCase("max-zip-entry-bytes=500", "ZIP_ENTRY_TOO_LARGE", "ZIP_ENTRY_TOO_LARGE.xlsx")]
    public async Task A_limit_on_workbooks_comes_from_the_environment_too(string limit, string code, string sample)
    {
        BatchCli batch = new() { Environment = { ["BATCH_LIMITS"] = limit } };
        CliResult result = await batch.RunAsync("validate", Path.Combine(BatchCli.Root, "data-samples", "rejected", sample), "--json");
        Assert.That(result.Json.GetProperty("files")[0].GetProperty("rejections")[0].GetProperty("code").GetString(), Is.EqualTo(code));
    }

    [TestCase("max-rows")]
    [TestCase("max-rows=0")]
    [TestCase("max-rows=many")]
    [TestCase("max-rows=99999999999")]
    [TestCase("most=1")]
    public async Task A_limit_that_cannot_be_read_is_a_usage_error(string limit) =>
        Assert.That((await new BatchCli().RunAsync("validate", "/dev/null", "--limit", limit)).ExitCode, Is.EqualTo(2));

    private static string Repeat(int rows) => string.Concat(Enumerable.Repeat(Good, rows));

    private static (int Rows, int Accepted, int Rejected) Counts(JsonElement file) =>
        (file.GetProperty("rows").GetInt32(), file.GetProperty("accepted").GetInt32(), file.GetProperty("rejected").GetInt32());

    private static async Task<JsonElement> CheckAsync(string text, int exitCode, params string[] options)
    {
        string path = Path.Combine(Path.GetTempPath(), $"batch-validate-{Guid.NewGuid():N}.csv");
        await File.WriteAllTextAsync(path, text);
        CliResult result = await new BatchCli().RunAsync(["validate", path, .. options, "--json"]);
        File.Delete(path);
        Assert.That(result.ExitCode, Is.EqualTo(exitCode), result.ToString());
        return result.Json.GetProperty("files")[0];
    }
}
