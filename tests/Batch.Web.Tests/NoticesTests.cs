using System.Net;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Reminders to employers that have not declared.</summary>
public sealed class NoticesTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    [Test]
    public async Task An_employer_of_last_month_that_has_not_declared_gets_a_letter_with_what_it_declared_then()
    {
        await using TestHost host = await TestHost.StartAsync(areas: Area);
        await ImportAsync(host, "2021-06", Row("甲", 1, "2021-06"), Row("乙", 2, "2021-06"), Row("乙", 3, "2021-06"));
        await ImportAsync(host, "2021-07", Row("甲", 1, "2021-07"));
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("reminds", UserRoles.Operator));
        Assert.That(await browser.GetStringAsync($"/{Area}/months/2021-07"), Does.Contain($"/{Area}/months/2021-07/notices"));
        string page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/{Area}/months/2021-07/notices?lang=zh"));
        // 2 % and 8 % of 10,000 each.
        Assert.That(page, Does.Contain("单位乙（乙）").And.Contain("贵单位上月（2021-06）申报 2 人，个人缴费 400.00 元，单位缴费 1,600.00 元").And.Not.Contain("单位甲（甲）"));
        Assert.That(await browser.GetStringAsync($"/{Area}/months/2021-06/notices?lang=en"), Does.Contain("Every employer of last month has declared."));
    }

    private static async Task ImportAsync(TestHost host, string month, params string[] rows)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, [Header, .. rows]);
        CliResult result = await (await host.CliOfAsync("wang" + month[^1], UserRoles.Operator)).RunAsync("import", file, "--area", Area, "--month", month, "--by", "wang" + month[^1], "--json");
        File.Delete(file);
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
    }

    private static string Row(string employer, int person, string month) =>
        $"{employer},单位{employer},某人,{CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full()},{month},10000.00,200.00,800.00";
}
