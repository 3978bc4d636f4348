using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What the pages say of a file that was refused whole, and to whom a proposal is a duty.</summary>
public sealed partial class SubmissionPageTests
{
    private const string Area = "420100";
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(areas: Area);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_file_refused_whole_is_explained_and_a_replacement_can_be_confirmed_where_it_is_shown()
    {
        // One of two people is left out: more than a tenth.
        await ImportAsync("regular", Header, Row(1), Row(2));
        await ImportAsync("replacement", Header, Row(1));
        await ImportAsync("regular", "甲,乙", "1,2");
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("sender", UserRoles.Operator));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions?open=true"), Does.Contain("/submissions/2").And.Contain("/submissions/3").And.Not.Contain("/submissions/1"));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/3"), Does.Contain("找不到能识别的表头"));
        string english = await browser.GetStringAsync($"/{Area}/submissions/3?lang=en");
        Assert.That(english, Does.Contain("No header was recognised").And.Not.Contain("找不到能识别的表头").And.Not.Contain("name=\"confirm\""));

        string page = await browser.GetStringAsync($"/{Area}/submissions/2");
        Assert.That(page, Does.Contain("The replacement leaves out 1/2 of the people").And.Contain("name=\"confirm\"").And.Not.Contain("name=\"parent\""));
        using MultipartFormDataContent form = new()
        {
            { new StringContent(Hidden(page, "kind")), "kind" },
            { new StringContent(Hidden(page, "month")), "month" },
            { new StringContent("true"), "confirm" },
            { new StringContent(Hidden(page, "__RequestVerificationToken")), "__RequestVerificationToken" },
            { new StringContent($"{Header}\n{Row(1)}\n"), "files", "again.csv" },
        };
        using HttpResponseMessage sent = await browser.PostAsync($"/{Area}/uploads", form);
        Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await host.Database.ScalarAsync<string>("SELECT kind || ' ' || confirm || ' ' || (parent IS NULL) FROM area_420100.upload WHERE file = 'again.csv'"),
            Is.EqualTo("replacement true true").IgnoreCase);
    }

    // Row 2 has two faults and row 3 one; rows 4 and 5 are two lines for one person, row 6 has the name of another than the one on record.
    [Test]
    public async Task Rejected_and_held_rows_are_listed_apart_and_each_list_has_as_many_rows_as_its_tile_says()
    {
        await ImportAsync("supplementary", Header, Row(11));
        int number = await host.Database.ScalarAsync<int>("SELECT max(submission_id) + 1 FROM area_420100.submission");
        string same = Row(12), other = Row(11).Replace("某人", "别人", StringComparison.Ordinal).Replace("10000.00,200.00,800.00", "9000.00,180.00,720.00", StringComparison.Ordinal);
        await ImportAsync(
            "supplementary", Header, Row(13).Replace("10000.00,200.00", "万,二百", StringComparison.Ordinal), Row(14).Replace("2021-06", "2021-13", StringComparison.Ordinal), same,
            same.Replace("10000.00,200.00,800.00", "8000.00,160.00,640.00", StringComparison.Ordinal), other);
        Assert.That(await host.Database.ScalarAsync<string>($"SELECT rejected || ' ' || held FROM area_420100.submission WHERE submission_id = {number}"), Is.EqualTo("2 3"));
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("apart", UserRoles.Operator));
        string page = await browser.GetStringAsync($"/{Area}/submissions/{number}?lang=zh");
        string rejected = Section(page, "rejected"), held = Section(page, "held");
        Assert.Multiple(() =>
        {
            Assert.That(rejected, Does.Contain("拒绝的行（2）").And.Contain("共 2 条").And.Contain("AMOUNT_UNREADABLE × 1").And.Contain("MONTH_INVALID × 1"));
            Assert.That(held, Does.Contain("待定的行（3）"));
            Assert.That(RowNumbers(rejected), Is.EqualTo(new[] { "2", "2", "3" }));
            Assert.That(RowNumbers(held), Is.EqualTo(new[] { "4", "5", "6" }));
            Assert.That(rejected, Does.Not.Contain("DUPLICATE_LINE").And.Not.Contain("NAME_DIFFERS"));
            Assert.That(page, Does.Not.Contain("id=\"settled\""));
        });

        // The pack has the held rows too; one of them comes again with the name on record.
        string pack = await browser.GetStringAsync($"/{Area}/submissions/{number}/fix-pack?held=true");
        Assert.That(pack, Does.Contain("别人").And.Contain("NAME_DIFFERS"));
        await ImportAsync("supplementary", Header, other.Replace("别人", "某人", StringComparison.Ordinal));
        page = await browser.GetStringAsync($"/{Area}/submissions/{number}?lang=en");
        Assert.That(Section(page, "held"), Does.Contain("Held rows (3)"));
        Assert.That(page, Does.Contain("1 more settled").And.Not.Contain("待定"));
    }

    // Two cells of row 2 and one of row 3, of which one has two such characters.
    [Test]
    public async Task Invisible_characters_that_were_removed_are_told_by_page_command_line_and_API()
    {
        string first = Row(21).Replace("10000.00", "\u202D10000.00\u202C", StringComparison.Ordinal).Replace("单位甲", "单位甲\u200B", StringComparison.Ordinal);
        CliResult sent = await ImportAsync("supplementary", Header, first, Row(22).Replace("2021-06", "\uFEFF2021-06", StringComparison.Ordinal));
        JsonElement file = sent.Json.GetProperty("files")[0];
        Assert.That((file.GetProperty("accepted").GetInt32(), file.GetProperty("invisibleCells").GetInt32()), Is.EqualTo((2, 3)));
        int number = file.GetProperty("submission").GetInt32();
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("invisible", UserRoles.Operator));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/{number}?lang=zh"), Does.Contain("有 3 个单元格含不可见字符，读取时已去除。"));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/{number}?lang=en"), Does.Contain("3 cells had invisible characters that were removed."));
        using HttpClient machine = host.Machine(await host.AddKeyAsync("sees", "files"));
        JsonElement told = await machine.GetFromJsonAsync<JsonElement>($"areas/{Area}/submissions/{number}");
        Assert.That(told.GetProperty("outcome").GetProperty("invisibleCells").GetInt32(), Is.EqualTo(3));
    }

    // Row 2 is taken in, row 3 has no such month, row 4 is the total of both and row 5 a remark.
    [Test]
    public async Task The_rows_of_a_file_are_shown_as_they_were_received_with_what_became_of_each_and_people_masked()
    {
        int number = await host.Database.ScalarAsync<int>("SELECT coalesce(max(submission_id), 0) + 1 FROM area_420100.submission");
        await ImportAsync(
            "supplementary", Header + ",手机", Row(31) + ",13900001111", Row(32).Replace("2021-06", "2021-13", StringComparison.Ordinal) + ",13900002222", "合计,,,,,,400.00,1600.00,", "制表：王五,,,,,,,,");
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("rows", UserRoles.Operator));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/{number}"), Does.Contain($"/{Area}/submissions/{number}/rows\"").And.Contain($"/{Area}/submissions/{number}/rows?row=3\""));
        string page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/{Area}/submissions/{number}/rows?lang=zh"));
        string[][] rows = [.. Regex.Matches(page, "<tr id=\"r[0-9]+\">(.*?)</tr>", RegexOptions.Singleline)
            .Select(r => Regex.Matches(r.Groups[1].Value, "<td[^>]*>(.*?)</td>", RegexOptions.Singleline).Select(c => Regex.Replace(c.Groups[1].Value, "<[^>]*>| ", "")).ToArray())];
        Assert.That(rows.Select(r => string.Join('|', r[..4])), Is.EqualTo(new[] { "2|受理|甲|单位甲", "3|拒绝MONTH_INVALID|甲|单位甲", "4|不是明细行|合计|", "5|不是明细行|制表:王五|" }));
        Assert.That(rows[0][4..], Is.EqualTo(new[] { "某*", "4201*************" + CitizenId.FromDigits17(42_017_219_900_615_031L).Full()[^1..], "2021-06", "10000.00", "200.00", "800.00" }));
        Assert.That(page, Does.Contain("第 2 至 5 行").And.Not.Contain("1390000"));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/{number}/rows?row=5&lang=en"), Does.Contain("rows 5 to 5").And.Contain("?row=1\""));
        Assert.That(await browser.GetStringAsync($"/{Area}/submissions/{number}/rows?row=6&lang=en"), Does.Contain("The file has nothing from this row on."));
    }

    [Test]
    public async Task A_proposal_is_a_duty_of_whoever_may_approve_it()
    {
        using HttpClient maker = await host.SignedInAsync(await host.AddUserAsync("maker", UserRoles.Operator));
        using HttpClient checker = await host.SignedInAsync(await host.AddUserAsync("checker", UserRoles.Reviewer));
        using HttpResponseMessage proposed = await TestHost.PostAsync(
            maker, $"/{Area}/policies?handler=Figure", ("name", "average-wage"), ("value", "9000.00"), ("from", "2030-01"), ("document", "test"));
        Assert.That(proposed.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await checker.GetStringAsync($"/{Area}"), Does.Contain("1 项政策提案待复核"));
        Assert.That(await maker.GetStringAsync($"/{Area}"), Does.Not.Contain("项政策提案待复核"));
        string audit = await checker.GetStringAsync("/audit?who=maker");
        Assert.That(audit, Does.Contain("提出政策").And.Not.Contain("Figure 302").And.Not.Contain("提交请求"));
    }

    [Test]
    public async Task The_group_of_runs_in_the_audit_log_has_what_was_asked_for_on_the_page_with_its_month()
    {
        using HttpClient maker = await host.SignedInAsync(await host.AddUserAsync("computes", UserRoles.Operator));
        using HttpClient checker = await host.SignedInAsync(await host.AddUserAsync("audits", UserRoles.Reviewer));
        using HttpResponseMessage asked = await TestHost.PostAsync(maker, $"/{Area}/runs", ("month", "2030-01"));
        Assert.That(asked.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(await checker.GetStringAsync("/audit?who=computes&act=run"), Does.Contain("计算批次").And.Contain("月份 2030-01").And.Not.Contain("密码"));
        Assert.That(await checker.GetStringAsync("/audit?who=computes&act=policy"), Does.Not.Contain("计算批次").And.Contain("没有符合条件的记录"));
    }

    private async Task<CliResult> ImportAsync(string kind, params string[] lines)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("submission-page-").FullName, "file.csv");
        await File.WriteAllLinesAsync(file, lines);
        CliResult result = await (await host.CliOfAsync("wang", UserRoles.Operator)).RunAsync("import", file, "--area", Area, "--month", "2021-06", "--kind", kind, "--by", "wang", "--json");
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return result;
    }

    private static string Row(int person) =>
        $"甲,单位甲,某人,{CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full()},2021-06,10000.00,200.00,800.00";

    private static string Section(string page, string id) => Regex.Match(page, $"<section id=\"{id}\">.*?</section>", RegexOptions.Singleline).Value;

    private static string[] RowNumbers(string section) => [.. Regex.Matches(section, "<tr><td class=\"n\">\\s*<a [^>]*>([0-9]+)</a>").Select(m => m.Groups[1].Value)];

    private static string Hidden(string page, string name) => Inputs().Matches(page).First(m => m.Groups[1].Value == name).Groups[2].Value;

    [GeneratedRegex("<input[^>]*name=\"([^\"]+)\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Inputs();
}
