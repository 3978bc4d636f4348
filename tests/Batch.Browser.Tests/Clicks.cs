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
}
