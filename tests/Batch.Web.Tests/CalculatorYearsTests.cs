using System.Net;
using System.Net.Http.Json;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Batch.Host.Access;
using Batch.Host.Api;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>
/// What the page and the API ask for and answer where a retiree's credit is in proportion to the months of contribution: Haikou's 60.00 up to 69, with that rule in the place of its own;
/// 60 x 110/180 = 36.666...
/// </summary>
public sealed class CalculatorYearsTests
{
    private const string Haikou = "460100";
    private const string Wuhan = "420100";
    private const string Retiree = "month=2025-03 status=retired birth=1962-03-01 paid-months=";

    private readonly HtmlParser parser = new();
    private TestHost host = null!;
    private HttpClient browser = null!;
    private HttpClient machine = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: [Haikou, Wuhan]);
        await AdoptAsync(Haikou, "less-per-missing-year: {rate: 3 %}", "pro-rata: {of-months: 180, ref: HNB, grade: B}");
        await AdoptAsync(Wuhan, "death-month-credited: yes", "death-month-credited: yes\n      minimum-years: {male: 30, female: 25, short: not-credited, cohorts: [{retired-from: 2014-01, male: 30, female: 25, actual: {male: 10, female: 10}}]}");
        browser = await host.SignedInAsync(await host.AddUserAsync("counts", UserRoles.Operator));
        machine = host.Machine(await host.AddKeyAsync("asks", Scopes.Accounts));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        browser.Dispose();
        machine.Dispose();
        await host.DisposeAsync();
    }

    [TestCase("110", "36.67", "60.00 x 110/180 = 36.666666666667，四舍五入到分 36.67（HNB (B)）")]
    [TestCase("180", "60.00", "缴费 180 个月，已满 180 个月，全额划入")]
    [TestCase("", "60.00", "没有缴费月数记录，全额划入")]
    public async Task Page_and_API_credit_in_proportion_to_the_months_and_say_so(string months, string net, string told)
    {
        using HttpResponseMessage page = await TestHost.PostAsync(browser, $"/{Haikou}/calculator", Fields(Retiree + months));
        IHtmlDocument html = parser.ParseDocument(await page.Content.ReadAsStringAsync());
        Assert.That(html.QuerySelector("#net")?.TextContent.Trim(), Is.EqualTo(net));
        Assert.That(html.QuerySelector("main")!.TextContent, Does.Contain(told));
        Dictionary<string, string> body = new() { ["month"] = "2025-03", ["status"] = "retired", ["birth"] = "1962-03-01" };
        if (months.Length > 0)
        {
            body["paidMonths"] = months;
        }

        using HttpResponseMessage answer = await machine.PostAsJsonAsync($"areas/{Haikou}/calc", body);
        Assert.That((await TestHost.JsonAsync(answer)).GetProperty("net").GetString(), Is.EqualTo(net));
    }

    [TestCase("1.5")]
    [TestCase("-1")]
    [TestCase("961")]
    public async Task Months_that_cannot_be_are_refused_at_their_box_and_their_field(string months)
    {
        using HttpResponseMessage page = await TestHost.PostAsync(browser, $"/{Haikou}/calculator", Fields(Retiree + months));
        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(parser.ParseDocument(await page.Content.ReadAsStringAsync()).QuerySelector("#paid-months-wrong")?.TextContent, Does.Contain("请填写整月数"));
        using HttpResponseMessage answer = await machine.PostAsJsonAsync(
            $"areas/{Haikou}/calc", new Dictionary<string, string> { ["month"] = "2025-03", ["status"] = "retired", ["birth"] = "1962-03-01", ["paidMonths"] = months });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("paidMonths"));
    }

    // Wuhan's retirees are not gated by years; the changed file asks for 30, and of who retired from 2014 on for ten actually paid.
    [Test]
    public async Task Where_the_years_depend_on_the_retirement_its_month_is_asked_for_and_the_years_are_told()
    {
        using HttpResponseMessage first = await TestHost.PostAsync(browser, $"/{Wuhan}/calculator", Fields("month=2024-03 status=retired"));
        Assert.That(parser.ParseDocument(await first.Content.ReadAsStringAsync()).QuerySelectorAll("main form.boxes input:not([type=hidden])").Select(b => b.GetAttribute("name")),
            Is.SupersetOf(new[] { "missing-years", "retired-on" }));
        using HttpResponseMessage page = await TestHost.PostAsync(browser, $"/{Wuhan}/calculator", Fields("month=2024-03 status=retired missing-years=1 retired-on=2020-05"));
        IHtmlDocument html = parser.ParseDocument(await page.Content.ReadAsStringAsync());
        Assert.That(html.QuerySelector("#net")?.TextContent.Trim(), Is.EqualTo("0.00"));
        Assert.That(html.QuerySelector("main")!.TextContent, Does.Contain("2020-05 退休，缴费年限应满男 30 年、女 25 年，其中实际缴费男 10 年、女 10 年").And.Contain("缴费年限缺 1 年，不划入"));
        using HttpResponseMessage late = await TestHost.PostAsync(browser, $"/{Wuhan}/calculator", Fields("month=2024-03 status=retired missing-years= retired-on=2024-04"));
        Assert.That(parser.ParseDocument(await late.Content.ReadAsStringAsync()).QuerySelector("#retired-on-wrong")?.TextContent, Does.Contain("晚于所算月份"));
        Dictionary<string, string> body = new() { ["month"] = "2024-03", ["status"] = "retired", ["missingYears"] = "1", ["retiredOn"] = "2020-05-31" };
        using HttpResponseMessage answer = await machine.PostAsJsonAsync($"areas/{Wuhan}/calc", body);
        Assert.That((await TestHost.JsonAsync(answer)).GetProperty("net").GetString(), Is.EqualTo("0.00"));
        body["retiredOn"] = "2024-04-01";
        using HttpResponseMessage refused = await machine.PostAsJsonAsync($"areas/{Wuhan}/calc", body);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("retiredOn"));
        Assert.That(await browser.GetStringAsync($"/{Wuhan}/policies"), Does.Contain("2014-01 起退休的最低缴费年限"));
    }

    private async Task AdoptAsync(string code, string change, string to)
    {
        Area area = await Area.OpenAsync(host.Database.Connection, code, CancellationToken.None);
        string text = ShippedPolicies.Text(code).Replace(change, to, StringComparison.Ordinal);
        text = string.Join('\n', text.Split('\n').Where(l => !l.Contains("missing-years:", StringComparison.Ordinal)));
        PolicyProposals policies = new(area.Program);
        PolicyProposal proposal = await policies.ProposeFileAsync(text, "changed.yaml", "no. 1", "wang", CancellationToken.None);
        await policies.ApproveAsync(proposal.Hash, "li", CancellationToken.None);
    }

    private static (string Name, string Value)[] Fields(string typed) => [.. typed.Split(' ').Select(f => f.Split('=', 2)).Select(f => (f[0], f[1]))];
}
