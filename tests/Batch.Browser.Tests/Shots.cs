using Microsoft.Playwright;

namespace Batch.Browser.Tests;

/// <summary>How a page is looked at: the window and the language.</summary>
internal sealed record View(string Name, int Width, int Height, string Language)
{
    public bool IsTelephone => Width < 800;

    public static IReadOnlyList<View> All { get; } = [new("desk", 1280, 800, "zh"), new("desk", 1280, 800, "en"), new("phone", 390, 844, "zh"), new("phone", 390, 844, "en")];
}

/// <summary>Draws pages into the folder <c>BATCH_SHOTS</c>, and notes what a machine can see is wrong with them.</summary>
internal sealed class Shots
{
    // 273 mm of print, in pixels.
    private static readonly View Sheet = new("paper", 1032, 700, "zh");

    private readonly string folder = Directory.CreateDirectory(Environment.GetEnvironmentVariable("BATCH_SHOTS") ?? Path.Combine(Path.GetTempPath(), "batch-shots")).FullName;

    public List<string> Faults { get; } = [];

    /// <summary>The page that somebody has come to, in every view: the language by its link, the window by its size.</summary>
    public async Task DrawAsync(IPage page, string shot)
    {
        foreach (View view in View.All)
        {
            await page.SetViewportSizeAsync(view.Width, view.Height);
            await SpeakAsync(page, view.Language);
            await TakeAsync(page, shot, view);
        }

        await page.SetViewportSizeAsync(View.All[0].Width, View.All[0].Height);
        await SpeakAsync(page, View.All[0].Language);
    }

    private static async Task SpeakAsync(IPage page, string language)
    {
        ILocator other = page.GetByText(language == "en" ? "English" : "中文", new() { Exact = true });
        if (await other.CountAsync() > 0)
        {
            await other.ClickAsync();
        }

        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language == "en" ? "en" : "zh-CN");
    }

    /// <summary>What an act has left there and a change of language would lose, in Chinese on a desktop and on a telephone.</summary>
    public async Task TakeAsync(IPage page, string shot)
    {
        await TakeAsync(page, shot, View.All[0]);
        await TakeAsync(page, shot, View.All[2]);
        await page.SetViewportSizeAsync(View.All[0].Width, View.All[0].Height);
    }

    /// <summary>As it is printed, on a sheet of A4 lying on its side.</summary>
    public async Task PrintAsync(IPage page, string shot)
    {
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await TakeAsync(page, shot, Sheet);
        await page.EmulateMediaAsync(new() { Media = Media.Null });
        await page.SetViewportSizeAsync(View.All[0].Width, View.All[0].Height);
    }

    private async Task TakeAsync(IPage page, string shot, View view)
    {
        await page.SetViewportSizeAsync(view.Width, view.Height);
        Faults.AddRange((await PageChecks.FaultsAsync(page, view.Language, view.IsTelephone)).Select(fault => $"{view.Name}-{view.Language}-{shot}: {fault}"));
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{view.Name}-{view.Language}-{shot}.png"), FullPage = true });
    }
}
