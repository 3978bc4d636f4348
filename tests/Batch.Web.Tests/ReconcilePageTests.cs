using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Receipts and a bank statement come in by the page; the page of the month's money lists what does not match, and two people match the rest.</summary>
public sealed partial class ReconcilePageTests
{
    private const string Area = "420100";

    private TestHost host = null!;
    private string month = "";

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(worker: true, areas: Area);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [SetUp]
    public void ChooseMonth() => month = "2021-06";

    [Test]
    public async Task Two_people_match_by_hand_what_the_program_left_open()
    {
        using HttpClient operates = await host.SignedInAsync(await host.AddUserAsync("wang", UserRoles.Operator));
        using HttpClient reviews = await host.SignedInAsync(await host.AddUserAsync("li", UserRoles.Reviewer));
        await UploadAsync(
            operates,
            ("receipts.csv", "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金\nE1,甲有限公司,2021-06,100.00,2021-06-09,SK1,5.00\nE2,乙有限公司,2021-06,1234.50,2021-06-12,SK2,\n"),
            ("bank.csv", "交易日期,流水号,凭证号,对方户名,贷方金额,余额\n2021-06-10,A1,SK1,甲有限公司,105.00,1105.00\n2021-06-21,A2,,江城总公司,1234.50,2339.50\n"));

        string page = await SeeAsync(operates, "zh");
        Assert.That(page, Does.Contain("对账 2021-06"));
        // In: 105.00 matched by its voucher, 1,234.50 open; the receipts are the same money.
        Assert.That(Cells(page, "sums"), Is.EqualTo(new[] { "银行流水：收入 2 1,339.50 105.00 1,234.50", "到账（含滞纳金、利息） 2 1,339.50 105.00 1,234.50", "流水减到账 0.00 0.00 0.00" }));
        Assert.That(Cells(page, "lines"), Is.EqualTo(new[] { "2021-06-21 A2 江城总公司 1,234.50 9 bank.csv 第 3 行 没有说明", "合计 1 行 1,234.50" }));
        Assert.That(Cells(page, "receipts"), Is.EqualTo(new[] { "2021-06-12 E2 乙有限公司 2021-06 SK2 1,234.50 18 receipts.csv 第 3 行 没有说明", "合计 1 笔 1,234.50" }));

        await ActAsync(operates, "Propose", ("line", "A2"), ("receipt", "E2,2021-06,SK2"), ("reason", "总公司代付"));
        string proposed = Cells(await SeeAsync(operates, "zh"), "proposed").Single(c => c.Contains(" A2 ", StringComparison.Ordinal)), number = proposed.Split(' ')[0];
        Assert.That(proposed, Does.Contain("A2 E2,2021-06,SK2 总公司代付").And.Not.Contain("确认"), "not by the same person");
        using HttpResponseMessage same = await PostAsync(operates, "Confirm", ("match", number));
        Assert.That(await same.Content.ReadAsStringAsync(), Does.Contain("SAME_PERSON"));
        await ActAsync(reviews, "Confirm", ("match", number));
        page = await SeeAsync(reviews, "en");
        Assert.That(Cells(page, "sums")[0], Is.EqualTo("Bank statement: in 2 1,339.50 1,339.50 0.00"));
        Assert.That(Cells(page, "made"), Has.Some.Contains("by hand (wang, li: 总公司代付) A2 E2,2021-06,SK2 1,234.50").And.Some.EqualTo("Total 1,339.50"));

        Assert.That(Text(await reviews.GetStringAsync($"/{Area}/trace/line?serial=A2&lang=zh")), Does.Match("核对依据：人工 提出 wang .* 确认 li .* 理由 总公司代付"));

        await ActAsync(reviews, "Undo", ("match", number), ("reason", "认错了"));
        Assert.That(Cells(await SeeAsync(reviews, "en"), "sums")[0], Is.EqualTo("Bank statement: in 2 1,339.50 105.00 1,234.50"));
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT string_agg(who || ' ' || act || ' ' || subject, ', ' ORDER BY audit_id) FROM batch.audit WHERE act LIKE 'money.%' AND who IN ('wang', 'li')"),
            Is.EqualTo($"wang money.proposed {number}, li money.matched {number}, li money.undone {number}"));
    }

    [Test]
    public async Task Two_people_refund_what_is_in_suspense_and_what_waits_is_on_todays_list()
    {
        month = "2021-07";
        using HttpClient operates = await host.SignedInAsync(await host.AddUserAsync("qian", UserRoles.Operator));
        using HttpClient reviews = await host.SignedInAsync(await host.AddUserAsync("sun", UserRoles.Reviewer));
        using HttpClient analyses = await host.SignedInAsync(await host.AddUserAsync("zhou", UserRoles.Analyst));
        await UploadAsync(operates, ("doubled.csv", "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号\nE8,丁有限公司,2021-06,300.00,2021-07-09,SK8\n"));
        Assert.That(Cells(await SeeAsync(operates, "zh"), "suspense"), Has.Some.EqualTo("E8 丁有限公司 2021-06 0.00 300.00 0.00 300.00 300.00 31 退还……"));
        // The link of the line fills the form.
        string chosen = await operates.GetStringAsync($"/{Area}/reconcile?month={month}&employer=E8&of=2021-06&amount=300.00");
        Assert.That(chosen, Does.Contain("value=\"E8\" required").And.Contain("value=\"300.00\" required").And.Contain("value=\"2021-06\" required"));
        (string, string)[] refund = [("kind", "refund"), ("employer", "e8"), ("of", "2021年6月"), ("amount", "120.5"), ("on", "2021-07-20"), ("document", "TK8"), ("reason", "重复缴费")];
        using HttpResponseMessage more = await PostAsync(operates, "Return", [.. refund.Select(f => f.Item1 == "amount" ? ("amount", "300.01") : f)]);
        Assert.That(await more.Content.ReadAsStringAsync(), Does.Contain("RETURN_TOO_MUCH").And.Contain("value=\"TK8\""), "what was typed is kept");
        await ActAsync(operates, "Return", refund);
        Assert.That(Cells(await SeeAsync(operates, "zh"), "returns")[0], Does.Contain("退款 待确认 E8 丁有限公司 2021-06 120.50 2021-07-20 TK8 qian 重复缴费").And.Not.Contain(" 确认 "));
        Assert.That(await operates.GetStringAsync($"/{Area}?lang=zh"), Does.Contain("您提出的退款 1（单位 E8，120.50 元）待另一人确认"));
        Assert.That(await reviews.GetStringAsync($"/{Area}?lang=zh"), Does.Contain("退款 1（单位 E8，120.50 元，qian 提出）待您确认"));
        Assert.That(await analyses.GetStringAsync($"/{Area}?lang=zh"), Does.Not.Contain("退款 1"));
        using HttpResponseMessage same = await PostAsync(operates, "ConfirmReturn", ("number", "1"));
        Assert.That(await same.Content.ReadAsStringAsync(), Does.Contain("SAME_PERSON"));
        await ActAsync(reviews, "ConfirmReturn", ("number", "1"));
        Assert.That(Cells(await SeeAsync(reviews, "en"), "returns"), Has.Some.Contains("refund confirmed E8").And.Some.StartsWith("Confirmed, total 120.50"));
        Assert.That(Cells(await SeeAsync(reviews, "en"), "suspense"), Has.Some.StartsWith("E8 丁有限公司 2021-06 0.00 179.50 0.00 179.50 179.50 31"));
        await UploadAsync(operates, ("out.csv", "交易日期,流水号,凭证号,对方户名,借方金额,贷方金额\n2021-07-20,B8,TK8,丁有限公司,120.50,\n2021-07-21,B9,TK9,丁有限公司,120.50,\n"));
        Assert.That(Text(await reviews.GetStringAsync($"/{Area}/trace?q=tk8&lang=zh")), Does.Contain("2021-07-20 退款 已确认 TK8 E8 丁有限公司 2021-06 120.50 qian、sun 重复缴费"));
        Assert.That(Text(await reviews.GetStringAsync($"/{Area}/trace/line?serial=B8&lang=zh")), Does.Contain("2021-07-20 退款 已确认 TK8 E8 丁有限公司 2021-06 120.50 qian、sun 重复缴费"));
        Assert.That(Text(await reviews.GetStringAsync($"/{Area}/trace/line?serial=B9&lang=zh")), Does.Contain("支出的流水没有到账").And.Not.Contain("qian"));
        Assert.That(Text(await reviews.GetStringAsync($"/{Area}/trace/employer?employer=E8&month=2021-06&lang=zh")), Does.Contain("2021-07-20 退款 TK8 120.50 qian、sun 重复缴费"));
        await ActAsync(reviews, "CancelReturn", ("number", "1"), ("on", "2021-07-25"), ("document", "TP8"), ("reason", "退票"));
        await ActAsync(operates, "WithdrawReturn", ("number", "2"), ("reason", "没有退票"));
        Assert.That(
            await host.Database.ScalarAsync<string>("SELECT string_agg(who || ' ' || act || ' ' || subject, ', ' ORDER BY audit_id) FROM batch.audit WHERE act LIKE 'refund.%'"),
            Is.EqualTo("qian refund.proposed 1, sun refund.confirmed 1, sun refund.cancelled 2, qian refund.withdrawn 2"));
    }

    // Nothing is declared and nothing credited: for August 300.00 came for E1, and the statement has 299.00 more of somebody else.
    [Test]
    public async Task A_reviewer_accepts_differences_with_a_reason_and_sees_what_another_person_has_proposed()
    {
        month = "2021-08";
        using HttpClient operates = await host.SignedInAsync(await host.AddUserAsync("feng", UserRoles.Operator));
        using HttpClient reviews = await host.SignedInAsync(await host.AddUserAsync("chen", UserRoles.Reviewer));
        await UploadAsync(
            operates,
            ("receipts-august.csv", "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号\nE1,甲有限公司,2021-08,300.00,2021-08-09,SK7\n"),
            ("bank-august.csv", "交易日期,流水号,凭证号,对方户名,贷方金额\n2021-08-10,A7,,江城总公司,300.00\n2021-08-11,A8,,丙有限公司,299.00\n"));
        string page = await SeeAsync(operates, "zh");
        Assert.That(page, Does.Contain("还没有由复核人员接受；全部接受后才能结账").And.Not.Contain("接受所选差异"), "an operator accepts nothing");
        using HttpResponseMessage refused = await PostAsync(operates, "AcceptAll", ("reason", "x"));
        Assert.That(refused.Headers.Location?.ToString() ?? refused.StatusCode.ToString(), Does.Contain("refused").Or.Contain("Forbidden"));

        await ActAsync(operates, "Propose", ("line", "A7"), ("receipt", "E1,2021-08,SK7"), ("reason", "总公司代付"));
        page = await SeeAsync(reviews, "zh");
        Assert.That(Cells(page, "lines"), Has.Some.Match("^待确认 [0-9]+ 2021-08-10 A7 ").And.Some.StartsWith("2021-08-11 A8 "), "what waits is marked");
        Assert.That(page, Does.Not.Contain("value=\"A7\""), "and cannot be chosen");
        Assert.That(await reviews.GetStringAsync($"/{Area}?lang=zh"), Does.Contain("项人工核对待您确认"));
        Assert.That(await operates.GetStringAsync($"/{Area}?lang=zh"), Does.Not.Contain("项人工核对待您确认"), "who proposed it does not confirm it");

        await ActAsync(reviews, "Accept", ("line", "A8"), ("reason", "银行查询中"));
        Assert.That(Cells(await SeeAsync(reviews, "zh"), "lines"), Has.Some.Match("^2021-08-11 A8 .*已说明 银行查询中 chen"));
        await ActAsync(reviews, "Withdraw", ("line", "A8"), ("reason", "还要查"));
        Assert.That(Cells(await SeeAsync(reviews, "zh"), "lines"), Has.Some.Match("^2021-08-11 A8 .*没有说明"));
        await ActAsync(reviews, "AcceptAll", ("reason", "下月查清"));
        Assert.That(await SeeAsync(reviews, "en"), Does.Contain("all accepted"));
        Assert.That(Text(await reviews.GetStringAsync($"/{Area}/trace/line?serial=A8&lang=zh")), Does.Contain("差异已接受 下月查清 chen"));
        Assert.That(Text(await reviews.GetStringAsync($"/{Area}/trace/employer?employer=E1&month=2021-08&lang=zh")), Does.Contain("没有核对到流水 差异已接受 下月查清 chen"));
        await ActAsync(reviews, "Confirm", ("match", Cells(await SeeAsync(reviews, "zh"), "proposed").Single(c => c.Contains(" A7 ", StringComparison.Ordinal)).Split(' ')[0]));
    }

    private async Task UploadAsync(HttpClient browser, params (string Name, string Text)[] files)
    {
        using MultipartFormDataContent form = new()
        {
            { new StringContent("regular"), "kind" }, { new StringContent(month), "month" },
            { new StringContent(TestHost.TokenOf(await browser.GetStringAsync($"/{Area}/uploads"))), "__RequestVerificationToken" },
        };
        foreach ((string name, string text) in files)
        {
            form.Add(new StringContent(text), "files", name);
        }

        long before = await host.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.submission");
        using HttpResponseMessage sent = await browser.PostAsync($"/{Area}/uploads", form);
        for (int i = 0; await host.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.submission") < before + files.Length; i++)
        {
            Assert.That(i, Is.LessThan(600), "the uploads are taken in");
            await Task.Delay(100);
        }
    }

    private Task<string> SeeAsync(HttpClient browser, string language) => browser.GetStringAsync($"/{Area}/reconcile?month={month}&lang={language}");

    private async Task ActAsync(HttpClient browser, string handler, params (string Name, string Value)[] fields)
    {
        using HttpResponseMessage answer = await PostAsync(browser, handler, fields);
        Assert.That(answer.Headers.Location?.ToString(), Is.EqualTo($"/{Area}/reconcile?month={month}"), await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> PostAsync(HttpClient browser, string handler, params (string Name, string Value)[] fields)
    {
        string token = TestHost.TokenOf(await browser.GetStringAsync($"/{Area}/reconcile?month={month}"));
        return await browser.PostAsync(
            $"/{Area}/reconcile?month={month}&handler={handler}",
            new FormUrlEncodedContent([.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)), KeyValuePair.Create("__RequestVerificationToken", token)]));
    }

    /// <summary>The text of each row below the head of a table or section.</summary>
    private static string Text(string page) => Blanks().Replace(WebUtility.HtmlDecode(Tags().Replace(page, " ")), " ");

    private static string[] Cells(string page, string id) =>
    [
        .. Rows().Matches(page[page.IndexOf($"id=\"{id}\"", StringComparison.Ordinal)..].Split("</table>")[0]).Skip(1)
            .Select(m => Blanks().Replace(WebUtility.HtmlDecode(Tags().Replace(m.Value, " ")), " ").Trim()),
    ];

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Rows();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
