using System.Net;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What a page cannot read of a form it refuses, where the usual value in its place would change money or do another act.</summary>
public sealed partial class PageFormTests
{
    private const string Held = "/420100/held";

    private TestHost host = null!;
    private HttpClient browser = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: "420100");
        browser = await host.SignedInAsync(await host.AddUserAsync("clerk", UserRoles.Operator));
        using HttpResponseMessage opened = await browser.GetAsync("/420100");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        browser.Dispose();
        await host.DisposeAsync();
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("Take")]
    [TestCase("nonsense")]
    public async Task A_held_row_is_not_withdrawn_by_a_form_that_does_not_say_so(string? act)
    {
        using HttpResponseMessage answer = await TestHost.PostAsync(browser, Held, [("submission", "1"), ("row", "2"), ("reason", "文1"), .. act is null ? [] : new[] { ("act", act) }]);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("DECISION_MISSING"));
    }

    [TestCase(null)]
    [TestCase("nonsense")]
    public async Task A_job_is_not_retried_by_a_form_that_does_not_say_so(string? act)
    {
        using HttpResponseMessage answer = await TestHost.PostAsync(browser, "/jobs", [("job", "1"), ("why", "x"), .. act is null ? [] : new[] { ("act", act) }]);
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("ACT_MISSING"));
    }

    [TestCase("2021-13", "regular", "", "MONTH_INVALID")]
    [TestCase("2021.1", "regular", "", "MONTH_INVALID")]
    [TestCase("2021-01", "7", "", "KIND_INVALID")]
    [TestCase("2021-01", "sideways", "", "KIND_INVALID")]
    [TestCase("2021-01", "regular", "12a", "FORM_UNREADABLE")]
    public async Task An_upload_whose_month_kind_or_parent_cannot_be_read_is_not_taken_as_another(string month, string kind, string parent, string code)
    {
        string html = await browser.GetStringAsync("/420100/uploads");
        using MultipartFormDataContent form = new()
        {
            { new StringContent(month), "month" }, { new StringContent(kind), "kind" }, { new StringContent(parent), "parent" }, { new ByteArrayContent("单位编号\n"u8.ToArray()), "files", "a.csv" },
            { new StringContent(TestHost.TokenOf(html)), "__RequestVerificationToken" },
        };
        using HttpResponseMessage answer = await browser.PostAsync("/420100/uploads", form);
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(code));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.upload"), Is.Zero);
    }

    // What a person types for June is June on the page that it leads to.
    [TestCase("2021年6月")]
    [TestCase("２０２１．０６")]
    [TestCase("202106")]
    [TestCase(" 2021/6 ")]
    public async Task A_month_box_takes_what_people_type(string typed)
    {
        using HttpResponseMessage answer = await browser.GetAsync($"/420100/months?handler=Go&month={Uri.EscapeDataString(typed)}");
        Assert.That(answer.Headers.Location?.OriginalString, Is.EqualTo("/420100/months/2021-06"), await answer.Content.ReadAsStringAsync());
        Assert.That(await browser.GetStringAsync($"/420100/submissions?month={Uri.EscapeDataString(typed)}"), Does.Contain("name=\"month\" value=\"2021-06\""));
    }

    // A pattern, or a keyboard of digits alone, would keep a person from typing what the page understands.
    [Test]
    public void No_month_box_is_narrower_than_what_its_page_understands()
    {
        string[] boxes = [.. Directory.EnumerateFiles(Path.Combine(BatchCli.Root, "Batch.Host", "Pages"), "*.cshtml", SearchOption.AllDirectories)
            .SelectMany(file => MonthBox().Matches(File.ReadAllText(file)).Select(box => $"{Path.GetFileName(file)}: {box.Value}"))];
        Assert.That(boxes, Has.Length.GreaterThanOrEqualTo(10));
        Assert.That(boxes.Where(box => box.Contains("pattern=", StringComparison.Ordinal) || box.Contains("inputmode=", StringComparison.Ordinal)), Is.Empty);
    }

    [GeneratedRegex("<input(?=[^>]* name=\"(month|from|to)\")[^>]*>")]
    private static partial Regex MonthBox();

    [TestCase("/420100/submissions?month=2021-13")]
    [TestCase("/420100/policies?month=x")]
    public async Task A_page_shows_no_other_month_for_one_that_cannot_be_read(string address)
    {
        using HttpResponseMessage answer = await browser.GetAsync(address);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("MONTH_INVALID"));
    }
}
