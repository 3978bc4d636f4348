using System.Text.Json;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary><c>calc</c> and <c>policy</c>: the documents that scripts read. The expected amounts are worked by hand from the base policy.</summary>
public sealed class CalcTests
{
    private static readonly BatchCli Cli = new();

    [TestCase("--month 2021-06 --status active --birth 1985-06-02 --base 6000", "186.00")]
    [TestCase("--month 2021-06 --status active --birth 1985-06-01 --base 6000", "204.00")]
    [TestCase("--month 2021-06 --status active --birth 1985-06-15 --base 6000", "186.00")]
    [TestCase("--month 2021-07 --status active --birth 1985-06-15 --base 6000", "204.00")]
    [TestCase("--month 2021-02 --status active --birth 1984-02-29 --base 6000", "204.00")]
    [TestCase("--month 2020-02 --status active --birth 1984-02-29 --base 6000", "186.00")]
    [TestCase("--month 2020-03 --status active --birth 1984-02-29 --base 6000", "204.00")]
    [TestCase("--month 2021-06 --status active --birth 1975-06-02 --base 6000", "204.00")]
    [TestCase("--month 2021-06 --status active --birth 1975-06-01 --base 6000", "222.00")]
    [TestCase("--month 2021-06 --status active --birth 1985-06-02 --base 50000 --set base-max=20000", "620.00")]
    [TestCase("--month 2021-06 --status active --birth 1985-06-02 --base 100 --set base-min=3000", "93.00")]
    [TestCase("--month 2021-06 --status retired --birth 1955-01-01 --pension-prior-year 4000", "281.36")]
    [TestCase("--month 2021-06 --status retired --birth 1955-01-01 --pension-prior-year 4000 --set average-wage=5000", "192.00")]
    [TestCase("--month 2021-06 --status retired --birth 1950-06-01 --pension-month 6000", "306.00")]
    [TestCase("--month 2023-02 --status retired --birth 1940-01-01", "83.00")]
    [TestCase("--month 2023-02 --status active --birth 1975-06-01 --base 6000", "120.00")]
    public async Task The_month_of_one_person_is_computed(string line, string net)
    {
        CliResult result = await Cli.RunAsync(["calc", "--area", "420100", .. line.Split(' '), "--json"]);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Json.GetProperty("net").GetString(), Is.EqualTo(net));
    }

    // Haikou: 60 less 3 % for each of two years; Wuxi from 2023: the amount frozen; months of contribution change nothing where no credit is in proportion to them.
    [TestCase("460100", "--month 2025-03 --status retired --birth 1962-03-01 --missing-years 2", "56.40")]
    [TestCase("460100", "--month 2025-03 --status retired --birth 1962-03-01 --paid-months 110", "60.00")]
    [TestCase("460100", "--month 2025-03 --status retired --birth 1962-03-01 --missing-years 2 --retired-on 2022-03-31", "56.40")]
    [TestCase("320200", "--month 2023-06 --status retired --birth 1950-01-01 --frozen-amount 280.50", "280.50")]
    public async Task What_is_known_of_a_retiree_besides_the_pension_is_given_by_options(string area, string line, string net)
    {
        CliResult result = await Cli.RunAsync(["calc", "--area", area, .. line.Split(' '), "--json"]);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Json.GetProperty("net").GetString(), Is.EqualTo(net));
    }

    [TestCase("--missing-years 1.5", "--missing-years 1.5: it is not a whole number from 0 to 60")]
    [TestCase("--missing-years 61", "--missing-years 61: it is not a whole number from 0 to 60")]
    [TestCase("--paid-months -1", "--paid-months -1: it is not a whole number from 0 to 960")]
    [TestCase("--paid-months 961", "--paid-months 961: it is not a whole number from 0 to 960")]
    [TestCase("--retired-on 2025-04-01", "--retired-on lies after the month")]
    [TestCase("--retired-on 2025", "--retired-on 2025: it is not a date")]
    [TestCase("--frozen-amount x", "--frozen-amount x: it is not an amount in yuan")]
    public async Task Years_months_and_amounts_that_cannot_be_are_refused(string option, string told)
    {
        CliResult result = await Cli.RunAsync(["calc", "--area", "460100", "--month", "2025-03", "--status", "retired", "--birth", "1962-03-01", .. option.Split(' ')]);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.ToString(), Does.Contain(told));
    }

    // A year of Wuhan before 2023: the base of a retiree is the prior year's average; neither years nor the month's pension are looked at.
    [Test]
    public async Task What_was_given_and_is_not_looked_at_is_named()
    {
        string[] retired = ["calc", "--area", "420100", "--month", "2021-06", "--status", "retired", "--birth", "1950-06-01", "--pension-prior-year", "6000", "--pension-month", "6100", "--paid-months", "120"];
        Assert.That((await Cli.RunAsync([.. retired, "--json"])).Json.GetProperty("unused").EnumerateArray().Select(u => u.GetString()), Is.EqualTo(new[] { "pension-month", "paid-months" }));
        Assert.That((await Cli.RunAsync(retired)).Output, Does.Contain("未用到 not used: --paid-months，").And.Not.Contain("--pension-prior-year"));
        CliResult active = await Cli.RunAsync("calc", "--area", "420100", "--month", "2021-06", "--status", "active", "--birth", "1985-06-01", "--base", "6000", "--json");
        Assert.That(active.Json.GetProperty("unused").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task The_document_has_the_stable_keys()
    {
        CliResult result = await Cli.RunAsync(
            "calc", "--area", "420100", "--month", "2021-06", "--status", "active", "--birth", "1985-06-01", "--base", "6000", "--json");
        JsonElement json = result.Json;
        Assert.That(json.GetProperty("area").GetString(), Is.EqualTo("420100"));
        Assert.That(json.GetProperty("month").GetString(), Is.EqualTo("2021-06"));
        Assert.That(json.GetProperty("policy").GetString(), Is.EqualTo("420100 before 2023-02"));
        Assert.That(json.GetProperty("gross").GetString(), Is.EqualTo("204.00"));
        Assert.That(json.GetProperty("deductions").GetString(), Is.EqualTo("0.00"));
        JsonElement share = json.GetProperty("lines")[1];
        Assert.That(share.GetProperty("component").GetString(), Is.EqualTo("employer-share"));
        Assert.That(share.GetProperty("amount").GetString(), Is.EqualTo("84.00"));
        Assert.That(share.GetProperty("rate").GetDecimal(), Is.EqualTo(0.014m));
        Assert.That(share.GetProperty("base").GetString(), Is.EqualTo("6000.00"));
        Assert.That(share.GetProperty("clause").GetString(), Is.Not.Empty);
        Assert.That(result.Output, Does.Contain("周岁"), "Chinese stays readable");
    }

    [TestCase("--month 2026-06 --status active --birth 1985-06-02 --base 4000", "", "89.96")]
    [TestCase("--month 2026-07 --status active --birth 1985-06-02 --base 4000", "FIGURE_MISSING base-min 2026-07, FIGURE_MISSING base-max 2026-07", "80.00")]
    [TestCase("--month 2026-07 --status active --birth 1985-06-02 --base 4000 --set base-min=4500 --set base-max=22500", "", "90.00")]
    [TestCase("--month 2026-07 --status retired --birth 1950-01-01", "", "83.00")]
    public async Task A_month_that_no_figure_covers_is_computed_with_a_warning(string line, string warnings, string net)
    {
        CliResult result = await Cli.RunAsync(["calc", "--area", "420100", .. line.Split(' '), "--json"]);
        Assert.That(result.Json.GetProperty("net").GetString(), Is.EqualTo(net));
        Assert.That(string.Join(", ", result.Json.GetProperty("warnings").EnumerateArray().Select(w => $"{w.GetProperty("code")} {w.GetProperty("figure")} {w.GetProperty("from")}")), Is.EqualTo(warnings));
    }

    [Test]
    public async Task The_warning_says_which_figure_ended_when_and_who_enters_it()
    {
        CliResult result = await Cli.RunAsync("calc", "--area", "420100", "--month", "2026-07", "--status", "active", "--birth", "1985-06-01", "--base", "6000");
        Assert.That(result.Output, Does.Contain("2026-07 没有缴费基数上限（base-max），已知的止于 2026-06").And.Contain("no base-max (the last one known ends in 2026-06)")
            .And.Contain("batch policy set 420100 base-min=VALUE --from 2026-07 --document NO --by WHO"));
    }

    [Test]
    public async Task Checking_lists_which_figure_runs_out_when_and_what_is_open()
    {
        JsonElement wuhan = (await Cli.RunAsync("policy", "check", "--json")).Json.GetProperty("files").EnumerateArray().Single(f => f.GetProperty("area").GetString() == "420100");
        Assert.That(wuhan.GetProperty("figures").EnumerateArray().Select(f => $"{f.GetProperty("figure")} {f.GetProperty("from")}"), Does.Contain("base-max 2026-07"));
        CliResult people = await Cli.RunAsync("policy", "check");
        Assert.That(people.Output, Does.Contain("没有缴费基数上限（base-max），已知的止于 2026-06").And.Contain("未定 open: 缴费基数上下限").And.Contain("2026-01 至 2026-12 没有政策")
            .And.Contain("2023-01 至 2026-12 每月都有政策").And.Contain("最早的版本（至 2022-12）：起始月份来源未载明").And.Contain("2024-01 起的版本，人员类别 unit：改革后退休的划入标准来源未载明"));
    }

    [Test]
    public async Task Who_the_policy_leaves_open_is_told_in_words_with_what_is_not_known()
    {
        CliResult open = await Cli.RunAsync("calc", "--area", "530100", "--month", "2025-03", "--status", "retired", "--birth", "1950-01-01");
        CliResult figure = await Cli.RunAsync("calc", "--area", "520100", "--month", "2025-03", "--status", "retired", "--birth", "1950-01-01");
        Assert.That(open.ToString(), Does.Contain("2025-03 的政策没有规定单位职工（unit）退休人员的划入办法：改革后退休的划入标准来源未载明。"));
        Assert.That(figure.ToString(), Does.Contain("2025-03 缺少平均养老金（average-pension）。请用 --set average-pension=值"));
    }

    [Test]
    public async Task For_people_the_sum_is_told_in_words()
    {
        CliResult result = await Cli.RunAsync(
            "calc", "--area", "420100", "--month", "2021-06", "--status", "active", "--birth", "1985-06-01", "--base", "6000");
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Output, Does.Contain("employer-share").And.Contain("1.4%").And.Contain("204.00"));
    }

    [Test]
    public async Task The_shipped_policies_pass_their_proof()
    {
        CliResult result = await Cli.RunAsync("policy", "check", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Json.GetProperty("ok").GetBoolean(), Is.True);
    }

    [Test]
    public async Task A_faulty_policy_is_told_by_file_and_line_and_ends_with_1()
    {
        string folder = Directory.CreateTempSubdirectory("batch-policy-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "420100-broken.yaml"), "area: \"420100\"\nname: x\ncolour: red\n");
        CliResult result = await Cli.RunAsync("policy", "check", folder, "--json");
        Directory.Delete(folder, recursive: true);
        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        JsonElement fault = result.Json.GetProperty("files")[0].GetProperty("faults")[0];
        Assert.That(fault.GetProperty("line").GetInt32(), Is.Positive);
        Assert.That(fault.GetProperty("messageZh").GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task What_is_in_force_is_shown_with_its_hash()
    {
        JsonElement before = (await Cli.RunAsync("policy", "show", "420100", "--month", "2023-01", "--json")).Json;
        JsonElement after = (await Cli.RunAsync("policy", "show", "420100", "--month", "2023-02", "--json")).Json;
        Assert.That(before.GetProperty("hash").GetString(), Does.Match("^[0-9a-f]{64}$").And.Not.EqualTo(after.GetProperty("hash").GetString()));
        Assert.That(after.GetProperty("version").GetString(), Is.EqualTo("420100 from 2023-02"));
    }
}
