using System.Net;
using System.Text.RegularExpressions;
using Batch.Host;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>The audit log on its page: filtered by what a record has, page by page, and taken away as a file with the same filter.</summary>
public sealed partial class AuditPageTests
{
    private const string Area = "420100";
    private const string Other = "110000";

    // Records of 2020, which the host itself does not write: number by number as they are told apart below.
    private const string Records =
        """
        INSERT INTO batch.audit (at, who, area, act, subject) VALUES
            ('2020-03-01T15:59:59Z', 'old', '420100', 'POST /{code}/runs/{run} Approve 302', 'run=71'),
            ('2020-03-01T16:00:00Z', 'old', '420100', 'verb post', '71'),
            ('2020-03-02T15:59:59Z', 'old', '420100', 'run.reverse', '71 72'),
            ('2020-03-02T16:00:00Z', 'old', '420100', 'POST /{code}/runs/{run} Approve 302', 'run=710'),
            ('2020-03-03T04:00:00Z', 'old', '420100', 'held.decide', '81:5 take'),
            ('2020-03-03T04:00:01Z', 'old', '420100', 'verb decide', 'submission=81 row=6 take'),
            ('2020-03-03T04:00:02Z', 'old', '110000', 'fix-pack.download', 'submission 81'),
            ('2020-03-03T04:00:03Z', 'old', '420100', 'POST /{code}/uploads Again 302', 'upload=81'),
            ('2020-03-03T04:00:04Z', 'old', '420100', 'fix-pack.download', 'submission 8'),
            ('2020-03-03T04:00:05Z', 'old', '420100', 'account.look-up', 'account 81'),
            ('2020-03-03T04:00:06Z', 'old', '420100', 'account.unmask', 'account 811'),
            ('2020-03-03T04:00:07Z', '=cmd', '420100', 'account.unmask', 'account 82');
        """;

