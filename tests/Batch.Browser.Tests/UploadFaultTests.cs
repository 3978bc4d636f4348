using System.Text;
using Batch.Rules;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>An upload that is answered with a fault leaves the page at work: no error of its script, and the files beside it are followed to their end without loading the page again.</summary>
[NonParallelizable]
public sealed class UploadFaultTests
{
    private const string Columns = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";

    [Test]
    public async Task After_a_fault_the_page_goes_on_to_follow_the_files()
    {
        await using Site site = await Site.OpenAsync();
        await site.AddUserAsync("wang", "operator");
        IPage page = await site.SignInAsync("wang");
        List<string> errors = [];
        page.PageError += (_, error) => errors.Add(error);
        await Clicks.GoAsync(page, "上传文件");

        // A page that is loaded or written anew has lost it.
        await page.EvaluateAsync("document.body.dataset.same = 'yes'");
        await SendAsync(page, "四月", Payroll("好.csv", 1, month: true));
        await Assertions.Expect(page.Locator(".fault")).ToContainTextAsync("MONTH_INVALID");
        await Assertions.Expect(page.GetByLabel("月份（文件没有月份列时）")).ToHaveValueAsync("四月");
        await IsAtWorkAsync(page);

        await SendAsync(page, "", Payroll("甲.csv", 2, month: true), Payroll("无月份.csv", 3, month: false));
        await Assertions.Expect(page.Locator("#sent li")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#latest tbody tr").Filter(new() { HasText = "甲.csv" })).ToContainTextAsync("报送", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#latest tbody tr").Filter(new() { HasText = "甲.csv" }).Locator(".tag")).ToHaveClassAsync("tag good");
        await IsAtWorkAsync(page);
        // What became of each file is still to be read.
        await Assertions.Expect(page.Locator("#sent")).ToContainTextAsync("HEADER_COLUMN_MISSING");

        await SendAsync(page, "", Payroll("乙.csv", 4, month: true));
        await Assertions.Expect(page.Locator("#latest tbody tr").Filter(new() { HasText = "乙.csv" })).ToContainTextAsync("报送", new() { Timeout = 30_000 });
        Assert.That(errors, Is.Empty);
    }

    /// <summary>The same page, whose new form sends files as the first one did.</summary>
    private static async Task IsAtWorkAsync(IPage page)
    {
        await Assertions.Expect(page.Locator("body[data-same=yes]")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("form[data-upload][data-live]")).ToHaveCountAsync(1);
    }

    private static async Task SendAsync(IPage page, string month, params FilePayload[] files)
    {
        await page.GetByLabel("文件").First.SetInputFilesAsync(files);
        await page.GetByLabel("月份（文件没有月份列时）").FillAsync(month);
        await Clicks.PressAsync(page, "上传");
    }

    private static FilePayload Payroll(string name, int person, bool month)
    {
        string[] cells = ["91420100MA4KDE7M6J", "江城机械厂", "安小雨", CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full(), "2021-06", "10000", "200", "800"];
        string[] columns = Columns.Split(',');
        string text = string.Join('\n', string.Join(',', columns.Where((_, i) => month || i != 4)), string.Join(',', cells.Where((_, i) => month || i != 4)), "");
        return new FilePayload { Name = name, MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text) };
    }
}
