using Microsoft.Playwright;

namespace Batch.Browser.Tests;

/// <summary>Going about in the pages by what is written on them, in Chinese at a desk.</summary>
internal static class Clicks
{
    public static async Task GoAsync(IPage page, string entry)
    {
        ILocator link = page.GetByRole(AriaRole.Navigation, new() { Name = "主菜单" }).GetByRole(AriaRole.Link, new() { Name = entry, Exact = true });
        await link.ClickAsync();
        await Assertions.Expect(link).ToHaveAttributeAsync("aria-current", "page");
    }

    /// <summary>Clicks on a link of the page that begins or goes on with the text.</summary>
    public static Task FollowAsync(IPage page, string link) => page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = link }).First.ClickAsync();

    public static Task PressAsync(IPage page, string button) => page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    /// <summary>Clicks on the link with just this text: a number, a month.</summary>
    public static async Task ChooseAsync(IPage page, string link)
    {
        ILocator choice = page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).First;
        while (await choice.CountAsync() == 0)
        {
            await FollowAsync(page, "下一页");
        }

        await choice.ClickAsync();
    }

    /// <summary>Clicks on the first link of the first row that holds the text, turning pages until there is one.</summary>
    public static async Task ChooseRowAsync(IPage page, string text)
    {
        ILocator row = page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Row).Filter(new() { HasText = text });
        while (await row.CountAsync() == 0)
        {
            await FollowAsync(page, "下一页");
        }

        await row.First.GetByRole(AriaRole.Link).First.ClickAsync();
    }

    /// <summary>Fills in the field with the label.</summary>
    public static Task FillAsync(IPage page, string label, string value) => page.GetByRole(AriaRole.Main).GetByLabel(label).Locator("visible=true").First.FillAsync(value);

    /// <summary>Opens a fold by its beginning.</summary>
    public static Task UnfoldAsync(IPage page, string summary) => page.GetByRole(AriaRole.Main).Locator("summary").Filter(new() { HasText = summary }).First.ClickAsync();

    /// <summary>Goes to another area by the list in the head of the page.</summary>
    public static async Task GoToAreaAsync(IPage page, string area)
    {
        await GoAsync(page, "今日待办");
        if (!page.Url.EndsWith(area, StringComparison.Ordinal))
        {
            await page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Combobox).SelectOptionAsync(area);
            await page.WaitForURLAsync(url => url.EndsWith(area, StringComparison.Ordinal));
        }
    }
}
