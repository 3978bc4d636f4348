using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Batch.Browser.Tests.Journeys;

/// <summary>
/// Looks at each page the first time that somebody comes to it: nothing sticks out of the window, no word of the other language is left, and nobody is shut out who reads with a screen
/// reader, with keys or with weak eyes (axe: what is serious or critical). With <c>BATCH_SHOTS</c> it draws the pages too.
/// </summary>
internal sealed partial class Inspection(string name)
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("BATCH_SHOTS");

    private readonly HashSet<string> seen = [];

    public List<string> Faults { get; } = [];

    public async Task LookAsync(IPage page, string language)
    {
        try
        {
            string place = Number().Replace(new Uri(page.Url).AbsolutePath, "/*");
            // The same address shows more once there is something to show: the headings tell.
            string shown = place + Number().Replace(string.Join('|', await page.Locator("h1, h2, th").AllTextContentsAsync()), "*");
            if (!seen.Contains(shown))
            {
                string[] faults = await FaultsAsync(page, language);
                seen.Add(shown);
                Faults.AddRange(faults.Select(fault => $"{place}: {fault}"));
                await DrawAsync(page, $"{seen.Count:00}{place.Replace('/', '-').Replace("*", "n", StringComparison.Ordinal)}");
            }
        }
        catch (PlaywrightException gone) when (gone.Message.Contains("navigation", StringComparison.Ordinal))
        {
            // The page was loaded anew meanwhile, as one does that shows work in progress: it is looked at when it is come to again.
        }
    }

    private static async Task<string[]> FaultsAsync(IPage page, string language)
    {
        IEnumerable<string> looks = await PageChecks.FaultsAsync(page, language, page.ViewportSize!.Width < 800);
        AxeResult result = await page.RunAxe();
        return
        [
            .. looks, .. result.Violations.Where(v => v.Impact is "serious" or "critical")
                .Select(v => $"{v.Id} ({v.Impact}): {string.Join(" ; ", v.Nodes.Take(3).Select(n => n.Html))}"),
        ];
    }

    public async Task DrawAsync(IPage page, string shot)
    {
        if (Folder is not null)
        {
            Directory.CreateDirectory(Folder);
            await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}-{shot}.png"), FullPage = true });
        }
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
