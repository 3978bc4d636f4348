using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What the page of held rows says of each row, and what a decision is called.</summary>
public sealed partial class HeldPageTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(areas: Area);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task Two_rows_of_one_number_are_told_apart_and_each_says_what_deciding_does()
    {
        await ImportAsync(Row("孙文博", 1), Row("尤永康", 1), Row("王五", 2), Row("王五", 2).Replace("10000.00,200.00,800.00", "8000.00,160.00,640.00", StringComparison.Ordinal));
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("decides", UserRoles.Operator));
        string[] rows = [.. Rows().Matches(await browser.GetStringAsync($"/{Area}/held?lang=zh")).Select(m => WebUtility.HtmlDecode(Tags().Replace(m.Value, " ")))];
        Assert.That(rows.Single(r => r.Contains("第 2 行 ", StringComparison.Ordinal) && r.Contains("本行的姓名是孙*", StringComparison.Ordinal)),
            Does.Contain(" 孙* ").And.Contain("第 3 行 尤* 写了同一证件号码").And.Contain("写另一姓名的行仍待定，须另行决定"));
        Assert.That(rows.Single(r => r.Contains("本行的姓名是尤*", StringComparison.Ordinal)),
            Does.Contain(" 尤* ").And.Contain("第 2 行 孙* 写了同一证件号码").And.Contain("本行取代同一单位为该号码同月申报的金额"));
        Assert.That(rows.Count(r => r.Contains("DUPLICATE_LINE", StringComparison.Ordinal) && r.Contains("此人在该文件中的两行都撤回", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(string.Concat(rows), Does.Not.Contain("同一人同月的其他申报即不采用"));
    }

    private async Task ImportAsync(params string[] rows)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("held-page-").FullName, "file.csv");
        await File.WriteAllLinesAsync(file, [Header, .. rows]);
        CliResult sent = await (await host.CliOfAsync("wang", UserRoles.Operator)).RunAsync("import", file, "--area", Area, "--month", "2021-06", "--by", "wang", "--json");
        Assert.That(sent.ExitCode, Is.Zero, sent.ToString());
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static string Row(string name, int person) =>
        $"甲,单位甲,{name},{CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full()},2021-06,10000.00,200.00,800.00";

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Rows();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();
}
