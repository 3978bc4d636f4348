using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>The page of the API's description in a browser: it shows the routes, asks no other host and breaks no content policy. With <c>BATCH_SHOTS</c> it is drawn.</summary>
public sealed class ApiPageInTheBrowserTests
{
    private Site site = null!;

    [OneTimeSetUp]
    public async Task OpenAsync() => site = await Site.OpenAsync();

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (site is not null)
        {
            await site.DisposeAsync();
        }
    }

    [Test]
    public async Task It_shows_the_routes_and_asks_this_host_alone()
    {
        await site.AddUserAsync("reads", "administrator");
        IPage page = await site.SignInAsync("reads");
        List<string> elsewhere = [], complaints = [];
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(site.Root, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                elsewhere.Add(request.Url);
            }
        };
        page.Console += (_, said) => complaints.AddRange(said.Type is "error" or "warning" ? [said.Text] : []);
        page.PageError += (_, fault) => complaints.Add(fault);

        await page.GetByText("帮助", new() { Exact = true }).ClickAsync();
        await page.GetByText("接口说明", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("/areas/{area}/uploads").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        Assert.That(elsewhere, Is.Empty);
        Assert.That(complaints, Is.Empty);
        if (Environment.GetEnvironmentVariable("BATCH_SHOTS") is { } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "api-page.png") });
        }

        await page.GetByText("返回首页").ClickAsync();
        await Assertions.Expect(page.Locator("nav")).ToBeVisibleAsync();
    }
}