    private TestHost host = null!;
    private HttpClient auditor = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: [Area, Other]);
        await host.Database.ExecuteAsync(Records);
        auditor = await host.SignedInAsync(await host.AddUserAsync("shen", UserRoles.Auditor));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        auditor?.Dispose();
        await host.DisposeAsync();
    }

    [TestCase("run=71", 3, TestName = "A run by its number, the one that it is reversed by too")]
    [TestCase("run=72", 1, TestName = "The run that reverses another")]
    [TestCase("run=７１0", 1, TestName = "A number in full-width digits")]
    [TestCase("file=81", 4, TestName = "A submission or an upload by its number")]
    [TestCase("file=81&area=110000", 1, TestName = "The submission of one area")]
    [TestCase("file=81&act=held", 2, TestName = "A submission and a group of acts")]
    [TestCase("account=81", 1, TestName = "An account by its number")]
    [TestCase("who=old&from=2020-03-02&to=2020-03-02", 2, TestName = "A day is one of Shanghai")]
    [TestCase("who=old&from=2020-03-03", 8, TestName = "From a day on")]
    [TestCase("to=2020-03-01", 1, TestName = "Up to a day")]
    public async Task The_page_lists_what_meets_all_of_the_filter(string filter, int count)
    {
        string page = await PageAsync($"/audit?{filter}&lang=zh");
        Assert.That(Rows().Count(page), Is.EqualTo(count));
        Assert.That(page, Does.Contain($"找到 {count} 条记录").And.Contain("清空筛选"));
    }

    [Test]
    public async Task What_was_filled_in_stays_and_goes_along_to_the_next_page()
    {
        await host.Database.ExecuteAsync("INSERT INTO batch.audit (who, act, subject) SELECT 'many', 'user roles', 'n' || g FROM generate_series(1, 51) g");
        string page = await PageAsync("/audit?who=many&act=user&from=2021-01-01&lang=en");
        Assert.That(Rows().Count(page), Is.EqualTo(50));
        Assert.That(page, Does.Contain("51 records found").And.Contain("href=\"?p=2&who=many&act=user&from=2021-01-01\"").And.Contain("value=\"2021-01-01\""));
        Assert.That(Rows().Count(await PageAsync("/audit?p=2&who=many&act=user&from=2021-01-01")), Is.EqualTo(1));
    }

    [TestCase("run=x", "NUMBER_INVALID")]
    [TestCase("account=99999999999", "NUMBER_INVALID")]
    [TestCase("from=2021-13-01", "DATE_INVALID")]
    public async Task A_filter_that_cannot_be_read_is_said_to_be_so(string filter, string code)
    {
        using HttpResponseMessage answer = await auditor.GetAsync($"/audit?{filter}");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(code).And.Not.Contain("没有符合条件的记录"));
        using HttpResponseMessage export = await auditor.GetAsync($"/audit?handler=csv&{filter}");
        Assert.That(export.Headers.Location?.ToString(), Is.EqualTo($"/audit?{filter}"));
    }

    [Test]
    public async Task Nothing_found_is_said() => Assert.That(await PageAsync("/audit?run=999999&lang=en"), Does.Contain("There are no such records.").And.Not.Contain("<tbody>"));

    [Test]
    public async Task The_export_has_what_the_filter_finds_and_is_recorded_with_it()
    {
        using HttpResponseMessage csv = await auditor.GetAsync("/audit?handler=csv&account=82&lang=zh");
        Assert.That(csv.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/csv"));
        string[] lines = (await csv.Content.ReadAsStringAsync()).Trim('\uFEFF', '\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Is.EqualTo("编号 (number),时间 (time),操作人 (who),操作 (act),统筹区 (area),对象 (subject),理由 (reason),来源 (from),操作代码 (code of the act),姓名和单位 (name and unit)"));
        // A text that a spreadsheet would compute is made inert.
        Assert.That(lines[1], Does.EndWith(",2020-03-03 12:00:07,'=cmd,显示完整号码,420100,账户 82,,,account.unmask,"));
        string log = await PageAsync("/audit?act=report&lang=zh");
        Assert.That(log, Does.Contain("导出审计日志").And.Contain("csv，账户 82"));

        using HttpResponseMessage xlsx = await auditor.GetAsync("/audit?handler=xlsx&who=old&lang=zh");
        Assert.That((await xlsx.Content.ReadAsByteArrayAsync())[..2], Is.EqualTo("PK"u8.ToArray()));
        Assert.That(xlsx.Content.Headers.ContentDisposition?.FileNameStar, Does.Match("^审计日志_[0-9]{8}[.]xlsx$"));
    }

    [Test]
    public async Task Who_may_not_read_the_log_exports_nothing()
    {
        using HttpClient maker = await host.SignedInAsync(await host.AddUserAsync("jing", UserRoles.Operator));
        using HttpResponseMessage answer = await maker.GetAsync("/audit?handler=csv");
        Assert.That(answer.Headers.Location?.ToString(), Does.Contain("/refused"));
    }

    // 200 and 1.1 % of 10,000.
    [Test]
    public async Task Each_discard_shows_its_reason_on_the_page_and_in_the_file()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("audit-page-").FullName, "file.csv");
        await File.WriteAllLinesAsync(file,
        [
            "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额",
            $"甲,单位甲,某人,{CitizenId.FromDigits17(42_017_219_900_615_031L).Full()},2021-06,10000.00,200.00,800.00",
        ]);
        BatchCli batch = await host.CliOfAsync("jia", UserRoles.Operator);
        await DoneAsync(batch, "import", file, "--area", Area, "--month", "2021-06", "--by", "jia");
        await DoneAsync(batch, "allocate", "--area", Area, "--month", "2021-06", "--by", "jia");
        await DoneAsync(batch, "discard", "1", "--reason", "基数报错，等单位重报", "--by", "jia");
        await DoneAsync(batch, "allocate", "--area", Area, "--month", "2021-06", "--by", "jia");
        using HttpClient maker = await host.SignedInAsync("jia");
        using HttpResponseMessage discarded = await TestHost.PostAsync(maker, $"/{Area}/runs/2", "Discard", ("reason", "名单不全"));
        Assert.That(discarded.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        using HttpResponseMessage refused = await TestHost.PostAsync(maker, $"/{Area}/runs/2", "Discard", ("reason", "再作废一次"));

        Assert.That(await PageAsync("/audit?run=1&who=jia&lang=zh"), Does.Contain("作废批次（命令行，已收到）").And.Contain("基数报错，等单位重报"));
        Assert.That(await PageAsync("/audit?run=2&who=jia&lang=zh"), Does.Contain("作废批次（网页，已答复）").And.Contain("名单不全"));
        Assert.That(await auditor.GetStringAsync("/audit?handler=csv&run=2&lang=zh"), Does.Contain(",批次 2,名单不全,"));
        Assert.That(await auditor.GetStringAsync("/audit?handler=csv&run=1&lang=zh"), Does.Contain(",批次 1,基数报错，等单位重报,"));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static async Task DoneAsync(BatchCli batch, params string[] words)
    {
        CliResult result = await batch.RunAsync(words);
        Assert.That(result.ExitCode, Is.EqualTo(ExitCode.Done), result.ToString());
    }

    private async Task<string> PageAsync(string address) => WebUtility.HtmlDecode(await auditor.GetStringAsync(address));

    [GeneratedRegex("<tr><td class=\"n\">")]
    private static partial Regex Rows();
}
